"""What nftables' match expressions ask of a packet: pure, from their JSON form.

An expression that is not known becomes `NOT_UNDERSTOOD`, never a guess.

Source: libnftables-json(5), "EXPRESSIONS"; nft(8).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from hipaaguard.collect.linux.firewall.conditions import (
    ALWAYS,
    NEVER,
    NOT_UNDERSTOOD,
    SENDER_DECIDES,
    AllOf,
    AnyOf,
    Condition,
    Constant,
    Destinations,
    Interfaces,
    Mark,
    Not,
    Ports,
    Protocols,
    Sources,
    States,
    Translated,
    Truth,
    Version,
)
from hipaaguard.collect.linux.firewall.nftables_values import (
    Elements,
    expand,
    parse_flags,
    parse_networks,
    parse_span,
)

ANY = "*"
"""A set's element for everything that no other element holds."""
_PROTOCOL_NUMBERS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", 132: "sctp"}
_NOT_LOCAL = frozenset(("broadcast", "multicast", "anycast", "unicast", "unspec", "blackhole"))
_OTHER_PROTOCOLS = frozenset(
    ("icmp", "icmpv6", "igmp", "esp", "ah", "comp", "udplite", "sctp", "dccp", "gre", "arp", "vlan")
)


@dataclass(frozen=True, slots=True)
class Key:
    """What an expression looks at.

    Attributes:
        implied: what must hold for the expression to have a value at all.
        fits: the condition that its value is one of these.
    """

    implied: tuple[Condition, ...]
    fits: Callable[[Sequence[object]], Condition]

    def one_of(self, values: Sequence[object]) -> Condition:
        """The condition that its value is one of these, of which one may be the set's catch-all."""
        if ANY in values:
            return AllOf((*self.implied, ALWAYS))
        return AllOf((*self.implied, self.fits(values)))


def compile_match(match: Mapping[str, object], sets: Elements) -> Condition:
    """The condition of a `match` statement.

    Args:
        match: the statement's object with `op`, `left` and `right`.
        sets: the elements of the table's sets.

    Returns:
        The condition, `NOT_UNDERSTOOD` where the expression is not known.

    Raises:
        ParseError: It uses a set that the ruleset does not hold.
        ValueError: A value is not of the form that nft prints; so do TypeError and LookupError.
    """
    left, right, op = match.get("left"), match.get("right"), str(match.get("op", "=="))
    flags = "payload", "tcp", "flags"
    if flags in (_field(left), _masked(left)):
        return AllOf((Protocols(frozenset({"tcp"})), _tcp_flags(left, op, right)))
    if op in ("<", ">", "<=", ">="):
        return _compared(make_key(left), op, right)
    key, values, inverted = make_key(left), expand(right, sets), op in ("!=", "!")
    if _masked(left) == ("ct", "", "state"):
        # `ct state & (a | b) == 0`: the mask holds the states, the right side what is left.
        inverted = (op == "==") is (right in (0, "0"))
        values = expand(_mask(left), sets)
    fits = ALWAYS if ANY in values else key.fits(values)
    return AllOf((*key.implied, Not(fits) if inverted else fits))


def make_key(left: object) -> Key:
    """What the left side of a match, or the key of a verdict map, looks at."""
    if isinstance(left, dict) and "concat" in left:
        return _concat([make_key(part) for part in left["concat"]])
    if _masked(left):
        return _masked_key(_masked(left))
    kind, group, name = _field(left)
    match kind:
        case "payload":
            return _payload(group, name)
        case "meta":
            return _meta(name)
        case "ct" if not group:
            return _ct(name)
        case "fib":
            return _fib(name, group)
        case "exthdr" | "tcp option" | "ip option" | "rt" | "numgen" | "jhash":
            return _free()
        case _:
            return _opaque()


def _field(left: object) -> tuple[str, str, str]:
    """The kind of an expression, its protocol (or direction, or flags) and the field."""
    if not isinstance(left, dict) or len(left) != 1:
        return "", "", ""
    ((kind, inner),) = left.items()
    if not isinstance(inner, dict):
        return str(kind), "", str(inner)
    flags = inner.get("flags", [])
    group = (
        inner.get("protocol")
        or inner.get("dir")
        or ",".join(flags if isinstance(flags, list) else [flags])
    )
    return (
        str(kind),
        str(group),
        str(inner.get("field") or inner.get("key") or inner.get("result") or ""),
    )


def _masked(left: object) -> tuple[str, str, str] | None:
    if isinstance(left, dict) and isinstance(left.get("&"), list):
        return _field(left["&"][0])
    return None


def _mask(left: object) -> object:
    return left["&"][1] if isinstance(left, dict) else None


def _masked_key(field: tuple[str, str, str] | None) -> Key:
    match field:
        case ("meta" | "ct", "", "mark"):
            # No bit of an unmarked packet is set, whatever the mask.
            return _meta("mark") if field[0] == "meta" else _ct("mark")
        case ("ct", "", "state"):
            return _ct("state")
        case ("payload", group, name) if (group, name) not in (("ip", "saddr"), ("ip6", "saddr")):
            key = _payload(group, name)
            return (
                key
                if key.fits([]) == SENDER_DECIDES
                else Key(key.implied, lambda _: NOT_UNDERSTOOD)
            )
        case _:
            return _opaque()


def _free(*implied: Condition) -> Key:
    return Key(implied, lambda _: SENDER_DECIDES)


def _opaque(*implied: Condition) -> Key:
    return Key(implied, lambda _: NOT_UNDERSTOOD)


def _concat(keys: list[Key]) -> Key:
    def fits(values: Sequence[object]) -> Condition:
        return AnyOf(tuple(_parts(keys, value) for value in values))

    return Key(tuple(it for key in keys for it in key.implied), fits)


def _parts(keys: list[Key], value: object) -> Condition:
    parts = value.get("concat") if isinstance(value, dict) else None
    if not isinstance(parts, list) or len(parts) != len(keys):
        return NOT_UNDERSTOOD
    return AllOf(tuple(key.fits([part]) for key, part in zip(keys, parts, strict=True)))


def _payload(protocol: str, name: str) -> Key:
    if protocol in ("ip", "ip6"):
        return _ip(Version(protocol == "ip6"), name)
    if protocol in ("tcp", "udp", "th"):
        implied = () if protocol == "th" else (Protocols(frozenset({protocol})),)
        if name != "dport":
            return _free(*implied)
        return Key(implied, lambda values: Ports(tuple(parse_span(value) for value in values)))
    if protocol == "ether":
        # A sender address belongs to a single machine: a rule for one is none for any neighbour.
        others = {"saddr": Key((), lambda _: NEVER), "type": Key((), _versions)}
        return others.get(name, _opaque())
    if protocol in _OTHER_PROTOCOLS:
        return _free(Protocols(frozenset({protocol})))
    return _opaque()


def _ip(version: Version, name: str) -> Key:
    match name:
        case "saddr":
            return Key((version,), lambda values: Sources(parse_networks(values)))
        case "daddr":
            return Key((version,), lambda values: Destinations(parse_networks(values)))
        case "protocol" | "nexthdr":
            return Key((version,), _protocols)
        case _:
            return _free(version)


def _meta(name: str) -> Key:
    if name in ("length", "time", "hour", "day", "random"):
        return _free()
    fits = _META.get(name)
    return _opaque() if fits is None else Key((), fits)


def _ct(name: str) -> Key:
    match name:
        case "state":
            return Key((), lambda values: States(frozenset(str(it) for it in values)))
        case "status":
            return Key((), _statuses)
        case "direction":
            return Key((), lambda values: _known(values, yes={"original", 0}, no={"reply", 1}))
        case "mark":
            return Key((), lambda values: Mark("ct mark", any(it in (0, "0") for it in values)))
        case "l3proto":
            return Key((), _versions)
        case "protocol":
            return Key((), _protocols)
        case _:
            return _opaque()


def _fib(result: str, flags: str) -> Key:
    if result == "type" and flags.startswith("daddr"):
        return Key((), lambda values: _known(values, yes={"local"}, no=_NOT_LOCAL))
    # Whether there is a way back to the sender: a neighbour may choose an address with one.
    return _free() if flags.startswith("saddr") else _opaque()


def _statuses(values: Sequence[object]) -> Condition:
    names = {str(it) for it in values}
    known = {"expected", "seen-reply", "assured", "confirmed", "snat", "dnat", "dying"}
    if not names <= known:
        return NOT_UNDERSTOOD
    return Translated() if "dnat" in names else NEVER


def _known(values: Iterable[object], *, yes: Set[str | int], no: Set[str | int]) -> Condition:
    listed = set(values)
    if listed & yes:
        return ALWAYS
    return NEVER if listed <= no else NOT_UNDERSTOOD


def _versions(values: Sequence[object]) -> Condition:
    names = {
        "ipv4": False,
        "ip": False,
        2: False,
        0x0800: False,
        "ipv6": True,
        "ip6": True,
        10: True,
        0x86DD: True,
    }
    # Anything else (ARP, VLAN tags) is not a connection over IP.
    return AnyOf(
        tuple(Version(names[it]) for it in values if isinstance(it, str | int) and it in names)
    )


def _protocols(values: Sequence[object]) -> Condition:
    if not all(isinstance(it, str | int) for it in values):
        return NOT_UNDERSTOOD
    return Protocols(
        frozenset(
            _PROTOCOL_NUMBERS.get(it, "") if isinstance(it, int) else str(it) for it in values
        )
    )


def _compared(key: Key, op: str, right: object) -> Condition:
    port = right if isinstance(right, int) else -1
    spans = {"<": (0, port - 1), "<=": (0, port), ">": (port + 1, 65535), ">=": (port, 65535)}
    tried = key.fits([])
    if isinstance(tried, Ports) and port >= 0:
        first, last = spans[op]
        return AllOf((*key.implied, Ports(((first, last),) if first <= last else ())))
    return AllOf((*key.implied, tried if tried == SENDER_DECIDES else NOT_UNDERSTOOD))


def _tcp_flags(left: object, op: str, right: object) -> Condition:
    """Whether the flags of a connection's first packet, SYN alone, fit."""
    mask = parse_flags(_mask(left)) if _masked(left) else None
    seen = frozenset({"syn"}) if mask is None else frozenset({"syn"}) & mask
    if op in ("in", "!"):
        holds = bool(seen & parse_flags(right)) is (op == "in")
    else:
        choices = right["set"] if isinstance(right, dict) and "set" in right else [right]
        holds = (seen in [parse_flags(it) for it in choices]) is (op == "==")
    return Constant(Truth.YES if holds else Truth.NO)


_TO_THIS, _TO_GROUPS = {"host", "unicast"}, {"broadcast", "multicast"}
_META: Mapping[str, Callable[[Sequence[object]], Condition]] = {
    "iif": lambda values: Interfaces(frozenset(str(it) for it in values)),
    "iifname": lambda values: Interfaces(frozenset(str(it) for it in values)),
    "iiftype": lambda values: _known(values, yes={"ether", 1}, no={"loopback", 772}),
    "l4proto": _protocols,
    "mark": lambda values: Mark("meta mark", any(it in (0, "0") for it in values)),
    "nfproto": _versions,
    "pkttype": lambda values: _known(values, yes=_TO_THIS, no=_TO_GROUPS),
    "protocol": _versions,
    "secpath": lambda values: _known(values, yes={False}, no={True}),
}
