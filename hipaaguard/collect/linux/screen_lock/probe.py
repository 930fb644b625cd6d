"""Whether the screen of the person at the desktop locks by itself, and when.

Only the desktop of the session that is running counts. Of several sessions the weakest lock counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.screen_lock import (
    budgie,
    cinnamon,
    cosmic,
    flashback,
    gnome,
    idle,
    kde,
    mate,
    pantheon,
    unity,
)
from hipaaguard.collect.linux.screen_lock.lock import Lock, unreadable
from hipaaguard.collect.linux.screen_lock.session import SOURCE, Session, find_sessions
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

_DESKTOP = "screen_lock.desktop"
_ENABLED = "screen_lock.enabled"
_IDLE = "screen_lock.idle_s"
_SUSPEND = "screen_lock.on_suspend"
_CHANGE = "screen_lock.user_can_change"
_NAMES = (_DESKTOP, _ENABLED, _IDLE, _SUSPEND, _CHANGE)

READERS = {
    **dict.fromkeys(idle.DESKTOPS, idle.read_lock),
    "budgie": budgie.read_lock,
    "cinnamon": cinnamon.read_lock,
    "cosmic": cosmic.read_lock,
    "gnome": gnome.read_lock,
    "gnome-flashback": flashback.read_lock,
    "kde": kde.read_lock,
    "mate": mate.read_lock,
    "pantheon": pantheon.read_lock,
    "unity": unity.read_lock,
}

_NO_SESSION = Unavailable(Reason.NOT_INSTALLED, "no graphical session is running on this machine")


def collect(host: Host, keys: frozenset[str], now: datetime) -> tuple[Fact, ...]:
    """The facts of the screen lock."""
    del now
    sessions = find_sessions(host)
    if isinstance(sessions, Unavailable):
        return tuple(Fact(name, sessions, SOURCE) for name in _NAMES)
    desktop = Fact(_DESKTOP, _desktop(sessions), sessions[0].source if sessions else SOURCE)
    if keys <= {_DESKTOP}:
        return (desktop,)
    lock = weakest([_lock(host, session) for session in sessions])
    return (
        desktop,
        Fact(_ENABLED, lock.enabled, lock.source),
        Fact(_IDLE, lock.idle_s, lock.source),
        Fact(_SUSPEND, lock.on_suspend, lock.source),
        Fact(_CHANGE, lock.user_can_change, lock.source),
    )


PROBE = Probe("the screen lock", _NAMES, collect)


def weakest(locks: Sequence[Lock]) -> Lock:
    """What can be relied on when all of these sessions are open; nothing is known of none."""
    if not locks:
        return unreadable(_NO_SESSION, SOURCE)
    return Lock(
        enabled=_worst((lock.enabled for lock in locks), bad=False),
        idle_s=_longest(lock.idle_s for lock in locks),
        on_suspend=_worst((lock.on_suspend for lock in locks), bad=False),
        user_can_change=_worst((lock.user_can_change for lock in locks), bad=True),
        source=", ".join(sorted({lock.source for lock in locks})),
    )


def _worst(values: Iterable[bool | Unavailable], *, bad: bool) -> bool | Unavailable:
    known: set[bool] = set()
    unknown: list[Unavailable] = []
    for value in values:
        if isinstance(value, Unavailable):
            unknown.append(value)
        else:
            known.add(value)
    if bad in known:
        return bad
    return unknown[0] if unknown else not bad


def _longest(values: Iterable[int | Unavailable]) -> int | Unavailable:
    longest = 0
    for value in values:
        if isinstance(value, Unavailable):
            return value
        longest = max(longest, value)
    return longest


def _lock(host: Host, session: Session) -> Lock:
    reader = READERS.get(session.desktop)
    if reader is not None:
        return reader(host, session)
    name = session.desktop or "this desktop"
    detail = f"this version cannot read the lock settings of {name}"
    return unreadable(Unavailable(Reason.UNRECOGNISED, detail), session.source)


def _desktop(sessions: Sequence[Session]) -> Scalar | Unavailable:
    """The desktops' names; `none` without a session."""
    names = sorted({session.desktop for session in sessions})
    if "" in names:
        detail = "a graphical session is running, but HipaaGuard does not know its desktop"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return ", ".join(names) or "none"
