"""Whether an SSH server waits for other computers.

Whose a port is, only an administrator sees. Without those rights the answer comes from systemd's
sockets, and from whether a server runs and a port that its settings name is open.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.folders import find_programs
from hipaaguard.collect.linux.listening import Listener, find_listening
from hipaaguard.collect.linux.remote.ssh_server import (
    PROGRAMS,
    configured_ports,
    running_servers,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

# What Debian, Fedora, Arch and openSUSE call them.
UNITS = (
    "ssh.socket",
    "sshd.socket",
    "dropbear.socket",
    "ssh.service",
    "sshd.service",
    "dropbear.service",
)
COMMAND = ("systemctl", "show", "--property=Id,ActiveState,Listen", *UNITS)
_RUNNING = frozenset({"active", "reloading"})
_ADDRESS = re.compile(r"\[?([0-9A-Fa-f.:]+)\]?(?:%\S+)?:\d+ \(Stream\)")


@dataclass(frozen=True, slots=True)
class State:
    """A unit of systemd.

    Attributes:
        running: whether it runs; a socket: whether it waits.
        open: whether it is a socket that waits, at an address beyond loopback.
    """

    running: bool
    open: bool


def parse_units(text: str) -> Mapping[str, State]:
    """The units that `systemctl show --property=Id,ActiveState,Listen` describes.

    Args:
        text: blocks of lines `Key=Value` with an empty line between them; `Listen` comes once an
            address: `Listen=[::]:22 (Stream)`.

    Returns:
        By the unit's name; may be empty.

    Raises:
        ParseError: A block without its unit's name or state.

    Source: systemctl(1); src/systemctl/systemctl-show.c.
    """
    blocks = [it for it in re.split(r"\n\s*\n", text.strip()) if it.strip()]
    return MappingProxyType(dict(_parse_unit(block) for block in blocks))


def _parse_unit(block: str) -> tuple[str, State]:
    pairs = [line.partition("=")[::2] for line in block.splitlines()]
    values = dict(pairs)
    if not values.get("Id") or not values.get("ActiveState"):
        raise ParseError("systemctl described a service without its state")
    running = values["ActiveState"] in _RUNNING
    addresses = (value for key, value in pairs if key == "Listen")
    return values["Id"], State(running, running and any(map(is_open, addresses)))


def is_open(address: str) -> bool:
    """Whether a socket of systemd's can be reached from other computers: `[::]:22 (Stream)`."""
    match = _ADDRESS.fullmatch(address)
    try:
        return match is not None and not ipaddress.ip_address(match[1]).is_loopback
    except ValueError:
        return False


def read_listening(host: Host) -> bool | Unavailable:
    """Whether an SSH server waits for other computers."""
    listening = find_listening(host)
    units = _units(host)
    if not isinstance(units, Unavailable) and any(unit.open for unit in units.values()):
        return True
    if isinstance(listening, Unavailable):
        return listening
    if any(listening.programs(it) & PROGRAMS for it in listening.tcp()):
        return True
    unknown = [it for it in listening.tcp() if not listening.programs(it) - {"systemd"}]
    if not unknown:
        return False
    return units if isinstance(units, Unavailable) else _without_owners(host, units, unknown)


def _without_owners(
    host: Host, units: Mapping[str, State], unknown: list[Listener]
) -> bool | Unavailable:
    """The answer where these open ports may belong to any program."""
    servers = running_servers(host)
    if isinstance(servers, Unavailable):
        return servers
    ports = configured_ports(host)
    if any(unit.running for unit in units.values()) or servers:
        return True if any(it.port in ports for it in unknown) else _unknown(host)
    if any(it.port in ports for it in unknown):
        return _unknown(host)
    installed = frozenset[str]() if units else find_programs(host, PROGRAMS)
    if isinstance(installed, Unavailable):
        return installed
    return _unknown(host) if installed else False


def _unknown(host: Host) -> Unavailable:
    detail = "whether the program behind an open port is an SSH server could not be told"
    return Unavailable(Reason.UNRECOGNISED if host.elevated else Reason.NOT_PERMITTED, detail)


def _units(host: Host) -> Mapping[str, State] | Unavailable:
    """The units by name; empty where another program than systemd started the system."""
    if is_absent(host.names("/run/systemd/system")):
        first = read_text(host, "/proc/1/comm")
        if isinstance(first, str) and first != "systemd\n":
            return {}
        return Unavailable(Reason.FAILED, "systemd could not be asked for its services")
    answer = host.run(*COMMAND)
    return attempt(_told, answer) if isinstance(answer, Output) else answer


def _told(answer: Output) -> Mapping[str, State]:
    units = parse_units(answer.text)
    if answer.exit_code != 0 or not units:
        raise ParseError("systemctl could not describe the services of this system")
    return units
