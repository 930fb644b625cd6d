"""Which interfaces are tunnels of a VPN.

Every Mac has several `utun` interfaces of the system's own (Continuity, Private Relay), which have
no address but a link-local one. A tunnel of a VPN has a real one.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from hipaaguard.collect.macos.interfaces import Interface
from hipaaguard.collect.macos.processes import Process
from hipaaguard.collect.macos.vpn.services import Service
from hipaaguard.model import Reason, Unavailable

# `feth` are ZeroTier's; `gpd` are GlobalProtect's of old.
_TUNNEL = re.compile(r"(utun|ipsec|ppp|tun|tap|gpd|feth|zt)\d+")
_PPP = re.compile(r"ppp\d+")
_CGNAT = IPv4Network("100.64.0.0/10")
_UNIQUE_LOCAL = IPv6Network("fc00::/7")

# Programs of root's that hold a tunnel while they run, by the names of their files.
_HOLDERS = (
    ("openvpn", "openvpn"),
    ("openconnect", "openconnect"),
    ("wireguard-go", "wireguard"),
    ("mullvad-daemon", "mullvad"),
    ("vpnagentd", "anyconnect"),
    ("PanGPS", "globalprotect"),
    ("CloudflareWARP", "warp"),
    ("tailscaled", "tailscale"),
    ("zerotier-one", "zerotier"),
)

_MODEM = Unavailable(
    Reason.UNRECOGNISED, "a connection of the kind that modems make is up, and may be one or a VPN"
)
# Xcode's link to a phone is such an interface, with an address of this kind alone.
_LOCAL = Unavailable(
    Reason.UNRECOGNISED, "an interface is up that may be a VPN's, or the link to a phone"
)


def is_tunnel(
    interface: Interface, services: tuple[Service, ...] | Unavailable
) -> bool | Unavailable:
    """Whether this interface is a VPN's."""
    real = interface.has_address(4) or interface.has_address(6)
    if not (interface.is_up and real and _TUNNEL.fullmatch(interface.name)):
        return False
    if not _PPP.fullmatch(interface.name):
        return _LOCAL if _is_local(interface) else True
    if isinstance(services, Unavailable):
        return services
    over_ppp = [it for it in services if it.is_connected and it.over_ppp]
    if over_ppp and all(it.kind for it in over_ppp):
        return True
    return _MODEM if not over_ppp or any(it.kind for it in over_ppp) else False


def _is_local(interface: Interface) -> bool:
    beyond = [it for it in interface.addresses if not it.is_link_local]
    return interface.name.startswith("utun") and all(
        it.version == 6 and it in _UNIQUE_LOCAL for it in beyond
    )


def kind_of(
    interface: Interface, services: tuple[Service, ...], processes: Iterable[Process]
) -> str:
    """The kind of VPN that holds this tunnel, `tun` when nothing shows it."""
    if _PPP.fullmatch(interface.name):
        return "ppp"
    if interface.name.startswith("ipsec"):
        return "ipsec"
    connected = {it.kind for it in services if it.is_connected and it.kind and not it.over_ppp}
    holders = {process.name for process in processes if process.uid == 0}
    held = {kind for name, kind in _HOLDERS if name in holders}
    if "tailscale" in connected | held and any(
        it in _CGNAT for it in interface.addresses if it.version == 4
    ):
        return "tailscale"
    # With several in question, no one of them is known to hold this tunnel.
    candidates = (connected - {"tailscale"}) or (held - {"tailscale"})
    return candidates.pop() if len(candidates) == 1 else "tun"
