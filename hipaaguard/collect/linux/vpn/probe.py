"""The VPN: whether a tunnel is up, of which kind, and what goes through it.

No packet is sent, no service started and no kernel module loaded: routes are looked up, not tried,
and `wg`, `nmcli`, `tailscale` and `ip xfrm` are asked only where what they talk to is running.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.vpn.ipsec import Ipsec
from hipaaguard.collect.linux.vpn.links import Link, parse_links
from hipaaguard.collect.linux.vpn.running import running
from hipaaguard.collect.linux.vpn.setup import findings
from hipaaguard.collect.linux.vpn.tunnels import (
    IPSEC_LINKS,
    Kind,
    Tunnel,
    answered,
    kind_of,
)
from hipaaguard.collect.linux.vpn.ways import Ways, ask_ip
from hipaaguard.collect.linux.vpn.wireguard import handshake
from hipaaguard.collect.vpn_ways import PROBES_V4, PROBES_V6
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

NAMES = (
    "vpn.active",
    "vpn.carries",
    "vpn.configured",
    "vpn.full_tunnel_v4",
    "vpn.full_tunnel_v6",
    "vpn.kind",
)
_ROUTES = "ip -j route get"
_SOURCES = {
    "vpn.active": "ip -j address show",
    "vpn.carries": _ROUTES,
    "vpn.configured": "settings of VPN clients",
    "vpn.full_tunnel_v4": _ROUTES,
    "vpn.full_tunnel_v6": _ROUTES,
    "vpn.kind": "ip -j address show",
}


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the VPN."""
    view = _View(host, now)
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
    match name:
        case "vpn.full_tunnel_v4":
            return ways.carry_all(PROBES_V4, nothing_leaves=False)
        case "vpn.full_tunnel_v6":
            return ways.carry_all(PROBES_V6, nothing_leaves=True)
        case _:
            return ways.carries(argument)


@dataclass(frozen=True)
class _View:
    """What is known of one machine; each question is asked at most once."""

    host: Host
    now: datetime

    @cached_property
    def links(self) -> tuple[Link, ...] | Unavailable:
        output = ask_ip(self.host, "-j", "-d", "-s", "address", "show")
        if isinstance(output, Unavailable):
            return output
        return attempt(lambda: parse_links(output.text))

    @cached_property
    def programs(self) -> frozenset[str] | Unavailable:
        return running(self.host)

    @cached_property
    def kinds(self) -> dict[str, Kind | Unavailable | None]:
        """Of which kind of VPN each interface is, in the kernel's order."""
        if isinstance(self.links, Unavailable):
            return {}
        ppp = any(link.kind == "ppp" for link in self.links)
        home_line = _has_pppoe_session(self.host) if ppp else False
        return {link.name: kind_of(link, self.programs, home_line=home_line) for link in self.links}

    @cached_property
    def tunnels(self) -> tuple[Tunnel, ...]:
        if isinstance(self.links, Unavailable):
            return ()
        return tuple(
            self._tunnel(link, kind)
            for link in self.links
            if isinstance(kind := self.kinds[link.name], Kind)
        )

    def _tunnel(self, link: Link, kind: Kind) -> Tunnel:
        told = None
        if link.kind == "wireguard" and self.host.elevated:
            told = handshake(self.host, link.name, int(self.now.timestamp()))
        keys = self.ipsec.associations if link.kind in IPSEC_LINKS else 0
        heard = answered(link, kind, handshake=told, associations=keys)
        return Tunnel(link.name, kind, link.in_service, heard)

    @cached_property
    def ipsec(self) -> Ipsec:
        return Ipsec(self.host, self.programs)

    @cached_property
    def active(self) -> bool | Unavailable:
        if isinstance(self.links, Unavailable):
            return self.links
        known = [tunnel.active for tunnel in self.tunnels] + [self.ipsec.active]
        doubts = (it for it in chain(self.kinds.values(), known) if isinstance(it, Unavailable))
        return True if True in known else next(doubts, False)

    @cached_property
    def set_up(self) -> tuple[Kind | Unavailable, ...]:
        return tuple(findings(self.host, self.programs))

    @cached_property
    def configured(self) -> bool | Unavailable:
        used = any(tunnel.in_service for tunnel in self.tunnels)
        if used or self.ipsec.active is True:
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
        """Of the first active tunnel in the kernel's order, else of one in service or set up."""
        candidates = [
            *(tunnel.kind for tunnel in self.tunnels if tunnel.active is True),
            *([Kind.IPSEC] if self.ipsec.active is True else []),
            *(tunnel.kind for tunnel in self.tunnels if tunnel.in_service),
        ]
        if candidates:
            return str(candidates[0])
        if self.set_up:
            # A place that could not be looked into may hold the first.
            first = self.set_up[0]
            return first if isinstance(first, Unavailable) else str(first)
        if isinstance(self.active, Unavailable):
            return self.active
        return self.configured if isinstance(self.configured, Unavailable) else str(Kind.NONE)

    @cached_property
    def ways(self) -> Ways | Unavailable:
        if isinstance(self.links, Unavailable):
            return self.links
        return Ways(self.host, self.links, self.kinds, self.ipsec)


def _has_pppoe_session(host: Host) -> bool | Unavailable:
    """Whether the kernel lists a PPPoE session below the heading (`net/pppoe` of Linux)."""
    # The file comes with the kernel's module: it is missing only where others are there.
    known = host.names("/proc/net")
    if isinstance(known, Unavailable) or "pppoe" not in known:
        return known if isinstance(known, Unavailable) else False
    sessions = host.read("/proc/net/pppoe")
    return sessions if isinstance(sessions, Unavailable) else len(sessions.splitlines()) > 1


PROBE = Probe("the VPN", NAMES, collect)
