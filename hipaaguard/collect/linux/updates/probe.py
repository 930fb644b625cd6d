"""Which package manager keeps this system up to date, and what it says of updates."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Entry, Host, is_absent
from hipaaguard.collect.linux.updates import debian
from hipaaguard.collect.linux.updates.manager import Collector
from hipaaguard.model import Fact, Reason, Unavailable

# The first that is there keeps the system: a system of images has an ordinary manager beside it.
MANAGERS = (
    ("rpm-ostree", "/usr/bin/rpm-ostree"),
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

COLLECTORS: Mapping[str, Collector] = {"apt": debian.collect}
"""By the names that `find_manager` gives."""

NAMES = (
    "updates.automatic",
    "updates.last_installed_days",
    "updates.lists_age_days",
    "updates.pending",
    "updates.pending_security",
    "updates.reboot_required",
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates."""
    manager = find_manager(host)
    collector = None if isinstance(manager, Unavailable) else COLLECTORS.get(manager)
    if collector is not None:
        yield from collector(host, keys, now)
        return
    detail = f"this version cannot read updates of {manager}"
    unknown = Unavailable(Reason.UNRECOGNISED, detail)
    if isinstance(manager, Unavailable):
        unknown = manager
    yield from (Fact(key, unknown, "the package manager") for key in keys)


PROBE = Probe("updates", NAMES, collect)


def find_manager(host: Host) -> str | Unavailable:
    """The package manager that keeps the system, by its name as in `MANAGERS`, or `apt`."""
    # dpkg's status is empty where it manages nothing, as where dpkg is only a tool.
    status = host.entry("/var/lib/dpkg/status")
    if isinstance(status, Entry) and status.size and not is_absent(host.entry("/usr/bin/apt-get")):
        return "apt"
    for name, path in MANAGERS:
        if isinstance(host.entry(path), Entry):
            return name
    return Unavailable(Reason.NOT_INSTALLED, "no package manager that this version knows is here")
