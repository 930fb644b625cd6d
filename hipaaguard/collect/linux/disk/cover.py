"""Whether data is encrypted: a walk from a mount or device down to the disks it lies on.

Pure: it judges a frozen `Storage`. Every leg counts: data spread over several disks is encrypted
when all of them are, whatever the layers in between (LVM, RAID, btrfs, ZFS, …). What is not
understood is `Unavailable`, never encrypted and never readable.
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from hipaaguard.collect.host import AS_ADMINISTRATOR
from hipaaguard.collect.linux.disk.block import Block, gone
from hipaaguard.collect.linux.disk.crypttab import hidden
from hipaaguard.collect.linux.disk.dm import (
    OPAL,
    PASSING,
    Kind,
    Segment,
    is_inner,
    is_reencrypting,
    kind_of,
)
from hipaaguard.collect.linux.disk.keys import Key
from hipaaguard.collect.linux.disk.mounts import Mount, mount_at
from hipaaguard.collect.linux.disk.storage import Storage, pool_devices
from hipaaguard.model import Reason, Unavailable

MAX_DEPTH = 16


class Cover(Enum):
    """How much of the data is unreadable without a key when the machine is off."""

    FULL = "full"
    PARTLY = "partly"
    """Encryption is being added or removed, and a part is readable."""
    OPEN = "open"
    """All of it is encrypted, and the key lies in the clear beside it."""
    NONE = "none"


Verdict = Cover | Unavailable

READABLE = (Cover.NONE, Cover.OPEN, Cover.PARTLY)
"""The verdicts on data that can be read without a key, all of it or a part; the worst first."""

_NETWORK = ("9p", "afs", "ceph", "cifs", "nfs", "nfs4", "smb3", "virtiofs", "vboxsf")
# Programs that keep a folder's files encrypted in another folder; none has a mode without.
_ENCRYPTED_FOLDERS = ("fuse.cryfs", "fuse.encfs", "fuse.gocryptfs", "fuse.securefs")
# In it VeraCrypt shows an opened volume as a file, where the kernel cannot decrypt it by itself.
_VERACRYPT = "fuse.veracrypt"


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on data spread over legs with these verdicts; unavailable when there are none."""
    legs = tuple(verdicts)
    for worst in READABLE:
        if worst in legs:
            return worst
    unknown = next((leg for leg in legs if isinstance(leg, Unavailable)), None)
    return unknown or (Cover.FULL if legs else gone())


def cover_of_path(storage: Storage, path: str, depth: int = 0) -> Verdict:
    """The verdict on a file or folder, by the mount that it is seen through."""
    mount = mount_at(storage.mounts, path)
    return cover_of_mount(storage, mount, depth) if mount else _strange("the list of mounts")


def cover_of_mount(storage: Storage, mount: Mount, depth: int = 0) -> Verdict:
    """The verdict on everything in the file system of a mount."""
    if depth > MAX_DEPTH:
        return _strange("a file that holds a disk")
    if mount.fs_type == "zfs" and storage.zfs.encrypted.get(mount.source) is True:
        return Cover.FULL
    if mount.fs_type in ("ecryptfs", _VERACRYPT, *_ENCRYPTED_FOLDERS):
        return _cover_of_folder(mount)
    below = legs(storage, mount)
    if isinstance(below, Unavailable):
        return below
    return combine(cover_of_block(storage, name, depth + 1) for name in below)


def legs(storage: Storage, mount: Mount) -> tuple[str, ...] | Unavailable:
    """The names of the block devices that a mount's file system lies on; never empty."""
    if mount.has_device:
        block = storage.numbered(mount.number)
        return (block.name,) if block else gone()
    match mount.fs_type:
        case "btrfs":
            return _legs_of_btrfs(storage, mount)
        case "zfs":
            encrypted = storage.zfs.encrypted[mount.source]
            if isinstance(encrypted, Unavailable):
                return encrypted
            return pool_devices(storage, mount.source)
        case "overlay":
            return _legs_of_image(storage, mount)
        case fs_type:
            return _no_legs(fs_type)


def disks(storage: Storage, name: str, depth: int = 0) -> frozenset[str]:
    """The names of the real disks below a device; a device that is not understood counts as one."""
    block = storage.blocks.get(name)
    below = _below(storage, block) if block and depth <= MAX_DEPTH else ()
    if not below:
        return frozenset({name})
    return frozenset().union(*(disks(storage, leg, depth + 1) for leg in below))


def _below(storage: Storage, block: Block) -> tuple[str, ...]:
    if block.disk:
        return (block.disk,)
    if block.is_loop and isinstance(block.backing, str):
        mount = mount_at(storage.mounts, block.backing)
        found = legs(storage, mount) if mount else ()
        return () if isinstance(found, Unavailable) else found
    return block.slaves


def _legs_of_btrfs(storage: Storage, mount: Mount) -> tuple[str, ...] | Unavailable:
    """All devices of the file system that has the mount's source among them."""
    block = storage.at(mount.source)
    found = (names for names in storage.btrfs if block and block.name in names)
    return next(found, None) or _strange("the set of disks below a btrfs file system")


def _legs_of_image(storage: Storage, mount: Mount) -> tuple[str, ...] | Unavailable:
    """What an image-based system's root lies on: composefs names the folder with its files."""
    folders = [
        option.removeprefix("datadir+=")
        for option in mount.options
        if mount.source == "composefs" and option.startswith("datadir+=/")
    ]
    holding = [mount_at(storage.mounts, folder) for folder in folders]
    if len(holding) == 1 and holding[0] is not None and holding[0].fs_type != "overlay":
        return legs(storage, holding[0])
    return Unavailable(
        Reason.UNRECOGNISED,
        "the folders are laid over one another, as in a container or on a live medium",
    )


def _no_legs(fs_type: str) -> Unavailable:
    if fs_type in _NETWORK or fs_type == "fuse.sshfs":
        return Unavailable(Reason.UNRECOGNISED, "the files lie on another computer")
    if fs_type in ("tmpfs", "ramfs", "rootfs"):
        return Unavailable(Reason.UNRECOGNISED, "the files lie in memory, not on a disk")
    if fs_type == "autofs":
        return Unavailable(
            Reason.FAILED, "the folder is mounted when it is used, and it is not yet"
        )
    return _strange("a file system")


def _cover_of_folder(mount: Mount) -> Verdict:
    """The verdict on a mount whose own file system encrypts; eCryptfs names its cipher."""
    if mount.fs_type != "ecryptfs":
        return Cover.FULL
    ciphers = [it for it in mount.options if it.startswith("ecryptfs_cipher=")]
    sure = len(ciphers) == 1 and "null" not in ciphers[0]
    if sure and "ecryptfs_passthrough" not in mount.options:
        return Cover.FULL
    return _strange("the way that eCryptfs is used")


def cover_of_block(storage: Storage, name: str, depth: int = 0) -> Verdict:
    """The verdict on everything that a block device holds."""
    block = storage.blocks.get(name)
    if block is None:
        return gone()
    if depth > MAX_DEPTH:
        return _strange("a stack of disks")
    if block.disk:
        return cover_of_block(storage, block.disk, depth + 1)
    if block.is_memory or block.is_loop:
        return _cover_of_backing(storage, block, depth)
    if block.is_mapped:
        return _cover_of_mapped(storage, block, depth)
    if block.slaves:
        return _cover_of_slaves(storage, block, depth)
    return _strange("a disk that software makes up") if block.is_software else Cover.NONE


def _cover_of_slaves(storage: Storage, block: Block, depth: int) -> Verdict:
    return combine(cover_of_block(storage, name, depth + 1) for name in block.slaves)


def _cover_of_backing(storage: Storage, block: Block, depth: int) -> Verdict:
    if isinstance(block.backing, Unavailable):
        return block.backing
    if not block.backing:
        return Cover.FULL if block.is_memory else _strange("a disk without contents")
    if not block.backing.startswith("/"):
        return _strange("the backing of a disk")
    if not block.backing.startswith("/dev/"):
        return cover_of_path(storage, block.backing, depth + 1)
    device = storage.at(block.backing)
    return cover_of_block(storage, device.name, depth + 1) if device else gone()


def _cover_of_mapped(storage: Storage, block: Block, depth: int) -> Verdict:
    if isinstance(block.dm_uuid, Unavailable):
        return Unavailable(Reason.FAILED, "device mapper does not name one of its disks")
    kind = kind_of(block.dm_uuid)
    if kind is Kind.ENCRYPTING:
        own = _cover_of_encrypting(storage, block, block.dm_uuid)
        return _with_key(storage, block, own, depth)
    below = _cover_of_slaves(storage, block, depth)
    if kind is Kind.PASSING or below is Cover.FULL:
        return below
    return _with_key(storage, block, _cover_by_table(storage, block, below), depth)


def _cover_by_table(storage: Storage, block: Block, below: Verdict) -> Verdict:
    if not storage.elevated:
        detail = "only an administrator can see whether a disk made by device mapper is encrypted"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
    table = storage.tables.get(block.name, gone())
    if isinstance(table, Unavailable):
        return table
    return combine(_cover_of_segment(segment, below) for segment in table)


def _with_key(storage: Storage, block: Block, own: Verdict, depth: int) -> Verdict:
    """The verdict on an opened disk, which is no better than that on its key."""
    keys = storage.keys.get(block.name, ())
    with_key = combine((own, *(_cover_of_key(storage, block, key, depth) for key in keys)))
    if with_key is not Cover.FULL and _cover_of_slaves(storage, block, depth) is Cover.FULL:
        return Cover.FULL
    return with_key


def _cover_of_key(storage: Storage, block: Block, key: Key | Unavailable, depth: int) -> Verdict:
    """What a disk is worth by the place of one of its keys: in the clear, it lies open."""
    place = _cover_of_place(storage, block, key, depth)
    if isinstance(key, Key) and not key.sure and place is not Cover.FULL:
        return hidden()
    return Cover.OPEN if place is Cover.NONE else place


def _cover_of_place(storage: Storage, block: Block, key: Key | Unavailable, depth: int) -> Verdict:
    """The verdict on a key file; what the root needs is copied into the start-up files."""
    if isinstance(key, Unavailable):
        return key
    # A key on the disk that it opens, or on one opened from there, helps nobody who has no other.
    others = {name: it for name, it in storage.keys.items() if name != block.name}
    without = replace(storage, keys=others)
    if isinstance(key.path, str) and key.path.startswith("/dev/"):
        other = storage.at(key.path)
        return cover_of_block(without, other.name, depth + 1) if other else gone()
    in_system = block.name in _stack(storage, "/")
    if key.path == "" or in_system:
        other_disk = key.only_system and not in_system
        return Cover.FULL if other_disk else _cover_of_start_files(without, key, depth)
    place = _cover_of_key_file(without, key.path, depth)
    return combine((place, _cover_of_start_files(without, key, depth))) if key.early else place


def _cover_of_start_files(storage: Storage, key: Key, depth: int) -> Verdict:
    if isinstance(storage.start_places, Unavailable):
        return storage.start_places
    places = ("/boot", *storage.start_places)
    below = combine(cover_of_path(storage, place, depth + 1) for place in places)
    if isinstance(below, Unavailable) or below is Cover.FULL:
        return below
    if key.packed:
        return Cover.OPEN
    detail = "a disk's key may lie in the clear in the start-up files"
    return Unavailable(Reason.UNRECOGNISED, detail)


def _cover_of_key_file(storage: Storage, path: str | Unavailable, depth: int) -> Verdict:
    if isinstance(path, Unavailable):
        return path
    place = cover_of_path(storage, path, depth + 1)
    if isinstance(place, Unavailable):
        detail = "whether the file with a disk's key is encrypted cannot be told"
        return Unavailable(place.reason, f"{detail}: {place.detail}", place.settle)
    below = (storage.blocks.get(name) for name in _stack(storage, path))
    portable = any(block and block.removable for block in below)
    if portable and place is not Cover.FULL:
        return Unavailable(Reason.UNRECOGNISED, "a disk's key lies on one that can be carried away")
    return place


def _stack(storage: Storage, path: str) -> frozenset[str]:
    """The names of all devices below a path, from those of its mount down to the disks."""
    mount = mount_at(storage.mounts, path)
    found = legs(storage, mount) if mount else ()
    left = [] if isinstance(found, Unavailable) else list(found)
    seen: set[str] = set()
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            block = storage.blocks.get(name)
            left.extend(_below(storage, block) if block else ())
    return frozenset(seen)


def _cover_of_segment(segment: Segment, below: Verdict) -> Verdict:
    if segment.target == "crypt":
        return Cover.FULL if segment.encrypts else Cover.NONE
    return below if segment.target in PASSING else _strange("a disk made by device mapper")


def _cover_of_encrypting(storage: Storage, block: Block, uuid: str) -> Verdict:
    """The verdict on what cryptsetup has opened: by its id, and its table where it can be read."""
    table = storage.tables.get(block.name, _rewriting())
    if isinstance(table, Unavailable):
        slaves = (storage.blocks.get(name) for name in block.slaves)
        # Who may read tables and cannot is told so: the table is where a cipher of nothing shows.
        known = not storage.elevated and not any(it and _may_be_rewriting(it) for it in slaves)
        return Cover.FULL if known else table
    covers = _covers(storage, table, opal=uuid.startswith(OPAL), depth=0)
    unknown = next((it for it in covers if isinstance(it, Unavailable)), None)
    if unknown and Cover.NONE not in covers:
        return unknown
    if Cover.FULL in covers:
        return Cover.FULL if covers == {Cover.FULL} else Cover.PARTLY
    # All of it is passed on: a drive that encrypts by itself, or a rewrite that has just begun.
    return Cover.NONE if Cover.NONE in covers else _strange("the table of an encrypted disk")


def _may_be_rewriting(block: Block) -> bool:
    return isinstance(block.dm_uuid, Unavailable) or is_reencrypting(block)


def _covers(
    storage: Storage, table: Iterable[Segment], *, opal: bool, depth: int
) -> set[Cover | Unavailable | None]:
    """Each kind of stretch, through cryptsetup's inner layers; None is one passed on as it is."""
    covers: set[Cover | Unavailable | None] = set()
    for segment in table:
        inner = storage.numbered(segment.args[0]) if segment.args else None
        below = _inner_table(storage, inner) if inner else None
        if segment.target == "crypt":
            covers.add(Cover.FULL if segment.encrypts else Cover.NONE)
        elif isinstance(below, Unavailable):
            covers.add(below)
        elif segment.target == "linear" and below and depth < MAX_DEPTH:
            covers |= _covers(storage, below, opal=opal, depth=depth + 1)
        elif segment.target not in ("zero", "error"):
            covers.add(Cover.FULL if opal and segment.target == "linear" else None)
    return covers


def _inner_table(storage: Storage, block: Block) -> tuple[Segment, ...] | Unavailable | None:
    """The table of one of cryptsetup's inner layers; None for any other device."""
    if isinstance(block.dm_uuid, Unavailable):
        return block.dm_uuid
    return storage.tables.get(block.name) if is_inner(block) else None


def _rewriting() -> Unavailable:
    detail = "a disk's encryption is being rewritten, and only an administrator can see how"
    return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)


def _strange(what: str) -> Unavailable:
    return Unavailable(Reason.UNRECOGNISED, f"{what} is of a kind that HipaaGuard does not know")
