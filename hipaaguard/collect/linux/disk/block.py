"""Block devices as `/sys/class/block` shows them, without any right.

Source: the kernel's Documentation/ABI/stable/sysfs-block and testing/sysfs-block-dm, -zram.
"""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.model import Reason, Unavailable

FOLDER = "/sys/class/block"

_USB = re.compile(r"/usb[0-9]+/")
_MEMORY = re.compile(r"(zram|ram)[0-9]+")
_LOOP = re.compile(r"loop[0-9]+")
_OPTICAL_OR_FLOPPY = ("11", "2")


@dataclass(frozen=True, slots=True)
class Block:
    """One block device: a disk, a partition, or a disk that the kernel makes of others.

    Attributes:
        name: the kernel's name: `sda1`, `dm-0`; a `/` in it is written `!`.
        number: `major:minor`.
        path: its folder in `/sys/devices`.
        disk: name of the disk that it is a partition of; empty for a whole disk.
        slaves: names of the devices that it is made of, sorted; empty for a real disk.
        holders: names of the devices made of it, sorted.
        sectors: size in units of 512 bytes; 0 for a drive without a medium.
        removable: whether the disk can be carried away: a removable medium, USB, or an SD card.
        dm_name: device mapper's name; empty for other devices.
        dm_uuid: device mapper's id, which begins with the program that made it; may be empty.
        backing: the file behind a loop device or the device behind compressed memory; may be empty.
    """

    name: str
    number: str
    path: str
    disk: str = ""
    slaves: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    sectors: int = 0
    removable: bool = False
    dm_name: str = ""
    dm_uuid: str | Unavailable = ""
    backing: str | Unavailable = ""

    @property
    def is_mapped(self) -> bool:
        """Whether device mapper made it."""
        return self.name.startswith("dm-")

    @property
    def is_memory(self) -> bool:
        """Whether its contents are in memory and gone when the machine is off."""
        return bool(_MEMORY.fullmatch(self.name))

    @property
    def is_loop(self) -> bool:
        """Whether its contents are those of a file."""
        return bool(_LOOP.fullmatch(self.name))

    @property
    def is_software(self) -> bool:
        """Whether a driver makes it up instead of a piece of hardware.

        Disks with several paths lie in `/sys/devices/virtual/nvme-subsystem` and are real.
        """
        return "/virtual/block/" in self.path

    @property
    def is_drive_for_discs(self) -> bool:
        """Whether it is an optical or floppy drive."""
        return self.number.split(":")[0] in _OPTICAL_OR_FLOPPY


def read_blocks(host: Host) -> tuple[Block, ...] | Unavailable:
    """Every block device that has a number, sorted by name; one that vanishes is left out."""
    names = host.names(FOLDER)
    if isinstance(names, Unavailable):
        return Unavailable(names.reason, "the kernel's list of disks cannot be read")
    found = tuple(_block(host, name) for name in names)
    hidden = next((it for it in found if isinstance(it, Unavailable) and not is_absent(it)), None)
    if hidden:
        return Unavailable(hidden.reason, "one of the kernel's disks cannot be looked at")
    return tuple(block for block in found if isinstance(block, Block))


def _block(host: Host, name: str) -> Block | Unavailable:
    """The device; `not-installed` when it has gone or is a hidden path of a multipath disk."""
    path = host.resolve(f"{FOLDER}/{name}")
    if isinstance(path, Unavailable):
        return path
    number = _value(host, f"{path}/dev")
    if isinstance(number, Unavailable):
        return number
    above, _, last = path.rpartition("/")
    partition = _value(host, f"{path}/partition")
    disk = path if is_absent(partition) else above
    mapped = last.startswith("dm-")
    answers = {
        "partition": partition,
        "sectors": _value(host, f"{path}/size"),
        "dm_name": _value(host, f"{path}/dm/name") if mapped else "",
        "slaves": host.names(f"{path}/slaves"),
        "holders": host.names(f"{path}/holders"),
        "removable": _is_removable(host, disk),
    }
    silent = next((it for it in answers.values() if _is_silent(it)), None)
    if isinstance(silent, Unavailable):
        return Unavailable(Reason.FAILED, silent.detail)
    sectors, dm_name = answers["sectors"], answers["dm_name"]
    return Block(
        name=last,
        number=number,
        path=path,
        disk="" if disk == path else above.rpartition("/")[2],
        slaves=_names(answers["slaves"]),
        holders=_names(answers["holders"]),
        # A size that cannot be read must not look like a drive without a medium.
        sectors=int(sectors) if isinstance(sectors, str) and sectors.isdecimal() else 1,
        removable=answers["removable"] is True,
        dm_name=dm_name if isinstance(dm_name, str) else "",
        dm_uuid=_value(host, f"{path}/dm/uuid") if mapped else "",
        backing=_backing(host, path, last),
    )


def _is_silent(answer: object) -> bool:
    """Whether there is an answer that could not be had, so that its absence says nothing."""
    return isinstance(answer, Unavailable) and not is_absent(answer)


def _value(host: Host, path: str) -> str | Unavailable:
    text = read_text(host, path)
    return text if isinstance(text, Unavailable) else text.removesuffix("\n")


def _names(answer: object) -> tuple[str, ...]:
    return answer if isinstance(answer, tuple) else ()


def _is_removable(host: Host, disk: str) -> bool | Unavailable:
    """Whether a disk can be carried away; USB disks rarely say so themselves."""
    if _USB.search(disk):
        return True
    answers = [_value(host, f"{disk}/removable")]
    if "/mmc_host/" in disk:
        answers.append(_value(host, f"{disk}/device/type"))
    if answers[0] == "1" or answers[-1] == "SD":
        return True
    silent = next((it for it in answers if _is_silent(it)), False)
    return silent if isinstance(silent, Unavailable) else False


def _backing(host: Host, path: str, name: str) -> str | Unavailable:
    """What lies behind a loop device or behind compressed memory; empty for nothing."""
    if _LOOP.fullmatch(name):
        backing = _value(host, f"{path}/loop/backing_file")
        return "" if is_absent(backing) else backing
    if _MEMORY.fullmatch(name):
        # Kernels that cannot write compressed memory to a disk have no such file.
        backing = _value(host, f"{path}/backing_dev")
        return "" if is_absent(backing) or backing == "none" else backing
    return ""


def gone() -> Unavailable:
    """The answer for a device that was named and is not there."""
    return Unavailable(Reason.FAILED, "a disk disappeared while it was being looked at")
