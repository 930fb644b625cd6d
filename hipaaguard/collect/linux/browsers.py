"""The web browsers that are installed and of a release that its maker has replaced."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe, browsers
from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.software import finding
from hipaaguard.model import Fact


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of web browsers."""
    return browsers.tell(host, keys, now, finding.find, finding.SOURCE)


PROBE = Probe("web browsers", ("browsers.outdated",), collect)
