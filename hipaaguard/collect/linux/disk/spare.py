"""Disks and partitions that are not in use, and what lies on them.

udev has looked at each when it appeared and noted it where everybody can read; where there is no
udev, `blkid` looks again, which needs rights. Logical volumes that are not active cannot be seen.

Source: udev(7), blkid(8), `ID_PART_ENTRY_TYPE` by the Discoverable Partitions Specification and
Microsoft's CREATE_PARTITION_PARAMETERS.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.collect.linux.disk.cover import Cover, cover_of_block
from hipaaguard.collect.linux.disk.storage import Storage
from hipaaguard.collect.linux.disk.volumes import IMAGES, is_portable
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_NO_DATA = frozenset(
    {
        "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",  # EFI system partition
        "bc13c2ff-59e6-4262-a352-b275fd6f7172",  # extended boot loader partition
        "21686148-6449-6e6f-744e-656564454649",  # BIOS boot partition
        "de94bba4-06d1-4d40-a16a-bfd50179d6ac",  # Windows recovery
        "e3c9e316-0b5c-4db8-817d-f92df00215ae",  # Microsoft reserved
        "0xef",  # EFI system partition
        "0x27",  # Windows recovery
    }
)
# Volumes are spread over such partitions by software that Linux does not have.
_SPREAD = frozenset(
    {
        "af9b60a0-1431-4f62-bc68-3311714a69ad",  # Windows dynamic disk
        "e75caf8f-f680-4cee-afa3-b001e56efc2d",  # Windows storage space
        "0x42",  # Windows dynamic disk
    }
)
# File systems that can be encrypted themselves or span several disks; their mark tells neither.
_UNTOLD = ("apfs", "bcache", "bcachefs", "zfs_member")
_BOOT_OF_EMMC = re.compile(r"mmcblk[0-9]+(boot[0-9]+|rpmb)")
_PROPERTY = re.compile(r"E:([A-Z0-9_]+)=(.*)")
_EXPORT = re.compile(r"([A-Z0-9_]+)=(.*)")
# blkid(8): nothing could be found out; two answers at once.
_BLKID_NOTHING, _BLKID_AMBIVALENT = 2, 8


class Content(Enum):
    """What lies on a disk or partition."""

    READABLE = "readable"
    """A file system, not encrypted at this level."""
    NOTHING = "nothing"
    """No file system with anyone's data: empty, encrypted, swap, a boot or recovery partition."""
    MEMBER = "member"
    """A part of a volume group, array or container, whose contents cannot be told from here."""
    UNCLEAR = "unclear"
    """Several answers at once."""


@dataclass(frozen=True, slots=True)
class Spares:
    """Readable file systems that are not in use.

    Attributes:
        fixed: how many on disks that stay with the machine, or why that cannot be told.
        portable: the same on disks that can be carried away.
    """

    fixed: int | Unavailable
    portable: int | Unavailable


def parse_udev(text: str) -> Mapping[str, str]:
    """The properties in an entry of udev's database (`/run/udev/data/b8:1`); may be empty."""
    matches = (_PROPERTY.fullmatch(line) for line in text.split("\n"))
    return {match[1]: match[2] for match in matches if match}


def parse_blkid(text: str) -> Mapping[str, str]:
    """The same properties from `blkid -p -o export`.

    Returns:
        Under udev's names; may be empty.

    Raises:
        ParseError: Not in the documented form.
    """
    matches = [_EXPORT.fullmatch(line) for line in text.splitlines() if line]
    if None in matches:
        raise ParseError("the answer of blkid is not in the known form")
    found = {match[1]: match[2] for match in matches if match}
    names = {"TYPE": "ID_FS_TYPE", "USAGE": "ID_FS_USAGE", "PART_ENTRY_TYPE": "ID_PART_ENTRY_TYPE"}
    return {ours: found[theirs] for theirs, ours in names.items() if theirs in found}


def content_of(properties: Mapping[str, str]) -> Content:
    """What lies on a device with these properties."""
    fs_type = properties.get("ID_FS_TYPE", "")
    partition_type = properties.get("ID_PART_ENTRY_TYPE", "").lower()
    if partition_type in _NO_DATA or fs_type in IMAGES:
        return Content.NOTHING
    if "ID_FS_AMBIVALENT" in properties:
        return Content.UNCLEAR
    if partition_type in _SPREAD or fs_type in _UNTOLD:
        return Content.MEMBER
    match properties.get("ID_FS_USAGE", ""):
        case "filesystem":
            return Content.READABLE
        case "raid":
            return Content.MEMBER
        case _:
            return Content.NOTHING


def find_spares(
    host: Host, storage: Storage, used: frozenset[str], system: frozenset[str]
) -> Spares:
    """How many readable file systems are not in use.

    Args:
        host: whom to ask.
        storage: the machine.
        used: names of the devices that are mounted or swapped to.
        system: names of the disks that stay with the machine.

    Returns:
        Both counts.
    """
    fixed: list[Content | Unavailable] = []
    portable: list[Content | Unavailable] = []
    for block in _unused(storage, used):
        found = _content(host, storage, block)
        (portable if is_portable(storage, system, (block.name,)) else fixed).append(found)
    return Spares(_count(fixed), _count(portable))


def _unused(storage: Storage, used: frozenset[str]) -> Iterable[Block]:
    divided = {block.disk for block in storage.blocks.values()}
    for block in storage.blocks.values():
        taken = block.name in used or block.holders or block.name in divided
        whole = storage.blocks.get(block.disk, block)
        # What a file holds is on the disk that the file is on, which counts itself.
        special = block.is_memory or whole.is_loop or block.is_drive_for_discs
        if not (taken or special or block.sectors == 0 or _BOOT_OF_EMMC.fullmatch(block.name)):
            yield block


def _content(host: Host, storage: Storage, block: Block) -> Content | Unavailable:
    cover = cover_of_block(storage, block.name)
    if cover is Cover.FULL:
        return Content.NOTHING
    content = _look(host, block)
    # A file system on a device of which nobody knows whether it is encrypted.
    return cover if content is Content.READABLE and isinstance(cover, Unavailable) else content


def _look(host: Host, block: Block) -> Content | Unavailable:
    entry = read_text(host, f"/run/udev/data/b{block.number}")
    if isinstance(entry, str):
        return content_of(parse_udev(entry))
    if not is_absent(entry):
        return entry
    if not host.elevated:
        detail = "only an administrator can see what lies on a disk that is not in use"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
    return _probe(host, block)


def _probe(host: Host, block: Block) -> Content | Unavailable:
    output = host.run("blkid", "-p", "-o", "export", "/dev/" + block.name.replace("!", "/"))
    if isinstance(output, Unavailable):
        return output
    if output.exit_code == _BLKID_AMBIVALENT:
        return Content.UNCLEAR
    # The same code stands for a device without contents and for one that could not be opened.
    if output.exit_code == _BLKID_NOTHING and not output.stderr:
        return Content.NOTHING
    if output.exit_code != 0:
        return Unavailable(Reason.FAILED, "blkid could not look at a disk that is not in use")
    properties = attempt(lambda: parse_blkid(output.text))
    return properties if isinstance(properties, Unavailable) else content_of(properties)


def _count(found: list[Content | Unavailable]) -> int | Unavailable:
    """How many are readable; when none is, every other must be known to hold nothing."""
    readable = found.count(Content.READABLE)
    if readable:
        return readable
    if Content.MEMBER in found:
        detail = "a disk that is not in use belongs to a group, array or container of volumes"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if Content.UNCLEAR in found:
        detail = "a disk that is not in use bears the marks of two kinds of contents"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return next((it for it in found if isinstance(it, Unavailable)), 0)
