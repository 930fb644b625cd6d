"""Which network interfaces are VPN tunnels, of which kind, and whether their far end has answered.

Pure. The kernel's word for what made the interface decides; a name only tells apart the programs
that use the same kind. Containers, virtual machines, bridges and plain tunnels (sit, gre, ipip) are
not VPNs.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.collect.linux.vpn.links import Link
from hipaaguard.model import Reason, Unavailable


class Kind(StrEnum):
    """Every value of `vpn.kind`."""

    ANYCONNECT = "anyconnect"
    FORTICLIENT = "forticlient"
    GLOBALPROTECT = "globalprotect"
    IPSEC = "ipsec"
    MOZILLA = "mozilla"
    MULLVAD = "mullvad"
    NONE = "none"
    NORDVPN = "nordvpn"
    OPENCONNECT = "openconnect"
    OPENVPN = "openvpn"
    PPP = "ppp"
    """L2TP, PPTP or SSTP."""
    PROTONVPN = "protonvpn"
    TAILSCALE = "tailscale"
    TUN = "tun"
    """A tunnel made by a program that HipaaGuard does not know."""
    WARP = "warp"
    WIREGUARD = "wireguard"
    ZEROTIER = "zerotier"
    ZSCALER = "zscaler"


@dataclass(frozen=True, slots=True)
class Tunnel:
    """An interface that is a VPN's.

    Attributes:
        name: the interface's.
        kind: of which kind.
        in_service: whether it is up with an address.
        answered: whether its far end answered, as far as that can be seen.
    """

    name: str
    kind: Kind
    in_service: bool
    answered: bool | Unavailable

    @property
    def active(self) -> bool | Unavailable:
        """Whether it connects this machine with a far end."""
        return self.answered if self.in_service else False


IPSEC_LINKS = frozenset({"xfrm", "vti", "vti6"})
"""Kinds of interface that IPsec's keys work for."""

_VIRTUAL = {
    "wireguard": Kind.WIREGUARD,
    "ovpn": Kind.OPENVPN,
    "ovpn-dco": Kind.OPENVPN,
    **dict.fromkeys(sorted(IPSEC_LINKS), Kind.IPSEC),
}
# The names that clients give their interfaces; only ever asked of kinds that carry a VPN.
_NAMES = (
    (re.compile(r"tailscale\d+"), Kind.TAILSCALE),
    (re.compile(r"cscotun\d+"), Kind.ANYCONNECT),
    (re.compile(r"gpd\d+"), Kind.GLOBALPROTECT),
    (re.compile(r"fctvpn.*"), Kind.FORTICLIENT),
    (re.compile(r"zcctun\d+"), Kind.ZSCALER),
    (re.compile(r"CloudflareWARP"), Kind.WARP),
    (re.compile(r"nordlynx|nordtun"), Kind.NORDVPN),
    (re.compile(r"proton\d+"), Kind.PROTONVPN),
    (re.compile(r"wg\d*-mullvad|mullvad.*"), Kind.MULLVAD),
    (re.compile(r"moz\d+"), Kind.MOZILLA),
    (re.compile(r"ipsec\d+"), Kind.IPSEC),
    (re.compile(r"wg\d+.*"), Kind.WIREGUARD),
)
_ZEROTIER = re.compile(r"zt[0-9a-z]{8,13}")
# Translators between IPv4 and IPv6 on the home's own line: not tunnels to anyone.
_TRANSLATING = re.compile(r"clat\d*|.*-clat|nat64|teredo|siit\d*")

TUN_PROGRAMS = {
    "openvpn": Kind.OPENVPN,
    "openvpn3-servic": Kind.OPENVPN,
    "openconnect": Kind.OPENCONNECT,
    "vpnagentd": Kind.ANYCONNECT,
    "PanGPS": Kind.GLOBALPROTECT,
    "vpnc": Kind.IPSEC,
    "fctsslvpnd": Kind.FORTICLIENT,
}
"""What makes interfaces of kind `tun` with names of no meaning, by the name of the process."""

TRANSLATORS = frozenset({"clatd", "miredo", "tayga"})
"""What makes interfaces of kind `tun` that are no tunnels, under names that its settings choose."""

PPP_PROGRAMS = {
    "openfortivpn": Kind.FORTICLIENT,
    "xl2tpd": Kind.PPP,
    "pptp": Kind.PPP,
    "pptpgw": Kind.PPP,
    "nm-pptp-service": Kind.PPP,
    "nm-l2tp-service": Kind.PPP,
    "sstpc": Kind.PPP,
}
"""What makes a `ppp` interface a VPN's."""

PPP_LINES = frozenset({"pppoe", "chat", "wvdial"})
"""What makes a `ppp` interface the home's own line."""


def kind_of(
    link: Link, programs: frozenset[str] | Unavailable, *, home_line: bool | Unavailable
) -> Kind | Unavailable | None:
    """Of which kind of VPN the interface is.

    Args:
        link: the interface.
        programs: the names of the processes known here that run, or why they cannot be seen.
        home_line: whether the kernel holds a PPPoE session, or why that cannot be told.

    Returns:
        None when it is no VPN's; unavailable when that cannot be told.
    """
    if link.kind == "ppp":
        return _ppp_kind(programs, home_line=home_line)
    if link.kind == "tun":
        return _tap_kind(link) if link.layer != "tun" else _tun_kind(link, programs)
    virtual = _VIRTUAL.get(link.kind)
    return virtual and (_named(link.name) or virtual)


def _named(name: str) -> Kind | None:
    return next((kind for pattern, kind in _NAMES if pattern.fullmatch(name)), None)


def _tun_kind(link: Link, programs: frozenset[str] | Unavailable) -> Kind | Unavailable | None:
    if _TRANSLATING.fullmatch(link.name):
        return None
    if named := _named(link.name):
        return named
    if isinstance(programs, Unavailable):
        return _unseen(programs, "which program holds a tunnel cannot be seen")
    if TRANSLATORS & programs:
        return Unavailable(
            Reason.UNRECOGNISED, "a tunnel may be a VPN's or an address translator's"
        )
    makers = {kind for program, kind in TUN_PROGRAMS.items() if program in programs}
    return makers.pop() if len(makers) == 1 else Kind.TUN


def _unseen(answer: Unavailable, detail: str) -> Unavailable:
    return Unavailable(answer.reason, detail, answer.settle)


def _tap_kind(link: Link) -> Kind | Unavailable | None:
    if _ZEROTIER.fullmatch(link.name):
        return Kind.ZEROTIER
    if link.member or not link.in_service:
        return None
    return Unavailable(
        Reason.UNRECOGNISED, "a virtual network card may be a VPN's or a virtual machine's"
    )


def _ppp_kind(
    programs: frozenset[str] | Unavailable, *, home_line: bool | Unavailable
) -> Kind | Unavailable | None:
    detail = "whether a dial-up line is a VPN's or the home's own cannot be seen"
    if isinstance(programs, Unavailable):
        return _unseen(programs, detail)
    if isinstance(home_line, Unavailable):
        return _unseen(home_line, detail)
    makers = {kind for program, kind in PPP_PROGRAMS.items() if program in programs}
    line = home_line or bool(PPP_LINES & programs)
    if line and not makers:
        return None
    if len(makers) == 1 and not line:
        return makers.pop()
    return Unavailable(
        Reason.UNRECOGNISED, "a dial-up line may be a VPN's or the home's own connection"
    )


def answered(
    link: Link,
    kind: Kind,
    *,
    handshake: bool | Unavailable | None,
    associations: int | Unavailable,
) -> bool | Unavailable:
    """Whether the far end of a tunnel that is up has answered.

    OpenVPN, PPP and the makers' own clients give the interface its address when the far end has
    sent it, so that address is the evidence. WireGuard, IPsec and ZeroTier interfaces have theirs
    before any contact: there a handshake, an association or a byte received is. What was received
    once may be long ago.

    Args:
        link: the interface.
        kind: its kind.
        handshake: what WireGuard told of its last handshake; None without the rights to ask.
        associations: how many IPsec associations there are, or why that was not to be seen.

    Returns:
        Unavailable when the far end's silence can have another cause.
    """
    if link.kind == "wireguard":
        # The kernel counts handshakes too: without a byte there was no answer at all.
        return _received(link, otherwise=False) if handshake is None else handshake
    if link.kind in IPSEC_LINKS:
        if isinstance(associations, Unavailable):
            hidden = associations.reason is Reason.NOT_PERMITTED
            return _received(link, otherwise=associations) if hidden else associations
        # One in each direction; a single one is a request without an answer.
        return associations >= 2
    return _received(link, otherwise=_QUIET) if kind in (Kind.WIREGUARD, Kind.ZEROTIER) else True


_QUIET = Unavailable(Reason.UNRECOGNISED, "the VPN has received nothing yet: it is idle or cut off")


def _received(link: Link, *, otherwise: bool | Unavailable) -> bool | Unavailable:
    if link.received is None:
        return Unavailable(Reason.UNRECOGNISED, "the kernel does not count what the VPN received")
    return True if link.received else otherwise
