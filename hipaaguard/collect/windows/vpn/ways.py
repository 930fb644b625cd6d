"""Whether what leaves the machine goes through a VPN: by Windows' own routes. Pure.

The table of routes and Windows' own answer for the probe addresses must agree; where they do not,
nothing is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from itertools import islice

from hipaaguard.collect.host import attempt
from hipaaguard.collect.vpn_ways import (
    MAX_LOOKUPS,
    PROBES_V4,
    PROBES_V6,
    Address,
    Way,
    carries_all,
    in_gaps,
    parse_target,
    samples,
)
from hipaaguard.collect.windows.interfaces import LOOPBACK, Interface
from hipaaguard.collect.windows.vpn.routes import Route, choose
from hipaaguard.collect.windows.vpn.tunnels import Kind
from hipaaguard.model import Reason, Unavailable

_DISAGREE = Unavailable(
    Reason.UNRECOGNISED, "Windows' list of routes and its choice among them do not agree"
)
_LATE = Unavailable(Reason.FAILED, "a network interface came up during the audit")
_EQUAL = Unavailable(Reason.UNRECOGNISED, "two routes cost the same, and one is not the VPN's")


@dataclass(frozen=True)
class Ways:
    """Where packets of one machine go.

    Attributes:
        interfaces: its interfaces.
        kinds: of which kind of VPN each of them is.
        routes: those of interfaces that are connected.
        choices: what Windows answered for the probe addresses, as `parse_choices` gives it.
    """

    interfaces: Sequence[Interface]
    kinds: Sequence[Kind | Unavailable | None]
    routes: Sequence[Route]
    choices: Mapping[Address, int | None]

    def full(self, version: int) -> bool | Unavailable:
        """Whether a VPN carries all that leaves the machine by this version of IP."""
        probes = PROBES_V4 if version == 4 else PROBES_V6
        doubt = self._doubt(probes)
        if doubt is not None:
            return doubt
        targets = (*probes, *self._exclusions(version))
        return carries_all(map(self._way, targets), nothing_leaves=version == 6)

    def carries(self, argument: str) -> bool | Unavailable:
        """Whether a VPN carries everything to the address or network that a practice named."""
        target = attempt(parse_target, argument)
        if isinstance(target, Unavailable):
            return target
        doubt = self._doubt((*PROBES_V4, *PROBES_V6))
        addresses = attempt(samples, target, [it.network for it in self.routes])
        if doubt is not None:
            return doubt
        if isinstance(addresses, Unavailable):
            return addresses
        found = [self._way(address) for address in addresses]
        if isinstance(target, (IPv4Network, IPv6Network)):
            # The machine's own addresses in the network and the network's own are no destinations.
            found = [way for way in found if way is not Way.HERE]
        if not {Way.OUTSIDE, Way.NOWHERE, Way.HERE}.isdisjoint(found):
            return False
        return next((it for it in found if isinstance(it, Unavailable)), Way.TUNNEL in found)

    def _doubt(self, probes: Iterable[Address]) -> Unavailable | None:
        """Why the table of routes is not to be believed, None when Windows agrees with it."""
        for probe in probes:
            if probe not in self.choices:
                return _DISAGREE
            chosen, listed = self.choices[probe], choose(self.routes, probe)
            # Without an address of its own there is no way out, though the list has a route.
            silent = chosen is None and self._way(probe) is Way.NOWHERE
            if not silent and chosen not in (listed or {None}):
                return _DISAGREE
        return None

    def _way(self, target: Address) -> Way | Unavailable:
        """Where packets to this address end up."""
        if target in self._own:
            return Way.HERE
        ways = [self._beyond(index, target.version) for index in choose(self.routes, target)]
        if not ways:
            return Way.NOWHERE
        return ways[0] if all(way == ways[0] for way in ways) else _EQUAL

    @cached_property
    def _own(self) -> frozenset[Address]:
        return frozenset(address for it in self.interfaces for address in it.addresses)

    @cached_property
    def _places(self) -> dict[int | None, int]:
        return {it.index: place for place, it in enumerate(self.interfaces)}

    def _beyond(self, index: int, version: int) -> Way | Unavailable:
        """What lies beyond the interface of this number."""
        if index not in self._places:
            return _LATE
        interface = self.interfaces[self._places[index]]
        kind = self.kinds[self._places[index]]
        if isinstance(kind, Unavailable):
            return kind
        if interface.type == LOOPBACK or not interface.has_address(version):
            return Way.NOWHERE
        return Way.TUNNEL if kind is not None else Way.OUTSIDE

    def _exclusions(self, version: int) -> tuple[Address, ...]:
        """One public address for each route that may lead past the VPN, the widest first."""
        listed = [it for it in self.routes if it.network.version == version]
        past = {
            it.network
            for it in listed
            if not (it.is_host or it.is_own) and self._beyond(it.index, version) is not Way.TUNNEL
        }
        widest_first = sorted(past, key=lambda it: (it.prefixlen, int(it[0])))
        own = (it.network for it in listed if it.is_own)
        found = in_gaps(widest_first, {it.network for it in listed}, own)
        return tuple(islice(found, MAX_LOOKUPS))
