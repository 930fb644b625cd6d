"""The processes that are running: their names, owners and arguments, from `/proc`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from hipaaguard.collect.host import Host, decode, is_absent, read_text
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "/proc"
# The kernel keeps this many bytes of a name. proc_pid_comm(5)
NAME_BYTES = 15
_HIDDEN = Unavailable(
    Reason.UNRECOGNISED, "HipaaGuard cannot see every process of this machine, as in a container"
)
# What Docker, containerd, Podman, CRI-O, Kubernetes, LXC and systemd-nspawn call theirs.
_CONTAINER = re.compile(r"/(docker|libpod|crio|cri-containerd|kubepods|lxc|machine\.slice)\b")


@dataclass(frozen=True)
class Process:
    """A running process.

    Attributes:
        pid: its number.
        name: what the kernel calls it, cut to 15 bytes.
        uid: the user who runs it.
        argv: its arguments, the program first; empty for the kernel's own threads.
    """

    pid: int
    name: str
    uid: int
    argv: tuple[str, ...]

    @cached_property
    def program(self) -> str:
        """The last part of the program's path as it was started; its name where that is empty."""
        return (self.argv[0].rsplit("/", 1)[-1] if self.argv else "") or self.name


def find_processes(host: Host) -> tuple[Process, ...] | Unavailable:
    """Every process in sight, by number.

    Returns:
        A process that ends meanwhile or is hidden is left out: whether all are in sight is another
        question, `all_in_sight`.
    """
    names = host.names("/proc")
    if isinstance(names, Unavailable):
        return names
    numbers = sorted(int(name) for name in names if name.isascii() and name.isdecimal())
    if not numbers:
        return Unavailable(Reason.FAILED, "the running processes could not be listed")
    found: list[Process] = []
    for number in numbers:
        process = _process(host, number)
        if isinstance(process, Unavailable):
            return process
        found += [process] if process else []
    return tuple(found)


def all_in_sight(host: Host) -> bool:
    """Whether no process is hidden: not in a container, and `/proc` not mounted with `hidepid`."""
    # The kernel's own thread 2 belongs to root and is in nobody's container.
    return read_text(host, "/proc/2/comm") == "kthreadd\n"


def every_process(host: Host) -> tuple[Process, ...] | Unavailable:
    """Every process of the machine: where one of them could say the worse thing.

    Returns:
        By number; `unrecognised` where some are hidden, `failed` where one that still runs could
        not be read.
    """
    found = find_processes(host)
    names = host.names("/proc")
    if isinstance(found, Unavailable):
        return found
    if isinstance(names, Unavailable):
        return names
    if not all_in_sight(host):
        return _HIDDEN
    known = {str(process.pid) for process in found}
    numbers = (name for name in names if name.isascii() and name.isdecimal())
    # A process that has ended since it was listed has no folder any more.
    if any(not is_absent(host.entry(f"/proc/{name}")) for name in numbers if name not in known):
        return Unavailable(Reason.FAILED, "a running process could not be read")
    return found


def is_running(host: Host, name: str) -> bool | Unavailable:
    """Whether a process has this name, or was started from a program of this name.

    Returns:
        False only where every process is in sight.
    """
    found = find_processes(host)
    if isinstance(found, Unavailable):
        return found
    if any(matches(process, name) for process in found):
        return True
    if not all_in_sight(host):
        return _HIDDEN
    return False


def matches(process: Process, name: str) -> bool:
    """Whether the process has this name, as the kernel or as its program's path says it."""
    cut = name.encode()[:NAME_BYTES].decode(errors="ignore")
    return name == process.program or (process.name == cut and _same_name(process, name))


def _same_name(process: Process, name: str) -> bool:
    """Whether a name that the kernel may have cut is not another, longer one."""
    if len(name.encode()) < NAME_BYTES or not process.argv:
        return True
    # A script is the second argument, or the third after an option of its interpreter.
    return any(name in word.rsplit("/", 1)[-1] for word in process.argv[:3])


def in_container(host: Host, process: Process) -> bool | Unavailable:
    """Whether the process runs in a container of this machine, by the name of its control group."""
    groups = read_text(host, f"/proc/{process.pid}/cgroup")
    # A kernel without control groups has no containers.
    if is_absent(groups):
        return False
    return groups if isinstance(groups, Unavailable) else _CONTAINER.search(groups) is not None


def outside_containers(
    host: Host, processes: Iterable[Process]
) -> tuple[Process, ...] | Unavailable:
    """Those of these processes that are the machine's own."""
    found: list[Process] = []
    for process in processes:
        inside = in_container(host, process)
        if isinstance(inside, Unavailable):
            return inside
        found += [] if inside else [process]
    return tuple(found)


def parse_uid(status: str) -> int:
    """The real user id in `/proc/PID/status`; raises `ParseError` without it."""
    match = re.search(r"^Uid:\s+(\d+)\s", status, re.MULTILINE)
    if match is None:
        raise ParseError("the owner of a running process could not be told")
    return int(match[1])


def parse_arguments(data: bytes) -> tuple[str, ...]:
    """The arguments in `/proc/PID/cmdline`; bytes that are not UTF-8 are replaced."""
    # NOTE: a program that rewrites its title leaves one text with spaces. proc_pid_cmdline(5)
    text = data.rstrip(b"\0").decode(errors="replace")
    return tuple(text.split("\0")) if text else ()


def _process(host: Host, number: int) -> Process | Unavailable | None:
    """The process; None when it has ended since it was listed, or is hidden from this user."""
    parts: list[bytes] = []
    for name in ("comm", "status", "cmdline"):
        answer = host.read(f"/proc/{number}/{name}")
        if isinstance(answer, Unavailable):
            gone = answer.reason in (Reason.NOT_INSTALLED, Reason.NOT_PERMITTED)
            return None if gone else answer
        parts.append(answer)
    try:
        uid = parse_uid(decode(parts[1]))
    except ParseError as error:
        return Unavailable(Reason.UNRECOGNISED, str(error))
    title = parts[0].decode(errors="replace").rstrip("\n")
    return Process(number, title, uid, parse_arguments(parts[2]))
