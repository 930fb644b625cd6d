"""Timeshift: it restores the system, and leaves out the home folder unless told otherwise."""

import json
import posixpath
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.backup.tool import Tool, aware, local_zone, never, parse_time
from hipaaguard.collect.linux.homes import Home
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NAME = "Timeshift"
_SETTINGS = ("/etc/timeshift/timeshift.json", "/etc/timeshift.json")
# Where its snapshots lie: on the system's own disk, and on another one while it is mounted.
_SNAPSHOTS = ("/timeshift/snapshots", "/run/timeshift/backup/timeshift/snapshots")
_FORM = "%Y-%m-%d_%H-%M-%S"


@dataclass(frozen=True, slots=True)
class Settings:
    """What matters of Timeshift's settings.

    Attributes:
        place: the disk that it copies to; empty when it was never set up.
        on_same_disk: whether it makes Btrfs snapshots, which stay on the system's own disk.
        patterns: rsync's filters, those with `+ ` in front let through.
    """

    place: str
    on_same_disk: bool
    patterns: tuple[str, ...]

    def takes(self, home: str) -> bool:
        """Whether the whole of this home folder is copied."""
        return bool({f"+ {home}/**", "+ /home/**"} & set(self.patterns))


def parse_settings(text: str) -> Settings:
    """Timeshift's settings.

    Returns:
        What matters of them.

    Raises:
        ParseError: Not such a file.

    Source: Timeshift's `default.json`: every value is a text, flags are "true" or "false".
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("Timeshift's settings are not JSON") from error
    if not isinstance(data, dict):
        raise ParseError("Timeshift's settings are not in a known form")
    place, btrfs = data.get("backup_device_uuid"), data.get("btrfs_mode")
    patterns = data.get("exclude", [])
    if not isinstance(place, str) or not isinstance(patterns, list):
        raise ParseError("Timeshift's settings are not in a known form")
    if btrfs not in ("true", "false"):
        raise ParseError("Timeshift's settings are not in a known form")
    return Settings(place, btrfs == "true", tuple(it for it in patterns if isinstance(it, str)))


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """Timeshift, where it is set up and copies to somewhere else than its own snapshots."""
    for path in _SETTINGS:
        text = read_text(host, path)
        if is_absent(text):
            continue
        settings = text if isinstance(text, Unavailable) else attempt(parse_settings, text)
        if isinstance(settings, Unavailable):
            return (settings,)
        if not settings.place or settings.on_same_disk:
            return ()
        of_home = settings.takes(home.path)
        return (Tool(NAME, _last(host) if of_home else never(NAME), of_home),)
    return ()


def _last(host: Host) -> datetime | Unavailable:
    for folder in _SNAPSHOTS:
        names = host.names(folder)
        if is_absent(names):
            continue
        if isinstance(names, Unavailable):
            return names
        return _newest(host, folder, names)
    detail = "Timeshift's snapshots lie on a disk that is not connected now"
    return Unavailable(Reason.FAILED, detail)


def _newest(host: Host, folder: str, names: tuple[str, ...]) -> datetime | Unavailable:
    # Their names begin with the year; `info.json` is written when a snapshot is complete.
    for name in sorted(names, reverse=True):
        moment = attempt(parse_time, name, _FORM)
        if isinstance(moment, Unavailable):
            continue
        info = host.entry(posixpath.join(folder, name, "info.json"))
        if is_absent(info):
            continue
        if isinstance(info, Unavailable):
            return info
        return attempt(aware, moment, local_zone(host))
    return never(NAME)
