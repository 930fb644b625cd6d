"""Key files: which encrypted disks are opened at start by a key that lies in a file.

Disks whose key is typed, random or in a chip have none. A key that may lie in a file is never
passed over: where the settings that tell cannot be read, it is unavailable.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.collect.linux.disk.crypttab import Entry, key_file, read_entries
from hipaaguard.collect.linux.disk.dm import Kind, is_inner, kind_of
from hipaaguard.collect.linux.disk.startup import USUAL_KEY, Startup, read_startup
from hipaaguard.model import Reason, Unavailable

KEYS = "/etc/cryptsetup-keys.d"

# The file is found in the start-up files, before any file system is mounted.
_EARLY = ("initramfs", "x-initrd.attach")


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is read from a file at start.

    Attributes:
        path: absolute; without links where they can be seen; empty for one that is in the start-up
            files alone. A device below `/dev` is another opened disk that the key is made from.
            Unavailable when no such file is there now.
        early: whether it is read from the start-up files.
        sure: whether there is such a file; False for one in a folder that only root may look into.
        packed: whether the settings say for certain that the start-up files hold it.
        only_system: whether it can only be that of the disk below `/`.
    """

    path: str | Unavailable
    early: bool = False
    sure: bool = True
    packed: bool = False
    only_system: bool = False


Keys = tuple[Key | Unavailable, ...]


def opened(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The devices that may encrypt and that something opened, with a key or by hand."""
    return tuple(it for it in blocks if it.is_mapped and not is_inner(it) and _may_encrypt(it))


def _may_encrypt(block: Block) -> bool:
    return isinstance(block.dm_uuid, str) and kind_of(block.dm_uuid) is not Kind.PASSING


def read_keys(host: Host, blocks: Iterable[Block]) -> Mapping[str, Keys]:
    """The keys that are or may be read from files, by kernel name of the opened disk.

    Nothing is asked on a machine without encrypted disks, and no key is ever read.

    Returns:
        No entry for a disk whose key is typed, random or in a chip.
    """
    disks = opened(blocks)
    if not disks:
        return {}
    entries = read_entries(host)
    startup = read_startup(host)
    for unread in (entries, startup):
        if isinstance(unread, Unavailable):
            return {block.name: (unread,) for block in disks}
    if isinstance(entries, Unavailable) or isinstance(startup, Unavailable):
        return {}
    found = ((block.name, _keys(host, entries, startup, block)) for block in disks)
    return {name: keys for name, keys in found if keys}


def _keys(
    host: Host, entries: Iterable[tuple[Entry, bool]], startup: Startup, block: Block
) -> Keys:
    """Every key of an opened disk: each opens it, so that the worst place counts."""
    mine = ((entry, early) for entry, early in entries if entry.opens(block))
    keys = [_key_of_entry(host, startup, entry, early=early) for entry, early in mine]
    return tuple(key for key in (*keys, *_keys_at_start(startup, block)) if key is not None)


def _key_of_entry(
    host: Host, startup: Startup, entry: Entry, *, early: bool
) -> Key | Unavailable | None:
    path = key_file(entry)
    if isinstance(path, Unavailable):
        return path
    early = early or any(option in _EARLY for option in entry.options)
    if path:
        early = early or startup.packs_always(path)
        return Key(_place(host, path), early, packed=startup.packs(path))
    # The file that systemd takes where none is named.
    path = f"{KEYS}/{entry.name}.key"
    seen = host.entry(path)
    if not entry.is_typed or is_absent(seen):
        return None
    sure = not isinstance(seen, Unavailable)
    early = early or startup.packs_always(path)
    return Key(_place(host, path), early, sure, packed=startup.packs(path))


def _keys_at_start(startup: Startup, block: Block) -> Iterator[Key | Unavailable]:
    """The keys that are named nowhere but in the start-up files and on their command line."""
    for entry in startup.entries:
        for_all = not entry.name and not entry.device
        path = key_file(entry) if for_all or entry.opens(block) else ""
        if isinstance(path, Unavailable):
            yield path
        elif path:
            yield Key("", early=True, packed=startup.packs(path), only_system=for_all)
    if startup.packs_always(f"{KEYS}/{block.dm_name}.key"):
        yield Key("", early=True, packed=True)
    if startup.packs_always(USUAL_KEY):
        yield Key("", early=True, only_system=True)
    if startup.secrets:
        yield Key("", early=True)


def _place(host: Host, path: str) -> str | Unavailable:
    """The path without links; in a folder that only root may look into, the path as written."""
    place = host.resolve(path)
    if is_absent(place):
        detail = "a disk's key is not where it is read from at start"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if not isinstance(place, Unavailable):
        return place
    if place.reason is Reason.NOT_PERMITTED:
        return path
    return Unavailable(place.reason, "where a disk's key lies cannot be told")
