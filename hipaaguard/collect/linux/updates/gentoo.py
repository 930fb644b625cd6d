"""Updates by Portage: Gentoo and what is made of it.

- What waits is told only by planning a whole update, which takes minutes: it is not asked.
- Security advisories are tested against what is installed, from the tree on the machine.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.updates import portage
from hipaaguard.collect.linux.updates.ages import read_end, whole_days
from hipaaguard.collect.linux.updates.manager import DEADLINE_S, STALE_DAYS
from hipaaguard.collect.linux.updates.reboot import newer_kernel
from hipaaguard.collect.linux.updates.timers import Updater, installs_updates
from hipaaguard.model import Fact, Reason, Unavailable
from hipaaguard.words import say_count

# The tree's place since 2019, and the one before.
TREES = ("/var/db/repos/gentoo", "/usr/portage")
LOG = "/var/log/emerge.log"
UPDATE_LISTS = "sudo emerge --sync"
PLAN = "emerge --pretend --update --deep @world"

UPDATER = Updater(
    "emerge",
    (re.compile(r"--update|-[a-zA-Z]*u[a-zA-Z]*"), re.compile(r"@?world")),
    re.compile(r"-[a-zA-Z]*[apf][a-zA-Z]*|--ask|--pretend|--fetchonly|--exclude(?:=.*)?"),
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates by Portage."""
    age = _lists_age(host, now)
    yield Fact("updates.lists_age_days", age, f"{TREES[0]}/metadata/timestamp.chk")
    if "updates.automatic" in keys:
        answer = installs_updates(host, UPDATER)
        yield Fact("updates.automatic", answer, "the tasks that the system starts by itself")
    detail = "only planning a whole update tells what waits, and that takes minutes"
    yield Fact("updates.pending", Unavailable(Reason.UNRECOGNISED, detail, PLAN), "emerge")
    if "updates.pending_security" in keys:
        yield Fact("updates.pending_security", _security(host, age), "glsa-check --test all")
    if "updates.last_installed_days" in keys:
        yield Fact("updates.last_installed_days", _last_installed(host, now), LOG)
    if "updates.reboot_required" in keys:
        source = "/proc/sys/kernel/osrelease, /boot"
        yield Fact("updates.reboot_required", _kernel_replaced(host), source)


def _lists_age(host: Host, now: datetime) -> int | Unavailable:
    for tree in TREES:
        text = read_text(host, f"{tree}/metadata/timestamp.chk")
        if is_absent(text):
            continue
        made = text if isinstance(text, Unavailable) else attempt(portage.parse_timestamp, text)
        if isinstance(made, Unavailable):
            return made
        return whole_days(now, made, "the tree of packages")
    detail = "the tree of packages does not say how old it is"
    return Unavailable(Reason.NOT_INSTALLED, detail, UPDATE_LISTS)


def _security(host: Host, age: int | Unavailable) -> int | Unavailable:
    if isinstance(age, Unavailable):
        return age
    if age > STALE_DAYS:
        detail = f"the tree of packages is {say_count(age, 'day')} old"
        return Unavailable(Reason.UNRECOGNISED, detail, UPDATE_LISTS)
    answer = host.run("glsa-check", "--nocolor", "--test", "all", deadline_s=DEADLINE_S)
    if isinstance(answer, Unavailable):
        return answer
    return attempt(portage.parse_advisories, answer)


def _last_installed(host: Host, now: datetime) -> int | Unavailable:
    log = read_end(host, LOG)
    if isinstance(log, Unavailable):
        if log.reason is Reason.NOT_PERMITTED:
            detail = "emerge's log can only be read with administrator rights"
            return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
        return log
    moment = attempt(portage.last_update, log)
    if moment is None:
        return Unavailable(Reason.NOT_INSTALLED, "the log tells of no update")
    if isinstance(moment, Unavailable):
        return moment
    return whole_days(now, moment, "the last installation")


def _kernel_replaced(host: Host) -> bool | Unavailable:
    running = read_text(host, "/proc/sys/kernel/osrelease")
    names = host.names("/boot")
    if isinstance(running, Unavailable):
        return running
    if isinstance(names, Unavailable):
        return names
    # installkernel names them `kernel-…` or `vmlinuz-…`.
    kernels = (name.partition("-")[2] for name in names if name.startswith(("kernel-", "vmlinuz-")))
    plain = tuple(f"vmlinuz-{portage.plain_release(name)}" for name in kernels)
    answer = newer_kernel(portage.plain_release(running.strip()), plain)
    if answer is None:
        detail = "the kernel that runs is not one that is installed here"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return answer
