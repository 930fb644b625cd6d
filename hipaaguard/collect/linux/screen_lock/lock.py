"""What is known of one session's screen lock, whichever desktop it runs."""

from dataclasses import dataclass

from hipaaguard.model import Reason, Unavailable

NO_LOCK = Unavailable(Reason.NOT_INSTALLED, "no automatic lock is set")
"""The idle time of a screen that never locks by itself: there is none, and it is not zero."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The screen lock of one session.

    Attributes:
        enabled: the screen locks by itself, and a password is asked for.
        idle_s: seconds without use until then; `NO_LOCK` when `enabled` is false.
        on_suspend: a password is asked for after sleep.
        user_can_change: the person at the desktop can turn the lock off.
        source: the command or file that told.
    """

    enabled: bool | Unavailable
    idle_s: int | Unavailable
    on_suspend: bool | Unavailable
    user_can_change: bool | Unavailable
    source: str


def unreadable(answer: Unavailable, source: str) -> Lock:
    """A lock of which nothing is known, for this reason."""
    return Lock(answer, answer, answer, answer, source)
