"""Whether what happens on the machine is written down where a restart does not lose it.

Source: systemd-journald.service(8), journald.conf(5) (`Storage=`), auditd(8), rsyslogd(8).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Entry, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.disk.mounts import mount_at, parse_mountinfo
from hipaaguard.collect.linux.folders import names_in
from hipaaguard.collect.linux.processes import is_running
from hipaaguard.model import Fact, Reason, Unavailable

JOURNAL = "/var/log/journal"
TEXTS = ("/var/log/syslog", "/var/log/messages")
# The journal of a machine in use grows every few minutes, at least by its timers.
RECENT = timedelta(days=2)
MOUNTS = "/proc/self/mountinfo"
# File systems that may keep in memory what is written to them, and devices that do.
_IN_MEMORY = frozenset({"tmpfs", "ramfs", "overlay", "aufs", "rootfs"})
_MEMORY_DEVICES = ("/dev/zram", "/dev/ram")
# Services that may write to files of other names than those looked at.
WRITERS = (
    "rsyslogd",
    "syslog-ng",
    "syslogd",
    "metalog",
    "socklog",
)

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
    entries = {path: host.entry(path) for path in (*journals, *TEXTS)}
    found = {path: it for path, it in entries.items() if isinstance(it, Entry)}
    written = [path for path, it in found.items() if it.kind == "file" and _is_recent(it, now)]
    if written:
        return _outlives(host, written)
    silent = [it for it in entries.values() if isinstance(it, Unavailable) and not is_absent(it)]
    if silent:
        return silent[0]
    if found:
        detail = "the logs on the disk have not been written to for days"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return _elsewhere(host)


def _outlives(host: Host, paths: list[str]) -> bool | Unavailable:
    """Whether one of these files surely lies on a disk."""
    text = read_text(host, MOUNTS)
    mounts = text if isinstance(text, Unavailable) else attempt(parse_mountinfo, text)
    if isinstance(mounts, Unavailable):
        detail = "whether the logs lie on a disk could not be told"
        return Unavailable(Reason.FAILED if is_absent(mounts) else mounts.reason, detail)
    for mount in (mount_at(mounts, path) for path in paths):
        in_memory = mount is None or mount.fs_type in _IN_MEMORY
        if mount and not in_memory and not mount.source.startswith(_MEMORY_DEVICES):
            return True
    # Some systems copy them to the disk when they are switched off (log2ram).
    detail = "the logs are written to memory, and whether they are copied to a disk is not known"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _elsewhere(host: Host) -> bool | Unavailable:
    """False where nothing runs that may write logs to other files."""
    for name in WRITERS:
        running = is_running(host, name)
        if isinstance(running, Unavailable):
            return running
        if running:
            detail = f"{name} runs, but where it writes the logs is not known"
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
