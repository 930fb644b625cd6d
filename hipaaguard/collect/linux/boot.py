"""What guards the start of the computer: Secure Boot, the TPM, the kernel's lockdown.

Read from the kernel's own files, which any user may read.

Source: the UEFI specification, 3.3 "Globally Defined Variables"; shim's `MokSBStateRT`; the
kernel's Documentation/ABI/stable/sysfs-class-tpm; kernel_lockdown(7).
"""

import re
from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt, read_text
from hipaaguard.collect.linux.folders import is_listed, names_in
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

EFI = "/sys/firmware/efi"
VARIABLES = f"{EFI}/efivars"
SECURE_BOOT = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
# Written by shim at start for everyone to read: 1 where its user has switched the check off.
SHIM_UNCHECKED = "MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23"
TPM = "/sys/class/tpm"
LOCKDOWN = "/sys/kernel/security/lockdown"

NAMES = ("boot.kernel_lockdown", "boot.secure_boot", "boot.tpm_version")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the start."""
    del now
    if "boot.secure_boot" in keys:
        yield Fact("boot.secure_boot", secure_boot(host), VARIABLES)
    if "boot.tpm_version" in keys:
        yield Fact("boot.tpm_version", tpm_version(host), TPM)
    if "boot.kernel_lockdown" in keys:
        yield Fact("boot.kernel_lockdown", kernel_lockdown(host), LOCKDOWN)


PROBE = Probe("the start-up", NAMES, collect)


def secure_boot(host: Host) -> bool | Unavailable:
    """Whether the firmware checks what it starts, and what it starts checks the kernel."""
    by_efi = is_listed(host, EFI)
    if isinstance(by_efi, Unavailable):
        return by_efi
    if not by_efi:
        # Started in the old way, by BIOS or a board's own loader, which check nothing.
        return False
    names = names_in(host, VARIABLES)
    if isinstance(names, Unavailable):
        return names
    if not names:
        return Unavailable(Reason.FAILED, "the firmware's variables are not shown on this system")
    if SECURE_BOOT not in names:
        # Firmware that has no Secure Boot has no such variable.
        return False
    on = _variable(host, SECURE_BOOT)
    unchecked = _variable(host, SHIM_UNCHECKED) if SHIM_UNCHECKED in names else False
    if on is False or unchecked is True:
        return False
    return unchecked if isinstance(unchecked, Unavailable) else on


def _variable(host: Host, name: str) -> bool | Unavailable:
    data = host.read(f"{VARIABLES}/{name}")
    return data if isinstance(data, Unavailable) else attempt(parse_variable, data)


def parse_variable(data: bytes) -> bool:
    """The value of a firmware variable of one byte.

    Args:
        data: the file of efivarfs: four bytes of attributes, then the value.

    Returns:
        Whether it is 1.

    Raises:
        ParseError: It is not one byte, or neither 0 nor 1.

    Source: the kernel's Documentation/filesystems/efivarfs.rst.
    """
    if len(data) != 5 or data[4] not in (0, 1):
        raise ParseError("a variable of the firmware has a form that HipaaGuard does not know")
    return data[4] == 1


def tpm_version(host: Host) -> str | Unavailable:
    """The version of the TPM that the kernel uses: `1.2`, `2.0`, `none`."""
    names = names_in(host, TPM)
    if isinstance(names, Unavailable):
        return names
    if not names:
        return "none"
    found = [_tpm(host, name) for name in names]
    unknown = next((it for it in found if isinstance(it, Unavailable)), None)
    return unknown or max(it for it in found if isinstance(it, str))


def _tpm(host: Host, name: str) -> str | Unavailable:
    text = read_text(host, f"{TPM}/{name}/tpm_version_major")
    if isinstance(text, Unavailable):
        return Unavailable(Reason.FAILED, "the kernel does not tell the version of the TPM")
    known = {"1": "1.2", "2": "2.0"}
    if text.strip() not in known:
        return Unavailable(
            Reason.UNRECOGNISED, "the TPM has a version that HipaaGuard does not know"
        )
    return known[text.strip()]


def kernel_lockdown(host: Host) -> str | Unavailable:
    """The kernel's lockdown: `none`, `integrity`, `confidentiality`."""
    names = names_in(host, "/sys/kernel/security")
    if isinstance(names, Unavailable):
        return names
    if not names:
        return Unavailable(Reason.FAILED, "the kernel's security settings are not shown here")
    if "lockdown" not in names:
        # The kernel was built without it.
        return "none"
    text = read_text(host, LOCKDOWN)
    return text if isinstance(text, Unavailable) else attempt(parse_lockdown, text)


def parse_lockdown(text: str) -> str:
    """The choice in brackets: `[none] integrity confidentiality`.

    Returns:
        One of the three.

    Raises:
        ParseError: Not exactly one of them is in brackets.
    """
    chosen = re.findall(r"\[(\w+)\]", text)
    if len(chosen) != 1 or chosen[0] not in ("none", "integrity", "confidentiality"):
        raise ParseError("the kernel's lockdown is in a state that HipaaGuard does not know")
    return str(chosen[0])
