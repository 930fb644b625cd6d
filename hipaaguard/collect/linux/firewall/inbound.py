"""What gets in: neighbours' packets walked through a packet filter, summed up by version and port.

- A packet must survive every base chain, so one that ends it is enough.
- The question is asked for every network card that the rules name and for one that they do not:
  what any of them lets in is let in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from hipaaguard.collect.linux.firewall.conditions import (
    EVERY_PORT,
    OTHER_INTERFACE,
    Address,
    AllOf,
    AnyOf,
    Condition,
    Constant,
    Destinations,
    Interfaces,
    Not,
    Packet,
    Ports,
    Sources,
    Span,
    Surroundings,
    Truth,
    is_virtual,
)
from hipaaguard.collect.linux.firewall.packet_filter import (
    Action,
    Base,
    ChainId,
    Filter,
    Rule,
    Verdict,
)
from hipaaguard.errors import ParseError

MAX_JUMPS = 32
"""The kernel refuses more than 16 (NFT_JUMP_STACK_SIZE in linux/netfilter/nf_tables.h)."""
MAX_EDGES = 4000
_NOT_LISTED = {("udp", 68), ("udp", 546), ("udp", 5353)}
"""DHCP's and DHCPv6's client ports and mDNS: answers to questions that this machine asked."""

PROTOCOLS = ("tcp", "udp")


class Fate(Enum):
    """What becomes of a connection."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a filter lets in.

    Attributes:
        v4: the fate of an IPv4 connection to a port that nothing was opened for.
        v6: the same for IPv6.
        ports: what is open to any neighbour, as `22/tcp`, sorted by number; None when not known.
    """

    v4: Fate
    v6: Fate
    ports: tuple[str, ...] | None


def judge(packets: Filter, addresses: tuple[Address, ...] | None) -> Inbound:
    """What the filter lets in.

    Args:
        packets: the rules.
        addresses: the machine's own addresses on network cards, None when not known.

    Returns:
        The fates and the open ports.

    Raises:
        ParseError: The rules name more ports than can be gone through, or jump too deep.
    """
    rules = tuple(packets.reachable())
    effects = frozenset(effect for rule in rules for effect in rule.effects)
    around = Surroundings(addresses, effects)
    conditions = tuple(_leaves(rules))
    spans = _spans(conditions)
    v4 = _Sweep(packets, around, conditions, spans, v6=False).result()
    v6 = _Sweep(packets, around, conditions, spans, v6=True).result()
    fates = (v4[0], v6[0])
    if Fate.OPEN in fates:
        return Inbound(*fates, ports=("all",))
    opened = {**v4[1]}
    for key, fate in v6[1].items():
        opened[key] = _either(opened.get(key, Fate.CLOSED), fate)
    unknown = Fate.UNKNOWN in (*fates, *opened.values())
    return Inbound(*fates, ports=None if unknown else _listed(opened))


def closing_chains(
    packets: Filter, addresses: tuple[Address, ...] | None, *, v6: bool
) -> tuple[ChainId, ...]:
    """The base chains that end a connection to a port that nothing was opened for, each on its own.

    Args:
        packets: the rules.
        addresses: as for `judge`.
        v6: of IPv6 instead of IPv4.

    Returns:
        In the order in which packets meet them; may be empty.
    """
    closing: list[ChainId] = []
    for base in packets.bases:
        inbound = judge(Filter(packets.chains, (base,)), addresses)
        if (inbound.v6 if v6 else inbound.v4) is Fate.CLOSED:
            closing.append(base.chain)
    return tuple(closing)


def asks_for_addresses(packets: Filter) -> bool:
    """Whether some rule is about addresses, so that the machine's own ones matter."""
    return any(isinstance(it, Sources | Destinations) for it in _leaves(packets.reachable()))


def _either(one: Fate, other: Fate) -> Fate:
    """The fate of what may take either way."""
    return next(fate for fate in (Fate.OPEN, Fate.UNKNOWN, Fate.CLOSED) if fate in (one, other))


def _leaves(rules: Iterable[Rule]) -> Iterator[Condition]:
    waiting = [
        it for rule in rules for it in (*rule.conditions, *(cond for cond, _ in rule.branches))
    ]
    while waiting:
        condition = waiting.pop()
        match condition:
            case Not():
                waiting.append(condition.condition)
            case AllOf() | AnyOf():
                waiting.extend(condition.conditions)
            case _:
                yield condition


def _spans(conditions: tuple[Condition, ...]) -> tuple[Span, ...]:
    """All ports, cut where some rule begins or ends to apply: all of a span have the same fate."""
    edges = {0, 65536}
    for condition in conditions:
        if isinstance(condition, Ports):
            edges.update(edge for first, last in condition.spans for edge in (first, last + 1))
    if len(edges) > MAX_EDGES:
        raise ParseError("the rules name more ports than HipaaGuard goes through")
    return tuple((first, after - 1) for first, after in pairwise(sorted(edges)))


def _cards(conditions: tuple[Condition, ...]) -> tuple[str, ...]:
    patterns = {it for cond in conditions if isinstance(cond, Interfaces) for it in cond.patterns}
    names = {it[:-1] + OTHER_INTERFACE if it.endswith("*") else it for it in patterns}
    return tuple(sorted({OTHER_INTERFACE, *(name for name in names if not is_virtual(name))}))


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Every kind of packet of one version of IP."""

    packets: Filter
    around: Surroundings
    conditions: tuple[Condition, ...]
    spans: tuple[Span, ...]
    v6: bool

    def result(self) -> tuple[Fate, dict[tuple[str, Span], Fate]]:
        """The fate of a port that nothing was opened for, and that of every span of ports."""
        default = Fate.CLOSED
        opened: dict[tuple[str, Span], Fate] = {}
        for protocol in PROTOCOLS:
            for card in _cards(self.conditions):
                probe = Packet(self.v6, protocol, None, card, self.around)
                fates = self._ports(probe)
                default = _either(default, _default(_fate(self.packets, probe), fates))
                for span, fate in fates.items():
                    key = protocol, span
                    opened[key] = _either(opened.get(key, Fate.CLOSED), fate)
        return default, opened

    def _ports(self, probe: Packet) -> dict[Span, Fate]:
        narrowed = _narrowed(self.packets, probe)
        return {span: _fate(narrowed, replace(probe, port=span[0])) for span in self.spans}


def _default(probe: Fate, fates: dict[Span, Fate]) -> Fate:
    """The fate of an unnamed port, set right where the named ones leave none over."""
    usable = [fate for (first, last), fate in fates.items() if (first, last) != (0, 0)]
    if probe is Fate.CLOSED and all(fate is Fate.OPEN for fate in usable):
        return Fate.OPEN
    if probe is not Fate.CLOSED and all(fate is Fate.CLOSED for fate in fates.values()):
        return Fate.CLOSED
    return probe


def _narrowed(packets: Filter, probe: Packet) -> Filter:
    """The filter with every condition that does not ask for the port replaced by its answer."""
    chains: dict[ChainId, tuple[Rule, ...]] = {}
    for name, rules in packets.chains.items():
        kept = (_settled(rule, probe) for rule in rules)
        chains[name] = tuple(rule for rule in kept if rule is not None)
    return Filter(chains, packets.bases)


def _settled(rule: Rule, probe: Packet) -> Rule | None:
    conditions: list[Condition] = []
    for condition in rule.conditions:
        if _asks_for_port(condition):
            conditions.append(condition)
            continue
        truth = condition.test(probe)
        if truth is Truth.NO:
            return None
        if truth is not Truth.YES:
            conditions.append(Constant(truth))
    return replace(rule, conditions=tuple(conditions))


def _asks_for_port(condition: Condition) -> bool:
    match condition:
        case Not():
            return _asks_for_port(condition.condition)
        case AllOf() | AnyOf():
            return any(_asks_for_port(it) for it in condition.conditions)
        case _:
            return isinstance(condition, Ports)


def _fate(packets: Filter, packet: Packet) -> Fate:
    """What becomes of the packet in all base chains together."""
    result = Fate.OPEN
    walk = _Walk(packets, packet, {})
    for base in packets.bases:
        if not (base.v6 if packet.v6 else base.v4):
            continue
        fate, moved = _one(walk.chain(base.chain, 0), base)
        if fate is Fate.CLOSED:
            return fate
        if fate is Fate.UNKNOWN:
            result = fate
        if moved:
            # What it meets after that, it meets under another port.
            return Fate.UNKNOWN if packet.port is None else result
    return result


# A possible end of a packet's way through a chain, and whether something unknown leads there.
_End = tuple[Verdict, bool]


def _one(ends: frozenset[_End], base: Base) -> tuple[Fate, bool]:
    """The fate in one base chain, and whether the packet may go elsewhere."""
    policy = Verdict.DROP if base.drops else Verdict.ACCEPT
    known = {(policy if verdict is Verdict.RETURN else verdict, guess) for verdict, guess in ends}
    verdicts = {verdict for verdict, _ in known}
    moved = Verdict.TRANSLATE in verdicts
    if verdicts == {Verdict.DROP}:
        return (Fate.UNKNOWN if base.doubtful else Fate.CLOSED), False
    passing = {Verdict.ACCEPT, Verdict.TRANSLATE}
    sure = verdicts <= passing or any((verdict, False) in known for verdict in passing)
    return (Fate.OPEN if sure else Fate.UNKNOWN), moved


@dataclass(frozen=True, slots=True)
class _Walk:
    """One packet's possible ways; RETURN is the end of a chain without a verdict."""

    packets: Filter
    packet: Packet
    seen: dict[ChainId, frozenset[_End]]

    def chain(self, name: ChainId, depth: int) -> frozenset[_End]:
        """The ends that the packet can come to."""
        if name in self.seen:
            return self.seen[name]
        if depth > MAX_JUMPS:
            raise ParseError("the rules jump deeper than a kernel allows")
        ends: set[_End] = set()
        live = {False}
        for rule in self.packets.chains.get(name, ()):
            if not live:
                break
            live = self._rule(rule, live, ends, depth)
        ends |= {(Verdict.RETURN, guess) for guess in live}
        self.seen[name] = frozenset(ends)
        return self.seen[name]

    def _rule(self, rule: Rule, live: set[bool], ends: set[_End], depth: int) -> set[bool]:
        """The ways that go on after the rule; those that end are added to the ends."""
        inside, outside = _split(AllOf(rule.conditions).test(self.packet), live)
        for condition, action in rule.branches:
            taken, inside = _split(condition.test(self.packet), inside)
            if taken:
                outside |= self._act(action, taken, ends, depth)
        return outside | inside

    def _act(self, action: Action, live: set[bool], ends: set[_End], depth: int) -> set[bool]:
        if action is Verdict.NEXT:
            return set(live)
        if isinstance(action, Verdict):
            ends |= {(action, guess) for guess in live}
            return set()
        back: set[bool] = set()
        for verdict, guess in self.chain(action.chain, depth + 1):
            guesses = {guess or before for before in live}
            if verdict is Verdict.RETURN and action.returns:
                back |= guesses
            else:
                ends |= {(verdict, it) for it in guesses}
        return back


def _split(truth: Truth, live: set[bool]) -> tuple[set[bool], set[bool]]:
    """The ways that fit and those that do not."""
    match truth:
        case Truth.YES:
            return set(live), set()
        case Truth.NO:
            return set(), set(live)
        case Truth.EITHER:
            return set(live), set(live)
        case Truth.UNKNOWN:
            guessed = {True} if live else set()
            return guessed, set(guessed)


def _listed(opened: dict[tuple[str, Span], Fate]) -> tuple[str, ...]:
    found: list[tuple[int, int, str]] = []
    for protocol in PROTOCOLS:
        spans = [
            span for (name, span), fate in opened.items() if name == protocol and fate is Fate.OPEN
        ]
        for first, last in _merged(sorted(spans)):
            # Two neighbouring ports were hardly meant as a range.
            short = last - first < 2
            pieces = [(port, port) for port in range(first, last + 1)] if short else [(first, last)]
            found += [
                (*it, protocol)
                for it in pieces
                if (protocol, it[0]) not in _NOT_LISTED or not short
            ]
    return tuple(f"{_say(first, last)}/{protocol}" for first, last, protocol in sorted(found))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, last in spans:
        start = max(first, EVERY_PORT[0])
        if start > last:
            continue
        if merged and merged[-1][1] + 1 >= start:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((start, last))
    return merged


def _say(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
