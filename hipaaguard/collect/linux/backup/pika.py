"""Pika Backup, another face for Borg: its settings and history are JSON."""

import json
from typing import Any

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.backup.tool import Tool, aware, never, parse_iso
from hipaaguard.collect.linux.homes import Home
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

NAME = "Pika Backup"
_FOLDERS = (".config/pika-backup", ".var/app/org.gnome.World.PikaBackup/config/pika-backup")


def _load(text: str) -> Any:  # noqa: ANN401 - any JSON, looked at by the callers
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("a file of Pika Backup is not JSON") from error


def parse_configured(text: str) -> bool:
    """Whether `backup.json` holds a backup; raises `ParseError` when it is not such a file."""
    configs = _load(text)
    if not isinstance(configs, list):
        raise ParseError("Pika Backup's settings are not in a known form")
    return bool(configs)


def parse_history(text: str) -> Tool:
    """Pika Backup as its `history.json` tells, by `last_completed` of each backup.

    Returns:
        With the latest moment of all backups.

    Raises:
        ParseError: Not such a file.

    Source: pika-backup, src/config/history.rs.
    """
    history = _load(text)
    if not isinstance(history, dict):
        raise ParseError("Pika Backup's history is not in a known form")
    runs = [it.get("last_completed") for it in history.values() if isinstance(it, dict)]
    ends = [run.get("end") for run in runs if isinstance(run, dict)]
    known = [end for end in ends if isinstance(end, str)]
    if len(known) != len(ends):
        raise ParseError("Pika Backup's history is not in a known form")
    moments = [aware(parse_iso(end), None) for end in known]
    return Tool(NAME, max(moments) if moments else never(NAME))


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """Pika Backup, as a package and as a Flatpak, wherever it is set up."""
    found = (_read(host, home(folder)) for folder in _FOLDERS)
    return tuple(it for it in found if it is not None)


def _read(host: Host, folder: str) -> Tool | Unavailable | None:
    settings = read_text(host, f"{folder}/backup.json")
    if isinstance(settings, Unavailable):
        return None if is_absent(settings) else settings
    configured = attempt(parse_configured, settings)
    if isinstance(configured, Unavailable) or not configured:
        return configured or None
    history = read_text(host, f"{folder}/history.json")
    if isinstance(history, Unavailable):
        return Tool(NAME, never(NAME) if is_absent(history) else history)
    tool = attempt(parse_history, history)
    return Tool(NAME, tool) if isinstance(tool, Unavailable) else tool
