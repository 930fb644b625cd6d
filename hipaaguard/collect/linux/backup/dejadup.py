"""Déjà Dup: its settings lie in dconf, or in a file of its own where it is a Flatpak."""

import re
from datetime import datetime

from hipaaguard.collect.host import Host, attempt, is_absent, is_there, read_text
from hipaaguard.collect.linux.backup.tool import Tool, aware, never, parse_iso
from hipaaguard.collect.linux.homes import Home
from hipaaguard.collect.linux.screen_lock.gsettings import read_value
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

NAME = "Déjà Dup"
_SCHEMA = "org.gnome.DejaDup"
_INSTALLED = (
    "/usr/share/glib-2.0/schemas/org.gnome.DejaDup.gschema.xml",
    "/usr/bin/deja-dup",
)
_KEY_FILE = ".var/app/org.gnome.DejaDup/config/glib-2.0/settings/keyfile"
_GROUP = re.compile(r"\[org/gnome/deja-dup\]\s*$")


def parse_last(text: str) -> datetime | None:
    """The moment in a GVariant text: `'2026-11-20T08:15:30.123456Z'`.

    Returns:
        None for an empty text: no backup has finished.

    Raises:
        ParseError: Not such a text.

    Source: data/org.gnome.DejaDup.gschema.xml, `last-backup`.
    """
    match = re.fullmatch(r"'([^'\\]*)'", text.strip())
    if match is None:
        raise ParseError("Déjà Dup's time of the last backup is not a text")
    return aware(parse_iso(match[1]), None) if match[1] else None


def parse_flag(text: str) -> bool:
    """A GVariant `true` or `false`; raises `ParseError` otherwise."""
    if text.strip() not in ("true", "false"):
        raise ParseError("a setting of Déjà Dup is neither true nor false")
    return text.strip() == "true"


def parse_key_file(text: str) -> dict[str, str]:
    """Déjà Dup's settings in GLib's key file, as GVariant texts; only those that were changed."""
    found: dict[str, str] = {}
    inside = False
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("["):
            inside = _GROUP.match(line) is not None
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key.strip()] = value.strip()
    return found


def make_tool(last: str, periodic: str) -> Tool | None:
    """Déjà Dup as its two settings tell.

    Returns:
        None where it was never set up: it is not scheduled, and has finished no backup.

    Raises:
        ParseError: A setting has another type.
    """
    moment = parse_last(last)
    if moment is None and not parse_flag(periodic):
        return None
    return Tool(NAME, moment or never(NAME))


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """Déjà Dup, as a package and as a Flatpak, wherever it is set up."""
    both = (_packaged(host, home), _flatpak(host, home))
    return tuple(it for it in both if it is not None)


def _packaged(host: Host, home: Home) -> Tool | Unavailable | None:
    present = is_there(host, *_INSTALLED)
    if isinstance(present, Unavailable) or not present:
        return present or None
    session = Session(home.uid, "", "", "")
    values = [read_value(host, session, _SCHEMA, key) for key in ("last-backup", "periodic")]
    for value in values:
        if isinstance(value, Unavailable):
            return value
    last, periodic = (str(value) for value in values)
    return attempt(make_tool, last, periodic)


def _flatpak(host: Host, home: Home) -> Tool | Unavailable | None:
    text = read_text(host, home(_KEY_FILE))
    if isinstance(text, Unavailable):
        return None if is_absent(text) else text
    settings = parse_key_file(text)
    # The file holds what differs from the schema's defaults.
    last, periodic = settings.get("last-backup", "''"), settings.get("periodic", "false")
    return attempt(make_tool, last, periodic)
