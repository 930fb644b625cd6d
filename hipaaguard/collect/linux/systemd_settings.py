"""The settings of systemd's own services, from their files and drop-ins.

Source: systemd's `man logind.conf`, section "Configuration directories and precedence".
"""

import re
from collections.abc import Mapping

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.model import Unavailable

# The first folder that has a file of a name decides about that file.
_FOLDERS = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")
_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_SETTING = re.compile(r"(?P<key>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?P<value>.*)")


def read_settings(host: Host, name: str, section: str) -> Mapping[str, str] | Unavailable:
    """The settings in effect in a section of `logind.conf`, `journald.conf` and the like.

    Args:
        host: whom to ask.
        name: the file's name.
        section: its section: `Login`, `Journal`.

    Returns:
        By key; a key that was set to nothing is left out, as it means the default.
    """
    texts: list[str] = []
    for path in (_main(host, name), *_drop_ins(host, name)):
        if isinstance(path, Unavailable):
            return path
        text = read_if_there(host, path) if path else None
        if isinstance(text, Unavailable):
            return text
        texts.append(text or "")
    found: dict[str, str] = {}
    for text in texts:
        found |= parse_section(text, section)
    return {key: value for key, value in found.items() if value}


def _main(host: Host, name: str) -> str | Unavailable:
    """The first of the files of this name; empty when there is none."""
    for folder in _FOLDERS:
        names = names_in(host, folder)
        if isinstance(names, Unavailable):
            return names
        if name in names:
            return f"{folder}/{name}"
    return ""


def _drop_ins(host: Host, name: str) -> tuple[str | Unavailable, ...]:
    """The drop-ins that count, in the order of their names."""
    found: dict[str, str] = {}
    for folder in _FOLDERS:
        names = names_in(host, f"{folder}/{name}.d")
        if isinstance(names, Unavailable):
            return (names,)
        for file in names:
            if file.endswith(".conf"):
                found.setdefault(file, f"{folder}/{name}.d/{file}")
    return tuple(found[file] for file in sorted(found))


def parse_section(text: str, section: str) -> Mapping[str, str]:
    """The settings of one section of a file; the last of a key counts, what is odd is passed over.

    systemd does the same and writes a warning into its journal.
    """  # noqa: DOC201 - the first line says it
    found: dict[str, str] = {}
    current = ""
    for line in text.splitlines():
        stripped = line.strip()
        if match := _SECTION.fullmatch(stripped):
            current = match["name"]
        elif current == section and (match := _SETTING.fullmatch(stripped)):
            found[match["key"]] = match["value"].strip()
    return found
