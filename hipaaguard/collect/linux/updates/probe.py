"""Which package manager keeps this system up to date, and what it says of updates."""

from collections.abc import Iterator, Mapping, Set
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Entry, Host, is_absent
from hipaaguard.collect.linux.release import read_os_release
from hipaaguard.collect.linux.updates import (
    apps,
    arch,
    debian,
    discover,
    gentoo,
    nixos,
    ostree,
    redhat,
    suse,
)
from hipaaguard.collect.linux.updates.manager import Collector
from hipaaguard.model import Fact, Reason, Unavailable

# NOTE: one that is there need not keep the system: Arch offers dnf, and Fedora pacman, to those who
# build images of other systems.
MANAGERS = (
    ("dnf", "/usr/bin/dnf5"),
    ("dnf", "/usr/bin/dnf"),
    ("yum", "/usr/bin/yum"),
    ("zypper", "/usr/bin/zypper"),
    ("pacman", "/usr/bin/pacman"),
    ("apk", "/sbin/apk"),
    ("xbps", "/usr/bin/xbps-install"),
    ("portage", "/usr/bin/emerge"),
    ("eopkg", "/usr/bin/eopkg"),
    ("nix", "/run/current-system/sw/bin/nix-env"),
)

KEEPERS: Mapping[str, str] = {
    "alpine": "apk",
    "arch": "pacman",
    "centos": "dnf",
    "fedora": "dnf",
    "gentoo": "portage",
    "nixos": "nix",
    "opensuse": "zypper",
    "rhel": "dnf",
    "solus": "eopkg",
    "suse": "zypper",
    "void": "xbps",
}
"""By `ID`, or a word of `ID_LIKE`, of os-release(5): who keeps the system where several could."""

COLLECTORS: Mapping[str, Collector] = {
    "apt": debian.collect,
    "dnf": redhat.collect,
    "nix": nixos.collect,
    "pacman": arch.collect,
    "portage": gentoo.collect,
    "rpm-ostree": ostree.collect,
    "zypper": suse.collect,
}
"""By the names that `find_manager` gives."""

NAMES = (
    *apps.NAMES,
    "updates.automatic",
    "updates.last_installed_days",
    "updates.lists_age_days",
    "updates.pending",
    "updates.pending_security",
    "updates.reboot_required",
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates."""
    yield from apps.collect(host, keys, now)
    yield from _of_system(host, keys - {*apps.NAMES}, now)


def _of_system(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """What the package manager says that keeps the system."""
    manager = find_manager(host)
    collector = None if isinstance(manager, Unavailable) else COLLECTORS.get(manager)
    if collector is not None:
        for fact in collector(host, keys, now):
            yield _or_discover(host, fact)
        return
    detail = f"this version cannot read updates of {manager}"
    unknown = Unavailable(Reason.UNRECOGNISED, detail)
    if isinstance(manager, Unavailable):
        unknown = manager
    yield from (Fact(key, unknown, "the package manager") for key in keys)


def _or_discover(host: Host, fact: Fact) -> Fact:
    """The fact; where nothing else installs updates, whether KDE's Discover does is left open."""
    if fact.key != "updates.automatic" or fact.value is not False or not discover.installs(host):
        return fact
    detail = (
        "KDE's Discover is told to install updates by itself, and this version cannot tell whether "
        "it installs those of the system"
    )
    return Fact(fact.key, Unavailable(Reason.UNRECOGNISED, detail), "PlasmaDiscoverUpdates")


PROBE = Probe("updates", NAMES, collect)


def find_manager(host: Host) -> str | Unavailable:
    """The package manager that keeps the system, by its name as in `MANAGERS`, or `apt`."""
    # dpkg's status is empty where it manages nothing, as where dpkg is only a tool.
    status = host.entry("/var/lib/dpkg/status")
    if isinstance(status, Entry) and status.size and not is_absent(host.entry("/usr/bin/apt-get")):
        return "apt"
    # A system of images has an ordinary manager beside it, which does not update the system.
    if ostree.is_image(host):
        return "rpm-ostree"
    found: list[str] = []
    for name, path in MANAGERS:
        program = host.entry(path)
        if isinstance(program, Entry):
            found.append(name)
        # One that cannot be seen may be the one that keeps the system.
        elif not is_absent(program):
            return program
    if not found:
        detail = "no package manager that this version knows is here"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    # Where dnf is, yum is another name of it.
    rivals = {*found} - ({"yum"} if "dnf" in found else set())
    return found[0] if len(rivals) == 1 else _keeper(host, rivals)


def _keeper(host: Host, rivals: Set[str]) -> str | Unavailable:
    """Which of several package managers keeps the system, by what the system says that it is."""
    _, release = read_os_release(host)
    if isinstance(release, Unavailable) and not is_absent(release):
        return release
    named = {} if isinstance(release, Unavailable) else release
    for system in (named.get("ID", ""), *named.get("ID_LIKE", "").split()):
        if KEEPERS.get(system) in rivals:
            return KEEPERS[system]
    detail = "several package managers are here, and this version cannot tell whose the system is"
    return Unavailable(Reason.UNRECOGNISED, detail)
