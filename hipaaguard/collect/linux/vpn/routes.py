"""Where packets would leave, from `ip -j route get`: text to data, nothing is asked or sent.

A look-up by the kernel follows policy routing (wg-quick's mark, Tailscale's table 52) and the
longest prefix, which no reading of the main table does.
"""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import msgspec

from hipaaguard.collect.vpn_ways import Address, Network
from hipaaguard.errors import ParseError

# strerror(3) of what the kernel answers for a destination without a way out (ip-route(8): none, and
# the types `unreachable`, `prohibit`, `blackhole`), and where IPv6 is switched off.
_NO_WAY = (
    "Network is unreachable",
    "No route to host",
    "Permission denied",
    "Invalid argument",
    "Operation not supported",
    "Address family not supported by protocol",
)
_DROPPED = frozenset({"unreachable", "blackhole", "prohibit", "throw"})
_HERE = frozenset({"local", "broadcast", "anycast", "multicast"})


@dataclass(frozen=True, slots=True)
class Route:
    """Where packets to one destination go.

    Attributes:
        device: the interface that they leave through; empty when they are dropped.
        source: the address that they leave with; None when the kernel names none.
        here: whether they stay on this machine or go to everyone on its own network.
    """

    device: str = ""
    source: Address | None = None
    here: bool = False


class _Shown(msgspec.Struct, frozen=True):
    type: str = "unicast"
    dev: str = ""
    prefsrc: str = ""


class _Entry(msgspec.Struct, frozen=True):
    dst: str = ""


def parse_route(exit_code: int, stdout: str, stderr: str) -> Route:
    """Where packets to the destination of one `ip -j route get` go.

    Args:
        exit_code: 0, or 2 when the kernel has no way for them.
        stdout: a JSON list with one object; empty on failure.
        stderr: on failure `RTNETLINK answers: ` and the C library's words for the error.

    Returns:
        The route; without a device when there is none.

    Raises:
        ParseError: Another form.

    Source: ip-route(8); iproute2 6.1 on Linux 6.18, tests/test_vpn_netns.py.
    """
    if exit_code == 0:
        return _found(stdout)
    said = stderr.strip().removeprefix("RTNETLINK answers: ")
    if exit_code == 2 and said in _NO_WAY:
        return Route()
    raise ParseError("ip did not answer where packets would leave")


def _found(stdout: str) -> Route:
    try:
        shown = msgspec.json.decode(stdout, type=tuple[_Shown, ...])
        source = ip_address(shown[0].prefsrc) if shown and shown[0].prefsrc else None
    except (msgspec.DecodeError, ValueError) as error:
        raise ParseError("ip told a route in a form that is not known") from error
    if len(shown) != 1:
        raise ParseError("ip told more or less than one route")
    if shown[0].type in _DROPPED:
        return Route()
    if not shown[0].dev:
        raise ParseError("ip told a route without an interface")
    return Route(shown[0].dev, source, shown[0].type in _HERE)


def parse_destinations(text: str) -> tuple[Network, ...]:
    """The destinations that the routing tables tell apart, the default left out.

    Args:
        text: stdout of `ip -4 -j route show table all` (or `-6`).

    Returns:
        Sorted as printed; may be empty.

    Raises:
        ParseError: Another form.

    Source: ip-route(8); tests/test_vpn_netns.py.
    """
    try:
        entries = msgspec.json.decode(text, type=tuple[_Entry, ...])
        named = [entry.dst for entry in entries if entry.dst not in ("", "default")]
        return tuple(ip_network(dst, strict=False) for dst in named)
    except (msgspec.DecodeError, ValueError) as error:
        raise ParseError("ip listed the routes in a form that is not known") from error
