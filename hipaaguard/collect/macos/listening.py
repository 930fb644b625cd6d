"""The ports that wait for other computers, and the programs behind them.

- `netstat -v` tells everyone every socket of the Mac and whose it is; `lsof` tells an ordinary
  person of their own alone. Its columns and states are the kernel's, which nothing translates.
- Up to macOS 13 it tells the program's number, which `ps` then names; since then also the first 16
  letters of its name. A port that launchd holds for a service until somebody comes is launchd's.
- Of long IPv6 addresses it shows the beginning, so these are taken to be reachable.
- UDP has no state that tells a server from a program that waits for an answer. What lies in the
  range that the kernel hands out by itself is taken for the latter, as are the ports of DHCP.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

_NAME = "network.listening"
SOURCE = "netstat -anv"
PROTOCOLS = ("tcp", "udp")
PASSING = ("sysctl", "-n", "net.inet.ip.portrange.first", "net.inet.ip.portrange.last")
LAUNCHD = "launchd"
NAME_LETTERS = 16
"""As many letters of a program's name are told."""

# DHCP's clients. RFC 2131, RFC 8415
_CLIENT_PORTS = frozenset({68, 546})
_ROW = re.compile(
    r"(?P<protocol>tcp|udp)(?:4|6|46) +\d+ +\d+ +(?P<local>\S+)\.(?P<port>\d{1,5}|\*) +"
    r"(?P<peer>\S+)\.(?:\d{1,5}|\*)(?: +(?P<state>[A-Z][A-Z_0-9]*\*?))?(?P<rest> .*)?"
)
# What stands between the state and the program, and after it, is numbers.
_NAMED = re.compile(r"(?: +\d+){2,4} +(?P<name>\S.*?)?:(?P<pid>\d+) +[0-9a-f]{5}\b.*")
_NUMBERED = re.compile(r"(?: +\d+){2,4}? +(?P<pid>\d+) +\d+ +0x[0-9a-f]{4}\b.*")
_PROCESS = re.compile(r"\s*(\d+) (.+)")


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that waits.

    Attributes:
        protocol: `tcp` or `udp`.
        port: 1 to 65535.
        loopback: whether only this Mac itself can reach it.
        pid: the number of its program.
        program: the first letters of its name; empty where it is not told.
    """

    protocol: str
    port: int
    loopback: bool
    pid: int
    program: str = ""


def parse_listeners(text: str, protocol: str) -> tuple[Listener, ...]:
    """The ports that wait.

    Args:
        text: a heading with the columns, then one socket a line.
        protocol: `tcp` or `udp`: whose sockets they are.

    Returns:
        In its order; without sockets that have no port, or talk to one computer.

    Raises:
        ParseError: No heading, a line of another form, or no socket at all.

    Source: `netstat -anv -p tcp` and `-p udp`, recorded on macOS 12 to 26; inet.c of Apple's
        network_cmds.
    """
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    heading = next((at for at, line in enumerate(lines) if line.startswith("Proto ")), None)
    if heading is None:
        raise ParseError("the table of open ports has no heading")
    named = "process:pid" in lines[heading]
    # Closing remark of netstat's, as sockets come and go while it looks.
    rows = [line for line in lines[heading + 1 :] if not line.startswith("Some ")]
    if not rows:
        raise ParseError("the table of open ports is empty, though some always wait")
    found = [_parse_row(row, protocol, named=named) for row in rows]
    return tuple(it for it in found if it is not None)


def _parse_row(line: str, protocol: str, *, named: bool) -> Listener | None:
    match = _ROW.fullmatch(line)
    if match is None or match["protocol"] != protocol:
        raise ParseError("the table of open ports has a line of a form that is not known")
    waits = match["state"] == "LISTEN" if protocol == "tcp" else match["peer"] == "*"
    if not waits or match["port"] == "*":
        return None
    port = int(match["port"])
    owner = (_NAMED if named else _NUMBERED).fullmatch(match["rest"] or "")
    if owner is None or not 0 < port < 1 << 16:
        raise ParseError("the table of open ports has a line of a form that is not known")
    name = (owner["name"] or "") if named else ""
    shown = "".join(char if char.isprintable() else "?" for char in name.strip())
    return Listener(protocol, port, is_loopback(match["local"]), int(owner["pid"]), shown)


def is_loopback(address: str) -> bool:
    """Whether only this Mac can reach an address as netstat shows it: `*`, `::1`, `fe80::1%lo0`."""
    bare, _, interface = address.partition("%")
    if interface:
        return re.fullmatch(r"lo\d*", interface) is not None
    try:
        found = ip_address(bare)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def parse_names(text: str) -> Mapping[int, str]:
    """The names of running programs by their numbers, of lines `  1 /sbin/launchd`.

    Returns:
        Without the folder, and cut as netstat cuts them.

    Raises:
        ParseError: A line of another form.
    """
    found: dict[int, str] = {}
    for line in text.splitlines():
        match = _PROCESS.fullmatch(line)
        if match is None:
            raise ParseError("the list of programs is not in a form that this version knows")
        name = match[2].strip().rsplit("/", 1)[-1][:NAME_LETTERS]
        found[int(match[1])] = "".join(char if char.isprintable() else "?" for char in name)
    return found


def parse_passing(text: str) -> range:
    """The ports that the kernel hands out by itself: one number a line, the first and the last.

    Returns:
        Both ends included.

    Raises:
        ParseError: Not two numbers.

    Source: `net.inet.ip.portrange` of sysctl(3), 49152 to 65535 unless set otherwise.
    """
    match = re.fullmatch(r"\s*(\d{1,5})\s+(\d{1,5})\s*", text)
    if match is None:
        raise ParseError("the kernel told the range of passing ports in an unknown form")
    return range(int(match[1]), int(match[2]) + 1)


def find_listeners(host: Host, protocol: str) -> tuple[Listener, ...] | Unavailable:
    """The ports of this protocol that wait for other computers."""
    answer = host.run("netstat", "-anv", "-p", protocol)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists open ports answered with an error")
    found = attempt(_parse_answer, answer, protocol)
    if isinstance(found, Unavailable):
        return found
    others = tuple(it for it in found if not it.loopback)
    return others if all(it.program for it in others) else _with_names(host, others)


def _parse_answer(answer: Output, protocol: str) -> tuple[Listener, ...]:
    return parse_listeners(answer.stdout.decode(errors="replace"), protocol)


def _with_names(host: Host, listeners: tuple[Listener, ...]) -> tuple[Listener, ...]:
    """The listeners with names that `ps` knows; without, where it does not."""
    answer = host.run("ps", "-axww", "-o", "pid=,comm=")
    told = isinstance(answer, Output) and answer.exit_code == 0
    text = answer.stdout.decode(errors="replace") if isinstance(answer, Output) and told else ""
    names = attempt(parse_names, text)
    if isinstance(names, Unavailable):
        return listeners
    return tuple(replace(it, program=it.program or names.get(it.pid, "")) for it in listeners)


def list_ports(listeners: Sequence[Listener], passing: range) -> tuple[str, ...]:
    """The ports with their programs, each once, by number, protocol and program."""
    items = {
        f"{it.port}/{it.protocol} {it.program}".strip()
        for it in listeners
        if not is_passing(it, passing)
    }
    return tuple(sorted(items, key=lambda item: (int(item.split("/")[0]), item)))


def is_passing(listener: Listener, passing: range) -> bool:
    """Whether it is, as far as can be told, a program that only asks and waits for the answer."""
    own = listener.port in passing or listener.port in _CLIENT_PORTS
    return listener.protocol == "udp" and own


def _ports(host: Host) -> tuple[str, ...] | Unavailable:
    found: list[Listener] = []
    for protocol in PROTOCOLS:
        listeners = find_listeners(host, protocol)
        if isinstance(listeners, Unavailable):
            return listeners
        found += listeners
    answer = host.run(*PASSING)
    passing = answer if isinstance(answer, Unavailable) else attempt(_parse_passing, answer)
    return passing if isinstance(passing, Unavailable) else list_ports(found, passing)


def _parse_passing(answer: Output) -> range:
    return parse_passing(answer.text)


def collect(host: Host, keys: frozenset[str], now: datetime) -> tuple[Fact, ...]:
    """The ports that are open beyond loopback."""
    del keys, now
    return (Fact(_NAME, _ports(host), SOURCE),)


PROBE = Probe("open ports", (_NAME,), collect)
