"""Back In Time: its settings name where it copies to, and a file per profile when it last did."""

import re
from datetime import datetime

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.backup.tool import Tool, aware, local_zone, never, parse_time
from hipaaguard.collect.linux.homes import Home
from hipaaguard.model import Unavailable

NAME = "Back In Time"
_SETTINGS = ".config/backintime/config"
_STAMPS = ".local/share/backintime/anacron"
_PLACE = re.compile(r"^profile[0-9]+\.snapshots\.(path|ssh\.host)=[^\s=]+", re.MULTILINE)
# `tools.py`, BIT_TIME_FORMAT: written when a backup has finished without errors.
_FORM = "%Y%m%d %H%M"


def parse_configured(text: str) -> bool:
    """Whether a profile has a place to copy to. Source: backintime's `config.py`."""
    return _PLACE.search(text) is not None


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """Back In Time, where it is set up."""
    settings = read_text(host, home(_SETTINGS))
    if isinstance(settings, Unavailable):
        return () if is_absent(settings) else (settings,)
    return (Tool(NAME, _last(host, home(_STAMPS))),) if parse_configured(settings) else ()


def _last(host: Host, folder: str) -> datetime | Unavailable:
    names = host.names(folder)
    if isinstance(names, Unavailable):
        return never(NAME) if is_absent(names) else names
    moments: list[datetime] = []
    for name in names:
        text = read_text(host, f"{folder}/{name}")
        moment = text if isinstance(text, Unavailable) else attempt(parse_time, text, _FORM)
        if isinstance(moment, Unavailable):
            return moment
        moments.append(moment)
    return attempt(aware, max(moments), local_zone(host)) if moments else never(NAME)
