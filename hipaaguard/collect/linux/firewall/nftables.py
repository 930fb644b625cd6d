"""What `nft -j list ruleset` says, as a packet filter: pure.

Names mean nothing in nftables. Only base chains of `ip`, `ip6` and `inet` tables on the hooks
`prerouting` and `input` see what is meant for this machine; those of `netdev` and `bridge` tables,
which can only stop more, are left out.

Source: libnftables-json(5), nft(8); recordings below tests/recordings/linux/firewall-*.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hipaaguard.collect.linux.firewall.conditions import (
    ALWAYS,
    NEVER,
    NOT_UNDERSTOOD,
    SENDER_DECIDES,
    Condition,
    Protocols,
    Version,
)
from hipaaguard.collect.linux.firewall.nftables_match import ANY, compile_match, make_key
from hipaaguard.collect.linux.firewall.nftables_values import Elements, bare, expand
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

Json = Mapping[str, object]
TableName = tuple[str, str]
"""Family and name."""
Branches = tuple[tuple[Condition, Action], ...]

_FAMILIES = {"ip": (True, False), "ip6": (False, True), "inet": (True, True)}
# What reading a value of another shape than the one expected raises.
_STRANGE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_HOOKS = ("prerouting", "input")
# Flags of a table that leave its chains switched on.
_HARMLESS_FLAGS = {"owner", "persist"}

_SILENT = frozenset(
    [
        "counter",
        "log",
        "comment",
        "last",
        "mangle",
        "ct helper",
        "ct timeout",
        "ct expectation",
        "secmark",
        "flow",
        "dup",
        "reset",
        "notrack",
        "map",
    ]
)
_RATES = {"limit", "quota", "ct count", "meter"}
_PLAIN: Mapping[str, Verdict] = {
    "accept": Verdict.ACCEPT,
    "drop": Verdict.DROP,
    "continue": Verdict.NEXT,
    "return": Verdict.RETURN,
    "reject": Verdict.DROP,
    "dnat": Verdict.TRANSLATE,
    "redirect": Verdict.TRANSLATE,
    "tproxy": Verdict.TRANSLATE,
    "snat": Verdict.ACCEPT,
    "masquerade": Verdict.ACCEPT,
}
_XT_SILENT = frozenset(
    [
        "LOG",
        "NFLOG",
        "ULOG",
        "TRACE",
        "CLASSIFY",
        "CHECKSUM",
        "TOS",
        "DSCP",
        "TTL",
        "HL",
        "TCPMSS",
        "AUDIT",
    ]
)
_XT_TARGETS = {"REJECT": Verdict.DROP, "DNAT": Verdict.TRANSLATE, "REDIRECT": Verdict.TRANSLATE}
_XT_MATCHES: Mapping[str, Condition] = {
    "comment": ALWAYS,
    "limit": SENDER_DECIDES,
    "hashlimit": SENDER_DECIDES,
    "connlimit": SENDER_DECIDES,
    "statistic": SENDER_DECIDES,
    "icmp": NEVER,
    "icmp6": NEVER,
}


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What nft listed.

    Attributes:
        packets: the rules on the way in.
        tables: every table as family and name, in nft's order, whether or not packets meet it.
        opaque: the tables with a rule of iptables' own kind, which nft's JSON does not spell out.
    """

    packets: Filter
    tables: tuple[TableName, ...]
    opaque: frozenset[TableName]


def parse_ruleset(text: str) -> Ruleset:
    """What nft listed.

    Args:
        text: stdout of `nft -j list ruleset`: one JSON object, with the elements of sets.

    Returns:
        The rules; expressions that are not known have become conditions that are not understood.

    Raises:
        ParseError: Not of the form that libnftables-json(5) describes.
    """
    objects = _objects(text)
    tables = [it for kind, it in objects if kind == "table"]
    names = tuple((_text(it, "family"), _text(it, "name")) for it in tables)
    flags = {name: _flags(it) for name, it in zip(names, tables, strict=True)}
    sets = _sets(objects)
    chains: dict[ChainId, list[Rule]] = {}
    bases: list[Base] = []
    opaque: set[TableName] = set()
    for kind, it in objects:
        table = _text(it, "family"), str(it.get("table"))
        if kind == "chain":
            bases += _base(it, flags.get(table, frozenset()))
        elif kind == "rule" and table[0] in _FAMILIES:
            statements = _statements(it)
            chain = _chain_id(it, "chain")
            chains.setdefault(chain, []).append(_rule(statements, chain, sets.get(table, {})))
            if any("xt" in statement for statement in statements):
                opaque.add(table)
    rules = {name: tuple(found) for name, found in chains.items()}
    return Ruleset(make_filter(rules, bases), names, frozenset(opaque))


def _objects(text: str) -> list[tuple[str, Json]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("nft did not print JSON") from error
    listed = document.get("nftables") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ParseError("nft printed JSON without a ruleset")
    found: list[tuple[str, Json]] = []
    for entry in listed:
        if not isinstance(entry, dict) or len(entry) != 1:
            raise ParseError("nft printed an entry that HipaaGuard does not know")
        ((kind, inner),) = entry.items()
        if kind == "metainfo":
            continue
        if not isinstance(inner, dict):
            raise ParseError("nft printed an entry that HipaaGuard does not know")
        found.append((kind, inner))
    return found


def _text(it: Json, key: str) -> str:
    value = it.get(key)
    if not isinstance(value, str):
        raise ParseError(f"nft printed an entry without {key}")
    return value


def _chain_id(it: Json, name_key: str) -> ChainId:
    return "nft", _text(it, "family"), _text(it, "table"), _text(it, name_key)


def _flags(table: Json) -> frozenset[str]:
    flags = table.get("flags", [])
    return frozenset(str(it) for it in (flags if isinstance(flags, list) else [flags]))


def _sets(objects: Sequence[tuple[str, Json]]) -> dict[TableName, dict[str, Sequence[object]]]:
    sets: dict[TableName, dict[str, Sequence[object]]] = {}
    for kind, it in objects:
        if kind in ("set", "map"):
            elements = it.get("elem", [])
            if not isinstance(elements, list):
                raise ParseError("nft printed a set in a form that HipaaGuard does not know")
            table = _text(it, "family"), _text(it, "table")
            sets.setdefault(table, {})["@" + _text(it, "name")] = elements
    return sets


def _base(it: Json, flags: frozenset[str]) -> tuple[Base, ...]:
    family = _text(it, "family")
    if it.get("hook") not in _HOOKS or family not in _FAMILIES or "dormant" in flags:
        return ()
    priority = it.get("prio")
    v4, v6 = _FAMILIES[family]
    return (
        Base(
            _text(it, "hook"),
            priority if isinstance(priority, int) else 0,
            v4,
            v6,
            it.get("policy") == "drop",
            _chain_id(it, "name"),
            # NOTE: nft 1.0.6 prints arbitrary memory as the flags; the table may be dormant.
            doubtful=not flags <= _HARMLESS_FLAGS,
        ),
    )


def _statements(rule: Json) -> list[Json]:
    statements = rule.get("expr", [])
    if not isinstance(statements, list):
        raise ParseError("nft printed a rule in a form that HipaaGuard does not know")
    return [it if isinstance(it, dict) and len(it) == 1 else {str(it): None} for it in statements]


def _rule(statements: Sequence[Json], chain: ChainId, sets: Elements) -> Rule:
    conditions: list[Condition] = []
    effects: set[str] = set()
    branches: Branches = ()
    for statement in statements:
        ((kind, inner),) = statement.items()
        try:
            needed, branches = _statement(kind, inner, chain, sets)
        except _STRANGE as error:
            raise ParseError(
                "nft printed a rule in a form that HipaaGuard does not know"
            ) from error
        conditions += needed
        effects |= _effects(kind, inner)
        if branches:
            break
    return Rule(tuple(conditions), branches, frozenset(effects))


def _statement(
    kind: str, inner: object, chain: ChainId, sets: Elements
) -> tuple[tuple[Condition, ...], Branches]:
    """The conditions of going on past the statement, and what the rule does if it ends there."""
    if kind == "match" and isinstance(inner, dict):
        return (compile_match(inner, sets),), ()
    if kind in _SILENT:
        return (), ()
    if kind in _RATES:
        return (SENDER_DECIDES,), ()
    if kind == "set":
        limited = isinstance(inner, dict) and bool(inner.get("stmt"))
        return ((SENDER_DECIDES,) if limited else ()), ()
    if kind == "xt":
        return _xt(inner)
    if kind == "vmap" and isinstance(inner, dict):
        return (), _verdict_map(inner, chain, sets)
    return _limits(kind, inner), ((ALWAYS, _action(kind, inner, chain)),)


def _action(kind: str, inner: object, chain: ChainId) -> Action:
    if kind in ("jump", "goto") and isinstance(inner, dict):
        return Jump((*chain[:3], _text(inner, "target")), returns=kind == "jump")
    # What is not known may end a packet's way, or not.
    return _PLAIN.get(kind, Verdict.ASK)


def _limits(kind: str, inner: object) -> tuple[Condition, ...]:
    """What a kind of rejection or translation is limited to; nft prints no match for it."""
    said = inner if isinstance(inner, dict) else {}
    version = {"icmp": False, "icmpv6": True, "ip": False, "ip6": True}
    if kind == "reject" and said.get("type") == "tcp reset":
        return (Protocols(frozenset({"tcp"})),)
    limit = said.get("type") if kind == "reject" else said.get("family")
    return (Version(version[str(limit)]),) if limit in version else ()


def _verdict_map(vmap: Json, chain: ChainId, sets: Elements) -> Branches:
    key = make_key(vmap.get("key"))
    branches: list[tuple[Condition, Action]] = []
    rest: list[tuple[Condition, Action]] = []
    for entry in expand(vmap.get("data"), sets):
        match entry:
            case [value, {**verdict}] if len(verdict) == 1:
                ((kind, inner),) = verdict.items()
                element = bare(value)
                branch = key.one_of([element]), _action(str(kind), inner, chain)
                (rest if element == ANY else branches).append(branch)
            case _:
                raise ValueError(entry)
    return (*branches, *rest)


def _xt(inner: object) -> tuple[tuple[Condition, ...], Branches]:
    match inner:
        case {"type": "match", "name": str(name)}:
            return (_XT_MATCHES.get(name, NOT_UNDERSTOOD),), ()
        case {"type": "target", "name": str(name)} if name in _XT_SILENT:
            return (), ()
        case {"type": "target", "name": str(name)}:
            return (), ((ALWAYS, _XT_TARGETS.get(name, Verdict.ASK)),)
        case _:
            return (NOT_UNDERSTOOD,), ((ALWAYS, Verdict.ASK),)


def _effects(kind: str, inner: object) -> frozenset[str]:
    match kind, inner:
        case "mangle", {"key": {"meta": {"key": "mark"}}}:
            return frozenset({"meta mark"})
        case "mangle", {"key": {"ct": {"key": "mark"}}}:
            return frozenset({"ct mark"})
        case "notrack", _:
            return frozenset({"untracked"})
        case "dnat" | "redirect" | "tproxy", _:
            return frozenset({"translated"})
        case "xt", {"name": "DNAT" | "REDIRECT" | "TPROXY"}:
            return frozenset({"translated"})
        case "xt", {"name": "MARK" | "CONNMARK" | "CT" | "NOTRACK"}:
            return frozenset({"meta mark", "ct mark", "untracked"})
        case _:
            return frozenset()
