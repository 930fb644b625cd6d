"""Whether a USB stick that is plugged in can be used.

By the kernel's modules, since without them nobody can mount one; by USBGuard, which needs
administrator rights to look into. What a desktop hides is not looked at: it stops nobody.

Source: modprobe.d(5), the kernel's Documentation/admin-guide/kernel-parameters.txt
(`module_blacklist`, `nousb`), usbguard-daemon.conf(5).
"""

import re
from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, read_text
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.collect.linux.processes import is_running
from hipaaguard.model import Fact, Reason, Unavailable

# The two ways in which disks speak over USB. The second stands on the first and is never loaded
# without it: the kernel's drivers/usb/storage/Kconfig, USB_UAS.
DRIVERS = ("usb_storage", "uas")
_FOLDERS = (
    "/etc/modprobe.d",
    "/run/modprobe.d",
    "/usr/local/lib/modprobe.d",
    "/usr/lib/modprobe.d",
    "/lib/modprobe.d",
)
# Where the kernel tells that it runs without USB; by which, its build decides.
_WITHOUT_USB = ("/sys/module/usbcore/parameters/nousb", "/sys/module/kernel/parameters/nousb")
_NOTHING = r"(?:/usr)?/s?bin/(?:false|true)"

NAMES = ("usb.storage_blocked",)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The fact of USB storage."""
    del keys, now
    yield Fact("usb.storage_blocked", blocked(host), "/proc/modules, /etc/modprobe.d")


PROBE = Probe("USB storage", NAMES, collect)


def blocked(host: Host) -> bool | Unavailable:
    """Whether the drivers for USB disks are not loaded and cannot be."""
    if any(read_text(host, path) == "Y\n" for path in _WITHOUT_USB):
        return True
    by_drivers = _by_drivers(host)
    if by_drivers is not False:
        return by_drivers
    guarded = is_running(host, "usbguard-daemon")
    if guarded is False:
        return False
    detail = "USBGuard decides which USB devices may be used, by rules that are not read here"
    return guarded if isinstance(guarded, Unavailable) else Unavailable(Reason.UNRECOGNISED, detail)


def _by_drivers(host: Host) -> bool | Unavailable:
    texts = [read_text(host, path) for path in ("/proc/modules", "/proc/cmdline")]
    for text in texts:
        if isinstance(text, Unavailable):
            return text
    loaded, line = (text for text in texts if isinstance(text, str))
    names = {row.split()[0] for row in loaded.splitlines() if row.strip()}
    if names & set(DRIVERS):
        return False
    return _barred(host, line)


def _barred(host: Host, line: str) -> bool | Unavailable:
    """Whether the kernel's line or the settings of modprobe refuse the driver of them all."""
    by_line = {
        name for part in re.findall(r"\bmodule_blacklist=(\S+)", line) for name in part.split(",")
    }
    settings = _settings(host)
    if isinstance(settings, Unavailable):
        return settings
    names = {name.replace("-", "_") for name in by_line}
    if DRIVERS[0] not in names and not is_refused(settings, DRIVERS[0]):
        return False
    return _not_built_in(host)


def _settings(host: Host) -> str | Unavailable:
    """The settings of modprobe; of files of one name only that in the first folder counts."""
    texts: dict[str, str] = {}
    for folder in _FOLDERS:
        names = names_in(host, folder)
        if isinstance(names, Unavailable):
            return names
        for name in names:
            if name in texts or not name.endswith(".conf"):
                continue
            text = read_if_there(host, f"{folder}/{name}")
            if isinstance(text, Unavailable):
                return text
            texts[name] = text or ""
    return "\n".join(texts.values())


def is_refused(settings: str, driver: str) -> bool:
    """Whether modprobe's settings make loading a driver do nothing.

    `blacklist` alone is not enough: it stops the kernel from asking for the driver by a device's
    description, but another driver may still bring it.
    """  # noqa: DOC201 - the first line says it
    name = driver.replace("_", "[-_]")
    return bool(re.search(rf"^\s*install\s+{name}\s+{_NOTHING}\s*$", settings, re.MULTILINE))


def _not_built_in(host: Host) -> bool | Unavailable:
    release = read_text(host, "/proc/sys/kernel/osrelease")
    if isinstance(release, Unavailable):
        return release
    built_in = read_text(host, f"/lib/modules/{release.strip()}/modules.builtin")
    if isinstance(built_in, Unavailable):
        detail = "whether the drivers for USB disks are a part of the kernel cannot be told"
        return Unavailable(Reason.FAILED, detail)
    return not re.search(r"/(?:usb-storage|uas)\.ko", built_in)
