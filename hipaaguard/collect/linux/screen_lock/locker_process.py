"""What a lock is worth by the processes that make it: a locker that does not run does not lock."""

from dataclasses import replace

from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.running import Running
from hipaaguard.model import Reason, Unavailable

_HIDDEN = Unavailable(
    Reason.UNRECOGNISED, "HipaaGuard cannot see every process, so the screen locker was not found"
)
_STARTED_LATE = Unavailable(
    Reason.UNRECOGNISED,
    "the screen locker does not run, and may be started before the machine sleeps",
)
_OTHER_LOCKER = Unavailable(
    Reason.UNRECOGNISED, "another program than the desktop's own watches for idle time"
)
# Programs that lock the screen in place of a desktop's own.
_OTHERS = (
    "hypridle",
    "light-locker",
    "mate-screensaver",
    "stasis",
    "swayidle",
    "xautolock",
    "xfce4-screensaver",
    "xidlehook",
    "xscreensaver",
    "xss-lock",
)


def while_running(lock: Lock, running: Running | Unavailable, *lockers: str) -> Lock:
    """The lock as it is if one of the lockers, by its process, runs in the session.

    Returns:
        The lock unchanged where one runs, or where it is off anyway; off, where none runs; unknown
        where that cannot be told.
    """
    state = state_of(running, *lockers)
    if state is True:
        return lock
    if isinstance(state, Unavailable):
        return doubtful(lock, state)
    enabled = False if lock.enabled is True else lock.enabled
    idle = NO_LOCK if lock.enabled is True else lock.idle_s
    on_suspend = _STARTED_LATE if lock.on_suspend is True else lock.on_suspend
    return replace(lock, enabled=enabled, idle_s=idle, on_suspend=on_suspend)


def state_of(running: Running | Unavailable, *lockers: str) -> bool | Unavailable:
    """Whether one of the lockers runs; unknown where another program may lock in its place."""
    if isinstance(running, Unavailable):
        return running
    if running.named(*lockers):
        return True
    if running.named(*_OTHERS):
        return _OTHER_LOCKER
    return _HIDDEN if not running.complete else False


def doubtful(lock: Lock, doubt: Unavailable) -> Lock:
    """The lock, with what is good in it unknown for this reason; what is off stays off."""
    return replace(
        lock,
        enabled=doubt if lock.enabled is True else lock.enabled,
        idle_s=doubt if lock.enabled is True else lock.idle_s,
        on_suspend=doubt if lock.on_suspend is True else lock.on_suspend,
    )
