"""Updates by dnf, 4 and 5: Fedora, Red Hat Enterprise Linux and what is made of it.

- Nothing is fetched or written: dnf is asked in a closed room, for what its lists on the machine
  say, and only while these are young.
- A repository without advisories marks no security update: there 0 of them would mean nothing.
- Packages that are locked to a version count as waiting: dnf is asked without its plugins, some of
  which write or use the network.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.linux.updates import dnf, rpm
from hipaaguard.collect.linux.updates.ages import whole_days
from hipaaguard.collect.linux.updates.apart import in_room
from hipaaguard.collect.linux.updates.dnf_automatic import SOURCE, automatic
from hipaaguard.collect.linux.updates.dnf_lists import UPDATE_LISTS, Lists, find_lists
from hipaaguard.collect.linux.updates.manager import barred
from hipaaguard.model import Fact, Reason, Unavailable

T = TypeVar("T")
Ways = tuple[tuple[tuple[str, ...], Callable[[str], T]], ...]
"""How dnf is asked one thing, and what reads its answer: the first way that it knows counts."""

INSTALL_ROOM = "sudo dnf install bubblewrap"
_UNKNOWN_ARGUMENT = 2
_UPDATES_WAIT = 100


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two programs.

    Attributes:
        program: its name.
        cache: where its lists are.
        updates: how it is asked what waits.
        advice: how it is asked what security advisories apply.
    """

    program: str
    cache: str
    updates: Ways[tuple[dnf.Update, ...]]
    advice: Ways[tuple[dnf.Advice, ...]]


DNF4 = Version(
    "dnf",
    "/var/cache/dnf",
    ((("check-update",), dnf.parse_updates),),
    ((("updateinfo", "list", "--security"), dnf.parse_advice),),
)
# The first releases of dnf5 do not print JSON.
DNF5 = Version(
    "dnf5",
    "/var/cache/libdnf5",
    (
        (("check-upgrade", "--json"), dnf.parse_updates_json),
        (("check-upgrade",), dnf.parse_updates),
    ),
    (
        (("advisory", "list", "--security", "--json"), dnf.parse_advice_json),
        (("advisory", "list", "--security"), dnf.parse_advice),
    ),
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates by dnf."""
    version = find_version(host)
    if isinstance(version, Unavailable):
        yield from (Fact(key, version, "/usr/bin/dnf") for key in keys)
        return
    lists = find_lists(host, version.cache)
    yield Fact("updates.lists_age_days", _age(lists, now), version.cache)
    if "updates.automatic" in keys:
        told = lists if isinstance(lists, Unavailable) else lists.tell_security
        yield Fact("updates.automatic", automatic(host, told_security=told), SOURCE)
    if keys & {"updates.pending", "updates.pending_security"}:
        yield from _pending(host, version, lists, now)
    if "updates.last_installed_days" in keys:
        yield rpm.last_installed(host, now)
    if "updates.reboot_required" in keys:
        yield rpm.reboot_required(host)


def find_version(host: Host) -> Version | Unavailable:
    """Which dnf keeps the system: the one that `dnf` stands for, else dnf5."""
    target = host.resolve("/usr/bin/dnf")
    if isinstance(target, Unavailable):
        return DNF5 if is_absent(target) else target
    return DNF5 if target.endswith("dnf5") else DNF4


def _age(lists: Lists | Unavailable, now: datetime) -> int | Unavailable:
    if isinstance(lists, Unavailable):
        return lists
    return whole_days(now, lists.fetched_at, "the list of updates")


def _pending(
    host: Host, version: Version, lists: Lists | Unavailable, now: datetime
) -> Iterator[Fact]:
    bar = barred(_age(lists, now), UPDATE_LISTS)
    pending, security = (bar, bar) if bar is not None else _counts(host, version)
    if isinstance(security, int) and isinstance(lists, Lists) and not lists.tell_security:
        detail = "the lists of updates do not mark those that fix security"
        security = Unavailable(Reason.NOT_INSTALLED, detail)
    source = f"{version.program} -C"
    yield Fact("updates.pending", pending, f"{source} {version.updates[0][0][0]}")
    yield Fact("updates.pending_security", security, f"{source} {' '.join(version.advice[-1][0])}")


def _counts(host: Host, version: Version) -> tuple[int | Unavailable, int | Unavailable]:
    """How many updates wait, and how many packages wait for a security fix."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        asked = pool.submit(_ask, host, version, version.updates)
        advised = pool.submit(_ask, host, version, version.advice)
    updates, advice = asked.result(), advised.result()
    pending = (
        updates if isinstance(updates, Unavailable) else len({(it.name, it.arch) for it in updates})
    )
    return pending, advice if isinstance(advice, Unavailable) else _waiting(host, advice)


def _waiting(host: Host, advice: tuple[dnf.Advice, ...]) -> int | Unavailable:
    # A kernel with the fix that is installed, and waits for a restart, is still advised.
    installed = rpm.find_installed(host) if advice else ()
    if isinstance(installed, Unavailable):
        return installed
    return dnf.still_waiting(advice, rpm.newest_kernel(installed))


def _ask(host: Host, version: Version, ways: Ways[T]) -> T | Unavailable:
    # The room's /var/log can be written, the person's own folder cannot.
    settings = ("plugins=0", f"cachedir={version.cache}", "logdir=/var/log")
    options = ("-q", "-C", *(f"--setopt={setting}" for setting in settings))
    answer: Output | Unavailable = Unavailable(Reason.FAILED, "dnf was asked nothing")
    for question, parse in ways:
        answer = in_room(host, version.program, *options, *question, installer=INSTALL_ROOM)
        if isinstance(answer, Unavailable):
            return answer
        if answer.exit_code != _UNKNOWN_ARGUMENT:
            return _read(answer, parse)
    return Unavailable(Reason.UNRECOGNISED, "this dnf does not know how it is asked for updates")


def _read(answer: Output, parse: Callable[[str], T]) -> T | Unavailable:
    if answer.exit_code not in (0, _UPDATES_WAIT):
        return Unavailable(Reason.FAILED, "dnf answered with an error")
    return attempt(lambda: parse(answer.text))
