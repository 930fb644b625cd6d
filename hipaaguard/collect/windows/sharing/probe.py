"""The facts of what this machine offers to others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.windows import listening
from hipaaguard.collect.windows.processes import QUERY, find_processes
from hipaaguard.collect.windows.sharing import smb
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

WEB_SERVER = r"HKLM\SOFTWARE\Microsoft\InetStp\Components"

# What waits at these ports offers files, whoever made it.
_PORTS = {"ftp": frozenset({21, 990}), "nfs": frozenset({2049})}
_WEB_PORTS = frozenset({80, 443})
# In lower case without `.exe`; the first is Windows' own, which runs only while it offers media.
_MEDIA = frozenset(
    {"wmpnetwk", "plex media server", "jellyfin", "embyserver", "serviio", "serviioservice"}
    | {"twonkyserver", "ums"}
)
_MAYBE_WEBDAV = Unavailable(
    Reason.UNRECOGNISED, "a web server that can offer folders (WebDAV) runs; it was not read"
)


def _files(host: Host) -> tuple[str, ...] | Unavailable:
    """The services that offer files; unknown while one of them is, as the list is to be whole."""
    shares = smb.find_shares(host)
    others = _others(host)
    if isinstance(shares, Unavailable):
        return shares
    if isinstance(others, Unavailable):
        return others
    return tuple(sorted((*others, *(["smb"] if shares else []))))


def _others(host: Host) -> tuple[str, ...] | Unavailable:
    """The services besides Windows' file server that offer files."""
    listeners = listening.find_listeners(host, "tcp")
    if isinstance(listeners, Unavailable):
        return listeners
    ports = {it.port for it in listeners}
    web = _webdav(host) if ports & _WEB_PORTS else False
    if isinstance(web, Unavailable):
        return web
    return tuple(name for name, own in _PORTS.items() if ports & own)


def _webdav(host: Host) -> bool | Unavailable:
    """False where Windows' web server has no part for WebDAV; whether it is used was not read."""
    key = host.registry(WEB_SERVER)
    if is_absent(key):
        return False
    number = key if isinstance(key, Unavailable) else attempt(key.number, "WebDAV")
    return number if isinstance(number, Unavailable) else _MAYBE_WEBDAV if number else False


def _guests(host: Host) -> bool | Unavailable:
    found = smb.read_guests(host)
    others = _others(host)
    if found is True or isinstance(found, Unavailable):
        return found
    if isinstance(others, Unavailable):
        return others
    if not others:
        return False
    detail = f"a server for {others[0]} runs, and whether it asks for a password was not read"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _media(host: Host) -> bool | Unavailable:
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    return any(name.lower() in _MEDIA for name in processes.values())


_SOURCE = f"{smb.SHARES}, {listening.SOURCE}"
_READERS: Mapping[str, tuple[Callable[[Host], Scalar | Unavailable], str]] = MappingProxyType(
    {
        "sharing.files": (_files, _SOURCE),
        "sharing.guest_access": (_guests, f"{smb.PARAMETERS}, {_SOURCE}"),
        "sharing.media": (_media, QUERY),
        "sharing.printers": (smb.read_printers, smb.PRINTERS),
        "sharing.smb1": (smb.read_smb1, smb.PARAMETERS),
    }
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Those facts of sharing that were asked for."""
    del now
    for key in sorted(keys & _READERS.keys()):
        read, source = _READERS[key]
        yield Fact(key, read(host), source)


PROBE = Probe("sharing", tuple(_READERS), collect)
