"""The facts of remote access."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host
from hipaaguard.collect.windows import listening
from hipaaguard.collect.windows.remote import desktop, ssh
from hipaaguard.model import Fact, Scalar, Unavailable

_PROCESSES = f"Get-Process, {listening.SOURCE}"


def _password(host: Host) -> bool | Unavailable:
    login = ssh.find_login(host)
    return login if isinstance(login, Unavailable) else login.password


def _root(host: Host) -> bool | Unavailable:
    login = ssh.find_login(host)
    return login if isinstance(login, Unavailable) else login.administrator


_READERS: Mapping[str, tuple[Callable[[Host], Scalar | Unavailable], str]] = MappingProxyType(
    {
        "remote.control_installed": (desktop.read_installed, "services, installed programs"),
        "remote.desktop_sharing": (desktop.read_sharing, f"{desktop.TERMINAL}, {_PROCESSES}"),
        "remote.ssh_listening": (ssh.read_listening, _PROCESSES),
        "remote.ssh_password_login": (_password, "sshd_config"),
        "remote.ssh_root_login": (_root, "sshd_config"),
    }
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """Those facts of remote access that were asked for."""
    del now
    for key in sorted(keys & _READERS.keys()):
        read, source = _READERS[key]
        yield Fact(key, read(host), source)


PROBE = Probe("remote access", tuple(_READERS), collect)
