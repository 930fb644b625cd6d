"""Whether an installed update waits for a restart.

Three things tell: the mark that packages leave under `/run`, where something is installed that
leaves it; updates that PackageKit has made ready for the next start; and a kernel in `/boot` that
is newer than the one that runs, or was installed since the start. Each can say yes; only what could
have said yes can say no.
"""

import re
from dataclasses import replace

from hipaaguard.collect.host import Entry, Host, is_absent, read_text
from hipaaguard.collect.linux.updates import packagekit
from hipaaguard.model import Fact, Reason, Unavailable

KEY = "updates.reboot_required"
MARKS = ("/run/reboot-required", "/var/run/reboot-required")
# What leaves the mark: a package's hook for kernels and, as hooks outlive packages, its program.
MARKERS = (
    (
        "/etc/kernel/postinst.d/update-notifier",
        "/usr/share/update-notifier/notify-reboot-required",
    ),
    ("/etc/kernel/postinst.d/unattended-upgrades", "/usr/bin/unattended-upgrade"),
)

# 6.8.0-45-generic, 6.1.0-44-cloud-amd64, 6.12.43+deb13-amd64: a version, then a flavour.
_RELEASE = re.compile(r"(?P<version>\d[^\s-]*(?:-\d[^\s-]*)*)-(?P<flavour>[a-z]\S*)")

Order = tuple[tuple[tuple[int, ...], int], ...]


def version_order(version: str) -> Order:
    """A key that sorts versions as Debian does.

    Returns:
        Pairs of a text, as ranks, and the number that follows it.

    Source: deb-version(7), "Sorting algorithm".
    """
    pieces = re.findall(r"(\D*)(\d*)", version)
    return tuple(((*map(_rank, text), 0), int(number or 0)) for text, number in pieces)


def _rank(character: str) -> int:
    """`~` before the end of a text (0), that before letters, those before everything else."""
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


def newer_kernel(running: str, boot_names: tuple[str, ...]) -> bool | None:
    """Whether a kernel newer than the running one is installed, among those of its flavour.

    Args:
        running: its release, as `6.8.0-45-generic`.
        boot_names: names in `/boot`.

    Returns:
        None when it cannot be told: no kernel of that flavour is installed.
    """
    current = _RELEASE.fullmatch(running)
    if current is None:
        return None
    names = (name.removeprefix("vmlinuz-") for name in boot_names if name.startswith("vmlinuz-"))
    found = [match for match in map(_RELEASE.fullmatch, names) if match is not None]
    versions = [match["version"] for match in found if match["flavour"] == current["flavour"]]
    if not versions:
        return None
    return any(version_order(it) > version_order(current["version"]) for it in versions)


def reboot_required(host: Host) -> Fact:
    """Whether an installed update takes effect only after a restart."""
    for path in MARKS:
        mark = host.entry(path)
        if not is_absent(mark):
            return Fact(KEY, mark if isinstance(mark, Unavailable) else True, path)
    waiting = packagekit.prepared(host)
    if waiting is True:
        return Fact(KEY, waiting, packagekit.SOURCE)
    newer = _kernels(host)
    if newer is True:
        return Fact(KEY, newer, "/proc/sys/kernel/osrelease, /boot")
    if isinstance(waiting, Unavailable):
        return Fact(KEY, waiting, packagekit.SOURCE)
    if any(all(isinstance(host.entry(path), Entry) for path in pair) for pair in MARKERS):
        return Fact(KEY, value=False, source=MARKS[0])
    return Fact(KEY, newer, "/proc/sys/kernel/osrelease, /boot")


def _kernels(host: Host) -> bool | Unavailable:
    running = read_text(host, "/proc/sys/kernel/osrelease")
    if isinstance(running, Unavailable):
        return replace(running, detail=f"the running kernel's release: {running.detail}")
    names = host.names("/boot")
    if isinstance(names, Unavailable):
        return replace(names, detail=f"the folder with the kernels: {names.detail}")
    newer = newer_kernel(running.strip(), names)
    if newer is None:
        detail = "the kernel that runs is not one that is installed here"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return newer or _replaced(host, running.strip())


def _replaced(host: Host, running: str) -> bool | Unavailable:
    """Whether the package of the running kernel was installed after the machine started.

    Debian's kernel keeps its name through updates that leave its interface to modules alone.

    Returns:
        False also where there is no such package: then the kernel is kept in another way.
    """
    files = host.entry(f"/var/lib/dpkg/info/linux-image-{running}.list")
    if isinstance(files, Unavailable):
        return False if is_absent(files) else files
    statistics = read_text(host, "/proc/stat")
    if isinstance(statistics, Unavailable):
        return statistics
    started = re.search(r"^btime (\d+)$", statistics, re.MULTILINE)
    return started is not None and files.modified_s > int(started[1])
