"""The VPN and what it carries."""

from hipaaguard.facts.spec import BOOL, STR, FactSpec

SPECS = (
    FactSpec(
        "vpn.active",
        BOOL,
        "A VPN tunnel is up, with an address, and its far end answered of late where that shows.",
        "VPN connected",
    ),
    FactSpec(
        "vpn.carries",
        BOOL,
        "The route to the named address or network leaves through the VPN tunnel.",
        "VPN carries",
        parameter="an IP address or a network: 203.0.113.7, 10.20.0.0/16, 2001:db8::/32",
        private=True,
    ),
    FactSpec(
        "vpn.configured",
        BOOL,
        "A VPN is set up on this machine, connected or not.",
        "VPN set up",
    ),
    FactSpec(
        "vpn.full_tunnel_v4",
        BOOL,
        "The route to a public IPv4 address leaves through the VPN tunnel.",
        "VPN carries all (IPv4)",
    ),
    FactSpec(
        "vpn.full_tunnel_v6",
        BOOL,
        "The route to a public IPv6 address leaves through the VPN tunnel, or there is none.",
        "VPN carries all (IPv6)",
    ),
    FactSpec(
        "vpn.kind",
        STR,
        "The kind of VPN: of the active tunnel, else of the one that is set up.",
        "Kind of VPN",
    ),
)
