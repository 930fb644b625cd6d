"""Windows' routes: which interface takes packets to an address. Pure, nothing is asked or sent.

Windows takes the longest prefix, then the lowest sum of the route's and its interface's metric, of
the interfaces that are connected: also of pairs of half routes, which some VPNs use.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from hipaaguard.collect.host import Row
from hipaaguard.collect.vpn_ways import WIDEST_OWN, Address, Network
from hipaaguard.collect.windows.rows import number, text
from hipaaguard.errors import ParseError

_VERSIONS = {2: 4, 23: 6}
"""AF_INET and AF_INET6 of winsock2.h."""
_CONNECTED = 1


@dataclass(frozen=True, slots=True)
class Route:
    """A route of an interface that is connected.

    Attributes:
        network: the destinations.
        index: the interface's number.
        cost: its metric with that of the interface; the lowest is taken.
        on_link: whether the destinations are neighbours, without a gateway between.
    """

    network: Network
    index: int
    cost: int
    on_link: bool

    @property
    def is_host(self) -> bool:
        """Whether it leads to one address only, as to a VPN's own server."""
        return self.network.prefixlen == self.network.max_prefixlen

    @property
    def is_own(self) -> bool:
        """Whether it is the machine's own network, whose neighbours no VPN carries."""
        return self.on_link and self.network.prefixlen >= WIDEST_OWN[self.network.version]


def parse_routes(rows: Sequence[Row], metrics: Sequence[Row]) -> tuple[Route, ...]:
    """The routes of the interfaces that are connected.

    Args:
        rows: `DestinationPrefix`, `NextHop`, `InterfaceIndex`, `RouteMetric` each.
        metrics: `Index`, `Family` (2 or 23), `Metric`, `State` (1 connected) each.

    Returns:
        In the order of Windows.

    Raises:
        ParseError: No routes, a property of another form, or an interface without its metric.

    Source: MSFT_NetRoute, MSFT_NetIPInterface.
    """
    if not rows:
        raise ParseError("Windows listed no routes, not even those of this computer itself")
    costs = dict(_cost(row) for row in metrics)
    return tuple(route for row in rows if (route := _route(row, costs)) is not None)


def _cost(row: Row) -> tuple[tuple[int, int], int | None]:
    index, metric = number(row, "Index"), number(row, "Metric")
    version = _VERSIONS.get(number(row, "Family") or 0)
    state = number(row, "State")
    if index is None or metric is None or version is None or state is None:
        raise ParseError("Windows described the cost of routes in a form that is not known")
    return (index, version), metric if state == _CONNECTED else None


def _route(row: Row, costs: dict[tuple[int, int], int | None]) -> Route | None:
    """The route, or None when its interface is not connected."""
    index, metric = number(row, "InterfaceIndex"), number(row, "RouteMetric")
    try:
        network = ip_network(text(row, "DestinationPrefix") or "", strict=False)
        gateway = ip_address((text(row, "NextHop") or "").partition("%")[0])
    except ValueError as error:
        raise ParseError("Windows listed a route in a form that is not known") from error
    if index is None or metric is None or (index, network.version) not in costs:
        raise ParseError("Windows listed a route in a form that is not known")
    cost = costs[index, network.version]
    on_link = gateway.is_unspecified
    return None if cost is None else Route(network, index, metric + cost, on_link)


def choose(routes: Iterable[Route], target: Address) -> frozenset[int]:
    """The numbers of the interfaces that packets to this address may leave by.

    Returns:
        None for no way out; several only where two routes cost the same.
    """
    fitting = [it for it in routes if target in it.network]
    if not fitting:
        return frozenset()
    longest = max(it.network.prefixlen for it in fitting)
    best = [it for it in fitting if it.network.prefixlen == longest]
    lowest = min(it.cost for it in best)
    return frozenset(it.index for it in best if it.cost == lowest)


def parse_choices(rows: Sequence[Row]) -> dict[Address, int | None]:
    """By which interface Windows says that it would send to some addresses; None for no way.

    Args:
        rows: `To` (the address) and `Index` each.

    Returns:
        By address.

    Raises:
        ParseError: A property of another form.

    Source: Find-NetRoute.
    """
    try:
        return {ip_address(text(row, "To") or ""): number(row, "Index") for row in rows}
    except ValueError as error:
        raise ParseError("Windows told its choice of routes in a form that is not known") from error
