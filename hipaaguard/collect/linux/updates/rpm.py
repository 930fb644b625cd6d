"""What rpm's database says: when the system's packages were installed, and so if a restart is due.

Only packages that every system has from its first day are asked for. That one of them was installed
was an update, while a program may also have been added; and the answer tells nothing of the person.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from hipaaguard.collect.host import Entry, Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.updates.ages import from_epoch, whole_days
from hipaaguard.collect.linux.updates.apart import without_rights
from hipaaguard.collect.linux.updates.packagekit import or_prepared
from hipaaguard.collect.linux.updates.rpm_order import newer_kernel
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

MODULES = "/usr/lib/modules"
# libzypp and transactional-update leave it: zypper(8), needs-rebooting.
MARK = "/run/reboot-needed"
KERNELS = (
    *("kernel", "kernel-core", "kernel-rt-core", "kernel-64k-core", "kernel-uki-virt"),
    *("kernel-default", "kernel-default-base", "kernel-longterm", "kernel-rt", "kernel-azure"),
)
# A new one takes effect only after a restart: dnf's needs-restarting plugin, NEED_REBOOT, and what
# openSUSE marks with installhint(reboot-needed).
LASTING = (
    *KERNELS,
    *("dbus", "dbus-1", "dbus-broker", "dbus-daemon", "glibc", "linux-firmware", "microcode_ctl"),
    *("systemd", "ucode-intel", "ucode-amd"),
)
# Without these the answer is not that of a system.
_ALWAYS = frozenset({"glibc", "systemd"})
CORE = (
    *LASTING,
    *("audit-libs", "bash", "ca-certificates", "ca-certificates-mozilla", "coreutils", "curl"),
    *("expat", "glib2", "gnutls", "krb5", "krb5-libs", "libcurl", "libcurl4", "libexpat1"),
    *("libgcc", "libgcc_s1", "libglib-2_0-0", "libgnutls30", "liblzma5", "libopenssl3"),
    *("libsqlite3-0", "libsystemd0", "libxml2", "libxml2-2", "libz1", "openssl-libs", "pam"),
    *("rpm", "selinux-policy", "shadow", "shadow-utils", "sqlite-libs", "systemd-libs"),
    *("timezone", "tzdata", "util-linux", "xz-libs", "zlib", "zlib-ng-compat"),
)
QUESTION = ("rpm", "-q", "--queryformat", r"%{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}\n", *CORE)
SOURCE = "rpm -q --queryformat '%{NAME} %{INSTALLTIME}' of the system's own packages"

_LINE = re.compile(r"(?P<name>\S+) (?P<version>\S+-\S+) (?P<time>\d{1,12})")
_ABSENT = re.compile(r"package \S+ is not installed")


@dataclass(frozen=True, slots=True)
class Installed:
    """One package in rpm's database; of kernels there may be several.

    Attributes:
        name: `kernel-core`.
        version: version and release: `6.17.1-300.fc43`.
        at: when it was installed.
    """

    name: str
    version: str
    at: datetime


def parse_installed(text: str) -> tuple[Installed, ...]:
    """The packages that are installed, of those that were asked for.

    Args:
        text: stdout of `QUESTION`.

    Returns:
        In its order; never without glibc and systemd, which every system has.

    Raises:
        ParseError: A line has another form, or one of these two is missing.

    Source: rpm(8), `--queryformat`.
    """
    found: list[Installed] = []
    for line in text.splitlines():
        if _ABSENT.fullmatch(line):
            continue
        match = _LINE.fullmatch(line)
        moment = from_epoch(int(match["time"])) if match else None
        if match is None or moment is None:
            raise ParseError("rpm describes a package in a form that this version does not know")
        found.append(Installed(match["name"], match["version"], moment))
    if not {it.name for it in found} >= _ALWAYS:
        raise ParseError("rpm does not know the packages that every system has")
    return tuple(found)


def parse_start(statistics: str) -> datetime:
    """When the system was started, in `/proc/stat`; raises `ParseError` where it does not say."""
    match = re.search(r"^btime (\d{1,12})$", statistics, re.MULTILINE)
    moment = from_epoch(int(match[1])) if match else None
    if moment is None:
        raise ParseError("the system does not say when it was started")
    return moment


def find_installed(host: Host) -> tuple[Installed, ...] | Unavailable:
    """The system's own packages."""
    answer = without_rights(host, *QUESTION)
    return answer if isinstance(answer, Unavailable) else attempt(_packages, answer)


def _packages(answer: Output) -> tuple[Installed, ...]:
    """The exit code counts the packages that are not installed, and so says nothing."""
    return parse_installed(answer.text)


def last_installed(host: Host, now: datetime) -> Fact:
    """Days since one of the system's own packages was installed."""
    found = find_installed(host)
    value = (
        found
        if isinstance(found, Unavailable)
        else whole_days(now, max(it.at for it in found), "the last installation")
    )
    return Fact("updates.last_installed_days", value, SOURCE)


def newest_kernel(installed: tuple[Installed, ...]) -> str:
    """The version of the kernel that was installed last; empty without one."""
    kernels = [it for it in installed if it.name in KERNELS]
    return max(kernels, key=lambda it: it.at).version if kernels else ""


def reboot_required(host: Host) -> Fact:
    """Whether an installed update takes effect only after a restart.

    Returns:
        Yes, by the mark, by a kernel that is newer than the running one, or by a package that was
        installed since the start; no, only when each of these could have said yes.
    """
    answers = (_mark(host), _kernel(host), _since_start(host))
    answer: bool | Unavailable = True in answers
    if answer is False:
        answer = next((it for it in answers if isinstance(it, Unavailable)), False)
    source = f"{MARK}, /proc/sys/kernel/osrelease, {MODULES}, rpm -q, /proc/stat"
    return Fact("updates.reboot_required", or_prepared(host, answer), source)


def _mark(host: Host) -> bool | Unavailable:
    mark = host.entry(MARK)
    if isinstance(mark, Entry):
        return True
    return False if is_absent(mark) else mark


def _kernel(host: Host) -> bool | Unavailable:
    running = read_text(host, "/proc/sys/kernel/osrelease")
    if isinstance(running, Unavailable):
        return replace(running, detail=f"the running kernel's release: {running.detail}")
    names = host.names(MODULES)
    if isinstance(names, Unavailable):
        return replace(names, detail=f"the folder of the kernels' modules: {names.detail}")
    newer = newer_kernel(running.strip(), names)
    if newer is None:
        detail = "the kernel that runs is not one that is installed here"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return newer


def _since_start(host: Host) -> bool | Unavailable:
    statistics = read_text(host, "/proc/stat")
    started = (
        statistics if isinstance(statistics, Unavailable) else attempt(parse_start, statistics)
    )
    if isinstance(started, Unavailable):
        return started
    installed = find_installed(host)
    if isinstance(installed, Unavailable):
        return installed
    return any(it.at > started for it in installed if it.name in LASTING)
