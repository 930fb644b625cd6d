"""The firewall, as far as unasked connections go."""

from hipaaguard.facts.spec import BOOL, LINUX, STR, STRINGS, FactSpec

SPECS = (
    FactSpec(
        "firewall.allowed_inbound",
        STRINGS,
        "Ports open to any neighbour on the network: `22/tcp`, `6000-6010/udp`, `all`.",
        "Ports open to neighbours",
        needs_rights=LINUX,
    ),
    FactSpec(
        "firewall.at_boot",
        BOOL,
        "The protection that is in force now comes back after a restart.",
        "Firewall starts with the computer",
        needs_rights=LINUX,
    ),
    FactSpec(
        "firewall.default_inbound_v4",
        STR,
        "What happens to a new inbound IPv4 connection to a port that nothing was opened for.",
        "Unasked connections (IPv4)",
        values=("allow", "deny"),
        needs_rights=LINUX,
    ),
    FactSpec(
        "firewall.default_inbound_v6",
        STR,
        "What happens to a new inbound IPv6 connection to a port that nothing was opened for.",
        "Unasked connections (IPv6)",
        values=("allow", "deny"),
        needs_rights=LINUX,
    ),
    FactSpec(
        "firewall.manager",
        STR,
        "The program that manages the packet filter.",
        "Firewall program",
        values=("firewalld", "iptables", "nftables", "none", "ufw"),
    ),
)
