"""What `iptables-save` and `ip6tables-save` print, as a packet filter: pure.

Options that are not known become conditions that are not understood.

Source: iptables-save(8), iptables-extensions(8); tests/recordings/linux/firewall-*.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

from hipaaguard.collect.linux.firewall.conditions import (
    ALWAYS,
    NEVER,
    NOT_UNDERSTOOD,
    SENDER_DECIDES,
    Condition,
    Destinations,
    Interfaces,
    Mark,
    Network,
    Not,
    Ports,
    Protocols,
    Sources,
    Span,
    States,
    Translated,
    Version,
)
from hipaaguard.collect.linux.firewall.packet_filter import (
    Action,
    Base,
    ChainId,
    Filter,
    Jump,
    Rule,
    Verdict,
    make_filter,
)
from hipaaguard.errors import ParseError

# Priorities: linux/netfilter_ipv4.h, enum nf_ip_hook_priorities.
_BASES: Mapping[tuple[str, str], tuple[str, int]] = {
    ("raw", "PREROUTING"): ("prerouting", -300),
    ("mangle", "PREROUTING"): ("prerouting", -150),
    ("nat", "PREROUTING"): ("prerouting", -100),
    ("mangle", "INPUT"): ("input", -150),
    ("filter", "INPUT"): ("input", 0),
    ("security", "INPUT"): ("input", 50),
}
TABLES = frozenset(table for table, _ in _BASES)
"""The tables that packets meet on their way in."""

_TARGETS: Mapping[str, Verdict] = {
    "ACCEPT": Verdict.ACCEPT,
    "DROP": Verdict.DROP,
    "REJECT": Verdict.DROP,
    "RETURN": Verdict.RETURN,
    "DNAT": Verdict.TRANSLATE,
    "REDIRECT": Verdict.TRANSLATE,
    "TPROXY": Verdict.TRANSLATE,
    **dict.fromkeys(("SNAT", "MASQUERADE"), Verdict.ACCEPT),
    **dict.fromkeys(("LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "TEE", "SET"), Verdict.NEXT),
    **dict.fromkeys(("MARK", "CONNMARK", "CT", "NOTRACK", "CLASSIFY"), Verdict.NEXT),
    **dict.fromkeys(("CHECKSUM", "TCPMSS", "TOS", "DSCP", "TTL", "HL"), Verdict.NEXT),
}
_EFFECTS = {
    "MARK": frozenset({"meta mark"}),
    "CONNMARK": frozenset({"meta mark", "ct mark"}),
    "NOTRACK": frozenset({"untracked"}),
    "CT": frozenset({"untracked"}),
    **dict.fromkeys(("DNAT", "REDIRECT", "TPROXY"), frozenset({"translated"})),
}
_SHORT = re.compile("-[a-zA-Z46]|--[a-z].*")


@dataclass(frozen=True, slots=True)
class Saved:
    """What one of the programs printed.

    Attributes:
        packets: the rules on the way in.
        tables: the tables that it spelled out.
        of_nftables: whether it says that it read nftables' tables.
    """

    packets: Filter
    tables: frozenset[str]
    of_nftables: bool


@dataclass(frozen=True, slots=True)
class _Option:
    name: str
    arguments: tuple[str, ...]
    inverted: bool

    @property
    def value(self) -> str:
        return self.arguments[0] if self.arguments else ""

    def holds(self, condition: Condition) -> Condition:
        return Not(condition) if self.inverted else condition


@dataclass(frozen=True, slots=True)
class _Group:
    """The options of one `-m` module; the module of those before the first is empty."""

    module: str
    options: list[_Option] = field(default_factory=list)


def parse_save(text: str, *, v6: bool) -> Saved:
    """What the program printed.

    Args:
        text: stdout of `iptables-save` or a file that it wrote; may be empty.
        v6: whether it is `ip6tables`.

    Returns:
        The rules; options that are not known have become conditions that are not understood.

    Raises:
        ParseError: Not of that form, or cut off.
    """
    chains: dict[ChainId, list[Rule]] = {}
    bases: list[Base] = []
    tables: set[str] = set()
    table = ""
    for line in text.splitlines():
        match line[:1], table:
            case (("" | "#"), _):
                continue
            case "*", "":
                table = line[1:].strip()
            case ":", str() if table:
                name, policy = _declaration(line)
                chains[_chain(v6, table, name)] = []
                bases += _base(v6, table, name, policy)
            case "-", str() if table:
                chain, rule = _line(line, v6, table, chains)
                chains[chain].append(rule)
            case "C", str() if table and line.strip() == "COMMIT":
                tables.add(table)
                table = ""
            case _:
                raise ParseError("iptables' rules have a line that HipaaGuard does not know")
    if table:
        raise ParseError("iptables' rules are cut off")
    rules = {name: tuple(found) for name, found in chains.items()}
    return Saved(make_filter(rules, bases), frozenset(tables), "(nf_tables)" in text)


def _chain(v6: bool, table: str, name: str) -> ChainId:  # noqa: FBT001 - private
    return "iptables", "ip6" if v6 else "ip", table, name


def _declaration(line: str) -> tuple[str, str]:
    parts = line[1:].split()
    if len(parts) not in (2, 3):
        raise ParseError("iptables' rules declare a chain in a form that HipaaGuard does not know")
    return parts[0], parts[1]


def _base(v6: bool, table: str, name: str, policy: str) -> tuple[Base, ...]:  # noqa: FBT001
    if (table, name) not in _BASES:
        return ()
    hook, priority = _BASES[table, name]
    drops = policy == "DROP"
    return (Base(hook, priority, not v6, v6, drops, _chain(v6, table, name)),)


def _line(
    line: str,
    v6: bool,  # noqa: FBT001 - private
    table: str,
    chains: Mapping[ChainId, object],
) -> tuple[ChainId, Rule]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise ParseError("iptables' rules have a line that HipaaGuard does not know") from error
    chain = _chain(v6, table, words[1] if len(words) > 1 else "")
    if words[0] != "-A" or chain not in chains:
        raise ParseError("iptables' rules add to a chain that they do not declare")
    groups, target = _groups(_options(words[2:]))
    name = target.value if target else ""
    conditions = tuple(it for group in groups for it in _conditions(group, name))
    branches: tuple[tuple[Condition, Action], ...] = ()
    if target:
        branches = ((ALWAYS, _action(target, _chain(v6, table, name), chains)),)
    effects = frozenset() if target is None else _effects(target)
    return chain, Rule((Version(v6), *conditions), branches, effects)


def _options(words: list[str]) -> Iterator[_Option]:
    inverted, name, arguments = False, "", list[str]()
    for word in words:
        # A comment or prefix may begin with a dash; it is always exactly one word.
        free = name in ("--comment", "--log-prefix", "--nflog-prefix") and not arguments
        if not free and (word == "!" or _SHORT.fullmatch(word)):
            if name:
                yield _Option(name, tuple(arguments), inverted)
                inverted = False
            name, arguments = ("", []) if word == "!" else (word, [])
            inverted = inverted or word == "!"
        else:
            arguments.append(word)
    if name:
        yield _Option(name, tuple(arguments), inverted)


def _groups(options: Iterable[_Option]) -> tuple[list[_Group], _Option | None]:
    """The options by module, and the target with its own options behind its name."""
    groups = [_Group("")]
    target: _Option | None = None
    for option in options:
        if target:
            target = _Option(target.name, (*target.arguments, option.name), target.inverted)
        elif option.name in ("-j", "-g"):
            target = option
        elif option.name == "-m":
            groups.append(_Group(option.value))
        elif option.name == "-p" and option.value:
            groups[0].options.append(option)
        else:
            groups[-1].options.append(option)
    return groups, target


def _action(target: _Option, chain: ChainId, chains: Mapping[ChainId, object]) -> Action:
    if chain in chains:
        return Jump(chain, returns=target.name == "-j")
    return _TARGETS.get(target.value, Verdict.ASK)


def _effects(target: _Option) -> frozenset[str]:
    if target.value == "CT" and "--notrack" not in target.arguments:
        return frozenset()
    return _EFFECTS.get(target.value, frozenset())


def _conditions(group: _Group, target: str) -> tuple[Condition, ...]:
    if group.module == "comment":
        return ()
    if group.module == "recent":
        return (_recent(group.options),)
    if group.module == "set":
        return tuple(_set(option, target) for option in group.options)
    if group.module in _FREE:
        return (SENDER_DECIDES,)
    try:
        return tuple(_condition(group.module, option) for option in group.options)
    except ValueError:
        return (NOT_UNDERSTOOD,)


# Modules about what the sender chooses or can wait for.
_FREE = frozenset(
    (
        *("limit", "hashlimit", "connlimit", "statistic", "time", "length", "tos", "dscp", "ttl"),
        *("hl", "string", "rpfilter", "quota", "ecn", "tcpmss", "frag", "rt", "hbh", "dst"),
    )
)


def _condition(module: str, option: _Option) -> Condition:
    if option.name == "--mark" and module in ("mark", "connmark"):
        kind = "meta mark" if module == "mark" else "ct mark"
        return option.holds(Mark(kind, int(option.value.split("/")[0], 0) == 0))
    make = _OPTIONS.get(option.name)
    return NOT_UNDERSTOOD if make is None else option.holds(make(option))


def _recent(options: list[_Option]) -> Condition:
    names = {option.name for option in options}
    if any(option.inverted for option in options):
        return NOT_UNDERSTOOD
    if "--set" in names:
        return ALWAYS
    # Whoever connects often enough is on the list; whoever does not is not.
    counted = names & {"--update", "--rcheck"} and "--hitcount" in names
    return SENDER_DECIDES if counted else NOT_UNDERSTOOD


def _set(option: _Option, target: str) -> Condition:
    """Turning listed senders away leaves other neighbours; anything else may mean any of them."""
    blocked = target in ("DROP", "REJECT") and not option.inverted
    by_sender = option.name == "--match-set" and option.arguments[1:2] == ("src",)
    return SENDER_DECIDES if blocked and by_sender else NOT_UNDERSTOOD


def _port_spans(option: _Option) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in option.value.split(","):
        first, colon, last = part.partition(":")
        spans.append((int(first or "0"), int(last or "65535") if colon else int(first)))
    return tuple(spans)


def _networks(option: _Option) -> tuple[Network, ...]:
    return tuple(ip_network(part, strict=False) for part in option.value.split(","))


def _range(option: _Option) -> tuple[Network, ...]:
    first, _, last = option.value.partition("-")
    start, end = ip_address(first), ip_address(last or first)
    if isinstance(start, IPv4Address) and isinstance(end, IPv4Address):
        return tuple(summarize_address_range(start, end))
    if isinstance(start, IPv6Address) and isinstance(end, IPv6Address):
        return tuple(summarize_address_range(start, end))
    raise ValueError(option.value)


def _words(option: _Option) -> frozenset[str]:
    return frozenset(option.value.lower().split(","))


def _protocol(option: _Option) -> Condition:
    numbers = {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp"}
    name = option.value.lower()
    return ALWAYS if name in ("all", "0") else Protocols(frozenset({numbers.get(name, name)}))


def _interface(option: _Option) -> Condition:
    name = option.value
    return Interfaces(frozenset({name[:-1] + "*" if name.endswith("+") else name}))


def _tcp_flags(option: _Option) -> Condition:
    mask, expected = (frozenset(it.lower().split(",")) for it in (*option.arguments, "", "")[:2])
    everything = frozenset(("fin", "syn", "rst", "psh", "ack", "urg"))
    masked = frozenset({"syn"}) & (everything if mask == {"all"} else mask)
    return ALWAYS if masked == expected - {"none"} else NEVER


def _statuses(option: _Option) -> Condition:
    return Translated() if "dnat" in _words(option) else NEVER


def _known(option: _Option, yes: str, no: Iterable[str]) -> Condition:
    words = _words(option)
    if yes in words:
        return ALWAYS
    return NEVER if words <= set(no) else NOT_UNDERSTOOD


_OPTIONS: Mapping[str, Callable[[_Option], Condition]] = {
    "-p": _protocol,
    "-s": lambda it: Sources(_networks(it)),
    "-d": lambda it: Destinations(_networks(it)),
    "-i": _interface,
    "-f": lambda _: SENDER_DECIDES,
    "--dport": lambda it: Ports(_port_spans(it)),
    "--dports": lambda it: Ports(_port_spans(it)),
    "--sport": lambda _: SENDER_DECIDES,
    "--sports": lambda _: SENDER_DECIDES,
    "--ports": lambda _: SENDER_DECIDES,
    "--tcp-flags": _tcp_flags,
    "--tcp-option": lambda _: SENDER_DECIDES,
    "--ctstate": lambda it: States(_words(it)),
    "--state": lambda it: States(_words(it)),
    "--ctstatus": _statuses,
    "--ctdir": lambda it: _known(it, "original", ("reply",)),
    "--icmp-type": lambda _: NEVER,
    "--icmpv6-type": lambda _: NEVER,
    "--dst-type": lambda it: _known(it, "local", ("broadcast", "multicast", "anycast", "unicast")),
    "--src-type": lambda it: _known(it, "unicast", ("local", "multicast", "broadcast")),
    "--limit-iface-in": lambda _: ALWAYS,
    "--pkt-type": lambda it: _known(it, "unicast", ("broadcast", "multicast")),
    "--mac-source": lambda _: NEVER,
    "--src-range": lambda it: Sources(_range(it)),
    "--dst-range": lambda it: Destinations(_range(it)),
    "--dir": lambda it: _known(it, "in", ("out",)),
    "--pol": lambda it: _known(it, "none", ("ipsec",)),
}
