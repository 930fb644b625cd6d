"""Whether what leaves a Mac goes through a VPN: by the kernel's own choice of routes."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from itertools import islice

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.macos.interfaces import LOOPBACK, Interface
from hipaaguard.collect.macos.vpn.routes import Route, choose, find_routes
from hipaaguard.collect.vpn_ways import (
    MAX_LOOKUPS,
    PROBES_V4,
    PROBES_V6,
    WIDEST_OWN,
    Address,
    Way,
    carries_all,
    in_gaps,
    parse_target,
    samples,
)
from hipaaguard.model import Reason, Unavailable

_LATE = Unavailable(Reason.FAILED, "a network interface came up during the audit")


@dataclass(frozen=True)
class Ways:
    """Where packets of one Mac go.

    Attributes:
        host: whom to ask for the way to an address.
        interfaces: its interfaces.
        tunnels: whether each of them is a VPN's, by name.
    """

    host: Host
    interfaces: tuple[Interface, ...]
    tunnels: dict[str, bool | Unavailable]

    def full(self, version: int) -> bool | Unavailable:
        """Whether a VPN carries all that leaves the machine by this version of IP."""
        routes = find_routes(self.host, version)
        if isinstance(routes, Unavailable):
            return routes
        probes = PROBES_V4 if version == 4 else PROBES_V6
        targets = (*probes, *self._exclusions(routes, version))
        return carries_all(map(self._way, targets), nothing_leaves=version == 6)

    def carries(self, argument: str) -> bool | Unavailable:
        """Whether a VPN carries everything to the address or network that a practice named."""
        target = attempt(parse_target, argument)
        if isinstance(target, Unavailable):
            return target
        routes = find_routes(self.host, target.version)
        if isinstance(routes, Unavailable):
            return routes
        addresses = attempt(samples, target, [it.network for it in routes])
        if isinstance(addresses, Unavailable):
            return addresses
        found = [self._way(address) for address in addresses]
        if isinstance(target, (IPv4Network, IPv6Network)):
            # The machine's own addresses in the network are no destinations.
            found = [way for way in found if way is not Way.HERE]
        if not {Way.OUTSIDE, Way.NOWHERE, Way.HERE}.isdisjoint(found):
            return False
        return next((it for it in found if isinstance(it, Unavailable)), Way.TUNNEL in found)

    def _way(self, target: Address) -> Way | Unavailable:
        """Where packets to this address end up."""
        if target in self._own:
            return Way.HERE
        name = choose(self.host, target)
        if isinstance(name, Unavailable):
            return name
        return Way.NOWHERE if name is None else self._beyond(name, target.version)

    @cached_property
    def _own(self) -> frozenset[Address]:
        return frozenset(address for it in self.interfaces for address in it.addresses)

    def _beyond(self, name: str, version: int) -> Way | Unavailable:
        """What lies beyond the interface of this name."""
        interface = next((it for it in self.interfaces if it.name == name), None)
        if interface is None:
            return _LATE
        if name == LOOPBACK or not interface.has_address(version):
            return Way.NOWHERE
        tunnel = self.tunnels[name]
        if isinstance(tunnel, Unavailable):
            return tunnel
        return Way.TUNNEL if tunnel else Way.OUTSIDE

    def _exclusions(self, routes: tuple[Route, ...], version: int) -> tuple[Address, ...]:
        """One public address for each route that may lead past the VPN, the widest first."""
        past = {
            it.network
            for it in routes
            if not it.is_host
            and not _is_own(it)
            and self._beyond(it.interface, version) is not Way.TUNNEL
        }
        widest_first = sorted(past, key=lambda it: (it.prefixlen, int(it[0])))
        own = (it.network for it in routes if _is_own(it))
        found = in_gaps(widest_first, {it.network for it in routes}, own)
        return tuple(islice(found, MAX_LOOKUPS))


def _is_own(route: Route) -> bool:
    return route.is_own and route.network.prefixlen >= WIDEST_OWN[route.network.version]
