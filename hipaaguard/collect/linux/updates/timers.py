"""Timers and daily tasks that somebody set up to install updates, where the distribution has none.

A timer counts as installing updates when the service that it starts is seen to run the package
manager without asking. One whose name speaks of updates and whose service does something else
(a script) may do so too, and leaves the question open.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.collect.linux.services import find_units, runs_systemd
from hipaaguard.model import Reason, Unavailable

# What `systemctl enable` links timers into. systemd.special(7)
ENABLED = "/etc/systemd/system/timers.target.wants"
_UNITS = ("/etc/systemd/system", "/usr/lib/systemd/system")
_CRON = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly")
_SPEAKS_OF_UPDATES = re.compile(
    r"upd|upgrad|pacman|pamac|yay|paru|topgrade|emerge|portage", re.IGNORECASE
)
# They fetch lists, look for news, clean up, or keep indexes of files: none installs an update.
_HARMLESS = frozenset(
    {
        "archlinux-keyring-wkd-sync",
        "arch-update",
        "arch-update-tray",
        "fwupd-refresh",
        "mlocate-updatedb",
        # Read by suse_automatic.
        "opensuse.org-online_update",
        "pacman-filesdb-refresh",
        "pacman-cleanup",
        "pamac-cleancache",
        "pamac-mirrorlist",
        "plocate-updatedb",
        "systemd-sysupdate-reboot",
        "transactional-update-cleanup",
        "updatedb",
    }
)
# Forms of systemd.time(7) that come round at least once a week.
_WEEKLY = re.compile(
    r"^(?:OnCalendar\s*=\s*(?:hourly|daily|weekly"
    r"|(?:[A-Z][a-z]{2}[\w,.-]* )?(?:\*-\*-\* )?[\d*/,]{1,5}:[\d*/,]{1,5}(?::\d\d)?)"
    r"|On(?:UnitActive|UnitInactive)Sec\s*=\s*"
    r"(?:[1-7] ?d(?:ays?)?|\d{1,2} ?h(?:ours?)?|1 ?w(?:eek)?))\s*$",
    re.MULTILINE,
)
_COMMAND = re.compile(r"^ExecStart\s*=\s*[-@:+!|]*(?P<command>.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Updater:
    """How a service that installs updates starts its package manager.

    Attributes:
        program: its name, as in the path that the service gives.
        wanted: patterns that must each match some argument.
        unwanted: what an argument that fetches only, pretends, or asks looks like.
    """

    program: str
    wanted: tuple[re.Pattern[str], ...]
    unwanted: re.Pattern[str]

    def starts_with(self, command: str) -> bool:
        """Whether the command line is the package manager's, told to update without asking."""
        words = command.split()
        if not words or words[0].rsplit("/", 1)[-1] != self.program:
            return False
        if any(self.unwanted.fullmatch(word) for word in words[1:]):
            return False
        return all(any(it.fullmatch(word) for word in words[1:]) for it in self.wanted)


def installs_updates(host: Host, updater: Updater) -> bool | Unavailable:
    """Whether a timer that is enabled and waiting installs updates.

    Returns:
        False where none is set up; unavailable where one may be, or tasks cannot be seen.
    """
    booted = runs_systemd(host)
    if isinstance(booted, Unavailable):
        return booted
    answer = _by_systemd(host, updater) if booted else False
    return _by_cron(host) if answer is False else answer


def _by_systemd(host: Host, updater: Updater) -> bool | Unavailable:
    names = host.names(ENABLED)
    if is_absent(names):
        return False
    if isinstance(names, Unavailable):
        return names
    stems = [name.removesuffix(".timer") for name in names if name.endswith(".timer")]
    answers = {stem: _starts(host, stem, updater) for stem in stems}
    certain = [stem for stem, answer in answers.items() if answer is True]
    running = _waits(host, certain) if certain else False
    if running is not False:
        return running
    return next((it for it in answers.values() if isinstance(it, Unavailable)), False)


def _starts(host: Host, stem: str, updater: Updater) -> bool | Unavailable:
    """Whether the timer's service installs updates; unavailable when it may."""
    for folder in _UNITS:
        text = read_text(host, f"{folder}/{stem}.service")
        if is_absent(text):
            continue
        if isinstance(text, Unavailable):
            return text
        if any(updater.starts_with(it["command"]) for it in _COMMAND.finditer(text)):
            return comes_weekly(host, f"{stem}.timer")
        return _perhaps() if _may(stem) or updater.program in text else False
    return _perhaps() if _may(stem) else False


def comes_weekly(host: Host, timer: str) -> bool | Unavailable:
    """Whether a timer comes round at least once a week; never False: other forms are not read."""
    for folder in _UNITS:
        text = read_text(host, f"{folder}/{timer}")
        if is_absent(text):
            continue
        if isinstance(text, Unavailable) or _WEEKLY.search(text):
            return text if isinstance(text, Unavailable) else True
        break
    detail = "this version cannot tell how often the timer that installs updates comes round"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _may(stem: str) -> bool:
    return stem not in _HARMLESS and _SPEAKS_OF_UPDATES.search(stem) is not None


def _perhaps() -> Unavailable:
    detail = "a task that may install updates is set up, and this version cannot tell what it does"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _waits(host: Host, stems: Iterable[str]) -> bool | Unavailable:
    units = find_units(host, [f"{stem}.timer" for stem in stems])
    if isinstance(units, Unavailable):
        return units
    return any(unit.present and unit.running for unit in units.values())


def _by_cron(host: Host) -> bool | Unavailable:
    for folder in _CRON:
        names = host.names(folder)
        if is_absent(names):
            continue
        if isinstance(names, Unavailable):
            return names
        if any(_may(name) for name in names):
            return _perhaps()
    return False
