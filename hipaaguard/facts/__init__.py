"""The fact dictionary: every fact that HipaaGuard can observe, with its type, unit and meaning.

Collectors produce these keys, policies compare them, reports show them. A new fact is one
`FactSpec` in the module of its family and one collector per platform; a test compares the two both
ways.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeGuard

from hipaaguard.errors import ParseError
from hipaaguard.facts import (
    accounts,
    antimalware,
    backup,
    browsers,
    cloud,
    disk,
    firewall,
    listening,
    machine,
    network,
    release,
    remote,
    screen_lock,
    sharing,
    software,
    tls,
    updates,
    vpn,
    wifi,
)
from hipaaguard.facts.spec import FactSpec, FactType
from hipaaguard.model import Scalar

__all__ = ("FACTS", "FactSpec", "FactType", "check_value", "is_strings", "spec_of", "split_key")

_FAMILIES = (
    accounts,
    antimalware,
    backup,
    browsers,
    cloud,
    disk,
    firewall,
    listening,
    machine,
    network,
    release,
    remote,
    screen_lock,
    sharing,
    software,
    tls,
    updates,
    vpn,
    wifi,
)
_SPECS = tuple(spec for family in _FAMILIES for spec in family.SPECS)

FACTS: Mapping[str, FactSpec] = MappingProxyType(
    {spec.name: spec for spec in sorted(_SPECS, key=lambda spec: spec.name)}
)
"""Every fact by name, sorted by name."""

_KEY = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)(\((?P<argument>[^()\x00-\x1f]{1,200})\))?"
)


def split_key(key: str) -> tuple[str, str]:
    """The name and the argument (empty when there is none) of a fact key, or `ParseError`."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise ParseError(f"{key!r} is not a fact key")
    return match["name"], match["argument"] or ""


def spec_of(key: str) -> FactSpec:
    """The dictionary's entry for a key with or without an argument.

    Returns:
        The entry of the key's name.

    Raises:
        ParseError: No such fact; an argument where it takes none; none where it takes one.
    """
    name, argument = split_key(key)
    spec = FACTS.get(name)
    if spec is None:
        raise ParseError(f"there is no fact named {name!r}")
    if spec.parameter and not argument:
        raise ParseError(f"{name!r} needs an argument in parentheses: {spec.parameter}")
    if argument and not spec.parameter:
        raise ParseError(f"{name!r} takes no argument")
    return spec


def check_value(key: str, value: object) -> Scalar:
    """The value, if the fact can have it.

    Returns:
        The same value, a list as a tuple. Nothing else is converted: `1` is not `true`.

    Raises:
        ParseError: Unknown key, another type, outside the fact's closed set, or negative.
    """
    spec = spec_of(key)
    if spec.type is FactType.BOOL and isinstance(value, bool):
        return value
    if spec.type is FactType.INT and isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise ParseError(f"{key!r} cannot be negative")
        return value
    if spec.type is FactType.STR and isinstance(value, str):
        if spec.values and value not in spec.values:
            raise ParseError(f"{key!r} cannot be {value!r}: it is one of {', '.join(spec.values)}")
        return value
    if spec.type is FactType.STRINGS and is_strings(value):
        return tuple(value)
    raise ParseError(f"{key!r} must be {_TYPE_WORDS[spec.type]}")


def is_strings(value: object) -> TypeGuard[Sequence[str]]:
    """Whether the value is a list or tuple of texts."""
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


_TYPE_WORDS = {
    FactType.BOOL: "true or false",
    FactType.INT: "a whole number",
    FactType.STR: "a text",
    FactType.STRINGS: "a list of texts",
}
