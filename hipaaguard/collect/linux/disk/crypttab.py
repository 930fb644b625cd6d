"""The table of encrypted disks: which are opened at start, and where their keys are.

Where only root may read the table, as on Fedora, the units that systemd has made of it tell the
same to everybody; without such units either, it is `not-permitted` whether a key lies in the clear.

Source: crypttab(5) of systemd and of Debian; systemd-cryptsetup-generator(8) for the units;
mkinitcpio(8) for `crypttab.initramfs`.
"""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.collect.linux.disk.mounts import unescape
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

TABLE = "/etc/crypttab"
EARLY_TABLE = "/etc/crypttab.initramfs"
UNITS = "/run/systemd/generator"

_UNIT = re.compile(r"systemd-cryptsetup@.*\.service")
_ATTACH = re.compile(
    r"^ExecStart=\S*/systemd-cryptsetup attach '([^']*)' '([^']*)' '([^']*)' '([^']*)'",
    re.MULTILINE,
)
_TYPED = ("", "-", "none")
_RANDOM = ("/dev/hw_random", "/dev/hwrng", "/dev/random", "/dev/urandom")
# Scripts of Debian's cryptsetup and of yubikey-luks that ask a person, or a card with its code.
_ASKING = frozenset(
    (
        *("askpass", "decrypt_gnupg", "decrypt_gnupg-sc", "decrypt_keyctl", "decrypt_openct"),
        *("decrypt_opensc", "decrypt_ssl", "ykluks-keyscript"),
    )
)
# With these the key file is itself encrypted, for a chip or a token.
_TOKENS = ("fido2-device=", "pkcs11-uri=", "tpm2-device=")


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
        return (bool(self.name) and self.name == block.dm_name) or by_id

    @property
    def is_typed(self) -> bool:
        """Whether no key is named: a person is asked for it unless the usual file is there."""
        return self.key in _TYPED


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
    """The absolute path of the file, or opened disk, that gives the key; empty when none does."""
    script = next((it for it in entry.options if it.startswith("keyscript=")), "")
    if entry.key in _RANDOM:
        return ""
    if script and script.removeprefix("keyscript=").rpartition("/")[2] not in _ASKING:
        return _made_by_script(script, entry.key)
    if entry.is_typed or any(option.startswith(_TOKENS) for option in entry.options):
        return ""
    if script and entry.key.startswith("/"):
        return _unknown("a program of its own makes a disk's key out of a file")
    return _named_file(entry.key)


def _named_file(key: str) -> str | Unavailable:
    if re.match(r"[A-Z]+=", key) or key.startswith("/dev/"):
        return _unknown("a disk's key lies on a device that may stay with the machine")
    if re.search(r":(/|[A-Z]+=)", key):
        return _unknown("a disk's key lies on another disk, which may stay with the machine")
    # Only scripts are given words; otherwise a path that is not absolute is passed over.
    return key if key.startswith("/") else ""


def _made_by_script(script: str, key: str) -> str | Unavailable:
    """One script makes the key from that of another opened disk, and is as good as that one."""
    if script.endswith("decrypt_derived") and re.fullmatch(r"[^/=:,\s]+", key):
        return f"/dev/mapper/{key}"
    return _unknown("a program of its own finds a disk's key, and nobody knows where")


def read_entries(host: Host) -> tuple[tuple[Entry, bool], ...] | Unavailable:
    """Every entry of the tables, and whether it is of the one for the start-up files."""
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


def hidden() -> Unavailable:
    """The answer where only root may see whether a key lies in a file."""
    detail = "only an administrator can see whether a disk's key lies in a file"
    return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)


def _unknown(detail: str) -> Unavailable:
    return Unavailable(Reason.UNRECOGNISED, detail)
