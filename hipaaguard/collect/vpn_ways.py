"""Where packets may go, and whether a VPN carries them: what is the same on every system. Pure."""

from collections.abc import Collection, Iterable, Iterator
from enum import Enum, auto
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PROBES_V4: tuple[Address, ...] = tuple(
    IPv4Address(f"{first}.200.100.50") for first in range(20, 224, 32)
)
"""Public addresses, one in every eighth of the IPv4 space up to the multicast range, so that a
tunnel for one half or for a list of ranges shows. None is a name server, which VPN clients and home
routers often give a route of their own; nothing is ever sent to them."""

PROBES_V6: tuple[Address, ...] = tuple(
    IPv6Address(text) for text in ("2001:5000::1", "2600:1000::1", "2a00:1000::1")
)
"""Public addresses in three blocks of 2000::/3, the part of IPv6 that is in use (IANA)."""

MAX_LOOKUPS = 200
"""How many look-ups one named network may cost; each takes about two milliseconds."""

# No one on the internet is reached by these (IANA's registries of special-purpose addresses); of
# IPv6 only 2000::/3 is in use. Listed here because `is_global` differs between releases of Python.
NOT_PUBLIC: dict[int, tuple[Network, ...]] = {
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

# A route without a gateway is the own network of a wire or a wireless network, unless it is wider
# than any such network: then it leads on, as over a dial-up line, which has no gateways.
WIDEST_OWN = {4: 16, 6: 48}


class Way(Enum):
    """Where packets to one destination end up."""

    TUNNEL = auto()
    OUTSIDE = auto()
    NOWHERE = auto()
    HERE = auto()


def carries_all(ways: Iterable[Way | Unavailable], *, nothing_leaves: bool) -> bool | Unavailable:
    """Whether a VPN carries all that leaves the machine.

    Args:
        ways: those of the probe addresses.
        nothing_leaves: whether no way out at all is as good; it is for IPv6, which a home may lack.

    Returns:
        False where one way leads outside, whatever is unknown of the others.
    """
    found = tuple(ways)
    unknown = [way for way in found if isinstance(way, Unavailable)]
    if Way.OUTSIDE in found:
        return False
    if unknown:
        return unknown[0]
    if Way.TUNNEL in found or nothing_leaves:
        return True
    return Unavailable(Reason.FAILED, "this machine has no way to the internet at the moment")


def parse_target(text: str) -> Address | Network:
    """The address or network that a practice named.

    Returns:
        A network only where the text has a prefix length.

    Raises:
        ParseError: Neither (names are not resolved); a zone; bits beyond the prefix length.
    """
    if "%" not in text:
        try:
            return ip_network(text) if "/" in text else ip_address(text)
        except ValueError:
            pass
    raise ParseError("it is not an IP address or a network such as 10.20.0.0/16")


def samples(target: Address | Network, known: Iterable[Network]) -> tuple[Address, ...]:
    """Addresses of the target such that every part of it that could go another way has one.

    Args:
        target: what the practice named.
        known: the destinations that the kernel tells apart. Between their ends nothing changes.

    Returns:
        Sorted, each once; never empty.

    Raises:
        ParseError: More than `MAX_LOOKUPS`.
    """
    if isinstance(target, (IPv4Address, IPv6Address)):
        return (target,)
    ends = {target[0], target[1 % target.num_addresses], target[-1]}
    for part in known:
        if part.version == target.version and part.subnet_of(target):  # type: ignore[arg-type] # same version
            ends |= {part[0], part[1 % part.num_addresses], part[-1]}
            if part[-1] != target[-1]:
                ends.add(part[-1] + 1)
    if len(ends) > MAX_LOOKUPS:
        raise ParseError("the network is cut into more routes than are looked up one by one")
    return tuple(sorted(ends, key=int))


def in_gaps(
    networks: Iterable[Network], known: Collection[Network], own: Iterable[Network]
) -> Iterator[Address]:
    """One public address of each network that no narrower one has, where there is any.

    Args:
        networks: whose destinations may go another way than the rest.
        known: every network that the system tells apart.
        own: the machine's own networks, whose neighbours no VPN carries.
    """
    taken = frozenset(own)
    for network in networks:
        alike = [it for it in known if it.version == network.version]
        beside = (*NOT_PUBLIC[network.version], *taken.intersection(alike))
        narrower = [it for it in alike if it.prefixlen > network.prefixlen]
        address = first_gap(network, (*beside, *narrower))
        if address is None:
            # Narrower routes share it out, but perhaps in a table that the kernel does not ask.
            hosts = (it for it in narrower if it.prefixlen == it.max_prefixlen)
            address = first_gap(network, (*beside, *hosts))
        if address is not None:
            yield address


def first_gap(network: Network, taken: Iterable[Network]) -> Address | None:
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
