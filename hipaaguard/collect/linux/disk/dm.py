"""Device mapper: what its ids and tables say about encryption.

Source: dmsetup(8); the kernel's device-mapper/dm-crypt.rst; for the ids cryptsetup's
`lib/libdevmapper.c` and `lib/internal.h` (`CRYPT-<type>-…`, `SUBDEV` for its inner layers,
`LUKS2-OPAL` for encryption in the drive).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

OPAL = "CRYPT-LUKS2-OPAL-"
_INNER = "CRYPT-SUBDEV-"

_ENCRYPTING = ("LUKS1", "LUKS2", "TCRYPT", "BITLK", "FVAULT2", "LOOPAES")
_READABLE = ("VERITY", "INTEGRITY")
_PROGRAMS = re.compile(r"(LVM|DMRAID|mpath|part[0-9]+|stratis-1)-")
_LINE = re.compile(r"(?:[^ ].*: )?[0-9]+ [0-9]+ ([a-z][a-z0-9_-]*)(?: (.*))?")

PASSING = frozenset(
    (
        *("cache", "clone", "delay", "ebs", "era", "error", "flakey", "integrity", "linear"),
        *("log-writes", "mirror", "multipath", "raid", "snapshot", "snapshot-merge"),
        *("snapshot-origin", "striped", "switch", "thin", "thin-pool", "unstriped", "vdo"),
        *("verity", "writecache", "zero", "zoned"),
    )
)
"""Targets that store what they are given, unencrypted, on the devices below them."""


class Kind(Enum):
    """What an id says about a mapped device."""

    ENCRYPTING = "encrypting"
    """It encrypts, and nothing on its own disk opens it; where a key file lies is judged apart."""
    PASSING = "passing"
    """It passes data on to the devices that it is made of."""
    UNSAID = "unsaid"
    """Its table must tell."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a table.

    Attributes:
        target: the kernel's word: `crypt`, `linear`, …
        args: what follows it.
    """

    target: str
    args: tuple[str, ...] = ()

    @property
    def encrypts(self) -> bool:
        """Whether it is dm-crypt with a cipher that does encrypt."""
        return self.target == "crypt" and bool(self.args) and "cipher_null" not in self.args[0]


def kind_of(uuid: str) -> Kind:
    """What a mapped device does, as far as its id says."""
    crypt = re.match(r"CRYPT-([A-Z0-9]+)-", uuid)
    if crypt and crypt[1] in _ENCRYPTING:
        return Kind.ENCRYPTING
    if (crypt and crypt[1] in _READABLE) or _PROGRAMS.match(uuid):
        return Kind.PASSING
    return Kind.UNSAID


def is_inner(block: Block) -> bool:
    """Whether it is an inner layer of a device that cryptsetup made."""
    return isinstance(block.dm_uuid, str) and block.dm_uuid.startswith(_INNER)


def is_reencrypting(block: Block) -> bool:
    """Whether it is a layer that exists only while cryptsetup rewrites a disk."""
    return is_inner(block) and bool(
        re.search(r"-(overlay|hotzone(-forward|-backward)?)$", block.dm_name)
    )


def parse_table(text: str) -> tuple[Segment, ...]:
    """The table of one mapped device.

    Args:
        text: stdout of `dmsetup table` for one device, with or without its name before each line.

    Returns:
        In the order of the sectors; never empty.

    Raises:
        ParseError: Not in the documented form.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    matches = [_LINE.fullmatch(line) for line in lines]
    if not lines or None in matches:
        raise ParseError("the device mapper's table is not in the known form")
    return tuple(Segment(match[1], tuple((match[2] or "").split())) for match in matches if match)


def read_tables(
    host: Host, blocks: Iterable[Block]
) -> Mapping[str, tuple[Segment, ...] | Unavailable]:
    """The tables of the mapped devices that may encrypt, by name; empty without rights.

    The program is asked for existing devices only: on a machine without any it would load a kernel
    module.

    Returns:
        One entry for each such device.
    """
    if not host.elevated:
        return {}
    asked = (
        block
        for block in blocks
        if block.is_mapped
        and isinstance(block.dm_uuid, str)
        and kind_of(block.dm_uuid) is not Kind.PASSING
    )
    return {block.name: _table(host, block) for block in asked}


def _table(host: Host, block: Block) -> tuple[Segment, ...] | Unavailable:
    major, _, minor = block.number.partition(":")
    output = host.run("dmsetup", "table", "--major", major, "--minor", minor)
    if is_absent(output):
        detail = "the program dmsetup, which shows a disk's cipher, is not installed"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    if isinstance(output, Unavailable):
        return output
    if output.exit_code != 0:
        return Unavailable(Reason.FAILED, "dmsetup did not show the table of an encrypted disk")
    return attempt(lambda: parse_table(output.text))
