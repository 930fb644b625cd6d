"""Settings in sections, as dnf, zypper and rpm-ostree write them."""

import re
from collections.abc import Mapping

from hipaaguard.errors import ParseError

Settings = Mapping[str, Mapping[str, str]]
"""Values by section and by name."""

_SECTION = re.compile(r"\[([^\]\n]+)\]\s*(?:[#;].*)?")
_TRUE = frozenset({"1", "yes", "true", "on"})
_FALSE = frozenset({"0", "no", "false", "off"})


def parse_settings(text: str) -> Settings:
    """The settings of a file in sections.

    Args:
        text: `[section]` and `name = value`; a line that begins with a space goes on with the value
            before it; `#` and `;` begin a comment.

    Returns:
        Of a name that is set twice in a section the last value; may be empty.

    Raises:
        ParseError: A setting stands before the first section, or a line is none of these.

    Source: dnf.conf(5); libdnf's ConfigParser.
    """
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] | None = None
    name = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        if match := _SECTION.fullmatch(line.strip()):
            section, name = found.setdefault(match[1], {}), ""
        elif section is None:
            raise ParseError("a setting stands outside of every section")
        elif line[0].isspace() and name:
            section[name] = f"{section[name]} {line.strip()}".strip()
        elif "=" in line:
            name = line.partition("=")[0].strip()
            section[name] = line.partition("=")[2].strip()
        else:
            raise ParseError("a line of the settings has a form that this version does not know")
    return found


def parse_switch(value: str) -> bool:
    """Whether a setting is on; raises `ParseError` for a value that is neither on nor off."""
    word = value.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ParseError("a setting is neither on nor off")
    return word in _TRUE
