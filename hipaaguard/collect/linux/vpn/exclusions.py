"""Which ranges a VPN may leave out, from `ip -j route show table all`: text to data, nothing asked.

Clients exclude a service (video calls, an office suite) by routes of its own past the tunnel, by
rules for its addresses, or by leaving a gap between the tunnel's routes, where the home's default
route decides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice

import msgspec

from hipaaguard.collect.vpn_ways import WIDEST_OWN, Address, Network, in_gaps
from hipaaguard.errors import ParseError

MAX_EXCLUSIONS = 50
"""How many look-ups the listed routes may cost for IPv4 and again for IPv6."""

_EVERYTHING: dict[int, Network] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


class _Hop(msgspec.Struct, frozen=True):
    dev: str = ""
    gateway: str = ""
    via: object = None


class _Shown(_Hop, frozen=True):
    type: str = "unicast"
    dst: str = ""
    nexthops: tuple[_Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class _Listed:
    network: Network
    shown: _Shown

    @property
    def is_own(self) -> bool:
        """Whether it is the machine's own network, whose neighbours no VPN carries."""
        shown = self.shown
        on_link = shown.type == "unicast" and shown.dev and not (shown.gateway or shown.via)
        return bool(on_link) and self.network.prefixlen >= WIDEST_OWN[self.network.version]

    def may_pass(self, tunnels: Collection[str]) -> bool:
        """Whether packets may leave by it past the tunnels; `throw` sends them to other tables."""
        if self.shown.type not in ("unicast", "throw") or _is_host(self.network) or self.is_own:
            return False
        return any(hop.dev not in tunnels for hop in self.shown.nexthops or (self.shown,))


def parse_exclusions(
    text: str, version: int, tunnels: Collection[str], ruled: Iterable[Network] = ()
) -> tuple[Address, ...]:
    """One public address for each listed route or rule that may lead past the tunnels.

    Whether it does is the kernel's to say: a rule can come before the table that holds it.
    Left out are hosts (the VPN's own server has such a route) and the machine's own networks.

    Args:
        text: stdout of `ip -4 -j route show table all` (or `-6`).
        version: 4 or 6.
        tunnels: the interfaces that carry what they are given.
        ruled: networks of this version that rules of routing name as destinations.

    Returns:
        At most `MAX_EXCLUSIONS`, of the widest routes first, each once; may be empty.

    Raises:
        ParseError: Another form.

    Source: ip-route(8); iproute2 6.1 on Linux 6.18, tests/test_vpn_netns.py.
    """
    listed = _parse(text, version)
    passing = {route.network for route in listed if route.may_pass(tunnels)}
    passing |= {network for network in ruled if not _is_host(network)}
    # Widest first: what is wide carries most, and clients that exclude more ranges than are looked
    # up exclude by a few wide ones and many small ones, so one that leads past shows soon.
    widest_first = sorted(passing, key=lambda it: (it.prefixlen, int(it[0])))
    own = (route.network for route in listed if route.is_own)
    found = in_gaps(widest_first, {route.network for route in listed}, own)
    return tuple(islice(dict.fromkeys(found), MAX_EXCLUSIONS))


def _parse(text: str, version: int) -> list[_Listed]:
    try:
        shown = msgspec.json.decode(text, type=tuple[_Shown, ...])
        routes = [_Listed(_network(it.dst, version), it) for it in shown if it.dst]
    except (msgspec.DecodeError, ValueError) as error:
        raise ParseError("ip listed the routes in a form that is not known") from error
    return [route for route in routes if route.network.version == version]


def _network(dst: str, version: int) -> Network:
    return _EVERYTHING[version] if dst == "default" else ip_network(dst, strict=False)


def _is_host(network: Network) -> bool:
    return network.prefixlen == network.max_prefixlen
