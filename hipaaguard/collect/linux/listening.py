"""The sockets that wait for other computers, and whose they are, from `/proc`.

- The tables of process 1 are read, which are the machine's own also where this program was started
  in a network namespace.
- `ss` is not asked: it makes the kernel load its modules for socket diagnosis. Whose a socket is,
  the links in `/proc/PID/fd` tell, of other users' processes only to an administrator.
- UDP has no state that tells a server from a program that waits for an answer. What lies in the
  range that the kernel hands out by itself is taken for the latter, as are the ports of DHCP.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt, decode, is_absent, read_text
from hipaaguard.collect.linux.processes import (
    NAME_BYTES,
    Process,
    all_in_sight,
    find_processes,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

SOURCE = "/proc/1/net"
PROTOCOLS = ("tcp", "udp")
_NAME = "network.listening"
# Each socket of each process that this run may look into, as `/proc/8/fd socket:[4711]`.
OWNERS = (
    "find",
    *("/proc", "-mindepth", "1", "-maxdepth", "3"),
    *("(", "-path", "/proc/*/fd/*", "-lname", "socket:*", "-printf", "%h %l\\n", ")"),
    *("-o", "(", "-path", "/proc/*/*", "!", "-name", "fd", "-prune", ")"),
)

# TCP_LISTEN, and TCP_CLOSE, which of UDP means "not connected". include/net/tcp_states.h
_WAITING = MappingProxyType({"tcp": "0A", "udp": "07"})
# DHCP's clients. RFC 2131, RFC 8415
_CLIENT_PORTS = frozenset({68, 546})
_ROW = re.compile(
    r"\s*\d+: (?P<local>(?:[0-9A-F]{8}|[0-9A-F]{32})):(?P<port>[0-9A-F]{4}) "
    r"[0-9A-F]+:[0-9A-F]{4} (?P<state>[0-9A-F]{2}) \S+ \S+ \S+ +(?P<uid>\d+) +\d+ "
    r"(?P<inode>\d+)\b.*"
)
_OWNER = re.compile(r"/proc/(\d+)/fd socket:\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that waits.

    Attributes:
        protocol: `tcp` or `udp`.
        port: 1 to 65535.
        loopback: whether only this computer itself can reach it.
        uid: whose it is.
        inode: its number in the kernel; 0 for one of the kernel's own.
    """

    protocol: str
    port: int
    loopback: bool
    uid: int
    inode: int


@dataclass(frozen=True)
class Listening:
    """What waits beyond loopback, and whose it is as far as this run may see.

    Attributes:
        listeners: those that other computers may reach.
        owners: the processes that hold a listener, by its inode; one that is missing was not told.
        seen: the numbers of the processes whose sockets were told.
    """

    listeners: tuple[Listener, ...]
    owners: Mapping[int, tuple[Process, ...]]
    seen: frozenset[int]

    def programs(self, listener: Listener) -> frozenset[str]:
        """The programs that hold it, systemd only if no other does; none if that was not told."""
        names = frozenset(shown_name(process) for process in self.owners.get(listener.inode, ()))
        return names - {"systemd"} or names

    def tcp(self) -> tuple[Listener, ...]:
        """Those of TCP."""
        return tuple(listener for listener in self.listeners if listener.protocol == "tcp")

    def waits(self, process: Process) -> bool | None:
        """Whether the process waits for other computers by TCP; None if that was not told."""
        if process.pid in self.seen:
            return any(process in self.owners.get(it.inode, ()) for it in self.tcp())
        # What nobody is known to hold may be its own.
        return None if any(not self.owners.get(it.inode) for it in self.tcp()) else False


def parse_sockets(text: str, protocol: str) -> tuple[Listener, ...]:
    """The sockets that wait, of a table such as `/proc/net/tcp` or `/proc/net/udp6`.

    Args:
        text: a heading, then one socket a line, numbers in hexadecimal.
        protocol: `tcp` or `udp`: whose table it is.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: No heading, or a line that is no socket.

    Source: proc_net(5), net/ipv4/tcp_ipv4.c, net/ipv4/udp.c.
    """
    heading, *lines = text.splitlines() or [""]
    if "local_address" not in heading:
        raise ParseError("the kernel's table of open ports has no heading")
    rows = [_ROW.fullmatch(line) for line in lines]
    return tuple(
        _listener(row, protocol) for row in rows if _state(row) == _WAITING[protocol] and row
    )


def _state(row: re.Match[str] | None) -> str:
    if row is None:
        raise ParseError("the kernel's table of open ports has a line of an unknown form")
    return row["state"]


def _listener(row: re.Match[str], protocol: str) -> Listener:
    loopback = parse_address(row["local"]).is_loopback
    return Listener(protocol, int(row["port"], 16), loopback, int(row["uid"]), int(row["inode"]))


def parse_address(digits: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address that the kernel writes as words of 8 hexadecimal digits, lowest byte first.

    Returns:
        An IPv4 address also where it is written as one of IPv6 (`::ffff:127.0.0.1`).

    Raises:
        ParseError: Not 8 or 32 digits.
    """
    # NOTE: on the rare machines that keep the highest byte first, loopback is not recognised, and
    # more ports than there are count as open.
    try:
        words = [bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8)]
        address = ipaddress.ip_address(b"".join(words))
    except ValueError as error:
        raise ParseError("the kernel wrote an address of an unknown form") from error
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def parse_owners(text: str) -> Mapping[int, frozenset[int]]:
    """The inodes of each process' sockets, of lines `/proc/8/fd socket:[4711]`.

    Returns:
        By the process' number; may be empty.

    Raises:
        ParseError: A line of another form.
    """
    found: dict[int, set[int]] = {}
    for line in text.splitlines():
        match = _OWNER.fullmatch(line)
        if match is None:
            raise ParseError("the sockets of a running process were told in an unknown form")
        found.setdefault(int(match[1]), set()).add(int(match[2]))
    return MappingProxyType({pid: frozenset(inodes) for pid, inodes in found.items()})


def parse_port_range(text: str) -> range:
    """The ports that the kernel hands out by itself: `32768  60999`.

    Returns:
        Both ends included.

    Raises:
        ParseError: Not two numbers.

    Source: ip(7), ip_local_port_range.
    """
    match = re.fullmatch(r"\s*(\d{1,5})\s+(\d{1,5})\s*", text)
    if match is None:
        raise ParseError("the kernel told the range of passing ports in an unknown form")
    return range(int(match[1]), int(match[2]) + 1)


def is_passing(listener: Listener, passing: range) -> bool:
    """Whether it is, as far as can be told, a program that only asks and waits for the answer."""
    own = listener.port in passing or listener.port in _CLIENT_PORTS
    return listener.protocol == "udp" and own


def shown_name(process: Process) -> str:
    """The process' name as the kernel has it, in full where the kernel has cut it."""
    cut = len(process.name.encode()) >= NAME_BYTES and process.program.startswith(process.name)
    name = process.program if cut else process.name
    return "".join(char if char.isprintable() else "?" for char in name)


def find_listening(host: Host) -> Listening | Unavailable:
    """What waits beyond loopback; known only where every table of the machine could be read."""
    found: list[Listener] = []
    for protocol in PROTOCOLS:
        for table in (protocol, f"{protocol}6"):
            listeners = _table(host, table, protocol)
            if isinstance(listeners, Unavailable):
                return listeners
            found += (listener for listener in listeners if not listener.loopback)
    if not all_in_sight(host):
        detail = "HipaaGuard does not see the whole machine, as in a container"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return _with_owners(host, tuple(found))


def _table(host: Host, name: str, protocol: str) -> tuple[Listener, ...] | Unavailable:
    text = read_text(host, f"{SOURCE}/{name}")
    if is_absent(text) and name.endswith("6") and _without_ipv6(host, protocol):
        return ()
    if is_absent(text):
        return Unavailable(Reason.FAILED, "the kernel's table of open ports was not found")
    return text if isinstance(text, Unavailable) else attempt(parse_sockets, text, protocol)


def _without_ipv6(host: Host, protocol: str) -> bool:
    """Whether the kernel lists its protocols and has this one for IPv4 alone."""
    text = read_text(host, f"{SOURCE}/protocols")
    if isinstance(text, Unavailable):
        return False
    names = {line.split()[0] for line in text.splitlines() if line.strip()}
    return protocol.upper() in names and f"{protocol.upper()}v6" not in names


def _with_owners(host: Host, listeners: tuple[Listener, ...]) -> Listening:
    """The listeners with their processes, of which none is told when they cannot be."""
    answer = host.run(*OWNERS)
    processes = find_processes(host)
    inodes = attempt(_told, answer) if isinstance(answer, Output) else answer
    if isinstance(inodes, Unavailable) or isinstance(processes, Unavailable):
        return Listening(listeners, {}, frozenset())
    told = [process for process in processes if process.pid in inodes]
    owners = {
        listener.inode: tuple(it for it in told if listener.inode in inodes[it.pid])
        for listener in listeners
        if listener.inode
    }
    return Listening(listeners, owners, frozenset(process.pid for process in told))


def _told(answer: Output) -> Mapping[int, frozenset[int]]:
    # Its exit code says that other users' processes, or some that have ended, could not be read.
    return parse_owners(decode(answer.stdout))


def _items(listening: Listening, passing: range) -> Iterator[str]:
    for listener in listening.listeners:
        if is_passing(listener, passing):
            continue
        port = f"{listener.port}/{listener.protocol}"
        yield from (f"{port} {name}" for name in sorted(listening.programs(listener)) or [""])


def list_ports(listening: Listening, passing: range) -> tuple[str, ...]:
    """The ports with their programs, each once, by number, protocol and program."""
    items = {item.strip() for item in _items(listening, passing)}
    return tuple(sorted(items, key=lambda item: (int(item.split("/")[0]), item)))


def _passing(host: Host) -> range | Unavailable:
    """The range of passing ports."""
    text = read_text(host, "/proc/sys/net/ipv4/ip_local_port_range")
    return text if isinstance(text, Unavailable) else attempt(parse_port_range, text)


def collect(host: Host, keys: frozenset[str], now: datetime) -> tuple[Fact, ...]:
    """The ports that are open beyond loopback."""
    del keys, now
    listening = find_listening(host)
    if isinstance(listening, Unavailable):
        return (Fact(_NAME, listening, SOURCE),)
    passing = _passing(host)
    if isinstance(passing, Unavailable):
        return (Fact(_NAME, passing, SOURCE),)
    return (Fact(_NAME, list_ports(listening, passing), SOURCE),)


PROBE = Probe("open ports", (_NAME,), collect)
