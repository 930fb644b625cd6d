"""The facts of the screen lock on macOS."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.macos.managed import read_managed
from hipaaguard.collect.macos.plists import flag
from hipaaguard.collect.macos.screen_lock import idle
from hipaaguard.collect.macos.screen_lock.delay import DOMAIN, NOBODY, SOURCE, Delay, find_delay
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

CONSOLE = "/dev/console"
IDLE = f"{SOURCE}, {idle.PMSET}, {idle.SAVER}"

MAX_WAKE_DELAY_S = 300
"""Seconds after which a password that is asked for on waking comes too late to be called one."""

_SOMEBODY_ELSE = Unavailable(
    Reason.UNRECOGNISED, "somebody else is logged in at the screen just now"
)
_BY_DEFAULT = Unavailable(
    Reason.UNRECOGNISED,
    "nobody set when the screen saver begins, and the default differs between versions of macOS",
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the screen lock."""
    del now
    desktop = _desktop(host)
    yield Fact("screen_lock.desktop", desktop, CONSOLE)
    if desktop != "macos":
        why = desktop if isinstance(desktop, Unavailable) else NOBODY
        yield from (Fact(key, why, CONSOLE) for key in keys if key != "screen_lock.desktop")
        return
    delay = find_delay(host)
    dark = _darkness(host)
    after = _locks_after(delay, dark)
    yield Fact("screen_lock.idle_s", _time(after), IDLE)
    yield Fact("screen_lock.enabled", _is_on(after), IDLE)
    yield Fact("screen_lock.on_suspend", _on_waking(delay), SOURCE)
    yield Fact("screen_lock.user_can_change", _can_change(host), "managed settings")


def _desktop(host: Host) -> str | Unavailable:
    """Whether the person sits at the screen: the console belongs to whoever does."""
    console = host.entry(CONSOLE)
    if isinstance(console, Unavailable):
        return console
    if console.uid == 0:
        return "none"
    return "macos" if console.uid == host.person.uid else _SOMEBODY_ELSE


def _darkness(host: Host) -> int | Unavailable:
    """Seconds without use until the screen shows nothing; `NEVER` for never."""
    display = idle.find_display(host)
    saver = idle.find_saver(host)
    if isinstance(display, Unavailable):
        return display
    # Whatever the screen saver does, it cannot keep the screen from going dark.
    after = idle.darkness_after(None if isinstance(saver, Unavailable) else saver, display)
    if after is None:
        return saver if isinstance(saver, Unavailable) else _BY_DEFAULT
    return after


def _locks_after(delay: Delay | Unavailable, dark: int | Unavailable) -> int | Unavailable | None:
    """Seconds without use until a password is asked for; None for never."""
    if isinstance(delay, Delay) and delay.seconds is None:
        return None
    if dark == idle.NEVER:
        return None
    if isinstance(delay, Unavailable):
        return delay
    if isinstance(dark, Unavailable):
        return dark
    return dark + (delay.seconds or 0)


def _time(after: int | Unavailable | None) -> int | Unavailable:
    never = Unavailable(Reason.NOT_INSTALLED, "the screen does not lock by itself")
    return never if after is None else after


def _is_on(after: int | Unavailable | None) -> bool | Unavailable:
    return after if isinstance(after, Unavailable) else after is not None


def _on_waking(delay: Delay | Unavailable) -> bool | Unavailable:
    if isinstance(delay, Unavailable):
        return delay
    return delay.seconds is not None and delay.seconds <= MAX_WAKE_DELAY_S


def _can_change(host: Host) -> Scalar | Unavailable:
    """Whether no profile fixes both the password and the time."""
    managed = read_managed(host, DOMAIN)
    if isinstance(managed, Unavailable):
        return managed
    asks, time = attempt(flag, managed, "askForPassword"), attempt(idle.parse_saver, managed)
    if isinstance(asks, Unavailable):
        return asks
    return time if isinstance(time, Unavailable) else not (asks and time)


PROBE = Probe(
    "the screen lock",
    (
        "screen_lock.desktop",
        "screen_lock.enabled",
        "screen_lock.idle_s",
        "screen_lock.on_suspend",
        "screen_lock.user_can_change",
    ),
    collect,
)
