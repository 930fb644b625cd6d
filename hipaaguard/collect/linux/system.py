"""What kind of machine the kernel runs on, and whether it confines programs beyond users' rights.

Source: apparmor(7), the kernel's Documentation/admin-guide/LSM; the CPU flag `hypervisor`
(CPUID.1:ECX[31]); the names that makers of virtual machines give in DMI, as systemd's
`src/basic/virt.c` lists them.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.folders import names_in
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

CPU = "/proc/cpuinfo"
DMI = "/sys/class/dmi/id"
SELINUX = "/sys/fs/selinux/enforce"
SECURITY = "/sys/kernel/security"
PROFILES = f"{SECURITY}/apparmor/profiles"

# Beginnings of DMI's maker or product in virtual machines.
_VIRTUAL = (
    "Amazon EC2",
    "Apple Virtualization",
    "BHYVE",
    "Bochs",
    "Google Compute Engine",
    "KVM",
    "OpenStack",
    "Parallels",
    "QEMU",
    "VMW",
    "VMware",
    "VirtualBox",
    "Xen",
    "innotek GmbH",
)
_PROFILE = re.compile(r".+ \((?P<mode>enforce|complain|kill|unconfined|prompt|user|mixed)\)")

NAMES = ("system.mandatory_access_control", "system.virtual_machine")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the machine and of confinement."""
    del now
    if "system.virtual_machine" in keys:
        yield Fact("system.virtual_machine", virtual_machine(host), f"{CPU}, {DMI}")
    if "system.mandatory_access_control" in keys:
        yield Fact("system.mandatory_access_control", confined(host), f"{SELINUX}, {SECURITY}")


PROBE = Probe("the system", NAMES, collect)


def virtual_machine(host: Host) -> bool | Unavailable:
    """Whether the machine is made up by software on another one."""
    text = read_text(host, CPU)
    flagged = text if isinstance(text, Unavailable) else parse_hypervisor(text)
    if flagged is True:
        return True
    maker = _maker(host)
    if isinstance(maker, str) and _is_virtual(maker):
        return True
    if isinstance(flagged, bool):
        return False
    if isinstance(maker, str) and maker.strip() and not isinstance(text, Unavailable):
        # Processors of other kinds have no such flag, but their makers name themselves.
        return False
    detail = "whether this is a virtual machine cannot be told on this kind of processor"
    return flagged or Unavailable(Reason.UNRECOGNISED, detail)


def parse_hypervisor(text: str) -> bool | None:
    """Whether the processor's flags say that a hypervisor runs below; None without such flags."""
    flags = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return "hypervisor" in flags[1].split() if flags else None


def _maker(host: Host) -> str | Unavailable:
    """The maker's and the product's name, a line each."""
    texts = [read_text(host, f"{DMI}/{name}") for name in ("sys_vendor", "product_name")]
    lines = [text.strip() for text in texts if isinstance(text, str)]
    return "\n".join(lines) if len(lines) == len(texts) else Unavailable(Reason.FAILED)


def _is_virtual(maker: str) -> bool:
    hyper_v = maker == "Microsoft Corporation\nVirtual Machine"
    return hyper_v or any(line.startswith(_VIRTUAL) for line in maker.splitlines())


def confined(host: Host) -> bool | Unavailable:
    """Whether SELinux or AppArmor enforces rules now."""
    enforcing = read_text(host, SELINUX)
    if isinstance(enforcing, str):
        return attempt(parse_enforce, enforcing)
    if not is_absent(enforcing):
        return enforcing
    names = names_in(host, SECURITY)
    if isinstance(names, Unavailable):
        return names
    if "apparmor" in names:
        return _apparmor(host)
    if "lsm" not in names:
        return Unavailable(Reason.FAILED, "the kernel's security settings are not shown here")
    active = read_text(host, f"{SECURITY}/lsm")
    return active if isinstance(active, Unavailable) else _without_either(active)


def _without_either(active: str) -> bool | Unavailable:
    modules = active.strip().split(",")
    if {"selinux", "apparmor", "smack", "tomoyo"} & set(modules):
        detail = "the kernel confines programs in a way that HipaaGuard cannot look into"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return False


def parse_enforce(text: str) -> bool:
    """Whether SELinux enforces; raises `ParseError` unless the text is 0 or 1."""
    if text.strip() not in ("0", "1"):
        raise ParseError("SELinux is in a state that HipaaGuard does not know")
    return text.strip() == "1"


def _apparmor(host: Host) -> bool | Unavailable:
    profiles = read_text(host, PROFILES)
    if isinstance(profiles, str):
        return attempt(parse_profiles, profiles)
    if profiles.reason is Reason.NOT_PERMITTED:
        detail = "only an administrator can see which of AppArmor's profiles are enforced"
        settle = "" if host.elevated else AS_ADMINISTRATOR
        return Unavailable(Reason.NOT_PERMITTED, detail, settle)
    return profiles


def parse_profiles(text: str) -> bool:
    """Whether at least one of AppArmor's profiles is enforced.

    Args:
        text: contents of `/sys/kernel/security/apparmor/profiles`: `name (mode)` a line.

    Returns:
        False also where there are no profiles.

    Raises:
        ParseError: A line of another form.
    """
    matches = [_PROFILE.fullmatch(line) for line in text.splitlines() if line.strip()]
    if None in matches:
        raise ParseError("AppArmor listed something that is not a profile")
    return any(match["mode"] in ("enforce", "kill") for match in matches if match)
