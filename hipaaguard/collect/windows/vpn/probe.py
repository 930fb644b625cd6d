"""The VPN: whether a tunnel is up, of which kind, and what goes through it.

No packet is sent: routes are looked up, not tried.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, Row, attempt
from hipaaguard.collect.windows.interfaces import SOURCE, Interface, find_interfaces
from hipaaguard.collect.windows.vpn.routes import Route, parse_choices, parse_routes
from hipaaguard.collect.windows.vpn.setup import findings
from hipaaguard.collect.windows.vpn.tunnels import (
    Connection,
    Kind,
    is_active,
    kind_of,
    parse_connections,
)
from hipaaguard.collect.windows.vpn.ways import Ways
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

T = TypeVar("T")

_ROUTES = "routes, Find-NetRoute"
_SOURCES = {
    "vpn.active": SOURCE,
    "vpn.carries": _ROUTES,
    "vpn.configured": "Get-VpnConnection, settings of VPN clients",
    "vpn.full_tunnel_v4": _ROUTES,
    "vpn.full_tunnel_v6": _ROUTES,
    "vpn.kind": SOURCE,
}


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the VPN."""
    del now
    view = _View(host)
    for key in sorted(keys):
        name, argument = split_key(key)
        yield Fact(key, _value(view, name, argument), _SOURCES[name])


def _value(view: "_View", name: str, argument: str) -> Scalar | Unavailable:
    match name:
        case "vpn.active":
            return view.active
        case "vpn.configured":
            return view.configured
        case "vpn.kind":
            return view.kind
        case _:
            ways = view.ways
            return ways if isinstance(ways, Unavailable) else _carried(ways, name, argument)


def _carried(ways: Ways, name: str, argument: str) -> bool | Unavailable:
    if name == "vpn.carries":
        return ways.carries(argument)
    return ways.full(4 if name == "vpn.full_tunnel_v4" else 6)


@dataclass(frozen=True)
class _View:
    """What is known of one machine; each question is asked at most once."""

    host: Host

    def _rows(self, name: str, parse: Callable[[Sequence[Row]], T]) -> T | Unavailable:
        rows = self.host.query(name)
        return rows if isinstance(rows, Unavailable) else attempt(parse, rows)

    @cached_property
    def interfaces(self) -> tuple[Interface, ...] | Unavailable:
        return find_interfaces(self.host)

    @cached_property
    def connections(self) -> tuple[Connection, ...] | Unavailable:
        return self._rows("vpn-connections", parse_connections)

    @cached_property
    def kinds(self) -> tuple[Kind | Unavailable | None, ...]:
        """Of which kind of VPN each interface is, in the order of Windows."""
        if isinstance(self.interfaces, Unavailable):
            return ()
        return tuple(kind_of(it, self.connections) for it in self.interfaces)

    @cached_property
    def tunnels(self) -> tuple[tuple[Interface, Kind], ...]:
        interfaces = () if isinstance(self.interfaces, Unavailable) else self.interfaces
        pairs = zip(interfaces, self.kinds, strict=True)
        return tuple((it, kind) for it, kind in pairs if isinstance(kind, Kind))

    @cached_property
    def active(self) -> bool | Unavailable:
        if isinstance(self.interfaces, Unavailable):
            return self.interfaces
        known = [is_active(it, kind) for it, kind in self.tunnels]
        doubts = [
            kind
            for it, kind in zip(self.interfaces, self.kinds, strict=True)
            if isinstance(kind, Unavailable) and it.in_service
        ]
        doubts += [it for it in known if isinstance(it, Unavailable)]
        return True if True in known else next(iter(doubts), False)

    @cached_property
    def set_up(self) -> tuple[Kind | Unavailable, ...]:
        own: tuple[Kind | Unavailable, ...] = (
            (self.connections,)
            if isinstance(self.connections, Unavailable)
            else tuple(it.kind for it in self.connections)
        )
        return (*own, *findings(self.host))

    @cached_property
    def configured(self) -> bool | Unavailable:
        if any(it.in_service for it, _ in self.tunnels):
            return True
        if any(isinstance(it, Kind) for it in self.set_up):
            return True
        doubts = [it for it in self.set_up if isinstance(it, Unavailable)]
        if isinstance(self.active, Unavailable):
            doubts.append(self.active)
        # What an administrator could settle comes first: it is what the person can act upon.
        doubts.sort(key=lambda it: it.reason is not Reason.NOT_PERMITTED)
        return doubts[0] if doubts else False

    @cached_property
    def kind(self) -> str | Unavailable:
        """Of the first active tunnel in the order of Windows, else of one in service or set up."""
        if isinstance(self.interfaces, Unavailable):
            return self.interfaces
        candidates = [
            *(kind for it, kind in self.tunnels if is_active(it, kind) is True),
            *(kind for it, kind in self.tunnels if it.in_service),
        ]
        if candidates:
            return str(candidates[0])
        if self.set_up:
            # A place that could not be looked into may hold the first.
            first = self.set_up[0]
            return first if isinstance(first, Unavailable) else str(first)
        if isinstance(self.active, Unavailable):
            return self.active
        return str(Kind.NONE)

    @cached_property
    def ways(self) -> Ways | Unavailable:
        interfaces = self.interfaces
        routes = self._routes
        choices = self._rows("routes-choices", parse_choices)
        if isinstance(interfaces, Unavailable):
            return interfaces
        if isinstance(routes, Unavailable):
            return routes
        if isinstance(choices, Unavailable):
            return choices
        return Ways(interfaces, self.kinds, routes, choices)

    @cached_property
    def _routes(self) -> tuple[Route, ...] | Unavailable:
        metrics = self.host.query("routes-metrics")
        if isinstance(metrics, Unavailable):
            return metrics
        return self._rows("routes", lambda rows: parse_routes(rows, metrics))


PROBE = Probe("the VPN", tuple(_SOURCES), collect)
