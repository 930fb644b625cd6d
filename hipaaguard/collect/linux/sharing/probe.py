"""The facts of what this machine offers to others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.processes import every_process
from hipaaguard.collect.linux.sharing import cups, nfs, servers, smb
from hipaaguard.collect.linux.sharing.service import Service
from hipaaguard.model import Fact, Scalar, Unavailable

_SERVICES = (
    servers.read_afp,
    servers.read_ftp,
    nfs.read_service,
    smb.read_service,
    servers.read_webdav,
)
_SOURCE = f"/proc, {smb.SOURCE}, {nfs.SOURCE}"


def _services(host: Host) -> tuple[Service, ...] | Unavailable:
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        return processes
    return tuple(read(host, processes) for read in _SERVICES)


def _files(host: Host) -> tuple[str, ...] | Unavailable:
    """The services that offer files; unknown while one of them is, as the list is to be whole."""
    services = _services(host)
    if isinstance(services, Unavailable):
        return services
    for service in services:
        if isinstance(service.offers, Unavailable):
            return service.offers
    return tuple(sorted(service.id for service in services if service.offers))


def _guests(host: Host) -> bool | Unavailable:
    services = _services(host)
    if isinstance(services, Unavailable):
        return services
    answers = [service.guests for service in services]
    if any(answer is True for answer in answers):
        return True
    return next((answer for answer in answers if isinstance(answer, Unavailable)), False)


_READERS: Mapping[str, tuple[Callable[[Host], Scalar | Unavailable], str]] = MappingProxyType(
    {
        "sharing.files": (_files, _SOURCE),
        "sharing.guest_access": (_guests, _SOURCE),
        "sharing.media": (servers.read_media, "/proc"),
        "sharing.printers": (cups.read_printers, f"/proc, {cups.SOURCE}"),
        "sharing.smb1": (smb.read_smb1, f"/proc, {smb.SOURCE}"),
    }
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Those facts of sharing that were asked for."""
    del now
    for key in sorted(keys & _READERS.keys()):
        read, source = _READERS[key]
        yield Fact(key, read(host), source)


PROBE = Probe("sharing", tuple(_READERS), collect)
