"""Whether the clock is kept right by a time server, which is what makes logs and reports dated.

No time program is asked, since asking `timedatectl` starts a service and asking `chronyc` opens a
connection: their own files tell.

Source: systemd-timesyncd.service(8) (`/run/systemd/timesync/synchronized`), chrony.conf(5)
(`driftfile`, written at most hourly while synchronised), ntp.conf(5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hipaaguard.collect import Probe
from hipaaguard.collect.host import AS_ADMINISTRATOR, Entry, Host, is_absent
from hipaaguard.collect.linux.processes import is_running
from hipaaguard.model import Fact, Reason, Unavailable

# timesyncd asks at most every 34 minutes and chrony writes hourly; a day leaves room for a machine
# that was asleep.
RECENT = timedelta(days=1)

NAMES = ("clock.synchronised", "clock.time_service")


@dataclass(frozen=True, slots=True)
class Service:
    """A program that sets the clock.

    Attributes:
        name: of its process.
        marks: files that it touches when the clock was set; empty where none tells.
    """

    name: str
    marks: tuple[str, ...] = ()


SERVICES = (
    Service("systemd-timesyncd", ("/run/systemd/timesync/synchronized",)),
    Service("chronyd", ("/var/lib/chrony/chrony.drift", "/var/lib/chrony/drift")),
    Service("ntpd", ("/var/lib/ntpsec/ntp.drift", "/var/lib/ntp/ntp.drift", "/var/lib/ntp/drift")),
    Service("openntpd"),
    Service("ntpd-rs-daemon"),
    Service("ntp-daemon"),
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the clock."""
    running = running_services(host)
    if "clock.time_service" in keys:
        found = running if isinstance(running, Unavailable) else bool(running)
        yield Fact("clock.time_service", found, "/proc")
    if "clock.synchronised" in keys:
        yield _synchronised(host, running, now)


PROBE = Probe("the clock", NAMES, collect)


def running_services(host: Host) -> tuple[Service, ...] | Unavailable:
    """The known programs that set the clock and run now."""
    found: list[Service] = []
    for service in SERVICES:
        running = is_running(host, service.name)
        if isinstance(running, Unavailable):
            return running
        found += [service] if running else []
    return tuple(found)


def _synchronised(host: Host, running: tuple[Service, ...] | Unavailable, now: datetime) -> Fact:
    key = "clock.synchronised"
    if isinstance(running, Unavailable):
        return Fact(key, running, "/proc")
    if not running:
        return Fact(key, value=False, source="/proc")
    answers = [(mark, host.entry(mark)) for service in running for mark in service.marks]
    for mark, entry in answers:
        if isinstance(entry, Entry):
            return Fact(key, _is_recent(entry, now), mark)
    marks = ", ".join(mark for mark, _ in answers) or "/proc"
    for _, entry in answers:
        if isinstance(entry, Unavailable) and not is_absent(entry):
            return Fact(key, _closed(host, entry), marks)
    return Fact(key, _no_mark(running), marks)


def _closed(host: Host, answer: Unavailable) -> Unavailable:
    if answer.reason is Reason.NOT_PERMITTED and not host.elevated:
        detail = "only an administrator can see when the time service last set the clock"
        return Unavailable(answer.reason, detail, AS_ADMINISTRATOR)
    return answer


def _no_mark(running: tuple[Service, ...]) -> bool | Unavailable:
    if running[0].name == "systemd-timesyncd":
        # It leaves its mark at the first answer after the start.
        return False
    detail = f"{running[0].name} runs, but does not tell whether it has set the clock"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _is_recent(entry: Entry, now: datetime) -> bool | Unavailable:
    age = now - datetime.fromtimestamp(entry.modified_s, UTC)
    if age < -RECENT:
        return Unavailable(Reason.UNRECOGNISED, "the clock was set at a time in the future")
    return age <= RECENT
