"""The firewall of a Linux machine: asks for the rules in force and what lets them come back.

- Only the kernel's rules tell what gets in; a running service is no evidence.
- nftables and iptables' older kind are two filters; a packet must survive both.
- `iptables` itself is never run, and what prints its rules only where the kernel says that there
  are some: it would load modules.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_interface

from hipaaguard.collect import Probe
from hipaaguard.collect.host import (
    AS_ADMINISTRATOR,
    Host,
    Output,
    attempt,
    decode,
    is_absent,
    read_text,
)
from hipaaguard.collect.linux.firewall.conditions import Address, is_virtual
from hipaaguard.collect.linux.firewall.configured import configured
from hipaaguard.collect.linux.firewall.inbound import (
    Fate,
    Inbound,
    asks_for_addresses,
    closing_chains,
    judge,
)
from hipaaguard.collect.linux.firewall.iptables import TABLES, Saved, parse_save
from hipaaguard.collect.linux.firewall.managers import (
    Protection,
    at_boot,
    configured_manager,
    manager_of,
)
from hipaaguard.collect.linux.firewall.nftables import Ruleset, parse_ruleset
from hipaaguard.collect.linux.firewall.packet_filter import Base, Filter
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

_EMPTY = Filter({}, ())
_NOT_IN_KERNEL = "/proc/modules"
_OFF = ("host", "ip6", "switched", "off")


@dataclass(frozen=True, slots=True)
class _Rules:
    """What could be read of the rules in force.

    Attributes:
        packets: the rules.
        tables: nftables' tables as family and name.
        gaps: why some rules could not be read, each of which can only stop more.
        sources: the commands and files that told.
    """

    packets: Filter
    tables: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Unavailable, ...] = ()
    sources: tuple[str, ...] = ()

    def __add__(self, other: "_Rules") -> "_Rules":
        return _Rules(
            self.packets.joined(other.packets),
            (*self.tables, *other.tables),
            (*self.gaps, *other.gaps),
            (*self.sources, *other.sources),
        )


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterable[Fact]:
    """The facts about the firewall.

    Args:
        host: whom to ask.
        keys: the facts asked for.
        now: not used.

    Returns:
        All six facts; where the rules cannot be read, with the reason.
    """
    del now
    if "firewall.configured" in keys:
        yield Fact("firewall.configured", *configured(host))
    rules = _nftables(host) + _iptables(host, v6=False) + _iptables(host, v6=True) + _no_ipv6(host)
    addresses = _addresses(host) if asks_for_addresses(rules.packets) else ()
    inbound = judge(rules.packets, addresses)
    source = ", ".join(rules.sources) or "nft -j list ruleset"
    gap = _gap(host, rules.gaps)
    yield Fact("firewall.default_inbound_v4", _default(inbound.v4, gap), source)
    yield Fact("firewall.default_inbound_v6", _default(inbound.v6, gap), source)
    yield Fact("firewall.allowed_inbound", _allowed(inbound, gap), source)
    yield from _management(host, rules, addresses, gap, source)


def _default(fate: Fate, gap: Unavailable | None) -> Scalar | Unavailable:
    match fate:
        case Fate.CLOSED:
            return "deny"
        case Fate.OPEN:
            return gap or "allow"
        case Fate.UNKNOWN:
            return gap or _unclear()


def _unclear() -> Unavailable:
    detail = "what gets in depends on a rule that HipaaGuard does not understand"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _allowed(inbound: Inbound, gap: Unavailable | None) -> Scalar | Unavailable:
    if gap:
        return gap
    return _unclear() if inbound.ports is None else inbound.ports


def _management(
    host: Host,
    rules: _Rules,
    addresses: tuple[Address, ...] | None,
    gap: Unavailable | None,
    source: str,
) -> Iterable[Fact]:
    v4 = closing_chains(rules.packets, addresses, v6=False)
    v6 = tuple(it for it in closing_chains(rules.packets, addresses, v6=True) if it != _OFF)
    manager: str | None = manager_of(rules.packets, rules.tables, (*v4, *v6))
    if manager == "none" and gap:
        manager = configured_manager(host)
        source = "systemctl is-active, /etc/ufw/ufw.conf"
    yield Fact("firewall.manager", manager or gap or _unclear(), source)
    comes_back = gap or at_boot(host, Protection(manager or "none", v4, v6))
    yield Fact("firewall.at_boot", comes_back, "systemctl is-enabled and the saved rules")


def _gap(host: Host, gaps: tuple[Unavailable, ...]) -> Unavailable | None:
    """The gap to name: one that the person can close comes first."""
    ordered = sorted(gaps, key=lambda gap: gap.reason is not Reason.NOT_PERMITTED)
    if not ordered:
        return None
    first = ordered[0]
    if first.reason is not Reason.NOT_PERMITTED or host.elevated:
        return first
    detail = "only an administrator can read the firewall's rules"
    return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)


def _nftables(host: Host) -> _Rules:
    if _not_in_kernel(host):
        return _Rules(_EMPTY, sources=(_NOT_IN_KERNEL,))
    source = "nft -j list ruleset"
    text = _printed(host, "nft", "-j", "list", "ruleset")
    ruleset = text if isinstance(text, Unavailable) else attempt(parse_ruleset, text)
    if isinstance(ruleset, Unavailable):
        return _Rules(_EMPTY, gaps=(ruleset,), sources=(source,))
    return _spelled_out(host, ruleset)


def _spelled_out(host: Host, ruleset: Ruleset) -> _Rules:
    """The rules; those of iptables' own kind, which nft's JSON only names, read from iptables."""
    packets = ruleset.packets
    sources = ["nft -j list ruleset"]
    for family, program in (("ip", "iptables-nft-save"), ("ip6", "ip6tables-nft-save")):
        if not any(it == family for it, _ in ruleset.opaque):
            continue
        saved = _saved(host, program, v6=family == "ip6")
        if isinstance(saved, Saved) and saved.of_nftables:
            known = {(family, table) for table in saved.tables}
            packets = packets.without(known).joined(saved.packets)
            sources.append(program)
    return _Rules(packets, ruleset.tables, sources=tuple(sources))


def _iptables(host: Host, *, v6: bool) -> _Rules:
    """The rules of the older kind, which nft does not see."""
    names = read_text(host, f"/proc/net/{'ip6' if v6 else 'ip'}_tables_names")
    if is_absent(names):
        return _Rules(_EMPTY)
    if isinstance(names, Unavailable):
        return _Rules(_EMPTY, gaps=(names,))
    present = TABLES & set(names.split())
    if not present:
        return _Rules(_EMPTY)
    # Older systems have only one kind, and the program's name without the middle part.
    for program in ("legacy-save", "save"):
        name = f"{'ip6' if v6 else 'ip'}tables-{program}"
        saved = _saved(host, name, v6=v6)
        if is_absent(saved):
            continue
        if isinstance(saved, Unavailable):
            return _Rules(_EMPTY, gaps=(saved,))
        if present <= saved.tables and not saved.of_nftables:
            return _Rules(saved.packets, sources=(name,))
    detail = "the kernel has iptables' rules of the older kind that no program here can print"
    return _Rules(_EMPTY, gaps=(Unavailable(Reason.NOT_INSTALLED, detail),))


def _saved(host: Host, program: str, *, v6: bool) -> Saved | Unavailable:
    text = _printed(host, program)
    return text if isinstance(text, Unavailable) else attempt(parse_save, text, v6=v6)


def _printed(host: Host, program: str, *args: str) -> str | Unavailable:
    answer = host.run(program, *args)
    if is_absent(answer):
        return Unavailable(Reason.NOT_INSTALLED, f"the program {program} is not installed")
    if isinstance(answer, Unavailable):
        return answer
    return attempt(decode, answer.stdout) if answer.exit_code == 0 else refusal(program, answer)


def refusal(program: str, answer: Output) -> Unavailable:
    """Why a program that prints rules did not, from its exit code and what it said."""
    said = answer.stderr.lower()
    # nft(8) and iptables-save(8) exit with 1 or 4 and say so; both run in the C locale.
    if any(it in said for it in (b"not permitted", b"permission denied", b"must be root")):
        return Unavailable(Reason.NOT_PERMITTED, f"{program} may not read the firewall's rules")
    return Unavailable(Reason.FAILED, f"{program} could not read the firewall's rules")


def _not_in_kernel(host: Host) -> bool:
    """Whether it is certain that the kernel has no nftables, so that asking would only load it."""
    loaded = read_text(host, _NOT_IN_KERNEL)
    release = read_text(host, "/proc/sys/kernel/osrelease")
    if isinstance(loaded, Unavailable) or isinstance(release, Unavailable) or not loaded.strip():
        return False
    builtin = read_text(host, f"/lib/modules/{release.strip()}/modules.builtin")
    if isinstance(builtin, Unavailable) or not builtin.strip():
        return False
    modules = {line.split()[0] for line in loaded.splitlines() if line.strip()}
    return "nf_tables" not in modules and "/nf_tables.ko" not in builtin


def _no_ipv6(host: Host) -> _Rules:
    """IPv6 switched off, which stops all of it, as the only rule; nothing while it is on."""
    switches = [f"/proc/sys/net/ipv6/conf/{it}/disable_ipv6" for it in ("all", "default")]
    answers = [read_text(host, path) for path in (*switches, "/proc/net/if_inet6")]
    unread = [it for it in answers if isinstance(it, Unavailable) and not is_absent(it)]
    *off, in_use = ("" if isinstance(it, Unavailable) else it.strip() for it in answers)
    if unread:
        return _Rules(_EMPTY, gaps=(unread[0],))
    if off != ["1", "1"] or in_use or is_absent(answers[-1]):
        return _Rules(_EMPTY)
    base = Base("prerouting", -1000, v4=False, v6=True, drops=True, chain=_OFF)
    return _Rules(Filter({}, (base,)), sources=(switches[0],))


def _addresses(host: Host) -> tuple[Address, ...] | None:
    text = _printed(host, "ip", "-j", "addr", "show")
    found = text if isinstance(text, Unavailable) else attempt(parse_addresses, text)
    return None if isinstance(found, Unavailable) else found


def parse_addresses(text: str) -> tuple[Address, ...]:
    """The machine's addresses on network cards, with the sizes of their networks.

    Args:
        text: stdout of `ip -j addr show`.

    Returns:
        In ip's order; those of tunnels, containers and the loopback are left out.

    Raises:
        ParseError: Not of that form.

    Source: ip-address(8).
    """
    try:
        return tuple(
            ip_interface(f"{address['local']}/{address['prefixlen']}")
            for link in json.loads(text)
            if link and not is_virtual(link["ifname"])
            for address in link["addr_info"]
            if "local" in address
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ParseError("ip printed addresses in a form that HipaaGuard does not know") from error


PROBE = Probe(
    "the firewall",
    (
        "firewall.default_inbound_v4",
        "firewall.default_inbound_v6",
        "firewall.allowed_inbound",
        "firewall.configured",
        "firewall.manager",
        "firewall.at_boot",
    ),
    collect,
)
