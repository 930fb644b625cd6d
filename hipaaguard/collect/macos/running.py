"""Whether a program runs that a policy names."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.macos.processes import SOURCE, find_processes
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Unavailable


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Whether each of these programs runs, by the name of its file without the folder."""
    del now
    processes = find_processes(host)
    for key in sorted(keys):
        if isinstance(processes, Unavailable):
            yield Fact(key, processes, SOURCE)
            continue
        wanted = split_key(key)[1]
        yield Fact(key, any(process.name == wanted for process in processes), SOURCE)


PROBE = Probe("running programs", ("process.running",), collect)
