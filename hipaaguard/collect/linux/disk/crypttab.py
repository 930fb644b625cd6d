"""Key files: which encrypted disks are opened at start by a key that lies in a file.

Where only root may read the table, as on Fedora, the units that systemd has made of it tell the
same to everybody; without such units either, it is `not-permitted` whether a key lies in the clear.

Source: crypttab(5) of systemd and of Debian; systemd-cryptsetup-generator(8) for the units;
mkinitcpio(8) for `crypttab.initramfs`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.collect.linux.disk.dm import Kind, is_inner, kind_of
from hipaaguard.collect.linux.disk.mounts import unescape
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

TABLE = "/etc/crypttab"
EARLY_TABLE = "/etc/crypttab.initramfs"
UNITS = "/run/systemd/generator"
KEYS = "/etc/cryptsetup-keys.d"

_UNIT = re.compile(r"systemd-cryptsetup@.*\.service")
_ATTACH = re.compile(
    r"^ExecStart=\S*/systemd-cryptsetup attach '([^']*)' '([^']*)' '([^']*)' '([^']*)'",
    re.MULTILINE,
)
_TYPED = ("", "-", "none")
_RANDOM = ("/dev/hw_random", "/dev/hwrng", "/dev/random", "/dev/urandom")
# With these the key file is itself encrypted, for a chip or a token.
_TOKENS = ("fido2-device=", "pkcs11-uri=", "tpm2-device=")
# The file is found in the start-up files, before any file system is mounted.
_EARLY = ("initramfs", "x-initrd.attach")


@dataclass(frozen=True, slots=True)
class Entry:
    """One encrypted disk that is opened at start.

    Attributes:
        name: device mapper's name of the opened disk.
        device: what is opened: a path, `UUID=…`, ….
        key: where the key is, as written; empty, `-` or `none` for one that a person types.
        options: as written.
    """

    name: str
    device: str
    key: str = ""
    options: tuple[str, ...] = ()

    def opens(self, block: Block) -> bool:
        """Whether a mapped device is this entry's, by name or by the id of the LUKS header."""
        named = re.fullmatch(r"(?:/dev/disk/by-uuid/|UUID=\"?)([0-9A-Fa-f-]+)\"?", self.device)
        uuid = f"-{named[1].replace('-', '').lower()}-" if named else None
        by_id = uuid is not None and isinstance(block.dm_uuid, str) and uuid in block.dm_uuid
        return self.name == block.dm_name or by_id


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is read from a file at start.

    Attributes:
        path: absolute; without links where they can be seen. Unavailable when no such file is
            there now.
        early: whether the table says that it is read from the start-up files.
        sure: whether there is such a file; False for one in a folder that only root may look into.
    """

    path: str | Unavailable
    early: bool = False
    sure: bool = True


def parse_crypttab(text: str) -> tuple[Entry, ...]:
    """The disks that are opened at start.

    Args:
        text: contents of `/etc/crypttab`: name, device, key, options, in fstab's escapes.

    Returns:
        In the order of the lines; may be empty.

    Raises:
        ParseError: A line has no device.
    """
    rows = (line.split() for line in text.splitlines())
    return tuple(_entry(row) for row in rows if row and not row[0].startswith("#"))


def _entry(row: list[str]) -> Entry:
    if len(row) < 2:
        raise ParseError("a line of the table of encrypted disks is not in the known form")
    name, device, key, options = (*(unescape(field) for field in row), "", "")[:4]
    return Entry(name, device, key, tuple(options.split(",")) if options else ())


def parse_unit(text: str) -> Entry:
    """What one of systemd's units opens.

    Args:
        text: contents of a `systemd-cryptsetup@….service` that the generator wrote.

    Returns:
        The same as the line of the table that it was made of.

    Raises:
        ParseError: It does not call systemd-cryptsetup in the known way.
    """
    found = _ATTACH.search(text)
    if not found or "\\" in found[0]:
        raise ParseError("a unit that opens an encrypted disk is not in the known form")
    name, device, key, options = (field.replace("%%", "%") for field in found.groups())
    return Entry(name, device, key, tuple(options.split(",")) if options else ())


def key_file(entry: Entry) -> str | Unavailable:
    """The absolute path of the file that holds the key; empty when no file does."""
    scripted = any(option.startswith("keyscript=") for option in entry.options)
    if entry.key in (*_TYPED, *_RANDOM):
        return ""
    if any(option.startswith(_TOKENS) for option in entry.options):
        return ""
    if re.match(r"[A-Z]+=", entry.key) or entry.key.startswith("/dev/"):
        return _unknown("a disk's key lies on a device that may stay with the machine")
    if not entry.key.startswith("/"):
        # Only scripts are given words; otherwise a path that is not absolute is passed over.
        return ""
    if scripted:
        return _unknown("a program of its own makes a disk's key out of a file")
    if re.search(r":(/|[A-Z]+=)", entry.key):
        return _unknown("a disk's key lies on another disk, which may stay with the machine")
    return entry.key


def read_keys(host: Host, blocks: Iterable[Block]) -> Mapping[str, Key | Unavailable]:
    """The keys that are read from files, by kernel name of the opened disk.

    Nothing is asked on a machine without encrypted disks, and no key is ever read.

    Returns:
        No entry for a disk whose key is typed, random or in a chip.
    """
    opened = [it for it in blocks if it.is_mapped and not is_inner(it) and _may_encrypt(it)]
    if not opened:
        return {}
    entries = _read_entries(host)
    found = ((block.name, _key(host, entries, block)) for block in opened)
    return {name: key for name, key in found if key is not None}


def _may_encrypt(block: Block) -> bool:
    return isinstance(block.dm_uuid, str) and kind_of(block.dm_uuid) is not Kind.PASSING


def _read_entries(host: Host) -> tuple[tuple[Entry, bool], ...] | Unavailable:
    """Every entry, and whether it is of the table for the start-up files."""
    early = _read_table(host, EARLY_TABLE)
    usual = _read_table(host, TABLE)
    if isinstance(usual, Unavailable) and usual.reason is Reason.NOT_PERMITTED:
        usual = _read_units(host)
    if isinstance(early, Unavailable):
        return early
    if isinstance(usual, Unavailable):
        return usual
    return (*((entry, True) for entry in early), *((entry, False) for entry in usual))


def _read_table(host: Host, path: str) -> tuple[Entry, ...] | Unavailable:
    text = read_text(host, path)
    if isinstance(text, str):
        return attempt(parse_crypttab, text)
    if is_absent(text):
        return ()
    if text.reason is Reason.NOT_PERMITTED:
        return hidden()
    return Unavailable(text.reason, "the table of encrypted disks cannot be read")


def _read_units(host: Host) -> tuple[Entry, ...] | Unavailable:
    """The entries that systemd has made units of; never empty."""
    # It makes one of every line, so that a disk without a unit is not in the table.
    names = host.names(UNITS)
    units = () if isinstance(names, Unavailable) else tuple(filter(_UNIT.fullmatch, names))
    found: list[Entry] = []
    for name in units:
        text = read_text(host, f"{UNITS}/{name}")
        entry = hidden() if isinstance(text, Unavailable) else attempt(parse_unit, text)
        if isinstance(entry, Unavailable):
            return entry
        found.append(entry)
    return tuple(found) or hidden()


def _key(
    host: Host, entries: tuple[tuple[Entry, bool], ...] | Unavailable, block: Block
) -> Key | Unavailable | None:
    """The key of an opened disk; None when no file holds it."""
    if isinstance(entries, Unavailable):
        return entries
    mine = [(entry, early) for entry, early in entries if entry.opens(block)]
    keys = (_key_of_entry(host, entry, early=early) for entry, early in mine)
    return next((key for key in keys if key is not None), None)


def _key_of_entry(host: Host, entry: Entry, *, early: bool) -> Key | Unavailable | None:
    path = key_file(entry)
    if isinstance(path, Unavailable):
        return path
    early = early or any(option in _EARLY for option in entry.options)
    if path:
        return Key(_place(host, path), early)
    # The file that systemd takes where none is named.
    path = f"{KEYS}/{entry.name}.key"
    seen = host.entry(path)
    if entry.key not in _TYPED or is_absent(seen):
        return None
    return Key(_place(host, path), early, sure=not isinstance(seen, Unavailable))


def _place(host: Host, path: str) -> str | Unavailable:
    """The path without links; in a folder that only root may look into, the path as written."""
    place = host.resolve(path)
    if is_absent(place):
        return _unknown("a disk's key is not where it is read from at start")
    if not isinstance(place, Unavailable):
        return place
    if place.reason is Reason.NOT_PERMITTED:
        return path
    return Unavailable(place.reason, "where a disk's key lies cannot be told")


def hidden() -> Unavailable:
    """The answer where only root may see whether a key lies in a file."""
    detail = "only an administrator can see whether a disk's key lies in a file"
    return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)


def _unknown(detail: str) -> Unavailable:
    return Unavailable(Reason.UNRECOGNISED, detail)
