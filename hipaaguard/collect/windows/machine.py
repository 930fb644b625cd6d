"""The computer itself: its start, security chip, clock, plugs, and whether it is a virtual one."""

import re
from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, RegistryKey, attempt, is_absent
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Reason, Unavailable

CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control"
SECURE_BOOT = rf"{CONTROL}\SecureBoot\State"
DEVICES = r"HKLM\SYSTEM\CurrentControlSet\Enum\ACPI"
SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"
BIOS = r"HKLM\HARDWARE\DESCRIPTION\System\BIOS"
REMOVABLE = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices"
CLOCK = rf"{SERVICES}\W32Time"

_BIOS_FIRMWARE = 1
_DISABLED = 4
_NO_SYNC = "nosync"

# Hardware identifiers of security chips: those of version 2.0 share one (TCG ACPI specification).
_CHIP_2_0 = "msft0101"
_CHIPS_1_2 = frozenset({"pnp0c31", "bcm0101", "bcm0102", "ifx0102", "nsc1200", "atm1200"})

# Makers and models that only virtual machines have; of Microsoft's and Google's, both must fit.
_VIRTUAL_MAKERS = re.compile(
    r"(VMware|innotek|QEMU|Xen|Parallels|Red Hat|Amazon EC2|Nutanix|BHYVE|UTM)\b.*"
)
_VIRTUAL_MODELS = re.compile(
    r"(Virtual Machine|VirtualBox|VMware.*|KVM|Standard PC .*|HVM domU|Google Compute Engine|"
    r"Parallels .*Virtual.*)"
)


def parse_secure_boot(key: RegistryKey) -> bool:
    """Whether Secure Boot is on.

    Raises:
        ParseError: It is neither 0 nor 1.
    """  # noqa: DOC201 - the first line says it
    value = key.number("UEFISecureBootEnabled")
    if value not in (0, 1):
        raise ParseError("Windows does not say whether Secure Boot is on")
    return value == 1


def parse_model(key: RegistryKey) -> bool:
    """Whether the maker or the model is that of a virtual machine.

    A hypervisor below Windows says nothing: Windows' own protection of memory is one.

    Raises:
        ParseError: Neither the maker nor the model is stated.
    """  # noqa: DOC201 - the first line says it
    maker = (key.text("SystemManufacturer") or "").strip()
    model = (key.text("SystemProductName") or "").strip()
    if not maker and not model:
        raise ParseError("the firmware states neither maker nor model")
    virtual = _VIRTUAL_MAKERS.fullmatch(maker) or _VIRTUAL_MODELS.fullmatch(model)
    return virtual is not None


def parse_clock(service: RegistryKey, parameters: RegistryKey) -> bool:
    """Whether Windows keeps its clock right by the network.

    The service may be stopped most of the time: Windows starts it when it is due.

    Raises:
        ParseError: A value is of another type, or how it works is not stated.
    """  # noqa: DOC201 - the first line says it
    start, kind = service.number("Start"), parameters.text("Type")
    if start is None or kind is None:
        raise ParseError("Windows does not say how its clock is kept right")
    return start != _DISABLED and kind.casefold() != _NO_SYNC


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of the computer itself."""
    del now
    yield Fact("boot.secure_boot", _secure_boot(host), SECURE_BOOT)
    if "boot.tpm_version" in keys:
        yield Fact("boot.tpm_version", _chip(host), DEVICES)
    yield Fact("clock.time_service", _clock(host), CLOCK)
    bios = host.registry(BIOS)
    virtual = bios if isinstance(bios, Unavailable) else attempt(parse_model, bios)
    yield Fact("system.virtual_machine", virtual, BIOS)
    yield Fact("usb.storage_blocked", _storage_blocked(host), f"{SERVICES}, {REMOVABLE}")


def _secure_boot(host: Host) -> bool | Unavailable:
    """Whether Secure Boot is on; never on a computer that starts in the old way."""
    key = host.registry(SECURE_BOOT)
    if not isinstance(key, Unavailable):
        return attempt(parse_secure_boot, key)
    control = host.registry(CONTROL) if is_absent(key) else key
    if isinstance(control, Unavailable):
        return control
    firmware = attempt(control.number, "PEFirmwareType")
    return False if firmware == _BIOS_FIRMWARE else key


def _chip(host: Host) -> str | Unavailable:
    """By the devices that the firmware describes, which everybody may read."""
    devices = host.registry(DEVICES)
    if isinstance(devices, Unavailable):
        return devices
    names = {name.casefold() for name in devices.keys}
    if _CHIP_2_0 in names:
        return "2.0"
    return "1.2" if names & _CHIPS_1_2 else "none"


def _clock(host: Host) -> bool | Unavailable:
    service, parameters = host.registry(CLOCK), host.registry(rf"{CLOCK}\Parameters")
    if isinstance(service, Unavailable):
        return service
    if isinstance(parameters, Unavailable):
        return parameters
    return attempt(parse_clock, service, parameters)


def _storage_blocked(host: Host) -> bool | Unavailable:
    """Whether sticks and disks on USB are kept out: by a policy, or by both of their drivers."""
    policy = host.registry(REMOVABLE)
    if isinstance(policy, Unavailable):
        if not is_absent(policy):
            return policy
    elif attempt(policy.number, "Deny_All") == 1:
        return True
    starts = [_start(host, name) for name in ("USBSTOR", "UASPStor")]
    if any(isinstance(start, int) and start != _DISABLED for start in starts):
        # One is enough, as on Windows 7, which has only the first.
        return False
    return next((start for start in starts if isinstance(start, Unavailable)), True)


def _start(host: Host, driver: str) -> int | Unavailable:
    key = host.registry(rf"{SERVICES}\{driver}")
    start = key if isinstance(key, Unavailable) else attempt(key.number, "Start")
    unclear = Unavailable(Reason.UNRECOGNISED, "Windows does not say whether the drivers start")
    return unclear if start is None else start


PROBE = Probe(
    "the computer itself",
    (
        "boot.secure_boot",
        "boot.tpm_version",
        "clock.time_service",
        "system.virtual_machine",
        "usb.storage_blocked",
    ),
    collect,
)
