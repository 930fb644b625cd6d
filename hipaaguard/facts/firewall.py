"""The firewall, as far as unasked connections go."""

from hipaaguard.facts.spec import BOOL, LINUX, STR, STRINGS, FactSpec

SPECS = (
    FactSpec(
        "firewall.allowed_inbound",
        STRINGS,
        "Ports open to any neighbour on the network: `22/tcp`, `6000-6010/udp`, `all`.",
        "Ports open to neighbours",
        needs_rights=LINUX,
        traps=(
            "An open port is one that the firewall lets through; whether a program listens there "
            "is another fact: network.listening.",
            "Ports that only one address or network may reach are left out, unless that is part of "
            "a home network.",
        ),
    ),
    FactSpec(
        "firewall.at_boot",
        BOOL,
        "The protection that is in force now comes back after a restart.",
        "Firewall starts with the computer",
        needs_rights=LINUX,
        traps=(
            "A service that is switched on may load nothing: the saved rules are looked at too.",
            "A rules file that is emptied at its own end by `flush ruleset` is not noticed.",
        ),
    ),
    FactSpec(
        "firewall.configured",
        STR,
        "What the firewall's own settings, which need not be in force, say of unasked connections: "
        "`deny` all, `deny-ipv4` those by IPv4, `allow`, `off` set up but not switched on, `none` "
        "set up at all.",
        "Firewall settings",
        values=("allow", "deny", "deny-ipv4", "none", "off"),
        platforms=LINUX,
        traps=(
            "Settings are intent: the rules may not be loaded, or others besides. What is in force "
            "stands in the facts of unasked connections.",
            "ufw's own lists of rules can be read by administrators alone; a rule there that lets "
            "everything in does not show here.",
            "Ports that were opened on purpose do not show here.",
        ),
    ),
    FactSpec(
        "firewall.default_inbound_v4",
        STR,
        "What happens to a new inbound IPv4 connection to a port that nothing was opened for.",
        "Unasked connections (IPv4)",
        values=("allow", "deny"),
        needs_rights=LINUX,
        traps=(
            "A running firewall service is no evidence, and neither is one rule that refuses "
            "something: the packet's whole way in is followed.",
            "Chains of Docker, virtual machines and VPNs do not protect the computer itself.",
            "A program that asks before connections go out, such as OpenSnitch, is no firewall for "
            "what comes in.",
        ),
    ),
    FactSpec(
        "firewall.default_inbound_v6",
        STR,
        "What happens to a new inbound IPv6 connection to a port that nothing was opened for.",
        "Unasked connections (IPv6)",
        values=("allow", "deny"),
        needs_rights=LINUX,
        traps=("Rules for IPv4 alone leave IPv6 open, and most home lines have it.",),
    ),
    FactSpec(
        "firewall.manager",
        STR,
        "The program that manages the packet filter.",
        "Firewall program",
        values=("firewalld", "iptables", "nftables", "none", "ufw"),
        traps=(
            "It is read from the rules in force; an installed program that does nothing is none.",
        ),
    ),
)
