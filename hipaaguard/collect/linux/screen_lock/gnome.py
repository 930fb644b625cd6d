"""The screen lock of GNOME Shell, by the settings in effect for the session's user.

Rules, from gnome-shell's `js/ui/screenShield.js`, `js/ui/main.js` and `js/misc/loginManager.js`:

- the shield comes `idle-delay` seconds after the last use (0: never) and asks for a password
  `lock-delay` seconds later if `lock-enabled`; `disable-lock-screen` prevents every lock;
- after sleep it asks for a password if `lock-enabled`; on Ubuntu, whose shell is patched, if
  `ubuntu-lock-on-suspend`;
- without GDM on the system bus there is no shield at all;
- `idle-activation-enabled` is not used.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.screen_lock import desktop_names, gsettings
from hipaaguard.collect.linux.screen_lock.gsettings import Settings, parse_flag, parse_unsigned
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.session import Session, find_processes
from hipaaguard.model import Reason, Unavailable

SCREENSAVER = "org.gnome.desktop.screensaver"
SESSION = "org.gnome.desktop.session"
LOCKDOWN = "org.gnome.desktop.lockdown"
SCHEMAS = (SCREENSAVER, SESSION, LOCKDOWN)
DECISIVE = (
    (SCREENSAVER, "lock-enabled"),
    (SESSION, "idle-delay"),
    (SCREENSAVER, "lock-delay"),
    (LOCKDOWN, "disable-lock-screen"),
)
"""The keys of which each, if the person can write it, lets them turn the lock off."""
UBUNTU_LOCK_ON_SUSPEND = (SCREENSAVER, "ubuntu-lock-on-suspend")


def parse_lock(settings: Settings) -> Lock:
    """The lock that these settings make, where a shield can come at all.

    Returns:
        A lock of which everything is known; that the person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    allowed = not parse_flag(settings, LOCKDOWN, "disable-lock-screen")
    locks = allowed and parse_flag(settings, SCREENSAVER, "lock-enabled")
    idle_s = parse_unsigned(settings, SESSION, "idle-delay")
    delay_s = parse_unsigned(settings, SCREENSAVER, "lock-delay")
    on_suspend = locks
    if UBUNTU_LOCK_ON_SUSPEND in settings:
        on_suspend = allowed and parse_flag(settings, *UBUNTU_LOCK_ON_SUSPEND)
    enabled = locks and idle_s > 0
    idle = idle_s + delay_s if enabled else NO_LOCK
    return Lock(enabled, idle, on_suspend, user_can_change=True, source=gsettings.SOURCE)


STORE = gsettings.Store(SCHEMAS, DECISIVE, (UBUNTU_LOCK_ON_SUSPEND,), parse_lock)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a GNOME session."""
    lock = gsettings.read_lock(host, session, STORE)
    cannot_lock = _no_shield(host, session)
    if cannot_lock is None or isinstance(lock.enabled, Unavailable):
        return lock
    return replace(lock, enabled=cannot_lock, idle_s=cannot_lock, on_suspend=cannot_lock)


def _no_shield(host: Host, session: Session) -> Unavailable | None:
    """Why GNOME cannot lock this session; None when it can."""
    if session.service.startswith("gdm"):
        return None
    running = find_processes(host)
    if isinstance(running, Unavailable):
        return running
    if any(process.name in desktop_names.LOGIN_MANAGERS for process in running):
        return None
    return Unavailable(
        Reason.UNRECOGNISED,
        "GNOME locks the screen only where its own login manager, GDM, runs, and here it does not",
    )
