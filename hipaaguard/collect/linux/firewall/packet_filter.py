"""A Linux packet filter: verdicts, rules, chains, and where the kernel hands packets to them.

`nftables` and `iptables` turn the programs' outputs into the types here; this module
knows neither form.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from hipaaguard.collect.linux.firewall.conditions import Condition


class Verdict(Enum):
    """What a rule does with a packet that fits."""

    ACCEPT = "accept"
    DROP = "drop"
    RETURN = "return"
    TRANSLATE = "translate"
    """It goes on to another port or machine."""
    ASK = "ask"
    """Something decides that is not in the rules."""
    NEXT = "next"
    """Nothing that ends its way."""


@dataclass(frozen=True, slots=True)
class Jump:
    """It goes on in another chain; with `returns`, it comes back when there was no verdict."""

    chain: "ChainId"
    returns: bool


Action = Verdict | Jump
ChainId = tuple[str, str, str, str]
"""Program that showed it (`nft` or `iptables`), family, table and name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a chain.

    Attributes:
        conditions: all must hold.
        branches: of these, the first whose condition holds acts; none: nothing happens.
        effects: what it does to the packet besides; see `Surroundings`.
    """

    conditions: tuple[Condition, ...]
    branches: tuple[tuple[Condition, Action], ...]
    effects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Base:
    """Where the kernel hands packets to a chain.

    Attributes:
        hook: `prerouting` or `input`.
        priority: lower comes first.
        v4: whether it sees IPv4.
        v6: whether it sees IPv6.
        drops: whether a packet without a verdict is dropped.
        chain: its rules.
        doubtful: whether it may be switched off.
    """

    hook: str
    priority: int
    v4: bool
    v6: bool
    drops: bool
    chain: ChainId
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Every rule on the way in.

    Attributes:
        chains: the rules of every chain, in order.
        bases: sorted by hook (prerouting first) and priority.
    """

    chains: Mapping[ChainId, tuple[Rule, ...]]
    bases: tuple[Base, ...]

    def joined(self, other: "Filter") -> "Filter":
        """Both together."""
        bases = sorted((*self.bases, *other.bases), key=_base_order)
        return Filter({**self.chains, **other.chains}, tuple(bases))

    def without(self, tables: Collection[tuple[str, str]]) -> "Filter":
        """The filter without the base chains of some tables, named by family and name."""
        return Filter(self.chains, tuple(it for it in self.bases if it.chain[1:3] not in tables))

    def reachable(self) -> Iterator[Rule]:
        """Every rule that a packet on its way in can meet, each chain once."""
        waiting = [base.chain for base in self.bases]
        seen = set(waiting)
        while waiting:
            for rule in self.chains.get(waiting.pop(), ()):
                yield rule
                jumps = (it.chain for _, it in rule.branches if isinstance(it, Jump))
                new = [chain for chain in jumps if chain not in seen]
                seen.update(new)
                waiting.extend(new)


def make_filter(chains: Mapping[ChainId, tuple[Rule, ...]], bases: Iterable[Base]) -> Filter:
    """The filter with its bases in the order in which packets meet them."""
    return Filter(chains, tuple(sorted(bases, key=_base_order)))


def _base_order(base: Base) -> tuple[bool, int, ChainId]:
    return base.hook == "input", base.priority, base.chain
