"""The screen lock of Unity 7, by GNOME's settings.

Rules, from unity's `lockscreen/LockScreenController.cpp` and `LockScreenSettings.cpp`:

- Unity's plug-in of Compiz, which must run, blanks the screen `idle-delay` seconds after the last
  use (0: never) and asks for a password `lock-delay` seconds later if `lock-enabled`;
- before sleep it locks if `ubuntu-lock-on-suspend`, whatever `lock-enabled`; a Unity that was
  changed to do without that key of Ubuntu's does what is not known;
- `disable-lock-screen` prevents every lock.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.screen_lock import gnome, gsettings
from hipaaguard.collect.linux.screen_lock.gsettings import Settings, parse_flag
from hipaaguard.collect.linux.screen_lock.lock import Lock
from hipaaguard.collect.linux.screen_lock.locker_process import while_running
from hipaaguard.collect.linux.screen_lock.running import find_running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_SLEEP_UNKNOWN = Unavailable(
    Reason.UNRECOGNISED, "whether this Unity locks before sleep is not known: it has no setting"
)


def parse_lock(settings: Settings) -> Lock:
    """The lock that these settings make, if Compiz runs.

    Returns:
        A lock of which `on_suspend` may be unknown; that the person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    if not parse_flag(settings, gnome.SCREENSAVER, "idle-activation-enabled"):
        raise ParseError("what Unity does with idle-activation-enabled switched off is not known")
    lock = gnome.parse_lock(settings)
    known = gnome.UBUNTU_LOCK_ON_SUSPEND in settings or lock.on_suspend is False
    return lock if known else replace(lock, on_suspend=_SLEEP_UNKNOWN)


_STORE = gsettings.Store(
    gnome.SCHEMAS,
    gnome.DECISIVE,
    (gnome.UBUNTU_LOCK_ON_SUSPEND, (gnome.SCREENSAVER, "idle-activation-enabled")),
    parse_lock,
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a Unity session."""
    lock = gsettings.read_lock(host, session, _STORE)
    return while_running(lock, find_running(host, session), "compiz")
