"""What the modules of the package managers have in common."""

from collections.abc import Callable, Iterator
from datetime import datetime

from hipaaguard.collect.host import Host
from hipaaguard.model import Fact

Collector = Callable[[Host, frozenset[str], datetime], Iterator[Fact]]
"""A package manager's collector: from the host, the keys asked for and the time, to facts."""

# Archives are renewed weekly at the latest and a machine that is on fetches them daily; two weeks
# leave room for one that was switched off over a holiday.
STALE_DAYS = 14
# The longest that asking a package manager may take.
DEADLINE_S = 60
