"""Updates by zypper: openSUSE Leap, Tumbleweed and MicroOS, SUSE Linux Enterprise.

- Nothing is fetched or written: zypper is run without rights, told not to refresh, and only while
  its lists are young.
- Security updates are marked by patches, which Tumbleweed and other rolling releases do not have.
- Systems that update into a snapshot (transactional-update) take effect with the next start.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from hipaaguard.collect.host import Entry, Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.release import read_os_release
from hipaaguard.collect.linux.updates import dnf, rpm, zypper
from hipaaguard.collect.linux.updates.ages import from_epoch, whole_days
from hipaaguard.collect.linux.updates.apart import without_rights
from hipaaguard.collect.linux.updates.ini import Settings, parse_settings
from hipaaguard.collect.linux.updates.manager import barred
from hipaaguard.collect.linux.updates.suse_automatic import SOURCE, automatic
from hipaaguard.model import Fact, Reason, Unavailable

REPOSITORIES = "/etc/zypp/repos.d"
LISTS = "/var/cache/zypp/raw"
UPDATE_LISTS = "sudo zypper refresh"
# zypper(8), "Exit codes": there are updates, there are security updates.
_ANSWERED = (0, 100, 101)
_LOCKED = 7
# Releases whose security updates come as patches; Tumbleweed has patches too, but few.
_WITH_PATCHES = re.compile(r"opensuse-leap(?:-micro)?|sle[sd]|sle-micro|sl-micro|sle_hpc|sles_sap")

Found = tuple[datetime, frozenset[str]]
"""When a list was last fetched, and the kinds of lists that the repository has."""


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates by zypper."""
    lists = _lists(host)
    yield Fact("updates.lists_age_days", _age(lists, now), LISTS)
    if "updates.automatic" in keys:
        yield Fact("updates.automatic", automatic(host), SOURCE)
    if keys & {"updates.pending", "updates.pending_security"}:
        yield from _pending(host, lists, now)
    if "updates.last_installed_days" in keys:
        yield rpm.last_installed(host, now)
    if "updates.reboot_required" in keys:
        yield rpm.reboot_required(host)


def _lists(host: Host) -> dict[str, Found] | Unavailable:
    """The list of every repository that is switched on; never empty."""
    names = _repositories(host)
    if isinstance(names, Unavailable):
        return names
    found: dict[str, Found] = {}
    for name in names:
        answer = _fetched(host, f"{LISTS}/{name}/repodata")
        if isinstance(answer, Unavailable):
            return answer
        found[name] = answer
    return found or _never_fetched()


def _repositories(host: Host) -> tuple[str, ...] | Unavailable:
    names = host.names(REPOSITORIES)
    if isinstance(names, Unavailable):
        return names
    files: list[Settings] = []
    for name in names:
        if name.endswith(".repo"):
            text = read_text(host, f"{REPOSITORIES}/{name}")
            settings = text if isinstance(text, Unavailable) else attempt(parse_settings, text)
            if isinstance(settings, Unavailable):
                return settings
            files.append(settings)
    return attempt(zypper.find_repositories, tuple(files))


def _fetched(host: Host, folder: str) -> Found | Unavailable:
    text = read_text(host, f"{folder}/repomd.xml")
    if is_absent(text):
        return _never_fetched()
    content = text if isinstance(text, Unavailable) else attempt(dnf.parse_content, text)
    if isinstance(content, Unavailable):
        return content
    # NOTE: the file bears the time at which the server made it, until zypper finds that the list is
    # still the newest and touches it; the folder that of fetching. libzypp's zypp/RepoManager.cc
    entries = [host.entry(path) for path in (folder, f"{folder}/repomd.xml")]
    moments = [from_epoch(it.modified_s) for it in entries if isinstance(it, Entry)]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(entries):
        return Unavailable(Reason.UNRECOGNISED, "the list of updates does not show its age")
    return max(known), content


def _never_fetched() -> Unavailable:
    detail = "the list of updates has never been fetched from one of its sources"
    return Unavailable(Reason.NOT_INSTALLED, detail, UPDATE_LISTS)


def _age(lists: dict[str, Found] | Unavailable, now: datetime) -> int | Unavailable:
    """Of the lists that have patches the oldest counts, or else of all."""
    if isinstance(lists, Unavailable):
        return lists
    moments = [moment for moment, content in lists.values() if "updateinfo" in content]
    oldest = min(moments or [moment for moment, _ in lists.values()])
    return whole_days(now, oldest, "the list of updates")


def _pending(host: Host, lists: dict[str, Found] | Unavailable, now: datetime) -> Iterator[Fact]:
    bar = barred(_age(lists, now), UPDATE_LISTS)
    pending, security = (bar, bar) if bar is not None else _counts(host)
    if isinstance(security, int) and not isinstance(lists, Unavailable):
        security = _untold(host, lists) or security
    yield Fact("updates.pending", pending, "zypper --no-refresh list-updates")
    yield Fact("updates.pending_security", security, "zypper --no-refresh list-patches")


def _untold(host: Host, lists: dict[str, Found]) -> Unavailable | None:
    """Why 0 patches would not mean that no security update waits; None when they do."""
    _, release = read_os_release(host)
    if isinstance(release, Unavailable):
        return release
    if not _WITH_PATCHES.fullmatch(release.get("ID", "")):
        detail = "nothing marks security updates on a rolling release; all its updates count"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    if not any("updateinfo" in content for _, content in lists.values()):
        detail = "none of the sources that are switched on brings patches"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    return None


def _counts(host: Host) -> tuple[int | Unavailable, int | Unavailable]:
    """How many updates wait, and how many patches for security."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        listed, patches = pool.map(lambda it: _ask(host, it), ("list-updates", "list-patches"))
    pending = (
        listed if isinstance(listed, Unavailable) else len({(it.name, it.arch) for it in listed})
    )
    return pending, patches if isinstance(patches, Unavailable) else zypper.count_security(patches)


def _ask(host: Host, question: str) -> tuple[zypper.Update, ...] | Unavailable:
    options = ("--no-refresh", "--non-interactive", "--xmlout")
    answer = without_rights(host, "zypper", *options, question)
    return answer if isinstance(answer, Unavailable) else _read(answer)


def _read(answer: Output) -> tuple[zypper.Update, ...] | Unavailable:
    if answer.exit_code == _LOCKED:
        detail = "another program is installing or looking for updates at the moment"
        return Unavailable(Reason.FAILED, detail)
    if answer.exit_code not in _ANSWERED:
        return Unavailable(Reason.FAILED, "zypper answered with an error")
    return attempt(lambda: zypper.parse_updates(answer.text))
