"""The facts of the screen lock on Windows."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.windows.power import Capabilities, find_capabilities
from hipaaguard.collect.windows.release import CURRENT
from hipaaguard.collect.windows.screen_lock import ways
from hipaaguard.collect.windows.screen_lock.ways import Keys
from hipaaguard.model import Fact, Reason, Unavailable

SOURCE = "policies, settings of the screen saver, the power plan in use"

MAX_WAKE_DELAY_S = 300
"""Seconds after which a sign-in that is asked for on waking comes too late to be called one."""

_NO_DESKTOP = Unavailable(Reason.NOT_INSTALLED, "this Windows has no desktop")
_NEVER = Unavailable(Reason.NOT_INSTALLED, "the screen does not lock by itself")
_FORBIDDEN = Unavailable(
    Reason.UNRECOGNISED, "a policy forbids to lock this computer, and may keep it from locking"
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the screen lock."""
    del now
    desktop = _desktop(host)
    yield Fact("screen_lock.desktop", desktop, CURRENT)
    if desktop != "windows":
        why = desktop if isinstance(desktop, Unavailable) else _NO_DESKTOP
        yield from (Fact(key, why, CURRENT) for key in keys if key != "screen_lock.desktop")
        return
    settings = ways.read_keys(host)
    if isinstance(settings, Unavailable):
        yield from (Fact(key, settings, SOURCE) for key in keys if key != "screen_lock.desktop")
        return
    able = find_capabilities(host)
    after = _locks_after(host, settings, able)
    yield Fact("screen_lock.idle_s", _NEVER if after is None else after, SOURCE)
    on = after if isinstance(after, Unavailable) else after is not None
    yield Fact("screen_lock.enabled", on, SOURCE)
    yield Fact("screen_lock.on_suspend", _on_waking(host, settings, able), SOURCE)
    yield Fact("screen_lock.user_can_change", _can_change(settings), SOURCE)


def _desktop(host: Host) -> str | Unavailable:
    key = host.registry(CURRENT)
    if isinstance(key, Unavailable):
        return key
    kind = attempt(key.text, "InstallationType")
    if kind is None:
        return Unavailable(Reason.UNRECOGNISED, "Windows does not say whether it has a desktop")
    if isinstance(kind, Unavailable):
        return kind
    return "none" if kind in ("Server Core", "Nano Server") else "windows"


def _locks_after(
    host: Host, keys: Keys, able: Capabilities | Unavailable
) -> int | Unavailable | None:
    """Seconds without use until the screen locks, by the quickest way; None for never."""
    forbidden = attempt(ways.locking_is_off, keys)
    if forbidden:
        return forbidden if isinstance(forbidden, Unavailable) else _FORBIDDEN
    found = [attempt(ways.idle_limit, keys), attempt(ways.saver, keys)]
    if isinstance(able, Unavailable):
        found.append(able)
    else:
        found.append(attempt(ways.sleep, host, keys, able))
    known = [it for it in found if isinstance(it, int)]
    if known:
        # What is not known could only lock sooner.
        return min(known)
    return next((it for it in found if isinstance(it, Unavailable)), None)


def _on_waking(host: Host, keys: Keys, able: Capabilities | Unavailable) -> bool | Unavailable:
    if isinstance(able, Unavailable):
        return able
    delay = attempt(ways.wake_delay, host, keys, able)
    if isinstance(delay, Unavailable):
        return delay
    return delay is not None and delay <= MAX_WAKE_DELAY_S


def _can_change(keys: Keys) -> bool | Unavailable:
    """Whether no limit and no policy stands that only an administrator can change."""
    limit = attempt(ways.idle_limit, keys)
    if isinstance(limit, Unavailable):
        return limit
    return limit is None and not ways.saver_is_fixed(keys)


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
