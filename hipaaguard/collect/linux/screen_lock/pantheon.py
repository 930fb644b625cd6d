"""The screen lock of Pantheon, elementary OS' desktop, by GNOME's settings and its own.

Rules, from Gala's `src/ScreenSaver/ScreenShield.vala` as of elementary OS 6:

- Gala, which must run, shows the shield `idle-delay` seconds after the last use (0: never) and
  locks if `lock-enabled`, by the login screen of LightDM, which must run;
- before sleep it locks if `lock-on-suspend` of its own settings, whatever `lock-enabled`;
- `disable-lock-screen` prevents every lock; whether `lock-delay` counts depends on the version, so
  it is counted.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.screen_lock import gnome, gsettings
from hipaaguard.collect.linux.screen_lock.gsettings import Settings, parse_flag
from hipaaguard.collect.linux.screen_lock.lock import Lock
from hipaaguard.collect.linux.screen_lock.locker_process import doubtful, while_running
from hipaaguard.collect.linux.screen_lock.running import find_running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.model import Reason, Unavailable

_ELEMENTARY = "io.elementary.desktop.screensaver"

_NO_LIGHTDM = Unavailable(
    Reason.UNRECOGNISED, "Pantheon locks by the login manager LightDM, which was not found running"
)


def parse_lock(settings: Settings) -> Lock:
    """The lock that these settings make, if Gala and LightDM run.

    Returns:
        A lock of which everything is known; that the person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    allowed = not parse_flag(settings, gnome.LOCKDOWN, "disable-lock-screen")
    on_suspend = allowed and parse_flag(settings, _ELEMENTARY, "lock-on-suspend")
    return replace(gnome.parse_lock(settings), on_suspend=on_suspend)


_STORE = gsettings.Store(
    (*gnome.SCHEMAS, _ELEMENTARY),
    gnome.DECISIVE,
    ((_ELEMENTARY, "lock-on-suspend"),),
    parse_lock,
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a Pantheon session."""
    lock = gsettings.read_lock(host, session, _STORE)
    running = find_running(host, session)
    if not isinstance(running, Unavailable) and not running.named_of_anyone("lightdm"):
        lock = doubtful(lock, _NO_LIGHTDM)
    return while_running(lock, running, "gala")
