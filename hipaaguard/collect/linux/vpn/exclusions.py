"""Which ranges a VPN may leave out, from `ip -j route show table all`: text to data, nothing asked.

Clients exclude a service (video calls, an office suite) by routes of its own past the tunnel, by
rules for its addresses, or by leaving a gap between the tunnel's routes, where the home's default
route decides.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice

import msgspec

from hipaaguard.collect.linux.vpn.routes import Address, Network
from hipaaguard.errors import ParseError

MAX_EXCLUSIONS = 50
"""How many look-ups the listed routes may cost for IPv4 and again for IPv6."""

# No one on the internet is reached by these (IANA's registries of special-purpose addresses); of
# IPv6 only 2000::/3 is in use. Listed here because `is_global` differs between releases of Python.
_NOT_PUBLIC: dict[int, tuple[Network, ...]] = {
    4: tuple(
        map(
            ip_network,
            (
                *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
                *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16"),
                *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
            ),
        )
    ),
    6: tuple(
        map(
            ip_network,
            ("::/3", "2001::/23", "2001:db8::/32", "3fff::/20", "4000::/2", "8000::/1"),
        )
    ),
}
_EVERYTHING: dict[int, Network] = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}
# A route without a gateway is the own network of a wire or a wireless network, unless it is wider
# than any such network: then it leads on, as over a dial-up line, which has no gateways.
_WIDEST_OWN = {4: 16, 6: 48}


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
        return bool(on_link) and self.network.prefixlen >= _WIDEST_OWN[self.network.version]

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
    found = _addresses(sorted(passing, key=lambda it: (it.prefixlen, int(it[0]))), listed)
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


def _addresses(networks: Iterable[Network], listed: Iterable[_Listed]) -> Iterator[Address]:
    known = {route.network for route in listed}
    own = {route.network for route in listed if route.is_own}
    for network in networks:
        beside = (*_NOT_PUBLIC[network.version], *own)
        narrower = [it for it in known if it.prefixlen > network.prefixlen]
        address = _first_gap(network, (*beside, *narrower))
        if address is None:
            # Narrower routes share it out, but perhaps in a table that the kernel does not ask.
            address = _first_gap(network, (*beside, *filter(_is_host, narrower)))
        if address is not None:
            yield address


def _first_gap(network: Network, taken: Iterable[Network]) -> Address | None:
    """The first of two or more free addresses in a row, None if there are none."""
    # A single one is no range that was left out: a VPN's server is cut out of its tunnel that way.
    first, last = int(network[0]), int(network[-1])
    at = first
    for start, end in sorted((int(it[0]), int(it[-1])) for it in taken):
        if end < at:
            continue
        if min(start, last + 1) - at > 1:
            break
        at = end + 1
    return network[at - first] if last - at >= 1 else None
