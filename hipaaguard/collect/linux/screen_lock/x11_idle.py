"""What the idle managers of plain X sessions are set to do: xss-lock, xautolock and xidlehook.

Rules, from xss-lock(1), xautolock(1) and xidlehook's README:

- xss-lock starts its locker when the X server's screen saver comes, with a notifier one cycle
  later; when logind asks for a lock; and before sleep, unless with `--ignore-sleep`;
- xautolock starts its locker `-time` MINUTES after the last use, 1 to 60, and knows nothing of
  sleep; what its arguments leave out, X resources may set;
- xidlehook counts in seconds, and each `--timer` begins when the one before it has ended.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.screen_lock.commands import (
    Command,
    Means,
    if_kept,
    parse_command,
    parse_words,
)
from hipaaguard.collect.linux.screen_lock.plan import Plan
from hipaaguard.collect.linux.screen_lock.running import Running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.x_server import SOURCE, Saver, read_saver
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable


@dataclass(frozen=True, slots=True)
class XssLock:
    """xss-lock's arguments.

    Attributes:
        locker: what it starts.
        notifies: it starts something else first, and the locker a cycle later.
        ignores_sleep: it starts nothing before sleep.
    """

    locker: Command
    notifies: bool
    ignores_sleep: bool


def parse_xss_lock(arguments: Sequence[str]) -> XssLock:
    """What xss-lock is told to do.

    Args:
        arguments: without the program.

    Returns:
        The options and the locker.

    Raises:
        ParseError: An option that xss-lock does not have, or no locker.
    """
    rest = list(arguments)
    notifies = ignores_sleep = False
    while rest and rest[0].startswith("-"):
        name, equals, _ = rest.pop(0).partition("=")
        if name == "--":
            break
        if name in ("-n", "--notifier", "-s", "--session"):
            notifies = notifies or name in ("-n", "--notifier")
            del rest[: 0 if equals else 1]
        elif name == "--ignore-sleep":
            ignores_sleep = True
        elif name not in ("-l", "--transfer-sleep-lock", "-v", "--verbose", "-q", "--quiet"):
            raise ParseError("xss-lock runs with an option that this version does not know")
    if not rest:
        raise ParseError("xss-lock runs without a locker")
    return XssLock(parse_words(rest), notifies, ignores_sleep)


def plan_of_xss_lock(found: XssLock, saver: Saver | Unavailable) -> Plan:
    """What xss-lock will do when the X server's screen saver comes as given."""
    before_sleep = None if found.ignores_sleep else found.locker
    after: tuple[tuple[int, Command], ...] = ()
    unknown = saver if isinstance(saver, Unavailable) else None
    if isinstance(saver, Saver) and saver.timeout_s > 0:
        if found.notifies and saver.cycle_s == 0:
            detail = "xss-lock waits for the screen saver's next picture, which never comes"
            unknown = Unavailable(Reason.UNRECOGNISED, detail)
        else:
            later = saver.cycle_s if found.notifies else 0
            after = ((saver.timeout_s + later, found.locker),)
    return Plan(after, found.locker, before_sleep, f"xss-lock, {SOURCE}", unknown)


_XAUTOLOCK_FLAGS = frozenset(
    {"-secure", "-resetsaver", "-nocloseout", "-nocloseerr", "-noclose", "-detectsleep"}
)
_XAUTOLOCK_VALUES = frozenset(
    {
        *("-time", "-locker", "-nowlocker", "-killtime", "-killer", "-notify", "-notifier"),
        *("-bell", "-corners", "-cornerdelay", "-cornerredelay", "-cornersize"),
    }
)


def parse_xautolock(arguments: Sequence[str]) -> Plan:
    """What xautolock is told to do.

    Args:
        arguments: without the program.

    Returns:
        The plan.

    Raises:
        ParseError: An option that xautolock does not have; no time or no locker, which X resources
            may set; a time that is not 1 to 60 minutes.
    """
    rest = list(arguments)
    given: dict[str, str] = {}
    while rest:
        name = rest.pop(0)
        if name in _XAUTOLOCK_VALUES and rest:
            given[name] = rest.pop(0)
        elif name not in _XAUTOLOCK_FLAGS:
            raise ParseError("xautolock runs with an option that this version does not know")
    if "-time" not in given or "-locker" not in given:
        raise ParseError("xautolock runs without a time or a locker of its own")
    minutes = given["-time"]
    if not re.fullmatch("[0-9]{1,2}", minutes) or not 1 <= int(minutes) <= 60:
        raise ParseError("xautolock waits for a time that is not 1 to 60 minutes")
    command = parse_command(given["-locker"])
    return Plan(((int(minutes) * 60, command),), None, None, "xautolock")


_XIDLEHOOK_FLAGS = frozenset(
    {"--detect-sleep", "--not-when-fullscreen", "--not-when-audio", "-v", "--verbose"}
)


def parse_xidlehook(arguments: Sequence[str]) -> Plan:
    """What xidlehook is told to do.

    Args:
        arguments: without the program.

    Returns:
        The plan: a timer's time is its own and those of all before it.

    Raises:
        ParseError: An option that this version does not know, or a time that is not in seconds.
    """
    rest = list(arguments)
    after: list[tuple[int, Command]] = []
    cancellers: list[str] = []
    total = 0
    while rest:
        name = rest.pop(0)
        if name == "--timer" and len(rest) >= 2:
            # NOTE: what follows is the canceller, and an empty one at the end is not seen in /proc.
            seconds, command, *rest = rest
            cancellers += rest[:1]
            del rest[:1]
            if not re.fullmatch("[0-9]{1,7}", seconds):
                raise ParseError("xidlehook waits for a time that is not a number of seconds")
            total += int(seconds)
            after.append((total, parse_command(command)))
        elif name == "--socket" and rest:
            rest.pop(0)
        elif name not in _XIDLEHOOK_FLAGS:
            raise ParseError("xidlehook runs with an option that this version does not know")
    kept = tuple((time, if_kept(command, cancellers)) for time, command in after)
    return Plan(kept, None, None, "xidlehook")


def _read_xss_lock(
    host: Host, session: Session, running: Running, process: Process
) -> Plan | Unavailable:
    found = attempt(parse_xss_lock, process.argv[1:])
    if isinstance(found, Unavailable):
        return found
    if found.locker.means is Means.NOTHING:
        return Plan((), None, None, "xss-lock")
    return plan_of_xss_lock(found, read_saver(host, session, running))


Reader = Callable[[Host, Session, Running, Process], Plan | Unavailable]

READERS: Mapping[str, Reader] = {
    "xss-lock": _read_xss_lock,
    "xautolock": lambda _h, _s, _r, process: attempt(parse_xautolock, process.argv[1:]),
    "xidlehook": lambda _h, _s, _r, process: attempt(parse_xidlehook, process.argv[1:]),
}
"""What each of these, by name, is set to do."""
