"""What an idle manager is set to do, and the screen lock that comes of several of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hipaaguard.collect.linux.screen_lock.commands import Command, Means
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.lockers import Effect
from hipaaguard.model import Reason, Unavailable


@dataclass(frozen=True, slots=True)
class Plan:
    """What one idle manager that runs is set to do.

    Attributes:
        after: seconds without use, and what is started then; in no certain order.
        on_lock: what is started when logind asks the session to lock; None for nothing.
        before_sleep: what is started before the machine sleeps; None for nothing.
        source: the command or file that told.
        unknown: why some time without use is not known; None where all are.
    """

    after: tuple[tuple[int, Command], ...]
    on_lock: Command | None
    before_sleep: Command | None
    source: str
    unknown: Unavailable | None = None


_UNKNOWN_COMMAND = Unavailable(
    Reason.UNRECOGNISED, "a command is started that may lock the screen or not"
)


def lock_of(plans: Sequence[Plan], effect: Callable[[Command], Effect]) -> Lock:
    """The lock that these come to together, in a session whose lock any of them may start.

    Args:
        plans: at least one.
        effect: what a command that starts a locker does.

    Returns:
        A lock that its person can change, as it is kept in their own files.
    """
    asked = _best(_outcome(plan.on_lock, effect, None) for plan in plans)
    times: list[Effect] = []
    for plan in plans:
        times += [plan.unknown] if plan.unknown else []
        for seconds, command in plan.after:
            delay = _outcome(command, effect, asked)
            times.append(seconds + delay if isinstance(delay, int) else delay)
    idle = _best(times)
    sleep = _best(_outcome(plan.before_sleep, effect, asked) for plan in plans)
    return Lock(
        enabled=idle if isinstance(idle, Unavailable) else idle is not None,
        idle_s=NO_LOCK if idle is None else idle,
        on_suspend=sleep if isinstance(sleep, Unavailable) else sleep is not None,
        user_can_change=True,
        source=", ".join(sorted({plan.source for plan in plans})),
    )


def _outcome(command: Command | None, effect: Callable[[Command], Effect], asked: Effect) -> Effect:
    if command is None or command.means is Means.NOTHING:
        return None
    if command.means is Means.UNKNOWN:
        return _UNKNOWN_COMMAND
    return asked if command.means is Means.ASKS else effect(command)


def _best(effects: Iterable[Effect]) -> Effect:
    """The shortest known time; without one, why none is known; None where nothing locks."""
    found = tuple(effects)
    known = [it for it in found if isinstance(it, int)]
    if known:
        return min(known)
    return next((it for it in found if isinstance(it, Unavailable)), None)


def strongest(locks: Sequence[Lock]) -> Lock:
    """The lock of a session in which each of these works by itself; at least one."""
    enabled = _any(lock.enabled for lock in locks)
    times = [lock.idle_s for lock in locks if lock.enabled is True]
    # What is on, but at a time that is not known, is no shorter for that.
    idle = _best(times) if enabled is True else NO_LOCK if enabled is False else enabled
    return Lock(
        enabled=enabled,
        idle_s=NO_LOCK if idle is None else idle,
        on_suspend=_any(lock.on_suspend for lock in locks),
        user_can_change=_all_or_unknown(lock.user_can_change for lock in locks),
        source=", ".join(sorted({lock.source for lock in locks})),
    )


def _any(values: Iterable[bool | Unavailable]) -> bool | Unavailable:
    found = tuple(values)
    if any(value is True for value in found):
        return True
    return next((value for value in found if isinstance(value, Unavailable)), False)


def _all_or_unknown(values: Iterable[bool | Unavailable]) -> bool | Unavailable:
    """Whether each can be turned off; one that cannot keeps the session locked."""
    found = tuple(values)
    unknown = next((value for value in found if isinstance(value, Unavailable)), None)
    if unknown is not None:
        return unknown
    return all(found)
