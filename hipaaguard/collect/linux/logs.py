"""Whether what happens on the machine is written down where a restart does not lose it.

Source: systemd-journald.service(8), journald.conf(5) (`Storage=`), auditd(8), rsyslogd(8).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Entry, Host, is_absent
from hipaaguard.collect.linux.folders import names_in
from hipaaguard.collect.linux.processes import is_running
from hipaaguard.model import Fact, Reason, Unavailable

JOURNAL = "/var/log/journal"
TEXTS = ("/var/log/syslog", "/var/log/messages")
# The journal of a machine in use grows every few minutes, at least by its timers.
RECENT = timedelta(days=2)

NAMES = ("logs.audit_running", "logs.kept")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of logs."""
    if "logs.kept" in keys:
        yield Fact("logs.kept", kept(host, now), f"{JOURNAL}, {', '.join(TEXTS)}")
    if "logs.audit_running" in keys:
        yield Fact("logs.audit_running", is_running(host, "auditd"), "/proc")


PROBE = Probe("the logs", NAMES, collect)


def kept(host: Host, now: datetime) -> bool | Unavailable:
    """Whether a log on the disk was written to of late."""
    journals = _journals(host)
    if isinstance(journals, Unavailable):
        return journals
    entries = [host.entry(path) for path in (*journals, *TEXTS)]
    found = [entry for entry in entries if isinstance(entry, Entry) and entry.kind == "file"]
    if any(_is_recent(entry, now) for entry in found):
        return True
    silent = [it for it in entries if isinstance(it, Unavailable) and not is_absent(it)]
    if silent:
        return silent[0]
    if found:
        detail = "the logs on the disk have not been written to for days"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return False


def _journals(host: Host) -> tuple[str, ...] | Unavailable:
    """The files that journald may be writing to, one for each machine id."""
    machines = names_in(host, JOURNAL)
    if isinstance(machines, Unavailable):
        return machines
    return tuple(f"{JOURNAL}/{name}/system.journal" for name in machines)


def _is_recent(entry: Entry, now: datetime) -> bool:
    age = now - datetime.fromtimestamp(entry.modified_s, UTC)
    return -RECENT <= age <= RECENT
