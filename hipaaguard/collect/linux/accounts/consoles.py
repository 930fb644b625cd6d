"""Whether a text console logs someone in by itself: systemd's units of agetty, or inittab(5)."""

import re
from collections.abc import Mapping

from hipaaguard.collect.host import Host, attempt, read_text
from hipaaguard.collect.linux.accounts import logins
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.model import Unavailable

# systemd.unit(5): later folders count more.
_UNIT_FOLDERS = ("/usr/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system")
_TEMPLATE = re.compile(r"((?:serial-|container-)?getty@)([^./]*)\.service(\.d)?")


def console_logs_in(host: Host) -> bool | Unavailable:
    """Whether a text console logs someone in by itself."""
    inittab = read_if_there(host, "/etc/inittab")
    if inittab is None:
        return _unit_logs_in(host)
    first = read_text(host, "/proc/1/comm")
    if isinstance(first, Unavailable):
        return first
    # Where systemd starts the machine, the file is left over from before.
    if first == "systemd\n":
        return _unit_logs_in(host)
    return inittab if isinstance(inittab, Unavailable) else attempt(logins.parse_inittab, inittab)


def _unit_logs_in(host: Host) -> bool | Unavailable:
    files: dict[str, dict[str, str]] = {}
    for folder in _UNIT_FOLDERS:
        names = names_in(host, folder)
        if isinstance(names, Unavailable):
            return names
        for name in names:
            added = _console_files(host, folder, name)
            if isinstance(added, Unavailable):
                return added
            for unit, texts in added.items():
                files.setdefault(unit, {}).update(texts)
    return _any_console(files)


def _console_files(host: Host, folder: str, name: str) -> dict[str, dict[str, str]] | Unavailable:
    """Texts by unit and, of a drop-in, by file name; the unit's own is the one named ""."""
    if not _TEMPLATE.fullmatch(name):
        return {}
    if not name.endswith(".d"):
        text = read_if_there(host, f"{folder}/{name}")
        return text if isinstance(text, Unavailable) else {name: {"": text or ""}}
    unit = name.removesuffix(".d")
    found: dict[str, str] = {}
    inner = names_in(host, f"{folder}/{name}")
    if isinstance(inner, Unavailable):
        return inner
    for file in inner:
        text = read_if_there(host, f"{folder}/{name}/{file}") if file.endswith(".conf") else None
        if isinstance(text, Unavailable):
            return text
        found |= {} if text is None else {file: text}
    return {unit: found}


def _any_console(files: Mapping[str, Mapping[str, str]]) -> bool | Unavailable:
    for unit in sorted(files):
        match = _TEMPLATE.fullmatch(unit)
        template = files.get(f"{match[1]}.service", {}) if match else {}
        merged = {**template, **files[unit]}
        # A unit that is masked leads to an empty file, and starts nothing.
        if merged.get("") == "":
            continue
        answer = attempt(logins.parse_start_command, [merged[name] for name in sorted(merged)])
        # Without its unit, which may be elsewhere, a drop-in says something only by a command.
        if answer is not False and (answer is True or "" in merged):
            return answer
    return False
