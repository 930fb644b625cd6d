"""Samba's settings: `smb.conf` and the shares that people make themselves (usershares).

A setting of `[global]` that belongs to shares is every share's default. Names of sections and
settings are compared without regard to case and spaces. smb.conf(5), lib/util/tini.c.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hipaaguard.errors import ParseError

GLOBAL = "global"
_YES = frozenset({"yes", "true", "1", "on"})
_NO = frozenset({"no", "false", "0", "off"})
# Settings with two names; without spaces. param_table.c
_SYNONYMS = MappingProxyType(
    {
        "public": "guestok",
        "minprotocol": "serverminprotocol",
        "maxprotocol": "servermaxprotocol",
        "protocol": "servermaxprotocol",
        "printok": "printable",
        "onlyguest": "guestonly",
        "directory": "path",
    }
)
# The protocols of version 1, oldest first. enum_protocol of param_table.c
_SMB1 = frozenset(
    {"core", "coreplus", "core+", "lanman1", "lanman2", "nt1", "smb1", "lower", "nt", "lanman"}
)
_SMB2 = re.compile(r"smb[23](_\d\d)?")
_MAX_DEPTH = 8

Sections = Mapping[str, Mapping[str, str]]
"""Settings by section, both in lower case and without spaces inside names of settings."""
Include = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Share:
    """A folder that Samba offers.

    Attributes:
        guests: whether nobody is asked for a password.
    """

    guests: bool


def parse_smb_conf(text: str, include: Include) -> Sections:
    r"""The settings by section.

    Args:
        text: `[section]` headings and lines `name = value`; `;` and `#` begin a comment, `\` at
            the end continues a line.
        include: gives the text of an included file, empty for one that is missing; may raise
            `ParseError`.

    Returns:
        Of a setting that is given twice the last value; `[global]` is always there.

    Raises:
        ParseError: Settings kept elsewhere (`registry`), names of files that depend on the client,
            a heading that is not closed, files that include each other without end.

    Source: smb.conf(5).
    """
    sections: dict[str, dict[str, str]] = {GLOBAL: {}}
    _read(text, include, sections, GLOBAL, 0)
    return sections


def _read(
    text: str, include: Include, sections: dict[str, dict[str, str]], section: str, depth: int
) -> str:
    """Adds a file's settings; returns the section that it ends in."""
    if depth > _MAX_DEPTH:
        raise ParseError("Samba's settings include too many files")
    for line in _joined(text):
        if line.startswith("["):
            section = _heading(line)
            sections.setdefault(section, {})
            continue
        name, value = _setting(line)
        if name == "include":
            section = _read(_included(value, include), include, sections, section, depth + 1)
        elif name in ("copy", "configfile"):
            raise ParseError("Samba's settings repeat others, which this version cannot follow")
        elif (name, value.lower()) in (("configbackend", "registry"), ("registryshares", "yes")):
            raise ParseError("Samba keeps settings in its registry, which this version cannot read")
        elif name:
            sections[section][_SYNONYMS.get(name, name)] = value
    return section


def _joined(text: str) -> list[str]:
    """The lines that say something, those continued by a backslash as one."""
    joined = re.sub(r"\\[ \t]*\r?\n", " ", text)
    lines = (line.strip() for line in joined.splitlines())
    return [line for line in lines if line and line[0] not in ";#"]


def _heading(line: str) -> str:
    if "]" not in line:
        raise ParseError("a heading of Samba's settings is not closed")
    return " ".join(line[1 : line.index("]")].lower().split())


def _setting(line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    return ("".join(name.lower().split()), value.strip().strip('"')) if equals else ("", "")


def _included(path: str, include: Include) -> str:
    if path.lower() == "registry":
        raise ParseError("Samba keeps settings in its registry, which this version cannot read")
    if "%" in path or not path.startswith("/"):
        raise ParseError("Samba's settings depend on who asks, which this version cannot follow")
    return include(path)


def _flag(value: str, name: str) -> bool:
    if value.lower() not in _YES | _NO:
        raise ParseError(f"Samba's setting {name!r} is neither yes nor no")
    return value.lower() in _YES


def list_shares(sections: Sections) -> tuple[Share, ...]:
    """The folders that these settings offer; printers are none.

    Returns:
        One a section; may be empty. `[homes]` counts as one; `[print$]`, which distributions bring
        along for printers' drivers, only where guests may use it.

    Raises:
        ParseError: A setting that is neither yes nor no.
    """
    common = sections[GLOBAL]
    shares: list[Share] = []
    for name, own in sections.items():
        settings = {**common, **own}
        hidden = not _flag(settings.get("available", "yes"), "available")
        printer = name == "printers" or _flag(settings.get("printable", "no"), "printable")
        guests = _flag(settings.get("guestok", "no"), "guest ok")
        drivers = name == "print$" and not guests
        if name != GLOBAL and not hidden and not printer and not drivers:
            shares.append(Share(guests))
    return tuple(shares)


def usershare_folder(sections: Sections) -> str:
    """Where people's own shares are described; empty when they may make none."""
    # The default is 0, but Debian's and others' 100, so only a 0 that is written is believed.
    common = sections[GLOBAL]
    if common.get("usersharemaxshares") == "0":
        return ""
    return common.get("usersharepath", "/var/lib/samba/usershares")


def parse_usershare(text: str, *, guests_allowed: bool) -> Share:
    """A share that a person made.

    Args:
        text: lines `name=value` after a line `#VERSION 2`: `path=/home/user/Public`, `guest_ok=y`.
        guests_allowed: what `usershare allow guests` says.

    Returns:
        The share.

    Raises:
        ParseError: Not of this form.

    Source: source3/param/loadparm.c, parse_usershare_file; `net usershare info`.
    """
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if not text.startswith("#VERSION ") or "path" not in pairs:
        raise ParseError("a shared folder is described in an unknown form")
    return Share(guests_allowed and pairs.get("guest_ok", "n").strip().lower().startswith("y"))


def allows_guests(sections: Sections) -> bool:
    """Whether people's own shares may do without a password; `ParseError` if it says neither."""
    return _flag(sections[GLOBAL].get("usershareallowguests", "no"), "usershare allow guests")


def accepts_smb1(sections: Sections) -> bool | None:
    """Whether the server accepts version 1 of the protocol.

    Returns:
        None where nothing is set, so that the version of Samba decides.

    Raises:
        ParseError: A protocol of an unknown name.
    """
    highest = _protocol(sections, "servermaxprotocol")
    lowest = _protocol(sections, "serverminprotocol")
    return True if highest else lowest


def _protocol(sections: Sections, name: str) -> bool | None:
    """Whether the protocol that is set is of version 1; None when none is."""
    value = sections[GLOBAL].get(name, "default").lower()
    if value in ("default", ""):
        return None
    if value not in _SMB1 and not _SMB2.fullmatch(value):
        raise ParseError("Samba's settings name a protocol that this version does not know")
    return value in _SMB1


def parse_version(text: str) -> bool:
    """Whether a Samba of this version accepts version 1 of the protocol unless told otherwise.

    Args:
        text: what `smbd --version` prints: `Version 4.17.12-Debian`.

    Returns:
        True up to 4.10.

    Raises:
        ParseError: Not of this form.

    Source: Samba's release notes of 4.11.0.
    """
    match = re.match(r"Version (\d{1,4})\.(\d{1,4})", text)
    if match is None:
        raise ParseError("Samba did not tell its version")
    return (int(match[1]), int(match[2])) < (4, 11)
