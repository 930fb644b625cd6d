"""The values that nftables' expressions are compared with: pure, from their JSON form.

Source: libnftables-json(5), "EXPRESSIONS".
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

from hipaaguard.collect.linux.firewall.conditions import Network, Span
from hipaaguard.errors import ParseError

Elements = Mapping[str, Sequence[object]]
"""The elements of the table's named sets and maps, by `@name`."""


def expand(right: object, sets: Elements) -> Sequence[object]:
    """The single values, ranges, prefixes and tuples that the right side of a match stands for.

    Args:
        right: a value, a list of flags, an anonymous set, or the `@name` of a set.
        sets: the elements of the table's sets.

    Raises:
        ParseError: It names a set that the ruleset does not hold.
    """  # noqa: DOC201 - the first line says it
    if isinstance(right, str) and right.startswith("@"):
        if right not in sets:
            raise ParseError("the rules use a set that nft did not print")
        right = {"set": sets[right]}
    if isinstance(right, dict) and "set" in right:
        inner = right["set"]
        return [bare(it) for it in (inner if isinstance(inner, list | tuple) else [inner])]
    if isinstance(right, dict) and "|" in right:
        right = right["|"]
    return right if isinstance(right, list) else [right]


def bare(element: object) -> object:
    """A set's element without its time-out, counter and comment."""
    if isinstance(element, dict) and "elem" in element:
        inner = element["elem"]
        return inner.get("val") if isinstance(inner, dict) else inner
    return element


def parse_span(value: object) -> Span:
    """A port or range of ports; ValueError for anything else."""
    match value:
        case int():
            return value, value
        case {"range": [int(first), int(last)]}:
            return first, last
        case str() if value.isdecimal():
            return int(value), int(value)
        case _:
            raise ValueError(value)


def parse_networks(values: Iterable[object]) -> tuple[Network, ...]:
    """Addresses, prefixes and ranges as networks; ValueError for anything else."""
    return tuple(network for value in values for network in _network(value))


def _network(value: object) -> Iterable[Network]:
    match value:
        case str():
            return (ip_network(value, strict=False),)
        case {"prefix": {"addr": addr, "len": length}}:
            return (ip_network(f"{addr}/{length}", strict=False),)
        case {"range": [str(first), str(last)]}:
            start, end = ip_address(first), ip_address(last)
            return _summary(start, end)
        case _:
            raise ValueError(value)


def _summary(
    first: IPv4Address | IPv6Address, last: IPv4Address | IPv6Address
) -> Iterable[Network]:
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        return summarize_address_range(first, last)
    if isinstance(first, IPv6Address) and isinstance(last, IPv6Address):
        return summarize_address_range(first, last)
    raise ValueError(first, last)


def parse_flags(value: object) -> frozenset[str]:
    """The names of TCP flags: a name, a list of them, or the bits; ValueError for anything else."""
    if isinstance(value, dict):
        value = value.get("|", value.get("set"))
    if isinstance(value, list):
        return frozenset(it for part in value for it in parse_flags(part))
    if isinstance(value, int):
        names = ("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr")
        return frozenset(name for bit, name in enumerate(names) if value >> bit & 1)
    if isinstance(value, str):
        return frozenset({value})
    raise ValueError(value)
