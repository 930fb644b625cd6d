"""Whether a program runs that a policy names."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.windows.processes import SOURCE, find_processes
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Unavailable


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Whether each of these programs runs; a name stands with or without its `.exe`."""
    del now
    processes = find_processes(host)
    for key in sorted(keys):
        if isinstance(processes, Unavailable):
            yield Fact(key, processes, SOURCE)
            continue
        wanted = split_key(key)[1].casefold().removesuffix(".exe")
        names = {name.casefold() for name in processes.values()}
        yield Fact(key, wanted in names, SOURCE)


PROBE = Probe("running programs", ("process.running",), collect)
