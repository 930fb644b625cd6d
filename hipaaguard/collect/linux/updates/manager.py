"""What the modules of the package managers have in common."""

from collections.abc import Callable, Iterator
from datetime import datetime

from hipaaguard.collect.host import Host
from hipaaguard.model import Fact, Reason, Unavailable
from hipaaguard.words import say_count

Collector = Callable[[Host, frozenset[str], datetime], Iterator[Fact]]
"""A package manager's collector: from the host, the keys asked for and the time, to facts."""

# Archives are renewed weekly at the latest and a machine that is on fetches them daily; two weeks
# leave room for one that was switched off over a holiday.
STALE_DAYS = 14
# The longest that asking a package manager may take.
DEADLINE_S = 60


def barred(age: int | Unavailable, settle: str) -> Unavailable | None:
    """Why lists of this age in days cannot tell what is waiting; None when they can.

    Args:
        age: whole days since the lists were fetched, or why that is not known.
        settle: the command that fetches them.
    """  # noqa: DOC201 - the first line says it
    if isinstance(age, Unavailable):
        return age
    if age > STALE_DAYS:
        detail = f"the list of updates is {say_count(age, 'day')} old"
        return Unavailable(Reason.UNRECOGNISED, detail, settle)
    return None
