"""The screen lock of GNOME Flashback, by GNOME's settings and its own.

Rules, from gnome-flashback's `libscreensaver/gf-screensaver.c` and `gf-prefs.c`:

- gnome-flashback, which must run, shows the shield `idle-delay` seconds after the last use (0:
  never) and asks for a password `lock-delay` seconds later if `lock-enabled`, and before sleep;
- `disable-lock-screen` prevents every lock, and so does the absence of its PAM file;
- where its own setting `screensaver` is off, another program is meant to do it.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.linux.screen_lock import gnome, gsettings
from hipaaguard.collect.linux.screen_lock.gsettings import Settings, parse_flag
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.locker_process import doubtful, while_running
from hipaaguard.collect.linux.screen_lock.running import find_running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

_FLASHBACK = "org.gnome.gnome-flashback"
_PAM_FILE = "/etc/pam.d/gnome-flashback"


def parse_lock(settings: Settings) -> Lock:
    """The lock that these settings make, if gnome-flashback runs.

    Returns:
        A lock of which everything is known; that the person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type, or another program is to lock.
    """
    if not parse_flag(settings, _FLASHBACK, "screensaver"):
        raise ParseError("GNOME Flashback leaves the lock to another program")
    lock = gnome.parse_lock(settings)
    # Ubuntu's own key counts for GNOME Shell only.
    allowed = not parse_flag(settings, gnome.LOCKDOWN, "disable-lock-screen")
    locks = parse_flag(settings, gnome.SCREENSAVER, "lock-enabled")
    return replace(lock, on_suspend=allowed and locks)


_STORE = gsettings.Store(
    (*gnome.SCHEMAS, _FLASHBACK),
    (*gnome.DECISIVE, (_FLASHBACK, "screensaver")),
    (),
    parse_lock,
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a GNOME Flashback session."""
    lock = gsettings.read_lock(host, session, _STORE)
    pam = host.entry(_PAM_FILE)
    if is_absent(pam):
        return _without_pam(lock)
    if isinstance(pam, Unavailable):
        lock = doubtful(lock, pam)
    return while_running(lock, find_running(host, session), "gnome-flashback")


def _without_pam(lock: Lock) -> Lock:
    if isinstance(lock.enabled, Unavailable):
        return lock
    return replace(lock, enabled=False, idle_s=NO_LOCK, on_suspend=False)
