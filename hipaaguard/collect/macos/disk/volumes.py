"""The volumes of every disk, and whether each can be read without a key.

On Macs with a T2 or Apple silicon the drive encrypts everything by itself, and diskutil says
`Encryption`; without FileVault whoever starts the Mac can read it all the same. So only `FileVault`
counts, which diskutil says of every APFS volume that a password opens.

Source: diskutil(8); the property lists of its `list`, `apfs list` and `info`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.collect.macos.plists import Dictionary, dictionaries, flag, parse_plist, text, texts
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

DATA = "/System/Volumes/Data"
DEADLINE_S = 20

# Volumes that macOS keeps for itself; nothing of a person's is there. The system volume is one: it
# is sealed, and the same on every Mac.
_SYSTEM_ROLES = frozenset(
    {
        *("Baseband", "Enterprise", "Hardware", "Prelogin", "Preboot", "Recovery", "System"),
        *("Update", "VM", "xART"),
    }
)
# Partitions without a person's files.
_SYSTEM_PARTITIONS = frozenset(
    {
        "Apple_APFS_ISC",
        "Apple_APFS_Recovery",
        "Apple_Boot",
        "Apple_Free",
        "Apple_KernelCoreDump",
        "Apple_partition_map",
        "Bios Boot Partition",
        "EFI",
        "Microsoft Reserved",
    }
)
# Partitions with a file system that nothing encrypts.
_READABLE_PARTITIONS = frozenset(
    {
        "Apple_HFS",
        "Apple_HFSX",
        "DOS_FAT_12",
        "DOS_FAT_16",
        "DOS_FAT_32",
        "Windows_FAT_16",
        "Windows_FAT_32",
    }
)


class Cover(StrEnum):
    """What stands between a stranger and a volume's files."""

    KEY = "key"
    CONVERTING = "converting"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume with somebody's files.

    Attributes:
        device: as `disk3s5`.
        container: the APFS container that it lies in, as `disk3`; empty for other volumes.
        mounted_at: its mount point; empty when it has none.
        external: whether its disk can be unplugged.
        cover: what protects it.
    """

    device: str
    container: str
    mounted_at: str
    external: bool
    cover: Cover


def parse_volumes(
    listed: Dictionary, apfs: Dictionary, disks: dict[str, Dictionary]
) -> tuple[Volume, ...]:
    """Every volume with somebody's files.

    Args:
        listed: `diskutil list -plist`.
        apfs: `diskutil apfs list -plist`.
        disks: `diskutil info -plist` of each physical disk, by identifier.

    Returns:
        Volumes of physical disks, each once, though a Fusion Drive lies on two; those of disk
        images are files of another volume and left out.

    Raises:
        ParseError: A part is missing or of another form.
    """
    mounts = {device: place for device, place in _mounts(listed) if place}
    containers = tuple((it, _stores(it)) for it in dictionaries(apfs, "Containers"))
    in_containers = frozenset[str]().union(*(stores for _, stores in containers))
    found: list[Volume] = []
    for disk in physical_disks(listed):
        info = disks.get(_need(disk, "DeviceIdentifier"))
        if info is None:
            raise ParseError("nothing is told of a disk that is listed")
        if text(info, "BusProtocol") == "Disk Image":
            continue
        external = _is_external(info)
        parts = {_need(it, "DeviceIdentifier"): it for it in _parts(disk)}
        for container, stores in containers:
            if stores & parts.keys():
                found += _apfs_volumes(container, mounts, external=external)
        rest = tuple(part for name, part in parts.items() if name not in in_containers)
        found += _plain_volumes(rest, mounts, external=external)
    return tuple(dict.fromkeys(found))


def _parts(disk: Dictionary) -> tuple[Dictionary, ...]:
    """The disk's partitions, or the disk itself where it has none."""
    return dictionaries(disk, "Partitions") or (disk,)


def physical_disks(listed: Dictionary) -> tuple[Dictionary, ...]:
    """The disks of `diskutil list` that are not made from others.

    Raises:
        ParseError: The list is of another form, or empty.
    """  # noqa: DOC201 - the first line says it
    disks = dictionaries(listed, "AllDisksAndPartitions")
    if not disks:
        raise ParseError("no disk is listed")
    return tuple(disk for disk in disks if not dictionaries(disk, "APFSPhysicalStores"))


def _stores(container: Dictionary) -> frozenset[str]:
    stores = dictionaries(container, "PhysicalStores")
    return frozenset(_need(it, "DeviceIdentifier") for it in stores)


def _is_external(info: Dictionary) -> bool:
    internal = flag(info, "Internal")
    if internal is None:
        raise ParseError("a disk is not said to be internal or external")
    # A card in a built-in reader is internal, and can be taken out.
    return not internal or bool(flag(info, "RemovableMedia"))


def _mounts(listed: Dictionary) -> Iterator[tuple[str, str]]:
    for disk in dictionaries(listed, "AllDisksAndPartitions"):
        parts = (*dictionaries(disk, "Partitions"), *dictionaries(disk, "APFSVolumes"), disk)
        for part in parts:
            yield _need(part, "DeviceIdentifier"), text(part, "MountPoint") or ""


def _apfs_volumes(
    container: Dictionary, mounts: dict[str, str], *, external: bool
) -> Iterator[Volume]:
    name = _need(container, "ContainerReference")
    for volume in dictionaries(container, "Volumes"):
        if set(texts(volume, "Roles")) & _SYSTEM_ROLES:
            continue
        device = _need(volume, "DeviceIdentifier")
        yield Volume(device, name, mounts.get(device, ""), external, _apfs_cover(volume))


def _apfs_cover(volume: Dictionary) -> Cover:
    if flag(volume, "CryptoMigrationOn"):
        return Cover.CONVERTING
    filevault = flag(volume, "FileVault")
    if filevault is None:
        return Cover.UNKNOWN
    return Cover.KEY if filevault else Cover.NOTHING


def _plain_volumes(
    parts: tuple[Dictionary, ...], mounts: dict[str, str], *, external: bool
) -> Iterator[Volume]:
    for part in parts:
        content = text(part, "Content") or ""
        device = _need(part, "DeviceIdentifier")
        place = mounts.get(device, "")
        if content in _SYSTEM_PARTITIONS:
            continue
        # What macOS has mounted, and is neither APFS nor CoreStorage, it reads without a key.
        keyed = content in ("Apple_APFS", "Apple_CoreStorage")
        readable = content in _READABLE_PARTITIONS or (place and not keyed)
        yield Volume(device, "", place, external, Cover.NOTHING if readable else Cover.UNKNOWN)


def _need(part: Dictionary, name: str) -> str:
    found = text(part, name)
    if not found:
        raise ParseError(f"{name} is missing")
    return found


def find_volumes(host: Host) -> tuple[Volume, ...] | Unavailable:
    """Every volume with somebody's files on the disks that are attached now."""
    listed = ask(host, "list", "-plist")
    apfs = ask(host, "apfs", "list", "-plist")
    if isinstance(listed, Unavailable):
        return listed
    if isinstance(apfs, Unavailable):
        return apfs
    names = attempt(_disk_names, listed)
    if isinstance(names, Unavailable):
        return names
    disks = {}
    for name in names:
        info = ask(host, "info", "-plist", name)
        if isinstance(info, Unavailable):
            return info
        disks[name] = info
    return attempt(parse_volumes, listed, apfs, disks)


def _disk_names(listed: Dictionary) -> tuple[str, ...]:
    return tuple(_need(disk, "DeviceIdentifier") for disk in physical_disks(listed))


def ask(host: Host, *args: str) -> Dictionary | Unavailable:
    """What diskutil answers to these arguments."""
    answer = host.run("diskutil", *args, deadline_s=DEADLINE_S)
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that lists disks answered with an error")
    return attempt(_dictionary, answer)


def _dictionary(answer: Output) -> Dictionary:
    found = parse_plist(answer.stdout)
    if isinstance(found, list):
        raise ParseError("the property list is not a dictionary")
    return found


def container_of_the_system(host: Host) -> str | Unavailable:
    """The APFS container that macOS keeps its data in, as `disk3`."""
    info = ask(host, "info", "-plist", DATA)
    return info if isinstance(info, Unavailable) else attempt(_container, info)


def _container(info: Dictionary) -> str:
    return _need(info, "APFSContainerReference")
