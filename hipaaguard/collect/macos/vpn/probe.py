"""The facts of the VPN on macOS."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.macos.interfaces import SOURCE as INTERFACES
from hipaaguard.collect.macos.interfaces import Interface, find_interfaces
from hipaaguard.collect.macos.processes import find_processes
from hipaaguard.collect.macos.vpn.services import SOURCE as SERVICES
from hipaaguard.collect.macos.vpn.services import Service, find_services
from hipaaguard.collect.macos.vpn.tunnels import is_tunnel, kind_of
from hipaaguard.collect.macos.vpn.ways import Ways
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

_ROUTES = "route get, netstat -rn"
_SOURCES = {
    "vpn.active": INTERFACES,
    "vpn.carries": _ROUTES,
    "vpn.configured": f"{INTERFACES}, {SERVICES}",
    "vpn.full_tunnel_v4": _ROUTES,
    "vpn.full_tunnel_v6": _ROUTES,
    "vpn.kind": f"{INTERFACES}, {SERVICES}, ps",
}
# Clients that keep their settings to themselves.
_CLIENTS = (
    "/Applications/BIG-IP Edge Client.app",
    "/Applications/Cisco",
    "/Applications/Cloudflare WARP.app",
    "/Applications/Endpoint Security VPN.app",
    "/Applications/FortiClient.app",
    "/Applications/GlobalProtect.app",
    "/Applications/Ivanti Secure Access.app",
    "/Applications/Mullvad VPN.app",
    "/Applications/OpenVPN Connect",
    "/Applications/OpenVPN Connect.app",
    "/Applications/Pulse Secure.app",
    "/Applications/Tunnelblick.app",
    "/Applications/Viscosity.app",
    "/Applications/ZeroTier.app",
    "/Applications/Zscaler",
    "/opt/homebrew/etc/wireguard",
    "/usr/local/etc/wireguard",
)
_HIDDEN = Unavailable(
    Reason.UNRECOGNISED, "a VPN client is installed whose settings only it can read"
)


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

    @cached_property
    def interfaces(self) -> tuple[Interface, ...] | Unavailable:
        return find_interfaces(self.host)

    @cached_property
    def services(self) -> tuple[Service, ...] | Unavailable:
        return find_services(self.host)

    @cached_property
    def judged(self) -> dict[str, bool | Unavailable]:
        """Whether each interface is a VPN's tunnel, by its name."""
        found = () if isinstance(self.interfaces, Unavailable) else self.interfaces
        return {it.name: is_tunnel(it, self.services) for it in found}

    @cached_property
    def active(self) -> bool | Unavailable:
        if isinstance(self.interfaces, Unavailable):
            return self.interfaces
        if True in self.judged.values():
            return True
        return next((it for it in self.judged.values() if isinstance(it, Unavailable)), False)

    @cached_property
    def configured(self) -> bool | Unavailable:
        if self.active is True:
            return True
        if isinstance(self.services, Unavailable):
            return self.services
        if any(it.kind for it in self.services):
            return True
        if isinstance(self.active, Unavailable):
            return self.active
        answers = [self.host.entry(path) for path in _CLIENTS]
        if not all(is_absent(answer) for answer in answers):
            return _HIDDEN
        return False

    @cached_property
    def kind(self) -> str | Unavailable:
        """Of the first tunnel in the system's order, else of a VPN that is set up."""
        if isinstance(self.interfaces, Unavailable):
            return self.interfaces
        if isinstance(self.services, Unavailable):
            return self.services
        if isinstance(self.active, Unavailable):
            return self.active
        tunnels = [it for it in self.interfaces if self.judged[it.name] is True]
        if tunnels:
            processes = find_processes(self.host)
            if isinstance(processes, Unavailable):
                return processes
            return kind_of(tunnels[0], self.services, processes)
        if isinstance(self.configured, Unavailable):
            return self.configured
        return next((it.kind for it in self.services if it.kind), "none")

    @cached_property
    def ways(self) -> Ways | Unavailable:
        if isinstance(self.interfaces, Unavailable):
            return self.interfaces
        return Ways(self.host, self.interfaces, self.judged)


PROBE = Probe("the VPN", tuple(_SOURCES), collect)
