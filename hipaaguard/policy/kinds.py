"""The types of the language: what each fact and setting holds, and which comparisons suit it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hipaaguard.facts import FactSpec, FactType
from hipaaguard.policy.nouns import Op, Setting, SettingType


@dataclass(frozen=True, slots=True)
class Kind:
    """What values a fact or a setting has.

    Attributes:
        type: their type.
        unit: of an integer; empty for a plain count.
        values: every value of a closed set of texts; empty for an open one.
    """

    type: FactType
    unit: str = ""
    values: tuple[str, ...] = ()


OPERANDS: Mapping[FactType, Mapping[Op, FactType]] = MappingProxyType(
    {
        FactType.BOOL: {Op.EQUALS: FactType.BOOL},
        FactType.INT: {
            Op.EQUALS: FactType.INT,
            Op.AT_MOST: FactType.INT,
            Op.AT_LEAST: FactType.INT,
        },
        FactType.STR: {
            Op.EQUALS: FactType.STR,
            Op.ONE_OF: FactType.STRINGS,
            Op.VERSION_AT_LEAST: FactType.STR,
            Op.BEGINS_WITH: FactType.STR,
        },
        FactType.STRINGS: {
            Op.CONTAINS: FactType.STR,
            Op.NONE: FactType.STRINGS,
            Op.ONE_OF: FactType.STRINGS,
            Op.EMPTY: FactType.BOOL,
        },
    }
)
"""For each type the comparisons that suit it, and the type of the operand."""

_OF_SETTING = {
    SettingType.BOOL: FactType.BOOL,
    SettingType.INT: FactType.INT,
    SettingType.TEXT: FactType.STR,
    SettingType.CHOICE: FactType.STR,
    SettingType.ADDRESS: FactType.STR,
    SettingType.STRINGS: FactType.STRINGS,
}

WORDS = {
    FactType.BOOL: "true or false",
    FactType.INT: "a whole number",
    FactType.STR: "a text",
    FactType.STRINGS: "a list of texts",
}


def fact_kind(spec: FactSpec) -> Kind:
    """What a fact holds."""
    return Kind(spec.type, spec.unit, spec.values)


def setting_kind(setting: Setting) -> Kind:
    """What a setting holds."""
    return Kind(_OF_SETTING[setting.type], setting.unit, setting.choices)
