"""The ports that wait for other computers, and the programs behind them.

- Whose a port is, Windows tells everyone; a service that shares a process is called `svchost`.
- UDP has no state that tells a server from a program that waits for an answer. What lies in the
  range that Windows hands out by itself is taken for the latter, as are the ports of DHCP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Row, attempt
from hipaaguard.collect.windows.processes import find_processes
from hipaaguard.collect.windows.rows import number, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Unavailable

_NAME = "network.listening"
SOURCE = "Get-NetTCPConnection, Get-NetUDPEndpoint"
QUERIES = {"tcp": "ports-tcp", "udp": "ports-udp"}
PASSING = "ports-passing"

# DHCP's clients. RFC 2131, RFC 8415
_CLIENT_PORTS = frozenset({68, 546})


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that waits.

    Attributes:
        protocol: `tcp` or `udp`.
        port: 1 to 65535.
        loopback: whether only this computer itself can reach it.
        pid: the number of its process.
    """

    protocol: str
    port: int
    loopback: bool
    pid: int


def parse_listeners(rows: Sequence[Row], protocol: str) -> tuple[Listener, ...]:
    """The ports that wait.

    Args:
        rows: `LocalAddress`, `LocalPort`, `OwningProcess` each.
        protocol: `tcp` or `udp`: whose ports they are.

    Returns:
        In the order of Windows; without those that have no number yet.

    Raises:
        ParseError: A property of another form; of TCP no port at all, as some always wait.

    Source: MSFT_NetTCPConnection, MSFT_NetUDPEndpoint.
    """
    if protocol == "tcp" and not rows:
        raise ParseError("Windows listed no open port, not even its own")
    found = (_listener(row, protocol) for row in rows)
    return tuple(it for it in found if it.port)


def _listener(row: Row, protocol: str) -> Listener:
    port, pid = number(row, "LocalPort"), number(row, "OwningProcess")
    try:
        address = ip_address((text(row, "LocalAddress") or "").partition("%")[0])
    except ValueError as error:
        raise ParseError("Windows listed an open port in a form that is not known") from error
    if port is None or pid is None or not 0 <= port < 1 << 16:
        raise ParseError("Windows listed an open port in a form that is not known")
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return Listener(protocol, port, (mapped or address).is_loopback, pid)


def parse_passing(rows: Sequence[Row]) -> range:
    """The UDP ports that Windows hands out by itself.

    Args:
        rows: one with `DynamicPortRangeStartPort` and `DynamicPortRangeNumberOfPorts`.

    Returns:
        Both ends included.

    Raises:
        ParseError: Not exactly one range.

    Source: MSFT_NetUDPSetting.
    """
    ranges = {
        (number(it, "DynamicPortRangeStartPort"), number(it, "DynamicPortRangeNumberOfPorts"))
        for it in rows
    }
    start, length = ranges.pop() if len(ranges) == 1 else (None, None)
    if start is None or length is None:
        raise ParseError("Windows told the range of passing ports in a form that is not known")
    return range(start, start + length)


def find_listeners(host: Host, protocol: str) -> tuple[Listener, ...] | Unavailable:
    """The ports of this protocol that wait for other computers."""
    rows = host.query(QUERIES[protocol])
    found = rows if isinstance(rows, Unavailable) else attempt(parse_listeners, rows, protocol)
    if isinstance(found, Unavailable):
        return found
    return tuple(it for it in found if not it.loopback)


def is_passing(listener: Listener, passing: range) -> bool:
    """Whether it is, as far as can be told, a program that only asks and waits for the answer."""
    own = listener.port in passing or listener.port in _CLIENT_PORTS
    return listener.protocol == "udp" and own


def list_ports(
    listeners: Sequence[Listener], names: Mapping[int, str], passing: range
) -> tuple[str, ...]:
    """The ports with their programs, each once, by number, protocol and program."""
    items = {
        f"{it.port}/{it.protocol} {names.get(it.pid, '')}".strip()
        for it in listeners
        if not is_passing(it, passing)
    }
    return tuple(sorted(items, key=lambda item: (int(item.split("/")[0]), item)))


def _ports(host: Host) -> tuple[str, ...] | Unavailable:
    tcp, udp = find_listeners(host, "tcp"), find_listeners(host, "udp")
    if isinstance(tcp, Unavailable):
        return tcp
    if isinstance(udp, Unavailable):
        return udp
    rows = host.query(PASSING)
    passing = rows if isinstance(rows, Unavailable) else attempt(parse_passing, rows)
    if isinstance(passing, Unavailable):
        return passing
    processes = find_processes(host)
    # The ports are worth telling also where nobody knows whose they are.
    names = {} if isinstance(processes, Unavailable) else processes
    return list_ports((*tcp, *udp), names, passing)


def collect(host: Host, keys: frozenset[str], now: datetime) -> tuple[Fact, ...]:
    """The ports that are open beyond loopback."""
    del keys, now
    return (Fact(_NAME, _ports(host), SOURCE),)


PROBE = Probe("open ports", (_NAME,), collect)
