"""The volumes and partitions that Windows knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.rows import flag, number, text, texts
from hipaaguard.errors import ParseError

# GetDriveType, which Win32_Volume repeats. Discs, network drives and disks in memory are left out.
REMOVABLE, FIXED = 2, 3

# MSFT_Disk.BusType.
_FILE = 15
# IEEE 1394, USB, SD card. MMC (13) is left out: it is soldered into small computers.
_PLUGGED = frozenset({4, 7, 12})

_UNMOUNTED = "\\\\?\\"


class Kind(StrEnum):
    """What a partition is for.

    `START` holds what Windows starts or is repaired from, `SET` is a part of a dynamic disk or of
    a storage pool, whose volumes are listed by themselves.
    """

    DATA = "data"
    START = "start"
    SET = "set"
    OTHER = "other"


# PARTITION_INFORMATION_GPT: EFI, Microsoft's reserved one, recovery; metadata and data of dynamic
# disks, the protective one of storage pools.
_BY_GUID = {
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7": Kind.DATA,
    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": Kind.START,
    "e3c9e316-0b5c-4db8-817d-f92df00215ae": Kind.START,
    "de94bba4-06d1-4d40-a16a-bfd50179d6ac": Kind.START,
    "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3": Kind.SET,
    "af9b60a0-1431-4f62-bc68-3311714a69ad": Kind.SET,
    "e75caf8f-f680-4cee-afa3-b001e56efc2d": Kind.SET,
}
# PARTITION_INFORMATION_MBR: FAT, NTFS, FAT32; recovery; extended ones hold others; dynamic disks.
_BY_NUMBER = {
    **dict.fromkeys((1, 4, 6, 7, 11, 12, 14), Kind.DATA),
    39: Kind.START,
    5: Kind.SET,
    15: Kind.SET,
    66: Kind.SET,
}


@dataclass(frozen=True, slots=True)
class Volume:
    r"""A file system, or what may be one.

    Attributes:
        id: its path by GUID, in lower case.
        letter: as `C:`; empty when it has none.
        path: where it is mounted, as `C:\` or a folder, with the last backslash; empty when it
            is nowhere.
        type: `FIXED`, `REMOVABLE` or another of GetDriveType's numbers.
        has_medium: whether Windows sees a size or a file system; not so for one that is locked.
        holds_windows: whether Windows runs from it.
        starts_windows: whether it holds what Windows is started by, and no more than that.
    """

    id: str
    letter: str
    path: str
    type: int
    has_medium: bool
    holds_windows: bool
    starts_windows: bool


@dataclass(frozen=True, slots=True)
class Partition:
    r"""A part of a disk.

    Attributes:
        kind: what it is for.
        paths: where it can be reached, in lower case; the path by GUID among them.
        plugged: whether its disk is one that is plugged in from outside; None when not told.
        file_on: the drive letter where the file lies that holds its disk; empty for a real disk.
    """

    kind: Kind
    paths: tuple[str, ...]
    plugged: bool | None
    file_on: str


def parse_volumes(rows: Sequence[Row]) -> tuple[Volume, ...]:
    """The volumes, one of which holds Windows.

    Raises:
        ParseError: Not such rows, or Windows runs from none or several of them.
    """  # noqa: DOC201 - the first line says it
    found = tuple(_volume(row) for row in rows)
    if sum(volume.holds_windows for volume in found) != 1:
        raise ParseError("Windows did not tell from which volume it runs")
    return found


def _volume(row: Row) -> Volume:
    id_, path, type_ = text(row, "DeviceID"), text(row, "Name"), number(row, "DriveType")
    if id_ is None or path is None or type_ is None:
        raise ParseError("Windows did not tell what a volume is")
    holds = flag(row, "BootVolume") is True
    return Volume(
        id_.lower(),
        (text(row, "DriveLetter") or "").upper(),
        "" if path.startswith(_UNMOUNTED) else path,
        type_,
        bool(number(row, "Capacity")) or text(row, "FileSystem") is not None,
        holds,
        flag(row, "SystemVolume") is True and not holds,
    )


def parse_partitions(rows: Sequence[Row]) -> tuple[Partition, ...]:
    """The partitions.

    Raises:
        ParseError: Not such rows.
    """  # noqa: DOC201 - the first line says it
    return tuple(_partition(row) for row in rows)


def _partition(row: Row) -> Partition:
    guid, bus = text(row, "Gpt"), number(row, "Bus")
    if guid is not None:
        kind = _BY_GUID.get(guid.strip("{}").lower(), Kind.OTHER)
    else:
        kind = _BY_NUMBER.get(number(row, "Mbr") or 0, Kind.OTHER)
    file_on = (text(row, "File") or "").upper()
    return Partition(
        kind,
        tuple(path.lower() for path in texts(row, "Paths")),
        None if bus is None else bus in _PLUGGED,
        file_on if bus == _FILE else "",
    )


def parse_page_files(rows: Sequence[Row]) -> tuple[str, ...]:
    """The paths of the page files; none when there are none.

    Raises:
        ParseError: Not such rows.
    """  # noqa: DOC201 - the first line says it
    found = tuple(text(row, "Name") for row in rows)
    paths = tuple(path for path in found if path is not None)
    if len(paths) < len(found):
        raise ParseError("Windows did not tell where a page file lies")
    return paths
