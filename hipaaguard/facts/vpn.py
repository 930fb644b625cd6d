"""The VPN and what it carries."""

from hipaaguard.facts.spec import BOOL, LINUX, STR, WINDOWS, FactSpec

_MARKS = "Programs that a client leaves out one by one (split tunnelling by app) are not seen."
_RELAY = "What a browser or a program sends through a relay of its own is not looked at."

SPECS = (
    FactSpec(
        "vpn.active",
        BOOL,
        "A VPN tunnel is up, with an address, and its far end answered of late where that shows.",
        "VPN connected",
        needs_rights=LINUX,
        traps=(
            "It says nothing of what goes through the tunnel, nor whose VPN it is.",
            "Without administrator rights, and on Windows always, a WireGuard tunnel counts that"
            " has received anything since it was made, however long ago.",
            "A tunnel that someone else opened to this computer, as its server, counts too.",
            "Bridges and cards of containers and virtual machines are not VPNs.",
        ),
    ),
    FactSpec(
        "vpn.carries",
        BOOL,
        "The route to the named address or network leaves through the VPN tunnel.",
        "VPN carries",
        parameter="an IP address or a network: 203.0.113.7, 10.20.0.0/16, 2001:db8::/32",
        needs_rights=LINUX,
        private=True,
        traps=(
            "Names are not resolved: give the address that the practice's server has.",
            "For a network every part must go through: one subnet past the tunnel makes it false.",
            "Routes are looked up and nothing is sent: the far end may pass nothing on.",
            _MARKS,
        ),
    ),
    FactSpec(
        "vpn.configured",
        BOOL,
        "A VPN is set up on this machine, connected or not.",
        "VPN set up",
        needs_rights=LINUX + WINDOWS,
        traps=(
            "On Linux settings in a person's home folder are not looked for; on Windows the"
            " person's own VPNs of Windows are not seen by another account that runs the audit.",
            "Makers' clients that keep their settings out of sight make it not determined, not no.",
        ),
    ),
    FactSpec(
        "vpn.full_tunnel_v4",
        BOOL,
        "The route to a public IPv4 address leaves through the VPN tunnel.",
        "VPN carries all (IPv4)",
        needs_rights=LINUX,
        traps=(
            "The default route is no proof: other tables, rules and pairs of half routes decide.",
            "Hosts that are left out one by one are allowed: the VPN's own server must be.",
            _MARKS,
            _RELAY,
        ),
    ),
    FactSpec(
        "vpn.full_tunnel_v6",
        BOOL,
        "The route to a public IPv6 address leaves through the VPN tunnel, or there is none.",
        "VPN carries all (IPv6)",
        needs_rights=LINUX,
        traps=(
            "It is true without any VPN where the home has no IPv6: ask for IPv4 as well.",
            "A VPN that carries IPv4 alone leaks whatever the home sends by IPv6.",
            _MARKS,
            _RELAY,
        ),
    ),
    FactSpec(
        "vpn.kind",
        STR,
        "The kind of VPN: of the active tunnel, else of the one that is set up.",
        "Kind of VPN",
        values=(
            *("anyconnect", "checkpoint", "forticlient", "globalprotect", "ipsec", "ivanti"),
            *("mozilla", "mullvad", "none", "nordvpn", "openconnect", "openvpn", "ppp"),
            *("protonvpn", "sonicwall", "tailscale", "tun", "warp", "windows", "wireguard"),
            *("zerotier", "zscaler"),
        ),
        needs_rights=LINUX + WINDOWS,
        traps=(
            "It rests on the interface's kind and name and on the programs that run, not on keys.",
            "`tun` is a tunnel of a program that HipaaGuard does not know; `ppp` is L2TP, PPTP or"
            " SSTP; `windows` is a VPN of Windows itself that picks among these and IPsec; `none`"
            " means that no VPN is set up.",
            "Of several tunnels the first in the system's order is named.",
        ),
    ),
)
