"""Backups that systemd starts by a timer: Borg, borgmatic, Restic, Rustic, Kopia and their like.

A timer that is not enabled sets nothing up. Timers that only check, prune or clean a repository are
no backups.
"""

import re
from datetime import UTC, datetime

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.backup.tool import Tool
from hipaaguard.collect.linux.homes import Home
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_NAMES = {
    "borgmatic": "borgmatic",
    "borg": "Borg",
    "borgbackup": "Borg",
    "restic": "Restic",
    "autorestic": "Restic",
    "resticprofile": "Restic",
    "rustic": "Rustic",
    "kopia": "Kopia",
    "duplicity": "Duplicity",
    "duply": "Duplicity",
    "rsnapshot": "rsnapshot",
}
_UPKEEP = frozenset(
    {
        "check",
        "checks",
        "clean",
        "cleanup",
        "compact",
        "exporter",
        "forget",
        "prune",
        "stats",
        "test",
        "unlock",
        "verify",
    }
)
_OF_SYSTEM = "/etc/systemd/system/timers.target.wants"
_OF_PERSON = (".config/systemd/user/timers.target.wants", "/etc/systemd/user/timers.target.wants")
_UNIT = re.compile(r"^Unit[ \t]*=[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.\\@-]{0,200}\.service")
_PROPERTIES = "LoadState,Result,ExecMainStatus,ExecMainExitTimestamp"


def tool_of(timer: str) -> str | None:
    """What people call the program that a timer of this name starts; None when it is no backup."""
    stem = timer.removesuffix(".timer")
    words = [word for word in re.split(r"[-_@.]", stem.lower()) if word]
    if stem == timer or _UPKEEP & set(words):
        return None
    return next((_NAMES[word] for word in words if word in _NAMES), None)


def parse_service(timer: str, text: str) -> str:
    """The service that a timer starts.

    Args:
        timer: its name.
        text: its unit file.

    Returns:
        By `Unit=`, else the service of the same name.

    Raises:
        ParseError: Its name is not that of a service.

    Source: systemd.timer(5).
    """
    chosen = _UNIT.findall(text)
    service: str = chosen[-1] if chosen else timer.removesuffix(".timer") + ".service"
    if not _SERVICE.fullmatch(service):
        raise ParseError("a timer of a backup starts something else than a service")
    return service


def parse_finished(text: str) -> datetime | Unavailable:
    """When a service last finished well.

    Args:
        text: what `systemctl show --timestamp=unix` prints of the four properties.

    Returns:
        Aware; `failed` where it failed or has not finished since the computer was started.

    Raises:
        ParseError: There is no such service, or the time has another form.

    Source: systemctl(1), org.freedesktop.systemd1(5).
    """
    pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if pairs.get("LoadState") != "loaded":
        raise ParseError("the service of a backup's timer is not there")
    if pairs.get("Result") != "success" or pairs.get("ExecMainStatus") != "0":
        return Unavailable(Reason.FAILED, "the last run of a backup by systemd failed")
    stamp = pairs.get("ExecMainExitTimestamp", "")
    if not stamp:
        detail = "a backup by systemd has not finished since the computer was started"
        return Unavailable(Reason.FAILED, detail)
    match = re.fullmatch(r"@([0-9]{1,11})", stamp)
    if match is None:
        raise ParseError("systemd printed the end of a backup in another form")
    return datetime.fromtimestamp(int(match[1]), UTC)


def find(host: Host, home: Home) -> tuple[Tool | Unavailable, ...]:
    """The backups that an enabled timer starts, those of the system and those of the person."""
    found = [*_in_folder(host, _OF_SYSTEM, None)]
    for folder in _OF_PERSON:
        found += _in_folder(host, home(folder), home.uid)
    return tuple(found)


def _in_folder(host: Host, folder: str, uid: int | None) -> list[Tool | Unavailable]:
    timers = host.names(folder)
    if isinstance(timers, Unavailable):
        return [] if is_absent(timers) else [timers]
    return [
        Tool(name, _last(host, f"{folder}/{timer}", timer, uid))
        for timer in timers
        if (name := tool_of(timer))
    ]


def _last(host: Host, path: str, timer: str, uid: int | None) -> datetime | Unavailable:
    text = read_text(host, path)
    service = text if isinstance(text, Unavailable) else attempt(parse_service, timer, text)
    if isinstance(service, Unavailable):
        return service
    whose = () if uid is None else ("--user",)
    own = uid is None or uid == (0 if host.elevated else host.person.uid)
    answer = host.run(
        "systemctl",
        *whose,
        "show",
        "--timestamp=unix",
        f"--property={_PROPERTIES}",
        service,
        uid=None if own else uid,
    )
    return answer if isinstance(answer, Unavailable) else attempt(_parse, answer)


def _parse(answer: Output) -> datetime | Unavailable:
    if answer.exit_code != 0:
        raise ParseError("systemctl could not describe the service of a backup")
    return parse_finished(answer.text)
