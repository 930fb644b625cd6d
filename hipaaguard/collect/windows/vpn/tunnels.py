"""Which network interfaces of Windows are VPN tunnels, of which kind, and whether they are in use.

Pure. The maker's description decides. Cards of virtual machines and containers (Hyper-V, WSL,
VMware, VirtualBox), Bluetooth, Wi-Fi Direct and the ways from IPv4 to IPv6 (Teredo, ISATAP, 6to4)
are not VPNs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.interfaces import PPP, VIRTUAL, Interface, plain_id
from hipaaguard.collect.windows.rows import text
from hipaaguard.model import Reason, Unavailable


class Kind(StrEnum):
    """The values of `vpn.kind` that Windows can have."""

    ANYCONNECT = "anyconnect"
    CHECKPOINT = "checkpoint"
    FORTICLIENT = "forticlient"
    GLOBALPROTECT = "globalprotect"
    IPSEC = "ipsec"
    IVANTI = "ivanti"
    MOZILLA = "mozilla"
    MULLVAD = "mullvad"
    NONE = "none"
    NORDVPN = "nordvpn"
    OPENVPN = "openvpn"
    PPP = "ppp"
    """L2TP, PPTP or SSTP."""
    PROTONVPN = "protonvpn"
    SONICWALL = "sonicwall"
    TAILSCALE = "tailscale"
    TUN = "tun"
    """A tunnel made by a program that HipaaGuard does not know."""
    WARP = "warp"
    WINDOWS = "windows"
    """A VPN of Windows itself that picks its protocol when it connects."""
    WIREGUARD = "wireguard"
    ZEROTIER = "zerotier"
    ZSCALER = "zscaler"


# The makers' descriptions; a second adapter of a kind has ` #2` at the end. Sources: Wintun and
# WireGuardNT name theirs "<program> Tunnel"; tap-windows6 and ovpn-dco-win by their setup files;
# the others as their users' outputs show them.
_DESCRIPTIONS = (
    (r"WireGuard Tunnel", Kind.WIREGUARD),
    (r"Tailscale ", Kind.TAILSCALE),
    (r"Mullvad ", Kind.MULLVAD),
    (r"NordLynx |TAP-NordVPN|NordVPN", Kind.NORDVPN),
    (r"(TAP-)?Proton ?VPN", Kind.PROTONVPN),
    (r"Cloudflare WARP", Kind.WARP),
    (r"Mozilla ?VPN", Kind.MOZILLA),
    (r"ZeroTier ", Kind.ZEROTIER),
    (r"Zscaler ", Kind.ZSCALER),
    (r"Cisco (AnyConnect|Secure Client)", Kind.ANYCONNECT),
    (r"PANGP ", Kind.GLOBALPROTECT),
    (r"Forti(net|Client)\b", Kind.FORTICLIENT),
    (r"(Juniper Networks Virtual|Pulse Secure|Ivanti) ", Kind.IVANTI),
    (r"Check Point Virtual ", Kind.CHECKPOINT),
    (r"SonicWall ", Kind.SONICWALL),
    (r"OpenVPN |ovpn-dco|TAP-Windows Adapter V9|TAP-\S+ .*Adapter V9", Kind.OPENVPN),
    (r".*\bVPN\b|.* Tunnel( #\d+)?$", Kind.TUN),
)
_KNOWN = tuple((re.compile(it, re.IGNORECASE), kind) for it, kind in _DESCRIPTIONS)

# Without contact these have their address already, and only bytes received prove the far end.
_SILENT = frozenset(
    {Kind.WIREGUARD, Kind.ZEROTIER, Kind.MULLVAD, Kind.NORDVPN, Kind.PROTONVPN, Kind.MOZILLA}
    | {Kind.TUN}
)
_QUIET = Unavailable(Reason.UNRECOGNISED, "the VPN has received nothing yet: it is idle or cut off")
_DIAL_UP = Unavailable(
    Reason.UNRECOGNISED, "a dial-up line may be a VPN's or the home's own connection"
)

# `TunnelType` of Get-VpnConnection; "Automatic" tries one after the other.
_TYPES = {"ikev2": Kind.IPSEC, "l2tp": Kind.PPP, "pptp": Kind.PPP, "sstp": Kind.PPP}


@dataclass(frozen=True, slots=True)
class Connection:
    """A VPN connection of Windows itself.

    Attributes:
        kind: of which kind.
        id: of the interface of the same name, as `Interface.id`; empty while there is none.
    """

    kind: Kind
    id: str


def parse_connections(rows: Sequence[Row]) -> tuple[Connection, ...]:
    """The VPN connections of Windows itself.

    Args:
        rows: `Type` (the protocol) and `Id` each.

    Returns:
        In the order of Windows; may be empty.

    Raises:
        ParseError: A property of another form.

    Source: Get-VpnConnection.
    """
    return tuple(
        Connection(
            _TYPES.get((text(row, "Type") or "").lower(), Kind.WINDOWS), plain_id(text(row, "Id"))
        )
        for row in rows
    )


Kinds = Mapping[int, Kind | Unavailable | None]
"""Of which kind of VPN each interface is, by its place in the list; None when it is no VPN's."""


def kind_of(
    interface: Interface, connections: Sequence[Connection] | Unavailable
) -> Kind | Unavailable | None:
    """Of which kind of VPN the interface is.

    Returns:
        None when it is no VPN's; unavailable when that cannot be told.
    """
    if interface.type == PPP:
        if isinstance(connections, Unavailable):
            return connections
        own = (it.kind for it in connections if it.id and it.id == interface.id)
        return next(own, _DIAL_UP)
    for pattern, kind in _KNOWN:
        if pattern.match(interface.description):
            return kind
    return Kind.TUN if interface.type == VIRTUAL else None


def is_active(interface: Interface, kind: Kind) -> bool | Unavailable:
    """Whether a tunnel connects this machine with a far end, as far as that can be seen.

    OpenVPN, Windows itself and most makers' clients give the interface its address when the far end
    has sent it. WireGuard and its kin have it before any contact.

    Returns:
        Unavailable when the far end's silence can have another cause.
    """
    if not interface.in_service:
        return False
    if kind not in _SILENT or interface.received:
        return True
    return _QUIET
