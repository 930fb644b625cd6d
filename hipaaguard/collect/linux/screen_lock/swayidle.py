"""What swayidle, the idle manager of sway and other Wayland compositors, is set to do.

Rules, from swayidle(1) and its `main.c`:

- events come from the arguments, then from a settings file, the first that is there;
- `timeout SECONDS COMMAND [resume COMMAND]` may come often; 0 seconds is never;
- of `before-sleep`, `lock` and the like the last counts;
- what a `resume` or `after-resume` starts may unlock the screen again;
- `lock` is what happens when logind asks the session to lock (`loginctl lock-session`).
"""

import getopt
import posixpath
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.screen_lock.commands import Command, if_kept, parse_command
from hipaaguard.collect.linux.screen_lock.plan import Plan
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import (
    config_folder,
    home_folder,
    text_if_there,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NAME = "swayidle"
_OPTIONS = "C:hdwS:"
_SINGLE = ("before-sleep", "after-resume", "lock", "unlock")


@dataclass(frozen=True, slots=True)
class Events:
    """Events as they are given.

    Attributes:
        timeouts: seconds and the command; 0 is never.
        single: the other events' commands in order, by name.
        resumes: what is started when the person comes back after a timeout.
    """

    timeouts: tuple[tuple[int, str], ...] = ()
    single: tuple[tuple[str, str], ...] = ()
    resumes: tuple[str, ...] = ()

    def __add__(self, later: "Events") -> "Events":
        return Events(
            self.timeouts + later.timeouts,
            self.single + later.single,
            self.resumes + later.resumes,
        )

    def last(self, name: str) -> Command | None:
        """The command of the last event of this name."""
        found = [text for event, text in self.single if event == name]
        return parse_command(found[-1]) if found else None


def parse_events(words: Sequence[str]) -> Events:
    """The events in arguments, or in a line of the settings file.

    Returns:
        May be empty.

    Raises:
        ParseError: An event that swayidle does not have, or without its command.
    """
    timeouts: list[tuple[int, str]] = []
    single: list[tuple[str, str]] = []
    resumes: list[str] = []
    rest = list(words)
    while rest:
        event, *values = rest
        if event == "timeout" and len(values) >= 2:
            timeouts.append((_seconds(values[0]), values[1]))
            rest = values[2:]
            if values[2:3] == ["resume"] and len(values) >= 4:
                resumes.append(values[3])
                rest = values[4:]
        elif event in _SINGLE and values:
            single.append((event, values[0]))
            rest = values[1:]
        elif event == "idlehint" and values:
            _seconds(values[0])
            rest = values[1:]
        else:
            raise ParseError("swayidle runs with an event that this version does not know")
    return Events(tuple(timeouts), tuple(single), tuple(resumes))


def _seconds(value: str) -> int:
    if not re.fullmatch("[0-9]{1,7}", value):
        raise ParseError("swayidle waits for a time that is not a number of seconds")
    return int(value)


def parse_settings(text: str) -> Events:
    """The events of a settings file: one a line.

    Returns:
        May be empty.

    Raises:
        ParseError: A line that is not an event, or is not quoted as a shell would have it.
    """
    events = Events()
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise ParseError("swayidle's settings hold a quote that is not closed") from error
        events += parse_events(words)
    return events


def parse_arguments(arguments: Sequence[str]) -> tuple[str | None, Events]:
    """The settings file that is named, if any, and the events.

    Args:
        arguments: without the program.

    Returns:
        None for no named file.

    Raises:
        ParseError: An option that swayidle does not have, or events as in `parse_events`.
    """
    try:
        options, rest = getopt.getopt(list(arguments), _OPTIONS)
    except getopt.GetoptError as error:
        raise ParseError("swayidle runs with an option that this version does not know") from error
    named = [value for option, value in options if option == "-C"]
    return (named[-1] if named else None), parse_events(rest)


def read_plan(host: Host, session: Session, process: Process) -> Plan | Unavailable:
    """What this process of swayidle will do."""
    parsed = attempt(parse_arguments, process.argv[1:])
    if isinstance(parsed, Unavailable):
        return parsed
    named, events = parsed
    text = _named(host, named) if named is not None else _found(host, session)
    if isinstance(text, Unavailable):
        return text
    more = attempt(parse_settings, text or "")
    if isinstance(more, Unavailable):
        return more
    events += more
    return plan_of(events)


def plan_of(events: Events) -> Plan:
    """What comes of these events; a lock that may be undone by itself is not known to be one."""
    after = tuple(
        (time, if_kept(parse_command(text), events.resumes))
        for time, text in events.timeouts
        if time > 0
    )
    before_sleep = events.last("before-sleep")
    if before_sleep is not None:
        undoing = [text for event, text in events.single if event == "after-resume"][-1:]
        before_sleep = if_kept(before_sleep, undoing)
    return Plan(after, events.last("lock"), before_sleep, NAME)


def _named(host: Host, path: str) -> str | Unavailable:
    """The settings file that the arguments name."""
    text = read_text(host, path) if posixpath.isabs(path) else None
    if text is None or is_absent(text):
        detail = "swayidle was given a file with settings that was not found"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return text


def _found(host: Host, session: Session) -> str | Unavailable | None:
    """The first settings file that exists; None where none does."""
    config = config_folder(host, session.uid)
    if isinstance(config, Unavailable):
        return config
    home = home_folder(host, session.uid)
    if isinstance(home, Unavailable):
        return home
    for folder in (f"{config}/swayidle", f"{home}/.swayidle", "/etc/swayidle"):
        text = text_if_there(host, f"{folder}/config")
        if text is not None:
            return text
    return None
