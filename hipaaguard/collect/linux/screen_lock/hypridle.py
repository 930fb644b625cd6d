"""What hypridle, the idle manager of Hyprland, is set to do.

Rules, from hypridle's `src/config/ConfigManager.cpp`, `src/core/Hypridle.cpp` and its wiki page:

- it does not start without its settings file, hypridle.conf;
- each `listener` has a `timeout` in seconds and starts `on-timeout` then; one with `state` waits
  for the session to be locked or unlocked besides;
- what `on-resume` or `general:after_sleep_cmd` starts may unlock the screen again;
- `general:lock_cmd` is started when logind asks the session to lock (`loginctl lock-session`);
- `general:before_sleep_cmd` is started before sleep, which waits for it unless
  `general:inhibit_sleep` is 0.
"""

import posixpath
import re
from collections.abc import Sequence

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.screen_lock.commands import (
    Command,
    Means,
    if_kept,
    parse_command,
)
from hipaaguard.collect.linux.screen_lock.hyprlang import Entry, parse_entries
from hipaaguard.collect.linux.screen_lock.plan import Plan
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import config_folder, home_folder
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NAME = "hypridle"
_FILE = "hypr/hypridle.conf"
_SOURCE = "hypridle.conf"


def parse_plan(entries: Sequence[Entry]) -> Plan:
    """What these settings have hypridle do.

    Returns:
        The plan.

    Raises:
        ParseError: A time that is not a whole number of seconds above zero.
    """
    general = {entry.key: entry.value for entry in entries if entry.category == "general"}
    listeners: dict[int, dict[str, str]] = {}
    for entry in entries:
        if entry.category == "listener":
            listeners.setdefault(entry.block, {})[entry.key] = entry.value
    # A listener without a time is left out, as hypridle does.
    resumes = tuple(found.get("on-resume", "") for found in listeners.values())
    after = tuple(
        (time, if_kept(command, resumes))
        for time, command in (_listener(it) for it in listeners.values() if "timeout" in it)
    )
    before_sleep = parse_command(general.get("before_sleep_cmd", ""))
    before_sleep = if_kept(before_sleep, (general.get("after_sleep_cmd", ""),))
    if general.get("inhibit_sleep") == "0" and before_sleep.means is not Means.NOTHING:
        before_sleep = Command(Means.UNKNOWN)
    return Plan(after, parse_command(general.get("lock_cmd", "")), before_sleep, _SOURCE)


def _listener(found: dict[str, str]) -> tuple[int, Command]:
    if not re.fullmatch("[0-9]{1,7}", found["timeout"]) or int(found["timeout"]) == 0:
        raise ParseError("hypridle waits for a time that is not a number of seconds")
    command = parse_command(found.get("on-timeout", ""))
    if "state" in found and command.means is not Means.NOTHING:
        command = Command(Means.UNKNOWN)
    return int(found["timeout"]), command


def parse_named_file(arguments: Sequence[str]) -> str | None:
    """The settings file that hypridle's arguments name.

    Args:
        arguments: without the program.

    Returns:
        None where they name none.

    Raises:
        ParseError: An argument that hypridle does not have.
    """
    rest = list(arguments)
    named: str | None = None
    while rest:
        argument = rest.pop(0)
        if argument in ("-c", "--config") and rest:
            named = rest.pop(0)
        elif argument not in ("-q", "--quiet", "-v", "--verbose"):
            raise ParseError("hypridle runs with an option that this version does not know")
    return named


def read_plan(host: Host, session: Session, process: Process) -> Plan | Unavailable:
    """What this process of hypridle will do."""
    config = config_folder(host, session.uid)
    if isinstance(config, Unavailable):
        return config
    home = home_folder(host, session.uid)
    if isinstance(home, Unavailable):
        return home
    named = attempt(parse_named_file, process.argv[1:])
    if isinstance(named, Unavailable):
        return named
    found = _main_file(host, (named,) if named else (f"{config}/{_FILE}", f"/etc/xdg/{_FILE}"))
    if isinstance(found, Unavailable):
        return found
    path, text = found
    folder = posixpath.dirname(path)
    entries = attempt(parse_entries, text, lambda it: _open(host, folder, home, it))
    return entries if isinstance(entries, Unavailable) else attempt(parse_plan, entries)


def _main_file(host: Host, paths: Sequence[str]) -> tuple[str, str] | Unavailable:
    """The first of these files that exists, and its text."""
    for path in paths:
        text = read_text(host, path) if posixpath.isabs(path) else ""
        if not is_absent(text) and text:
            return text if isinstance(text, Unavailable) else (path, text)
    return Unavailable(Reason.UNRECOGNISED, "hypridle runs, but its settings were not found")


def _open(host: Host, folder: str, home: str, path: str) -> str:
    """The text of a file that a settings file in this folder names."""
    if re.search(r"[$*?\[]", path):
        raise ParseError("hypridle's settings name a file in a way that this version cannot follow")
    whole = home + path[1:] if path.startswith("~/") else posixpath.join(folder, path)
    text = read_text(host, whole)
    if not isinstance(text, str):
        raise ParseError("hypridle's settings name a file that cannot be read")
    return text
