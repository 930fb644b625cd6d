"""The facts of remote access."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.linux import listening
from hipaaguard.collect.linux.remote import desktop, ssh_listening, ssh_server
from hipaaguard.model import Fact, Scalar, Unavailable

_PROCESSES = f"/proc, {listening.SOURCE}"


def _password(host: Host) -> bool | Unavailable:
    logins = ssh_server.find_logins(host)
    return logins if isinstance(logins, Unavailable) else any(it.password for it in logins)


def _root(host: Host) -> bool | Unavailable:
    logins = ssh_server.find_logins(host)
    return logins if isinstance(logins, Unavailable) else any(it.root for it in logins)


_READERS: Mapping[str, tuple[Callable[[Host], Scalar | Unavailable], str]] = MappingProxyType(
    {
        "remote.control_installed": (desktop.read_installed, "folders of programs"),
        "remote.desktop_sharing": (desktop.read_sharing, _PROCESSES),
        "remote.ssh_listening": (ssh_listening.read_listening, f"{_PROCESSES}, systemctl show"),
        "remote.ssh_password_login": (_password, ssh_server.SOURCE),
        "remote.ssh_root_login": (_root, ssh_server.SOURCE),
    }
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Those facts of remote access that were asked for."""
    del now
    for key in sorted(keys & _READERS.keys()):
        read, source = _READERS[key]
        value = read(host)
        yield Fact(key, value, source)


PROBE = Probe("remote access", tuple(_READERS), collect)
