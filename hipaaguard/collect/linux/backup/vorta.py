"""Vorta, a face for Borg: it keeps its settings and a log of its runs in a database."""

from datetime import datetime, tzinfo

from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.linux.backup.sqlite import put_together, select_one
from hipaaguard.collect.linux.backup.tool import Tool, aware, local_zone, never, parse_iso
from hipaaguard.collect.linux.homes import Home
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

NAME = "Vorta"
_DATABASES = (
    ".local/share/Vorta/settings.db",
    ".var/app/com.borgbase.Vorta/data/Vorta/settings.db",
)
# `vorta/store/models.py`. Borg's 1 means that it finished with warnings; a run that was begun and
# broken off keeps -1.
_QUESTION = """
SELECT (SELECT count(*) FROM backupprofilemodel WHERE repo_id IS NOT NULL),
       (SELECT max(end_time) FROM eventlogmodel
        WHERE subcommand = 'create' AND returncode IN (0, 1))
"""


def parse_database(database: bytes, wal: bytes, zone: tzinfo | None) -> Tool | None:
    """Vorta as its database tells.

    Args:
        database: `settings.db`.
        wal: `settings.db-wal`; empty when there is none.
        zone: the machine's zone, in which the log's times are.

    Returns:
        None where no profile has a place to back up to.

    Raises:
        ParseError: Not Vorta's database.
    """
    profiles, last = select_one(put_together(database, wal), _QUESTION)
    if not isinstance(profiles, int) or not isinstance(last, str | None):
        raise ParseError("Vorta's database is not in a known form")
    if profiles == 0:
        return None
    moment: datetime | None = aware(parse_iso(last), zone) if last else None
    return Tool(NAME, moment or never(NAME))


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """Vorta, as a package and as a Flatpak, wherever it is set up."""
    found = (_read(host, home(path)) for path in _DATABASES)
    return tuple(it for it in found if it is not None)


def _read(host: Host, path: str) -> Tool | Unavailable | None:
    database, wal = host.read(path), host.read(f"{path}-wal")
    if isinstance(database, Unavailable):
        return None if is_absent(database) else database
    if isinstance(wal, Unavailable):
        if not is_absent(wal):
            return wal
        wal = b""
    return attempt(parse_database, database, wal, local_zone(host))
