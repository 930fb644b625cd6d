"""Updates by pacman: Arch Linux and what is made of it.

- Nothing is fetched: what waits is what the lists on the machine know of, while they are young.
- `checkupdates` keeps lists of its own elsewhere; they are not these.
- The releases roll, and nothing marks a security update as one.
"""

import re
from collections.abc import Collection, Iterator
from datetime import datetime

from hipaaguard.collect.host import Entry, Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.updates import pacman
from hipaaguard.collect.linux.updates.ages import from_epoch, read_end, whole_days
from hipaaguard.collect.linux.updates.manager import DEADLINE_S, STALE_DAYS
from hipaaguard.collect.linux.updates.packagekit import or_prepared
from hipaaguard.collect.linux.updates.timers import Updater, installs_updates
from hipaaguard.model import Fact, Reason, Unavailable
from hipaaguard.words import say_count

LISTS = "/var/lib/pacman/sync"
LOG = "/var/log/pacman.log"
MODULES = "/usr/lib/modules"
UPDATE_LISTS = "sudo pacman -Syu"
# The lists that every one of these systems has; others may stand still for good reason.
_MAIN = ("core.db", "extra.db")

UPDATER = Updater(
    "pacman",
    # -Syu in any order of the letters, and an end to questions. Without y it is from old lists.
    (re.compile(r"-S(?=[a-z]*y)(?=[a-z]*u)[a-z]+"), re.compile(r"--noconfirm")),
    re.compile(r"-S[a-z]*[wp][a-z]*|--downloadonly|--print|--ignore(?:group)?(?:=.*)?"),
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates by pacman."""
    log = read_end(host, LOG)
    age = _lists_age(host, log, now)
    yield Fact("updates.lists_age_days", age, LISTS)
    if "updates.automatic" in keys:
        automatic = installs_updates(host, UPDATER)
        yield Fact("updates.automatic", automatic, "the timers that systemd starts")
    if "updates.pending" in keys:
        yield Fact("updates.pending", _pending(host, age), "pacman -Qu")
    detail = "nothing marks security updates on a rolling release; all its updates count"
    security = Unavailable(Reason.NOT_INSTALLED, detail)
    yield Fact("updates.pending_security", security, "pacman -Qu")
    yield Fact("updates.last_installed_days", _last_installed(log, now), LOG)
    if "updates.reboot_required" in keys:
        yield _reboot_required(host)


def _lists_age(host: Host, log: str | Unavailable, now: datetime) -> int | Unavailable:
    content = _content(host)
    if isinstance(content, Unavailable):
        return content
    # NOTE: a list bears the time at which the server made it, so it may look older than its
    # fetching, never younger. libalpm's lib/libalpm/dload.c
    fetched = log if isinstance(log, Unavailable) else attempt(pacman.last_fetch, log)
    latest = max(content, fetched) if isinstance(fetched, datetime) else content
    age = whole_days(now, latest, "the list of updates")
    # Nothing in the log could make lists of today younger.
    return (
        age if age == 0 or not isinstance(fetched, Unavailable) or is_absent(fetched) else fetched
    )


def _content(host: Host) -> datetime | Unavailable:
    """When the server made the oldest of the main lists."""
    names = host.names(LISTS)
    if isinstance(names, Unavailable):
        return names
    main = [name for name in _MAIN if name in names]
    if not main:
        detail = "the list of updates has never been fetched"
        return Unavailable(Reason.NOT_INSTALLED, detail, UPDATE_LISTS)
    made: list[datetime] = []
    for name in main:
        entry = host.entry(f"{LISTS}/{name}")
        moment = from_epoch(entry.modified_s) if isinstance(entry, Entry) else entry
        if isinstance(moment, Unavailable):
            return moment
        made += [moment] if moment else []
    if len(made) < len(main):
        return Unavailable(Reason.UNRECOGNISED, "the list of updates bears an impossible date")
    return min(made)


def _pending(host: Host, age: int | Unavailable) -> int | Unavailable:
    if isinstance(age, Unavailable):
        return age
    if age > STALE_DAYS:
        detail = f"the list of updates is {say_count(age, 'day')} old"
        return Unavailable(Reason.UNRECOGNISED, detail, UPDATE_LISTS)
    answer = host.run("pacman", "-Qu", deadline_s=DEADLINE_S)
    return answer if isinstance(answer, Unavailable) else _count(answer)


def _count(answer: Output) -> int | Unavailable:
    """The updates that pacman names: exit code 1 says that there are none, or that it failed."""
    # It passes over a list that is missing with a warning alone.
    if answer.stderr.strip() or answer.exit_code not in (0, 1):
        return Unavailable(Reason.FAILED, "pacman answered with an error or a warning")
    if answer.exit_code == 1 and answer.stdout:
        return Unavailable(Reason.FAILED, "pacman answered with an error")
    return attempt(lambda: pacman.parse_updates(answer.text))


def _last_installed(log: str | Unavailable, now: datetime) -> int | Unavailable:
    if isinstance(log, Unavailable):
        return log
    moment = attempt(pacman.last_upgrade, log)
    if moment is None:
        return Unavailable(Reason.NOT_INSTALLED, "the log tells of no update")
    if isinstance(moment, Unavailable):
        return moment
    return whole_days(now, moment, "the last installation")


def _reboot_required(host: Host) -> Fact:
    answer = or_prepared(host, _kernel_replaced(host))
    source = f"/proc/sys/kernel/osrelease, {MODULES}, /var/lib/PackageKit"
    return Fact("updates.reboot_required", answer, source)


def _kernel_replaced(host: Host) -> bool | Unavailable:
    running = read_text(host, "/proc/sys/kernel/osrelease")
    names = host.names(MODULES)
    if isinstance(running, Unavailable):
        return running
    if isinstance(names, Unavailable):
        return names
    kernels: dict[str, str] = {}
    for name in names:
        package = _package(host, name)
        if isinstance(package, Unavailable):
            return package
        if package:
            kernels[name] = package
    by_hand = _made_by_hand(host, running.strip(), kernels)
    if isinstance(by_hand, Unavailable):
        return by_hand
    answer = None if by_hand else pacman.newer_kernel(running.strip(), kernels)
    if answer is None:
        detail = "the kernel that runs is not one that is installed here"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return answer


def _made_by_hand(host: Host, running: str, kernels: Collection[str]) -> bool | Unavailable:
    """Whether the running kernel's modules are whole, and of no package."""
    if running in kernels:
        return False
    # `make modules_install` leaves it, and pacman takes a package's away with the package.
    order = host.entry(f"{MODULES}/{running}/modules.order")
    if is_absent(order):
        return False
    return order if isinstance(order, Unavailable) else True


def _package(host: Host, release: str) -> str | Unavailable:
    """The package of an installed kernel; empty for a folder that is left of one."""
    name = read_text(host, f"{MODULES}/{release}/pkgbase")
    if is_absent(name):
        return ""
    return name if isinstance(name, Unavailable) else name.strip()
