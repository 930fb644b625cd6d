"""Installed programs and running ones, each by the name that a policy asks for."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.installs import tell
from hipaaguard.collect.linux import processes
from hipaaguard.collect.linux.software import finding
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("process.running", "software.installed", "software.version")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of installed and running programs."""
    del now
    running = frozenset(key for key in keys if split_key(key)[0] == "process.running")
    for key in sorted(running):
        yield Fact(key, _running(host, split_key(key)[1]), processes.SOURCE)
    yield from tell(host, keys - running, finding.find, finding.SOURCE)


def _running(host: Host, name: str) -> bool | Unavailable:
    if len(name) > 64 or "/" in name or not name.isprintable():
        detail = "the name of a process has no slashes and at most 64 characters"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return processes.is_running(host, name)


PROBE = Probe("installed programs", NAMES, collect)
