"""The screen lock of xfce4-screensaver, by the settings that xfconfd keeps.

Rules and defaults, from xfce4-screensaver's `gs-prefs.h`, `gs-prefs.c`, `gs-listener-x11.c`,
`gs-listener-dbus.c` and `gs-monitor.c`:

- it comes `/saver/idle-activation/delay` MINUTES after the last use if `/saver/enabled` and
  `/saver/idle-activation/enabled`, and asks for a password `/lock/saver-activation/delay` MINUTES
  later if `/lock/enabled` and `/lock/saver-activation/enabled`; both delays end at 480;
- before sleep it locks if `/lock/enabled` and the power manager's
  `lock-screen-suspend-hibernate`, whether or not the power manager runs;
- the power manager's presentation mode keeps the screen saver away.
"""

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable
from hipaaguard.collect.linux.screen_lock.running import Running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.xfconf import SOURCE, Channel, read_channel
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

NAME = "xfce4-screensaver"
POWER_MANAGER = "xfce4-power-manager"
_SOURCE = f"{SOURCE} {NAME}"
_IDLE_DELAY = "/saver/idle-activation/delay"
_LOCK_DELAY = "/lock/saver-activation/delay"
_FLAGS = (
    "/saver/enabled",
    "/saver/idle-activation/enabled",
    "/lock/enabled",
    "/lock/saver-activation/enabled",
)
_DECISIVE = (*_FLAGS, _IDLE_DELAY, _LOCK_DELAY)
"""The settings of which each, if the person can write it, lets them turn the lock off."""
_ON_SLEEP = f"/{POWER_MANAGER}/lock-screen-suspend-hibernate"
_PRESENTATION = f"/{POWER_MANAGER}/presentation-mode"
_MAX_MINUTES = 480


def parse_lock(saver: Channel, power: Channel, *, power_manager_runs: bool) -> Lock:
    """The lock that these settings make where xfce4-screensaver runs.

    Args:
        saver: the channel of xfce4-screensaver.
        power: the channel of xfce4-power-manager.
        power_manager_runs: whether it is seen running, without which its mode means nothing.

    Returns:
        A lock of which everything is known.

    Raises:
        ParseError: A setting of another type; a delay of zero, about which versions differ;
            presentation mode without the power manager.
    """
    flags = {path: saver.flag(path, default=True) for path in _FLAGS}
    idle = saver.number(_IDLE_DELAY, default=5)
    later = max(0, saver.number(_LOCK_DELAY, default=0))
    if idle < 1:
        raise ParseError("XFCE's screen saver has a delay below one minute")
    presenting = power.flag(_PRESENTATION, default=False)
    if presenting and not power_manager_runs:
        raise ParseError("XFCE's presentation mode is on, and its power manager was not seen")
    enabled = all(flags.values()) and not presenting
    minutes = min(idle, _MAX_MINUTES) + min(later, _MAX_MINUTES)
    return Lock(
        enabled=enabled,
        idle_s=minutes * 60 if enabled else NO_LOCK,
        on_suspend=flags["/lock/enabled"] and power.flag(_ON_SLEEP, default=True),
        user_can_change=not all(saver.is_fixed(path) for path in _DECISIVE),
        source=_SOURCE,
    )


def read_lock(host: Host, session: Session, running: Running) -> Lock:
    """The lock of a session in which xfce4-screensaver runs."""
    saver = read_channel(host, session, NAME)
    power = read_channel(host, session, POWER_MANAGER)
    if isinstance(saver, Unavailable):
        return unreadable(saver, _SOURCE)
    if isinstance(power, Unavailable):
        return unreadable(power, _SOURCE)
    runs = bool(running.named(POWER_MANAGER))
    lock = attempt(parse_lock, saver, power, power_manager_runs=runs)
    return unreadable(lock, _SOURCE) if isinstance(lock, Unavailable) else lock
