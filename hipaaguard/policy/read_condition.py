"""Conditions and sentences out of a policy file, every name and type checked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hipaaguard.errors import ParseError
from hipaaguard.facts import FactType, spec_of
from hipaaguard.model import Scalar
from hipaaguard.policy.condition import version_parts
from hipaaguard.policy.kinds import OPERANDS, WORDS, Kind, fact_kind, setting_kind
from hipaaguard.policy.node import Node, say, say_choice
from hipaaguard.policy.nouns import (
    SLOT,
    Compare,
    Condition,
    Group,
    Junction,
    Op,
    Ref,
    Setting,
    SettingType,
    argument_setting,
)

Settings = Mapping[str, Setting]
"""The settings that a check may use, by name."""

_GROUPS = ("all", "any", "not")


@dataclass(frozen=True, slots=True)
class Grammar:
    """How conditions are written at one place of a check.

    Attributes:
        settings: the settings that can be named.
        sentence: the key of the sentence beside each comparison: `found` or `otherwise`; empty
            where none stands.
    """

    settings: Settings
    sentence: str


def read_condition(node: Node, grammar: Grammar, *, wanted: bool = True) -> Condition:
    """The condition that a mapping says; several entries must all hold.

    Args:
        node: the mapping.
        grammar: how it is written here.
        wanted: False below an odd number of `not`.

    Returns:
        The condition with `not` pushed down to the comparisons.

    Raises:
        PolicyError: Not a condition; an unknown fact or setting; a comparison that does not suit
            the type; an operand of another type.
    """
    parts = [_entry(key, entry, grammar, wanted=wanted) for key, entry in node.entries().items()]
    return _join(Junction.ALL, parts, wanted=wanted)


def _join(junction: Junction, parts: list[Condition], *, wanted: bool) -> Condition:
    if len(parts) == 1:
        return parts[0]
    if not wanted:
        junction = Junction.ANY if junction is Junction.ALL else Junction.ALL
    return Group(junction, tuple(parts))


def _entry(key: str, node: Node, grammar: Grammar, *, wanted: bool) -> Condition:
    if key == "not":
        return read_condition(node, grammar, wanted=not wanted)
    if key in _GROUPS:
        parts = [read_condition(item, grammar, wanted=wanted) for item in node.items()]
        return _join(Junction(key), parts, wanted=wanted)
    return _compare(key, node, grammar, wanted=wanted)


def _compare(key: str, node: Node, grammar: Grammar, *, wanted: bool) -> Compare:
    kind = _setting_subject(key, node, grammar.settings) if key.startswith("$") else None
    kind = kind or fact_kind_at(key, node, grammar.settings)
    suited = OPERANDS[kind.type]
    entries = node.mapping((grammar.sentence,) if grammar.sentence else (), tuple(Op))
    found = [Op(name) for name in entries.entries if name != grammar.sentence]
    if len(found) != 1:
        raise node.refused(f"exactly one comparison is expected here: {say_choice(tuple(suited))}")
    op = found[0]
    if op not in suited:
        raise entries[op].refused(
            f"'{op}' does not suit {key!r}, which is {WORDS[kind.type]}: "
            f"use {say_choice(tuple(suited))}"
        )
    wants = Kind(suited[op], kind.unit, () if op is Op.EMPTY else kind.values)
    operand = _operand(entries[op], op, wants, grammar.settings)
    said = entries[grammar.sentence].sentence() if grammar.sentence else ""
    return Compare(key, op, operand, wanted, said)


def _setting_subject(key: str, node: Node, settings: Settings) -> Kind:
    return setting_kind(named_setting(key, node, settings))


def named_setting(text: str, node: Node, settings: Settings) -> Setting:
    """The setting that `$name` names; refuses one that does not exist."""
    setting = settings.get(text[1:])
    if setting is None:
        raise node.refused(f"there is no setting named {text[1:][:60]!r}")
    return setting


def fact_kind_at(key: str, node: Node, settings: Settings) -> Kind:
    """What the fact named here holds; refuses an unknown one and an argument that does not suit."""
    try:
        spec = spec_of(key)
    except ParseError as error:
        raise node.refused(str(error)) from error
    name = argument_setting(key)
    if name:
        setting = named_setting(f"${name}", node, settings)
        if setting.type not in {SettingType.ADDRESS, SettingType.TEXT}:
            raise node.refused(f"the setting {name!r} is not an address or a text")
    elif "$" in key:
        raise node.refused(f"{key!r} is not a fact key")
    return fact_kind(spec)


def _operand(node: Node, op: Op, kind: Kind, settings: Settings) -> Scalar | Ref:
    if isinstance(node.data, str) and node.data.startswith("$"):
        setting = named_setting(node.data, node, settings)
        _suits(node, setting, kind, op)
        return Ref(setting.name)
    value = read_literal(node, kind)
    if op is Op.VERSION_AT_LEAST and version_parts(str(value)) is None:
        raise node.refused(f"{value!r} is not a version of the form 10.2.1")
    return value


def _suits(node: Node, setting: Setting, kind: Kind, op: Op) -> None:
    given = setting_kind(setting)
    if given.type is not kind.type:
        raise node.refused(
            f"the setting {setting.name!r} is {WORDS[given.type]}; {WORDS[kind.type]} is needed"
        )
    if given.unit != kind.unit:
        raise node.refused(
            f"the setting {setting.name!r} has the unit {given.unit or 'of a count'}; "
            f"{kind.unit or 'a count'} is needed"
        )
    if kind.values and not (given.values and set(given.values) <= set(kind.values)):
        raise node.refused(
            f"the setting {setting.name!r} can have values other than {say_choice(kind.values)}"
        )
    if op is Op.VERSION_AT_LEAST and version_parts(str(setting.value)) is None:
        raise node.refused(f"the setting {setting.name!r} is not a version of the form 10.2.1")


def read_literal(node: Node, kind: Kind) -> Scalar:
    """The value written here, if it is of this kind; nothing is converted."""
    match kind.type:
        case FactType.BOOL:
            if not isinstance(node.data, bool):
                raise node.refused(f"write true or false here, not {say(node.data)}")
            return node.data
        case FactType.INT:
            number = node.integer()
            if number < 0:
                raise node.refused("a number here cannot be negative")
            return number
        case FactType.STR:
            return _known(node, node.text(), kind)
        case FactType.STRINGS:
            return tuple(_known(item, item.text(), kind) for item in _distinct(node))


def _distinct(node: Node) -> tuple[Node, ...]:
    node.texts()
    return tuple(node.items())


def _known(node: Node, text: str, kind: Kind) -> str:
    if kind.values and text not in kind.values:
        raise node.refused(f"{text[:60]!r} cannot stand here: it is {say_choice(kind.values)}")
    return text


def check_sentence(node: Node, text: str, keys: Collection[str], settings: Settings) -> None:
    """Refuses a brace that stands for nothing, and a name that the check does not use.

    Args:
        node: where the sentence stands.
        text: the sentence.
        keys: the fact keys that it can name, as written in the check.
        settings: the settings that it can name.

    Raises:
        PolicyError: As said above.
    """
    for slot in SLOT.findall(text):
        if slot.startswith("$"):
            named_setting(slot, node, settings)
        elif slot not in keys:
            raise node.refused(f"{{{slot[:60]}}} is not a fact that this check looks at here")
    if any(brace in SLOT.sub("", text) for brace in "{}"):
        raise node.refused("a brace stands here alone: values are written {fact.key} or {$setting}")
