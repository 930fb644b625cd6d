"""The screen lock of MATE, by the settings in effect for the session's user.

Rules, from mate-screensaver's `src/gs-monitor.c` and `src/gs-prefs.c`, mate-session-manager's
`gsm-presence.c` and mate-power-manager's `src/gpm-control.c`. Times are in minutes:

- mate-screensaver, which must run, comes `idle-delay` minutes after the last use (0: never) if
  `idle-activation-enabled`, and asks for a password `lock-delay` minutes later if `lock-enabled`;
  `disable-lock-screen` prevents every lock;
- before sleep it is mate-power-manager, which must run, that asks for the lock: if `lock-enabled`,
  or if `lock-suspend` where `lock-use-screensaver` is off.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.screen_lock import gsettings
from hipaaguard.collect.linux.screen_lock.gsettings import Settings, parse_flag, parse_signed
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.locker_process import while_running
from hipaaguard.collect.linux.screen_lock.running import Running, find_running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.model import Reason, Unavailable

_SCREENSAVER = "org.mate.screensaver"
_SESSION = "org.mate.session"
_LOCKDOWN = "org.mate.lockdown"
_POWER = "org.mate.power-manager"
# gs-prefs.c limits the delay to it.
_MAX_DELAY_MIN = 480

_NO_POWER_MANAGER = Unavailable(
    Reason.UNRECOGNISED, "MATE's power manager, which locks before sleep, was not found running"
)


def parse_lock(settings: Settings) -> Lock:
    """The lock that the session's settings make, if the locker runs.

    Returns:
        A lock of which everything is known, with `on_suspend` by `lock-enabled` alone; that the
        person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    allowed = not parse_flag(settings, _LOCKDOWN, "disable-lock-screen")
    locks = allowed and parse_flag(settings, _SCREENSAVER, "lock-enabled")
    comes = parse_flag(settings, _SCREENSAVER, "idle-activation-enabled")
    idle_min = parse_signed(settings, _SESSION, "idle-delay")
    delay_min = parse_signed(settings, _SCREENSAVER, "lock-delay")
    enabled = locks and comes and idle_min > 0
    minutes = idle_min + min(max(delay_min, 0), _MAX_DELAY_MIN)
    idle = minutes * 60 if enabled else NO_LOCK
    return Lock(enabled, idle, locks, user_can_change=True, source=gsettings.SOURCE)


def parse_on_suspend(settings: Settings) -> bool:
    """Whether MATE locks before sleep, if the power manager and the locker run.

    Returns:
        What the power manager goes by: its own setting, or `lock-enabled`.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    if parse_flag(settings, _LOCKDOWN, "disable-lock-screen"):
        return False
    if parse_flag(settings, _POWER, "lock-use-screensaver"):
        return parse_flag(settings, _SCREENSAVER, "lock-enabled")
    return parse_flag(settings, _POWER, "lock-suspend")


_STORE = gsettings.Store(
    (_SCREENSAVER, _SESSION, _LOCKDOWN),
    (
        (_SCREENSAVER, "lock-enabled"),
        (_SESSION, "idle-delay"),
        (_SCREENSAVER, "lock-delay"),
        (_SCREENSAVER, "idle-activation-enabled"),
        (_LOCKDOWN, "disable-lock-screen"),
    ),
    (),
    parse_lock,
)
_POWER_KEYS = ((_POWER, "lock-use-screensaver"), (_POWER, "lock-suspend"))


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a MATE session."""
    lock = gsettings.read_lock(host, session, _STORE)
    if isinstance(lock.enabled, Unavailable):
        return lock
    running = find_running(host, session)
    lock = replace(lock, on_suspend=_on_suspend(host, session, running))
    return while_running(lock, running, "mate-screensaver")


def _on_suspend(host: Host, session: Session, running: Running | Unavailable) -> bool | Unavailable:
    """Whether a password is asked for after sleep, if the locker runs."""
    schemas = (_SCREENSAVER, _LOCKDOWN, _POWER)
    settings = gsettings.read_settings(host, session, schemas, _POWER_KEYS)
    if isinstance(settings, Unavailable):
        return settings
    locks = attempt(parse_on_suspend, settings)
    if locks is not True:
        return locks
    if isinstance(running, Unavailable):
        return running
    return True if running.named("mate-power-manager") else _NO_POWER_MANAGER
