"""The facts of remote access."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.macos import listening, processes
from hipaaguard.collect.macos.remote import desktop, ssh
from hipaaguard.model import Fact, Scalar, Unavailable

_PORTS = f"{listening.SOURCE}, {processes.SOURCE}"


def _password(host: Host) -> bool | Unavailable:
    login = ssh.find_login(host)
    return login if isinstance(login, Unavailable) else login.password


def _root(host: Host) -> bool | Unavailable:
    login = ssh.find_login(host)
    return login if isinstance(login, Unavailable) else login.root


_READERS: Mapping[str, tuple[Callable[[Host], Scalar | Unavailable], str]] = MappingProxyType(
    {
        "remote.control_installed": (desktop.read_installed, "folders of applications and launchd"),
        "remote.desktop_sharing": (desktop.read_sharing, _PORTS),
        "remote.ssh_listening": (ssh.read_listening, listening.SOURCE),
        "remote.ssh_password_login": (_password, ssh.CONFIG),
        "remote.ssh_root_login": (_root, ssh.CONFIG),
    }
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Those facts of remote access that were asked for."""
    del now
    for key in sorted(keys & _READERS.keys()):
        read, source = _READERS[key]
        yield Fact(key, read(host), source)


PROBE = Probe("remote access", tuple(_READERS), collect)
