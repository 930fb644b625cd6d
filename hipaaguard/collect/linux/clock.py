"""Whether the clock is kept right by a time server, which is what makes logs and reports dated.

No time program is asked, since asking `timedatectl` starts a service and asking `chronyc` opens a
connection: their own files tell.

A drift file proves only that the clock was set: it is also written when the service ends, set clock
or not, and not written while nothing changes.

Source: systemd-timesyncd.service(8) (`/run/systemd/timesync/synchronized`), chrony.conf(5)
(`driftfile`, written at most hourly while synchronised) and its reference.c (REF_Finalise),
ntp.conf(5), proc_pid_stat(5).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hipaaguard.collect import Probe
from hipaaguard.collect.host import (
    AS_ADMINISTRATOR,
    Entry,
    Host,
    attempt,
    is_absent,
    read_text,
)
from hipaaguard.collect.linux.processes import find_processes, is_running, matches
from hipaaguard.errors import ParseError
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
        drift: whether they are drift files.
    """

    name: str
    marks: tuple[str, ...] = ()
    drift: bool = False


SERVICES = (
    Service("systemd-timesyncd", ("/run/systemd/timesync/synchronized",)),
    Service("chronyd", ("/var/lib/chrony/chrony.drift", "/var/lib/chrony/drift"), drift=True),
    Service(
        "ntpd",
        ("/var/lib/ntpsec/ntp.drift", "/var/lib/ntp/ntp.drift", "/var/lib/ntp/drift"),
        drift=True,
    ),
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
    answers = [_by_service(host, service, now) for service in running]
    marks = ", ".join(mark for service in running for mark in service.marks) or "/proc"
    for wanted in (True, False):
        if wanted in answers:
            return Fact(key, wanted, marks)
    return Fact(key, answers[0], marks)


def _by_service(host: Host, service: Service, now: datetime) -> bool | Unavailable:
    """Whether the marks of this service say that it has set the clock of late."""
    entries = [host.entry(mark) for mark in service.marks]
    found = [_says(host, service, it, now) for it in entries if isinstance(it, Entry)]
    if found:
        return True if True in found else found[0]
    for entry in entries:
        if isinstance(entry, Unavailable) and not is_absent(entry):
            return _closed(host, entry)
    return _no_mark(service)


def _closed(host: Host, answer: Unavailable) -> Unavailable:
    if answer.reason is Reason.NOT_PERMITTED and not host.elevated:
        detail = "only an administrator can see when the time service last set the clock"
        return Unavailable(answer.reason, detail, AS_ADMINISTRATOR)
    return answer


def _no_mark(service: Service) -> bool | Unavailable:
    if service.name == "systemd-timesyncd":
        # It leaves its mark at the first answer after the start.
        return False
    detail = f"{service.name} runs, but does not tell whether it has set the clock"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _says(host: Host, service: Service, entry: Entry, now: datetime) -> bool | Unavailable:
    """What a mark says by the time at which it was written."""
    age = now - datetime.fromtimestamp(entry.modified_s, UTC)
    if age < -RECENT:
        return Unavailable(Reason.UNRECOGNISED, "the clock was set at a time in the future")
    if not service.drift:
        return age <= RECENT
    started_s = _started(host, service)
    if isinstance(started_s, Unavailable):
        return started_s
    return True if age <= RECENT and entry.modified_s > started_s else _no_mark(service)


def _started(host: Host, service: Service) -> int | Unavailable:
    """When the service was started, in whole seconds since 1970, rounded up."""
    processes = find_processes(host)
    boot = read_text(host, "/proc/stat")
    if isinstance(processes, Unavailable):
        return processes
    if isinstance(boot, Unavailable):
        return boot
    found: list[int] = []
    for process in processes:
        if matches(process, service.name):
            text = read_text(host, f"/proc/{process.pid}/stat")
            started = text if isinstance(text, Unavailable) else attempt(parse_start, text, boot)
            if isinstance(started, Unavailable):
                return started
            found.append(started)
    ended = Unavailable(Reason.FAILED, "the time service ended while it was looked at")
    return max(found) if found else ended


def parse_start(stat: str, boot: str) -> int:
    """When a process was started, in whole seconds since 1970, rounded up.

    Args:
        stat: `/proc/PID/stat`, of which the 22nd field is hundredths of seconds since the start of
            the system.
        boot: `/proc/stat`, with a line `btime SECONDS`.

    Returns:
        Seconds.

    Raises:
        ParseError: One of them is of another form.

    Source: proc_pid_stat(5), proc_stat(5).
    """
    fields = stat.rpartition(")")[2].split()
    since = re.search(r"^btime (\d{1,12})$", boot, re.MULTILINE)
    if since is None or len(fields) < 20 or not re.fullmatch(r"[0-9]{1,18}", fields[19]):
        raise ParseError("when the time service was started could not be told")
    return int(since[1]) + int(fields[19]) // 100 + 1
