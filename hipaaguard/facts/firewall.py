"""The firewall, as far as unasked connections go."""

from hipaaguard.facts.spec import BOOL, LINUX, STR, STRINGS, WINDOWS, FactSpec

SPECS = (
    FactSpec(
        "firewall.allowed_inbound",
        STRINGS,
        "Ports open to any neighbour on the network: `22/tcp`, `6000-6010/udp`, `all`; on Windows "
        "also programs that are let in at whatever port they wait on: `game.exe`.",
        "Ports open to neighbours",
        platforms=LINUX + WINDOWS,
        needs_rights=LINUX,
        traps=(
            "An open port is one that the firewall lets through; whether a program listens there "
            "is another fact: network.listening.",
            "Ports that only one address or network may reach are left out, unless that is part of "
            "a home network.",
            "Windows: the rules of the networks in use now count, a public one where there is "
            "none; a rule for the local subnet lets in any neighbour.",
            "Windows: rules for apps from the Store, for paired devices and, where they name no "
            "port, for programs of Windows itself are left out.",
            "Where another maker's program is the firewall, its rules cannot be seen: not "
            "determined.",
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
            "Whether another maker's firewall on Windows comes back is not determined.",
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
            "A program that asks before connections go out, such as OpenSnitch or Little Snitch, "
            "is no firewall for what comes in.",
            "macOS: the firewall goes by programs, not by ports, and lets signed ones in by "
            "itself unless it is told otherwise; what waits for connections is network.listening.",
            "Windows: each of the three kinds of network must refuse, also those not in use; "
            "settings count for nothing while the firewall's service is stopped.",
            "Windows: another maker's firewall is believed when it tells Windows Security that it "
            "is on, also for IPv6; one that is off, paused or has run out does not count.",
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
        values=(
            "firewalld",
            "iptables",
            "macos",
            "nftables",
            "none",
            "third-party",
            "ufw",
            "windows",
        ),
        traps=(
            "It is read from the rules in force; an installed program that does nothing is none.",
            "macOS: a profile of an administrator's is not believed, only the state in force.",
        ),
    ),
    FactSpec(
        "firewall.product",
        STRINGS,
        "The names of other makers' firewalls that told Windows Security that they are on.",
        "Other makers' firewalls",
        platforms=WINDOWS,
        traps=(
            "It is what the products say of themselves; what they let through cannot be seen.",
            "An antivirus without a firewall of its own does not register as one and does not "
            "count.",
            "Windows Server has no Windows Security: nothing is listed there.",
        ),
    ),
)
