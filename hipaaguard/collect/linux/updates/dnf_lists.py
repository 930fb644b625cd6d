"""dnf's lists on the machine: of every repository that is switched on, how old, and what they tell.

dnf answers "nothing waits" also for a list that it does not have; so one that is missing makes all
of them unavailable, unless it is of a repository that dnf is told to go on without.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect.host import Entry, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.updates import dnf
from hipaaguard.collect.linux.updates.ages import from_epoch
from hipaaguard.collect.linux.updates.ini import Settings, parse_settings
from hipaaguard.model import Reason, Unavailable

UPDATE_LISTS = "sudo dnf makecache"
REPOSITORIES = ("/usr/share/dnf5/repos.d", "/etc/distro.repos.d", "/etc/yum.repos.d")
OVERRIDES = ("/usr/share/dnf5/repos.override.d", "/etc/dnf/repos.override.d")
# The sources of the system itself: by these its security updates come.
_OWN = re.compile(
    r"(?:fedora-)?updates|(?:\S+[-_])?(?:baseos|appstream)(?:[-_](?:rpms|latest))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of available packages on this machine.

    Attributes:
        fetched_at: when the oldest of those that matter was last fetched.
        tell_security: whether every one of the system's own sources marks security updates.
    """

    fetched_at: datetime
    tell_security: bool


def find_lists(host: Host, cache: str) -> Lists | Unavailable:
    """The lists in dnf's folder; `not-installed` when one was never fetched."""
    repositories = _repositories(host)
    if isinstance(repositories, Unavailable):
        return repositories
    names = host.names(cache)
    if isinstance(names, Unavailable):
        return _never_fetched() if is_absent(names) else names
    fetched: dict[str, tuple[datetime, bool]] = {}
    for repository in repositories:
        folders = _folders(cache, names, repository.name)
        found = _newest(host, folders)
        spared = repository.optional and not _OWN.fullmatch(repository.name)
        if isinstance(found, Unavailable) and not (spared and is_absent(found)):
            return found
        if not isinstance(found, Unavailable):
            fetched[repository.name] = found
    return _summary(fetched)


def _repositories(host: Host) -> tuple[dnf.Repository, ...] | Unavailable:
    files: list[Settings] = []
    for folder in (*REPOSITORIES, *OVERRIDES):
        names = host.names(folder)
        if isinstance(names, Unavailable) and not is_absent(names):
            return names
        for name in () if isinstance(names, Unavailable) else names:
            if name.endswith(".repo"):
                text = read_text(host, f"{folder}/{name}")
                settings = text if isinstance(text, Unavailable) else attempt(parse_settings, text)
                if isinstance(settings, Unavailable):
                    return settings
                files.append(settings)
    return attempt(dnf.find_repositories, tuple(files))


def _folders(cache: str, names: tuple[str, ...], repository: str) -> list[str]:
    """The folders of a repository's lists: after its address changed there may be several."""
    form = re.compile(re.escape(repository) + r"-[0-9a-f]{16}")
    return [f"{cache}/{name}/repodata" for name in names if form.fullmatch(name)]


def _newest(host: Host, folders: list[str]) -> tuple[datetime, bool] | Unavailable:
    """When a repository's list was last fetched, and whether it marks security updates."""
    found: list[tuple[datetime, bool]] = []
    for folder in folders:
        names = host.names(folder)
        if isinstance(names, Unavailable):
            if is_absent(names):
                continue
            return names
        text = read_text(host, f"{folder}/repomd.xml")
        content = text if isinstance(text, Unavailable) else attempt(dnf.parse_content, text)
        if isinstance(content, Unavailable):
            return content
        moment = _fetched_at(host, folder, names)
        if isinstance(moment, Unavailable):
            return moment
        found.append((moment, "updateinfo" in content))
    return max(found) if found else _never_fetched()


def _fetched_at(host: Host, folder: str, names: tuple[str, ...]) -> datetime | Unavailable:
    # NOTE: dnf touches this file whenever it has found that the list is still the newest; its own
    # "last metadata expiration check" is this time. libdnf's libdnf/repo/Repo.cpp
    primary = next((name for name in names if "primary.xml" in name), None)
    if primary is None:
        return _never_fetched()
    entry = host.entry(f"{folder}/{primary}")
    moment = from_epoch(entry.modified_s) if isinstance(entry, Entry) else entry
    if moment is None:
        return Unavailable(Reason.UNRECOGNISED, "the list of updates bears an impossible date")
    return moment


def _summary(fetched: dict[str, tuple[datetime, bool]]) -> Lists | Unavailable:
    """Of the lists that tell of security updates the oldest counts, or else of all."""
    if not fetched:
        return _never_fetched()
    own = [tells for name, (_, tells) in fetched.items() if _OWN.fullmatch(name)]
    tell_security = all(own or [tells for _, tells in fetched.values()])
    moments = [moment for moment, tells in fetched.values() if tells]
    return Lists(min(moments or [moment for moment, _ in fetched.values()]), tell_security)


def _never_fetched() -> Unavailable:
    detail = "the list of updates has never been fetched from one of its sources"
    return Unavailable(Reason.NOT_INSTALLED, detail, UPDATE_LISTS)
