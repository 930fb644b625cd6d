"""Programs that are set up, but note on this computer no backup in a form that is read here."""

import re

from hipaaguard.collect.host import Host, is_absent, is_there, read_text
from hipaaguard.collect.linux.backup.tool import Tool, not_noted
from hipaaguard.collect.linux.homes import Home
from hipaaguard.model import Unavailable

# Files that are written when a place to back up to was chosen.
_SIGNS = {
    "Duplicati": (
        ".config/Duplicati/Duplicati-server.sqlite",
        "/var/lib/duplicati/Duplicati-server.sqlite",
    ),
    "Kopia": (
        ".config/kopia/repository.config",
        ".var/app/io.kopia.KopiaUI/config/kopia/repository.config",
    ),
}
_CRON = "/etc/cron.d/rsnapshot"
_CRON_LINE = re.compile(r"^\s*[^#\s].*\brsnapshot\s+\w+", re.MULTILINE)


def is_scheduled(text: str) -> bool:
    """Whether a line of crontab(5) starts rsnapshot; as Debian ships it, all are comments."""
    return _CRON_LINE.search(text) is not None


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """Kopia, Duplicati and rsnapshot, where they are set up."""
    found: list[Tool | Unavailable] = []
    for name, signs in _SIGNS.items():
        present = is_there(host, *(home(sign) for sign in signs))
        if present:
            found.append(present if isinstance(present, Unavailable) else _tool(name))
    cron = read_text(host, _CRON)
    if isinstance(cron, Unavailable):
        found += [] if is_absent(cron) else [cron]
    elif is_scheduled(cron):
        found.append(_tool("rsnapshot"))
    return tuple(found)


def _tool(name: str) -> Tool:
    return Tool(name, not_noted(name))
