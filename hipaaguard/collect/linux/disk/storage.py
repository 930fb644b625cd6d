"""Everything that the disk facts are judged by, asked once and frozen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.disk import zfs
from hipaaguard.collect.linux.disk.block import Block, read_blocks
from hipaaguard.collect.linux.disk.dm import Segment, read_tables
from hipaaguard.collect.linux.disk.keys import Keys, read_keys
from hipaaguard.collect.linux.disk.mounts import Mount, parse_mountinfo
from hipaaguard.collect.linux.disk.startup import read_places
from hipaaguard.collect.linux.disk.zfs import Zfs, read_zfs
from hipaaguard.model import Unavailable

MOUNTINFO = "/proc/self/mountinfo"
_BTRFS = "/sys/fs/btrfs"


@dataclass(frozen=True, slots=True)
class Storage:
    """Mounts, disks and how they are stacked.

    Attributes:
        mounts: in the kernel's order; never empty.
        blocks: every block device, by name.
        tables: device mapper's tables by name, of devices that may encrypt; empty without rights.
        elevated: whether tables could be asked for.
        btrfs: the device names of each btrfs file system in use.
        zfs: what ZFS says; empty when nothing is mounted from it.
        links: kernel names by path, of paths below `/dev` that had to be looked up.
        keys: by name of an opened disk, the files that its keys are read from at start.
        start_places: where start-up files lie besides `/boot`; asked for when there are keys.
    """

    mounts: tuple[Mount, ...]
    blocks: Mapping[str, Block]
    tables: Mapping[str, tuple[Segment, ...] | Unavailable]
    elevated: bool
    btrfs: tuple[tuple[str, ...], ...]
    zfs: Zfs
    links: Mapping[str, str]
    keys: Mapping[str, Keys] = field(default_factory=dict)
    start_places: tuple[str, ...] | Unavailable = ()

    def numbered(self, number: str) -> Block | None:
        """The block device with this `major:minor`."""
        return next((block for block in self.blocks.values() if block.number == number), None)

    def at(self, path: str) -> Block | None:
        """The block device that a path below `/dev` leads to."""
        mapped = path.removeprefix("/dev/mapper/")
        if mapped != path:
            by_name = (block for block in self.blocks.values() if block.dm_name == mapped)
            return next(by_name, None)
        direct = self.blocks.get(_kernel_name(path))
        return direct or self.blocks.get(self.links.get(path, ""))


def read_storage(host: Host, also: Iterable[str] = ()) -> Storage | Unavailable:
    """What this machine stores its data on.

    Args:
        host: whom to ask.
        also: further paths below `/dev` that will be looked up.

    Returns:
        Unavailable when mounts or disks cannot be listed at all.
    """
    text = host.read(MOUNTINFO)
    if isinstance(text, Unavailable):
        return Unavailable(text.reason, "the kernel's list of mounts cannot be read")
    # A label that is not UTF-8 must not hide all other mounts.
    mounts = attempt(parse_mountinfo, text.decode("utf-8", "replace"))
    blocks = read_blocks(host)
    if isinstance(mounts, Unavailable):
        return mounts
    if isinstance(blocks, Unavailable):
        return blocks
    pools = read_zfs(host, (mount.source for mount in mounts if mount.fs_type == "zfs"))
    uses_btrfs = any(mount.fs_type == "btrfs" for mount in mounts)
    keys = read_keys(host, blocks)
    paths = (*(mount.source for mount in mounts), *zfs_paths(pools), *also)
    return Storage(
        mounts,
        {block.name: block for block in blocks},
        read_tables(host, blocks),
        host.elevated,
        _read_btrfs(host) if uses_btrfs else (),
        pools,
        _links(host, paths),
        keys,
        read_places(host, mounts) if keys else (),
    )


def zfs_paths(pools: Zfs) -> tuple[str, ...]:
    """The paths of all devices of all pools in use."""
    known = (paths for paths in pools.devices.values() if not isinstance(paths, Unavailable))
    return tuple(path for paths in known for path in paths)


def pool_devices(storage: Storage, dataset: str) -> tuple[str, ...] | Unavailable:
    """The kernel names of the devices below a data set; one that is not found keeps its path."""
    paths = storage.zfs.devices[zfs.pool_of(dataset)]
    if isinstance(paths, Unavailable):
        return paths
    found = ((path, storage.at(path)) for path in paths)
    return tuple(block.name if block else path for path, block in found)


def _read_btrfs(host: Host) -> tuple[tuple[str, ...], ...]:
    """Entries without devices (`features`) are left out."""
    ids = host.names(_BTRFS)
    if isinstance(ids, Unavailable):
        return ()
    lists = (host.names(f"{_BTRFS}/{name}/devices") for name in ids)
    return tuple(names for names in lists if not isinstance(names, Unavailable) and names)


def _links(host: Host, paths: Iterable[str]) -> Mapping[str, str]:
    named = {path for path in paths if path.startswith("/dev/")}
    targets = {path: host.resolve(path) for path in sorted(named)}
    return {
        path: _kernel_name(target)
        for path, target in targets.items()
        if not isinstance(target, Unavailable) and target.startswith("/dev/")
    }


def _kernel_name(path: str) -> str:
    return path.removeprefix("/dev/").replace("/", "!")
