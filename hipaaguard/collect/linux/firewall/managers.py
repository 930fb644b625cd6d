"""Which program manages the packet filter, and whether its protection comes back after a restart.

What is in force decides, not what is installed: a service can be active while no rule is loaded.

Source: ufw(8), firewalld(1), nft(8), systemctl(1), netfilter-persistent(8).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.firewall.inbound import Fate, judge
from hipaaguard.collect.linux.firewall.iptables import TABLES, parse_save
from hipaaguard.collect.linux.firewall.nft_file import loads, read_with_includes
from hipaaguard.collect.linux.firewall.packet_filter import ChainId, Filter, Jump, Verdict
from hipaaguard.model import Reason, Unavailable

UFW_SWITCH, UFW_DEFAULTS = "/etc/ufw/ufw.conf", "/etc/default/ufw"
NFTABLES_FILES = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf")
# Services and their saved rules: Debian's iptables-persistent, then Fedora's, Arch's and Alpine's.
IPTABLES_FILES: Mapping[bool, tuple[tuple[str, str], ...]] = {
    False: (
        ("netfilter-persistent", "/etc/iptables/rules.v4"),
        ("iptables", "/etc/sysconfig/iptables"),
        ("iptables", "/etc/iptables/iptables.rules"),
        ("iptables", "/etc/iptables/rules-save"),
    ),
    True: (
        ("netfilter-persistent", "/etc/iptables/rules.v6"),
        ("ip6tables", "/etc/sysconfig/ip6tables"),
        ("ip6tables", "/etc/iptables/ip6tables.rules"),
        ("ip6tables", "/etc/iptables/rules6-save"),
    ),
}


@dataclass(frozen=True, slots=True)
class Protection:
    """What is to come back after a restart.

    Attributes:
        manager: the program, as in `firewall.manager`.
        v4: the base chains that end unasked IPv4 connections; empty when IPv4 is not protected.
        v6: the same for IPv6.
    """

    manager: str
    v4: tuple[ChainId, ...]
    v6: tuple[ChainId, ...]


def manager_of(
    packets: Filter, tables: tuple[tuple[str, str], ...], closing: tuple[ChainId, ...]
) -> str:
    """The program that the rules in force belong to.

    Args:
        packets: the rules on the way in.
        tables: nftables' tables as family and name.
        closing: the base chains that end unasked connections; may be empty.

    Returns:
        A value of `firewall.manager`; `none` where no rule on the way in stops anything.
    """
    names = {chain for _, _, _, chain in _reachable_chains(packets)}
    if any(name == "firewalld" for _, name in tables) or "INPUT_ZONES" in names:
        return "firewalld"
    if any(name.startswith(("ufw-", "ufw6-")) for name in names):
        return "ufw"
    chains = closing or tuple(base.chain for base in packets.bases if _stops(packets, base.chain))
    if not chains:
        return "none"
    return "iptables" if _of_iptables(chains[0]) else "nftables"


def _reachable_chains(packets: Filter) -> set[ChainId]:
    found = {base.chain for base in packets.bases}
    for rule in packets.reachable():
        found |= {action.chain for _, action in rule.branches if isinstance(action, Jump)}
    return found


def _stops(packets: Filter, chain: ChainId) -> bool:
    """Whether anything can end in a base chain."""
    bases = tuple(base for base in packets.bases if base.chain == chain)
    rules = Filter(packets.chains, bases).reachable()
    stopping = (Verdict.DROP, Verdict.ASK)
    by_rule = any(action in stopping for rule in rules for _, action in rule.branches)
    return by_rule or any(base.drops for base in bases)


def _of_iptables(chain: ChainId) -> bool:
    """Whether iptables made the chain: one of its names in one of its tables."""
    program, family, table, name = chain
    named = family in ("ip", "ip6") and table in TABLES and name in ("INPUT", "PREROUTING")
    return program == "iptables" or named


def configured_manager(host: Host) -> str | None:
    """The program that is set up and running, for when no rule can be read; None when unknown."""
    if is_active(host, "firewalld"):
        return "firewalld"
    switch = read_settings(host, UFW_SWITCH)
    if switch is not None and switch.get("ENABLED") == "yes" and is_active(host, "ufw"):
        return "ufw"
    return None


def is_active(host: Host, service: str) -> bool:
    """Whether systemd says that the service runs; not so where nothing tells."""
    answer = host.run("systemctl", "is-active", f"{service}.service")
    return not isinstance(answer, Unavailable) and answer.stdout.strip() == b"active"


def at_boot(host: Host, protection: Protection) -> bool | Unavailable:
    """Whether the same protection comes back after a restart.

    Args:
        host: whom to ask.
        protection: what is in force now.
    """  # noqa: DOC201 - the first line says it
    if not (protection.v4 or protection.v6):
        return False
    match protection.manager:
        case "ufw":
            return _ufw_at_boot(host)
        case "firewalld":
            return is_enabled(host, "firewalld")
        case "iptables":
            return _iptables_at_boot(host, protection)
        case _:
            return _nftables_at_boot(host, (*protection.v4, *protection.v6))


def is_enabled(host: Host, service: str) -> bool | Unavailable:
    """Whether the service is started with the system."""
    answer = host.run("systemctl", "is-enabled", f"{service}.service")
    if isinstance(answer, Unavailable):
        return _enabled_elsewhere(host, service) if is_absent(answer) else answer
    word = answer.stdout.strip()
    if word:
        # `enabled-runtime` is gone after the restart; `static` is not started by itself.
        return word in (b"enabled", b"generated")
    if b"No such file" in answer.stderr or b"not-found" in answer.stderr:
        return False
    return Unavailable(Reason.FAILED, "systemctl could not tell what starts with the computer")


def _enabled_elsewhere(host: Host, service: str) -> bool | Unavailable:
    """The same for OpenRC and System V init, which have a link for each service that is started."""
    levels = {"/etc/runlevels/boot": service, "/etc/runlevels/default": service}
    levels |= dict.fromkeys(("/etc/rcS.d", "/etc/rc2.d"), f"S[0-9][0-9]{service}")
    answers = {folder: host.names(folder) for folder in levels}
    known = {folder: it for folder, it in answers.items() if isinstance(it, tuple)}
    if not known:
        return Unavailable(Reason.NOT_INSTALLED, "nothing tells what starts with the computer")
    return any(
        fnmatchcase(name, levels[folder]) for folder, names in known.items() for name in names
    )


def _ufw_at_boot(host: Host) -> bool | Unavailable:
    switch, defaults = read_settings(host, UFW_SWITCH), read_settings(host, UFW_DEFAULTS)
    if switch is None or defaults is None:
        return Unavailable(Reason.FAILED, "the settings of ufw could not be read")
    policy = defaults.get("DEFAULT_INPUT_POLICY", "")
    if switch.get("ENABLED") != "yes" or policy not in ("DROP", "REJECT"):
        return False
    return is_enabled(host, "ufw")


def read_settings(host: Host, path: str) -> Mapping[str, str] | None:
    """The assignments of a file for the shell; None when it cannot be read."""
    text = read_text(host, path)
    return None if isinstance(text, Unavailable) else parse_settings(text)


def parse_settings(text: str) -> Mapping[str, str]:
    """The assignments of a file for the shell, without quotes; the last of a name counts."""
    found = re.findall(r"^\s*(\w+)=[\"']?([^\"'#\s]*)", text, re.MULTILINE)
    return dict(found)


def _iptables_at_boot(host: Host, protection: Protection) -> bool | Unavailable:
    if not is_absent(host.entry("/etc/NIXOS")):
        return Unavailable(Reason.UNRECOGNISED, "NixOS loads its rules in a way that is not known")
    sides = ((False, protection.v4), (True, protection.v6))
    answers = [_saved(host, v6=v6) for v6, chains in sides if chains]
    if False in answers:
        return False
    return next((it for it in answers if isinstance(it, Unavailable)), True)


def _saved(host: Host, *, v6: bool) -> bool | Unavailable:
    """Whether rules that end unasked connections are saved, and loaded by a service."""
    for service, path in IPTABLES_FILES[v6]:
        text = read_text(host, path)
        if is_absent(text):
            continue
        if isinstance(text, Unavailable):
            return text
        saved = attempt(parse_save, text, v6=v6)
        if isinstance(saved, Unavailable):
            return saved
        inbound = judge(saved.packets, None)
        if (inbound.v6 if v6 else inbound.v4) is Fate.CLOSED:
            return is_enabled(host, service)
    return False


def _nftables_at_boot(host: Host, closing: tuple[ChainId, ...]) -> bool | Unavailable:
    """Whether the tables in force are in the file that a service loads."""
    enabled = is_enabled(host, "nftables")
    if enabled is not True:
        return enabled
    tables = {(family, table) for _, family, table, _ in closing}
    for path in NFTABLES_FILES:
        text = attempt(read_with_includes, host, path)
        if isinstance(text, Unavailable):
            if is_absent(text):
                continue
            return text
        return loads(text, tables)
    return Unavailable(Reason.NOT_INSTALLED, "the file that nftables' service loads was not found")
