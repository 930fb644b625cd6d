"""The file systems in use that lie on disks, each once, by the place a person knows it by."""

from collections.abc import Iterable
from dataclasses import dataclass

from hipaaguard.collect.host import Person
from hipaaguard.collect.linux.disk.block import gone
from hipaaguard.collect.linux.disk.cover import Verdict, cover_of_mount, disks, legs
from hipaaguard.collect.linux.disk.mounts import Mount, is_below, mount_at
from hipaaguard.collect.linux.disk.storage import Storage
from hipaaguard.collect.linux.disk.zfs import pool_of
from hipaaguard.model import Reason, Unavailable

# Firmware and boot loader read these before anything can be unlocked.
_BOOT = ("/boot", "/boot/efi", "/boot/EFI", "/boot/esp", "/boot/firmware", "/efi", "/esp")
# Programs and installation media, packed once and never written to.
IMAGES = ("cramfs", "erofs", "iso9660", "squashfs")
# File systems without a number that do lie on a disk; of these, `legs` understands some.
_ON_DISK = ("bcachefs", "btrfs", "ubifs", "zfs")
_MEDIA = ("/run/media/", "/media/")


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system in use.

    Attributes:
        point: where it is mounted, the shortest of several places; never a boot partition's.
        legs: the names of the devices that it lies on; empty when they are not known.
        fixed: whether some of it is on a disk that stays with the machine.
        verdict: whether it is encrypted.
    """

    point: str
    legs: tuple[str, ...]
    fixed: bool
    verdict: Verdict


def find_volumes(storage: Storage, system: frozenset[str]) -> tuple[Volume, ...]:
    """Every file system in use on a disk, but for boot partitions and packed images.

    Args:
        storage: the machine.
        system: names of the disks that stay with the machine even if they could be carried away.

    Returns:
        Sorted by place.
    """
    places: dict[object, Mount] = {}
    for mount in storage.mounts:
        if not _holds_data(mount):
            continue
        key = _identity(storage, mount)
        if key not in places or len(mount.point) < len(places[key].point):
            places[key] = mount
    found = (_volume(storage, system, mount) for mount in places.values())
    on_disk = (volume for volume in found if not _is_in_memory(storage, volume))
    return tuple(sorted(on_disk, key=lambda volume: volume.point))


def _is_in_memory(storage: Storage, volume: Volume) -> bool:
    blocks = [storage.blocks.get(name) for name in volume.legs]
    return bool(blocks) and all(it and it.is_memory and not it.backing for it in blocks)


def _holds_data(mount: Mount) -> bool:
    on_disk = mount.has_device or mount.fs_type in _ON_DISK
    return on_disk and mount.fs_type not in IMAGES and mount.point not in _BOOT


def _identity(storage: Storage, mount: Mount) -> object:
    """Equal for mounts of the same data: folders, subvolumes, data sets of a pool if alike."""
    if mount.fs_type == "zfs":
        return pool_of(mount.source), storage.zfs.encrypted.get(mount.source)
    return mount.number


def _volume(storage: Storage, system: frozenset[str], mount: Mount) -> Volume:
    found = legs(storage, mount)
    below = () if isinstance(found, Unavailable) else found
    fixed = not below or not is_portable(storage, system, below)
    return Volume(mount.point, below, fixed, cover_of_mount(storage, mount))


def is_portable(storage: Storage, system: frozenset[str], names: Iterable[str]) -> bool:
    """Whether every disk below these devices can be carried away without the system."""
    below = frozenset().union(*(disks(storage, name) for name in names))
    return all(
        name in storage.blocks and storage.blocks[name].removable and name not in system
        for name in below
    )


def system_disks(storage: Storage, *folders: str) -> frozenset[str] | Unavailable:
    """The names of the real disks that `/` and further folders lie on.

    Returns:
        Unavailable when `/` lies on none that is known, as in a container or on a live medium.
    """
    found: frozenset[str] = frozenset()
    for folder in ("/", *folders):
        mount = mount_at(storage.mounts, folder)
        below = legs(storage, mount) if mount else gone()
        if not isinstance(below, Unavailable):
            found |= frozenset().union(*(disks(storage, name) for name in below))
        elif folder == "/":
            return below
    image = any(name in storage.blocks and storage.blocks[name].is_loop for name in found)
    return from_image() if image else found


def from_image() -> Unavailable:
    """The answer where the system runs from an image."""
    detail = "the system runs from an image, as on a live medium or in a container"
    return Unavailable(Reason.UNRECOGNISED, detail)


def say_place(point: str, person: Person) -> str:
    """The mount point with the person's folders written as `~` and other people's as `*`."""
    if is_below(point, person.home) and person.home != "/":
        return "~" + point[len(person.home) :]
    for folder in _MEDIA:
        rest = point.removeprefix(f"{folder}{person.name}/")
        if rest != point:
            return f"{folder}~/{rest}"
    parts = point.split("/")
    if point.startswith("/home/") and len(parts) > 2:
        parts[2] = "*"
    return "/".join(parts)
