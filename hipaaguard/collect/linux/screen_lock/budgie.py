"""The screen lock of Budgie, by GNOME's settings and the locker that runs.

Rules, from budgie-screensaver's `src/gs-monitor.c`, a descendant of gnome-screensaver:

- on X11 budgie-screensaver or gnome-screensaver must run; it comes `idle-delay` seconds after the
  last use (0: never) if `idle-activation-enabled`, and asks for a password `lock-delay` seconds
  later if `lock-enabled`; `disable-lock-screen` prevents every lock;
- before sleep budgie-screensaver always locks; of gnome-screensaver it is not known;
- on Wayland, which Budgie 10.10 needs, swayidle and a locker do it as in other such sessions.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.screen_lock import gnome, gsettings, idle
from hipaaguard.collect.linux.screen_lock.gsettings import Settings, parse_flag
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.locker_process import while_running
from hipaaguard.collect.linux.screen_lock.running import (
    Display,
    Running,
    display_of,
    find_running,
)
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.model import Reason, Unavailable

BUDGIE_LOCKER = "budgie-screensaver"
GNOME_LOCKER = "gnome-screensaver"

_SLEEP_UNKNOWN = Unavailable(
    Reason.UNRECOGNISED, "whether gnome-screensaver locks before sleep is not known"
)


def parse_lock(settings: Settings) -> Lock:
    """The lock that these settings make, if budgie-screensaver runs.

    Returns:
        A lock of which everything is known; that the person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    lock = gnome.parse_lock(settings)
    if not parse_flag(settings, gnome.SCREENSAVER, "idle-activation-enabled"):
        lock = replace(lock, enabled=False, idle_s=NO_LOCK)
    allowed = not parse_flag(settings, gnome.LOCKDOWN, "disable-lock-screen")
    return replace(lock, on_suspend=allowed)


_STORE = gsettings.Store(
    gnome.SCHEMAS,
    (*gnome.DECISIVE, (gnome.SCREENSAVER, "idle-activation-enabled")),
    (),
    parse_lock,
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a Budgie session."""
    running = find_running(host, session)
    if not isinstance(running, Unavailable) and _is_wayland(session, running):
        return idle.read_lock(host, session)
    lock = gsettings.read_lock(host, session, _STORE)
    lock = while_running(lock, running, BUDGIE_LOCKER, GNOME_LOCKER)
    if lock.on_suspend is True and not _has_own_locker(running):
        return replace(lock, on_suspend=_SLEEP_UNKNOWN)
    return lock


def _is_wayland(session: Session, running: Running) -> bool:
    wayland = display_of(session, running) is Display.WAYLAND
    return wayland and not running.named(BUDGIE_LOCKER, GNOME_LOCKER)


def _has_own_locker(running: Running | Unavailable) -> bool:
    return not isinstance(running, Unavailable) and bool(running.named(BUDGIE_LOCKER))
