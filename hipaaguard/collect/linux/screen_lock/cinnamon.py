"""The screen lock of Cinnamon, by the settings in effect for the session's user.

Rules, from cinnamon-screensaver's `src/manager.py` and `src/cinnamon-screensaver-main.py`,
Cinnamon's `js/ui/screensaver/controller.js` and cinnamon-settings-daemon's `csd-power-manager.c`:

- the shield comes `idle-delay` seconds after the last use (0: never) and asks for a password
  `lock-delay` seconds later if `lock-enabled`; `disable-lock-screen` prevents every lock;
- the shield is cinnamon-screensaver's, which must run, and which knows only X11; from Cinnamon 6.7
  on it is Cinnamon's own in Wayland sessions, and in others if `internal-screensaver-enabled`;
- before sleep it locks if `lock-on-suspend`, which is off as installed, whatever `lock-enabled`;
- with a `custom-screensaver-command` neither shield comes;
- `idle-activation-enabled` is not used.
"""

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.screen_lock import gsettings
from hipaaguard.collect.linux.screen_lock.gsettings import (
    Settings,
    parse_flag,
    parse_text,
    parse_unsigned,
)
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.locker_process import doubtful, while_running
from hipaaguard.collect.linux.screen_lock.running import find_running, has_x_server
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_SCREENSAVER = "org.cinnamon.desktop.screensaver"
_SESSION = "org.cinnamon.desktop.session"
_LOCKDOWN = "org.cinnamon.desktop.lockdown"
_POWER = "org.cinnamon.settings-daemon.plugins.power"
_CINNAMON = "org.cinnamon"
_INTERNAL = (_CINNAMON, "internal-screensaver-enabled")
_LOCKER = "cinnamon-screensaver"

_WAYLAND = Unavailable(
    Reason.UNRECOGNISED,
    "the screen lock of this version of Cinnamon is known for X11 only, and no X server was found",
)


def parse_lock(settings: Settings) -> Lock:
    """The lock that these settings make, if the locker runs.

    Returns:
        A lock of which everything is known; that the person can change it is assumed.

    Raises:
        ParseError: A setting is missing or has another type, or another locker is chosen.
    """
    if parse_text(settings, _SCREENSAVER, "custom-screensaver-command").strip():
        raise ParseError("a program of the person's own choice locks Cinnamon's screen")
    allowed = not parse_flag(settings, _LOCKDOWN, "disable-lock-screen")
    idle_s = parse_unsigned(settings, _SESSION, "idle-delay")
    delay_s = parse_unsigned(settings, _SCREENSAVER, "lock-delay")
    enabled = allowed and parse_flag(settings, _SCREENSAVER, "lock-enabled") and idle_s > 0
    on_suspend = allowed and parse_flag(settings, _POWER, "lock-on-suspend")
    idle = idle_s + delay_s if enabled else NO_LOCK
    return Lock(enabled, idle, on_suspend, user_can_change=True, source=gsettings.SOURCE)


_DECISIVE = (
    (_SCREENSAVER, "lock-enabled"),
    (_SESSION, "idle-delay"),
    (_SCREENSAVER, "lock-delay"),
    (_LOCKDOWN, "disable-lock-screen"),
    (_SCREENSAVER, "custom-screensaver-command"),
)
_STORE = gsettings.Store(
    (_SCREENSAVER, _SESSION, _LOCKDOWN, _POWER),
    _DECISIVE,
    ((_POWER, "lock-on-suspend"), _INTERNAL),
    parse_lock,
)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a Cinnamon session."""
    lock = gsettings.read_lock(host, session, _STORE)
    if lock.enabled is not True and lock.on_suspend is not True:
        return lock
    own = gsettings.read_settings(host, session, (_CINNAMON,), (_INTERNAL,))
    if isinstance(own, Unavailable):
        return doubtful(lock, own)
    running = find_running(host, session)
    if isinstance(running, Unavailable):
        return doubtful(lock, running)
    wayland = bool(running.named("Xwayland"))
    internal = own.get(_INTERNAL)
    if internal == "true" or (internal == "false" and wayland):
        return while_running(lock, running, "cinnamon")
    lock = while_running(lock, running, _LOCKER)
    return doubtful(lock, _WAYLAND) if wayland or not has_x_server(running) else lock
