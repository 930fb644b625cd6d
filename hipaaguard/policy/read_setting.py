"""Settings out of a policy file: their definitions, and values within their bounds."""

import re
from dataclasses import replace

from hipaaguard.model import Scalar
from hipaaguard.policy import fields
from hipaaguard.policy.node import Mapping, Node, say, say_choice
from hipaaguard.policy.nouns import Setting, SettingType, Stricter
from hipaaguard.words import say_value

UNITS = ("s", "days")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_setting(name: str, node: Node) -> Setting:
    """The setting that a mapping defines, with its default as its value.

    Args:
        name: its name.
        node: the definition.

    Returns:
        The setting.

    Raises:
        PolicyError: Not a definition, bounds that do not suit the type, a default outside them.
    """
    if len(name) > 60 or not NAME.fullmatch(name):
        raise node.refused(f"{name[:60]!r} is not a name of the form screen_lock_max_s")
    found = node.mapping(fields.SETTING.required, fields.SETTING.optional)
    kind = found["type"].word(SettingType)
    minimum, maximum = _bounds(found, kind)
    undecided = Setting(
        name=name,
        type=kind,
        unit=_unit(found, kind),
        default="",
        minimum=minimum,
        maximum=maximum,
        choices=_choices(found, kind),
        meaning=found["meaning"].sentence(),
        source=found["source"].sentence(),
        value="",
        stricter=_stricter(found, kind),
    )
    default = read_value(found["default"], undecided)
    return replace(undecided, default=default, value=default)


def _bounds(found: Mapping, kind: SettingType) -> tuple[int | None, int | None]:
    nodes = (found.get("minimum"), found.get("maximum"))
    if kind is not SettingType.INT:
        for node in nodes:
            if node is not None:
                raise node.refused(f"a setting of type '{kind}' has no bounds")
        return None, None
    low, high = (node.integer() if node else None for node in nodes)
    if low is None or high is None:
        raise found.node.refused("a whole number needs both a minimum and a maximum")
    if not 0 <= low < high:
        raise found.node.refused("the minimum must be 0 or more, and the maximum greater")
    return low, high


_DIRECTIONS = {
    SettingType.BOOL: (Stricter.TRUE, Stricter.FALSE),
    SettingType.INT: (Stricter.LOWER, Stricter.HIGHER),
    SettingType.CHOICE: (Stricter.FIRST,),
    SettingType.STRINGS: (Stricter.FEWER, Stricter.MORE),
}


def _stricter(found: Mapping, kind: SettingType) -> Stricter | None:
    node = found.get("stricter")
    if node is None:
        return None
    directions = _DIRECTIONS.get(kind, ())
    # YAML reads the bare words as truth values.
    text = str(node.data).lower() if isinstance(node.data, bool) else node.text()
    if text not in directions:
        raise node.refused(f"this does not suit a setting of type '{kind}'")
    return Stricter(text)


def _unit(found: Mapping, kind: SettingType) -> str:
    node = found.get("unit")
    if node is None:
        return ""
    unit = node.text()
    if kind is not SettingType.INT or unit not in UNITS:
        raise node.refused(f"a whole number can have the unit {say_choice(UNITS)}, nothing else")
    return unit


def _choices(found: Mapping, kind: SettingType) -> tuple[str, ...]:
    node = found.get("choices")
    if kind is SettingType.CHOICE:
        if node is None:
            raise found.node.refused("a setting of type 'choice' needs its choices")
        words = node.texts()
        if len(words) < 2:
            raise node.refused("one word is no choice")
        return words
    if node is not None:
        raise node.refused(f"a setting of type '{kind}' has no choices")
    return ()


def read_value(node: Node, setting: Setting) -> Scalar:
    """The value written here, if the setting can have it.

    Args:
        node: the value.
        setting: whose type and bounds count.

    Returns:
        The value, of the setting's type.

    Raises:
        PolicyError: Another type, or out of bounds.
    """
    match setting.type:
        case SettingType.BOOL:
            if not isinstance(node.data, bool):
                raise node.refused(f"write true or false here, not {say(node.data)}")
            return node.data
        case SettingType.INT:
            return _within(node, setting)
        case SettingType.CHOICE:
            return _chosen(node, setting)
        case SettingType.STRINGS:
            return () if node.data == [] else node.texts()
        case SettingType.TEXT:
            return "" if node.data == "" else node.text()
        case SettingType.ADDRESS:
            return "" if node.data == "" else _address(node)


def _chosen(node: Node, setting: Setting) -> str:
    word = node.text()
    if word not in setting.choices:
        raise node.refused(f"{word[:60]!r} cannot stand here: it is {say_choice(setting.choices)}")
    return word


def _within(node: Node, setting: Setting) -> int:
    number = node.integer()
    low, high = setting.minimum or 0, setting.maximum or 0
    if not low <= number <= high:
        said = say_value(number, setting.unit) if number >= 0 else str(number)
        raise node.refused(
            f"{said} is out of bounds: {setting.name!r} can be from "
            f"{say_value(low, setting.unit)} to {say_value(high, setting.unit)}"
        )
    return number


def _address(node: Node) -> str:
    from ipaddress import ip_network  # only few policies name an address, and start-up counts

    text = node.text()
    try:
        ip_network(text)
    except ValueError as error:
        raise node.refused(
            f"{text[:60]!r} is neither an IP address nor a network such as 10.20.0.0/16"
        ) from error
    return text
