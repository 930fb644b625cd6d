"""Updates by apt: what waits, how old the lists are, and whether they install themselves.

- Nothing is written: apt is told to leave its caches and its planner's log alone.
- Counts come only from lists that are young enough; old lists do not count as "nothing waits".
- Snaps and Flatpaks are not counted.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from hipaaguard.collect.host import (
    AS_ADMINISTRATOR,
    Entry,
    Host,
    Output,
    attempt,
    is_absent,
    read_text,
)
from hipaaguard.collect.linux.updates import apt
from hipaaguard.collect.linux.updates.manager import DEADLINE_S, barred
from hipaaguard.collect.linux.updates.reboot import reboot_required
from hipaaguard.collect.linux.updates.unattended import automatic
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

# Debian's security archive signs its index anew within seven days: `Valid-Until` in it.
RENEWED_WITHIN = timedelta(days=8)
UPDATE_LISTS = "sudo apt update"
REPAIR = "sudo apt --fix-broken install"

LISTS = "/var/lib/apt/lists"
# Touched after lists were fetched: by apt's daily run, by update-notifier-common, by apt itself.
# Each is also touched when only some of the lists could be fetched.
STAMPS = (
    "/var/lib/apt/periodic/update-stamp",
    "/var/lib/apt/periodic/update-success-stamp",
    LISTS,
)
LOGS = ("/var/log/dpkg.log", "/var/log/dpkg.log.1")

# apt-get -s as root writes the planner's log; both write the package cache.
_READ_ONLY = ("-o", "Debug::NoLocking=true", "-o", "Dir::Log::Planner=", "-o", "Dir::Log::Solver=")
_NO_CACHE = ("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=")

_INDEX = re.compile(r".*_dists_(?P<suite>[^_]+)_(?:In)?Release")
_SECURITY_PACKAGES = re.compile(r".*_dists_[^_]+-security_.*_Packages(?:\.\w+)?")
# Not Ubuntu's `noble-apps-security` and `noble-infra-security`, which need a subscription.
_SECURITY_SUITE = re.compile(r"[^-]+-security")

_FORBIDDEN = re.compile(rb"^[WE]: .*\b13: Permission denied", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of available packages on this machine.

    Attributes:
        fetched_at: when they were last fetched, at the earliest; off by `RENEWED_WITHIN` at most.
        security: the archives for security updates among them; may be empty.
        packages: whether the list of some security archive's packages is there.
    """

    fetched_at: datetime
    security: tuple[apt.Archive, ...]
    packages: bool

    @property
    def tell_security(self) -> bool:
        """Whether a security update could be recognised; without it, 0 of them means nothing."""
        return bool(self.security) and self.packages


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates by apt."""
    lists = _lists(host)
    if "updates.automatic" in keys:
        yield _automatic(host, lists)
    yield Fact("updates.lists_age_days", _age_days(lists, now), LISTS)
    if keys & {"updates.pending", "updates.pending_security"}:
        yield from _pending(host, lists, now)
    if "updates.last_installed_days" in keys:
        yield _last_installed(host, now)
    if "updates.reboot_required" in keys:
        yield reboot_required(host)


def _lists(host: Host) -> Lists | Unavailable:
    names = host.names(LISTS)
    if isinstance(names, Unavailable):
        return names
    indexes = [match for match in map(_INDEX.fullmatch, names) if match is not None]
    security = [match for match in indexes if _SECURITY_SUITE.fullmatch(match["suite"])]
    archives = _archives(host, [match[0] for match in security or indexes])
    if isinstance(archives, Unavailable):
        return archives
    # Of the security archives the oldest counts: a list that was not fetched must not look new.
    dates = [archive.dated for archive in archives]
    fetched_at = _fetched_at(host, min(dates) if security else max(dates))
    packages = any(_SECURITY_PACKAGES.fullmatch(name) for name in names)
    return Lists(fetched_at, archives if security else (), packages)


def _archives(host: Host, names: list[str]) -> tuple[apt.Archive, ...] | Unavailable:
    """The archives that these indexes tell of; never empty."""
    found: list[apt.Archive] = []
    for name in names:
        text = read_text(host, f"{LISTS}/{name}")
        archive = text if isinstance(text, Unavailable) else attempt(apt.parse_archive, text)
        if isinstance(archive, Unavailable):
            return archive
        found.append(archive)
    if not found:
        detail = "the list of updates has never been fetched"
        return Unavailable(Reason.NOT_INSTALLED, detail, UPDATE_LISTS)
    return tuple(found)


def _fetched_at(host: Host, content: datetime) -> datetime:
    """The latest time that is certain: that of the last run, or else that of the content.

    A run in which only some lists could be fetched leaves its stamp too. So a stamp counts only
    while the content is not older than the longest time between two renewals of an archive.

    Returns:
        At most `RENEWED_WITHIN` off.
    """
    entries = (host.entry(path) for path in STAMPS)
    stamps = (
        datetime.fromtimestamp(entry.modified_s, UTC)
        for entry in entries
        if isinstance(entry, Entry)
    )
    return max([content, *(it for it in stamps if it - content <= RENEWED_WITHIN)])


def _age_days(lists: Lists | Unavailable, now: datetime) -> int | Unavailable:
    if isinstance(lists, Unavailable):
        return lists
    age = now - lists.fetched_at
    if age < timedelta(days=-1):
        return Unavailable(Reason.UNRECOGNISED, "the list of updates is dated in the future")
    return max(age.days, 0)


def _automatic(host: Host, lists: Lists | Unavailable) -> Fact:
    answer = _ask(host, ("apt-config", "dump"))
    config = answer if isinstance(answer, Unavailable) else attempt(_config, answer)
    archives = lists if isinstance(lists, Unavailable) else lists.security
    value = automatic(host, config, archives)
    return Fact("updates.automatic", value, "apt-config dump, systemctl show apt-daily.timer")


def _config(answer: Output) -> apt.Config:
    return apt.parse_config(answer.text)


def _pending(host: Host, lists: Lists | Unavailable, now: datetime) -> Iterator[Fact]:
    source = "apt-get -s upgrade, apt list --upgradable"
    bar = barred(_age_days(lists, now), UPDATE_LISTS)
    pending, security = (bar, bar) if bar is not None else _counts(host)
    if isinstance(security, int) and isinstance(lists, Lists) and not lists.tell_security:
        detail = "no security archive is among the lists of updates"
        security = Unavailable(Reason.UNRECOGNISED, detail)
    yield Fact("updates.pending", pending, source)
    yield Fact("updates.pending_security", security, source)


def questions(*, elevated: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The commands that tell what waits: what an upgrade would do now, and every newer version."""
    options = (*_READ_ONLY, *(_NO_CACHE if elevated else ()))
    return (
        ("apt-get", "-s", *options, "upgrade", "--with-new-pkgs"),
        ("apt", *options, "list", "--upgradable", "-a"),
    )


def _counts(host: Host) -> tuple[int | Unavailable, int | Unavailable]:
    """How many updates wait, and how many of them fix security.

    A security update that is held or kept back waits too; another one that is so does not count.

    Returns:
        Both numbers, or twice the reason why there are none.
    """
    asked = questions(elevated=host.elevated)
    with ThreadPoolExecutor(max_workers=len(asked)) as pool:
        trial, listed = pool.map(partial(_ask, host), asked)
    if isinstance(trial, Unavailable):
        return trial, trial
    if isinstance(listed, Unavailable):
        return listed, listed
    counts = attempt(_count, trial, listed)
    return (counts, counts) if isinstance(counts, Unavailable) else counts


def _ask(host: Host, question: tuple[str, ...]) -> Output | Unavailable:
    answer = host.run(*question, deadline_s=DEADLINE_S)
    return answer if isinstance(answer, Unavailable) else _failure(answer) or answer


def _count(trial: Output, listed: Output) -> tuple[int, int]:
    upgrades = apt.parse_simulation(trial.text)
    upgradable = apt.parse_upgradable(listed.text)
    if not {it.name for it in upgrades} <= {it.package.name for it in upgradable}:
        raise ParseError("apt gave two answers that do not agree")
    security = {it.package for it in upgradable if it.security}
    return len(upgrades | security), len(security)


def _failure(answer: Output) -> Unavailable | None:
    """Why apt could not answer; None when it did."""
    # apt passes over a file that it may not read with a warning alone, and exits with 0.
    if _FORBIDDEN.search(answer.stderr):
        detail = "apt cannot read its settings without administrator rights"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
    if answer.exit_code == 0:
        return None
    if b"--fix-broken" in answer.stderr or b"Unmet dependencies" in answer.stderr:
        return Unavailable(Reason.FAILED, "some packages lack what they depend on", REPAIR)
    return Unavailable(Reason.FAILED, "apt answered with an error")


def _last_installed(host: Host, now: datetime) -> Fact:
    """Days by the machine's own clock, whose zone the log does not name: right to within a day."""
    value: int | Unavailable = Unavailable(
        Reason.NOT_INSTALLED, "the logs on this machine tell of no installation"
    )
    for path in LOGS:
        text = read_text(host, path)
        if is_absent(text):
            continue
        day = text if isinstance(text, Unavailable) else attempt(apt.parse_dpkg_log, text)
        if isinstance(day, Unavailable):
            return Fact("updates.last_installed_days", day, path)
        if day is not None:
            days = (now.date() - day).days
            detail = "the last installation is dated in the future"
            value = max(days, 0) if days >= -1 else Unavailable(Reason.UNRECOGNISED, detail)
            return Fact("updates.last_installed_days", value, path)
    return Fact("updates.last_installed_days", value, LOGS[0])
