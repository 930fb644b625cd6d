"""ZFS: which data sets are encrypted by ZFS itself, and which disks a pool is made of.

Source: zfs-get(8), zpool-list(8), zfsprops(7).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_CIPHER = re.compile(r"aes-(128|192|256)-(ccm|gcm)")


@dataclass(frozen=True, slots=True)
class Zfs:
    """What ZFS says.

    Attributes:
        encrypted: by data set, whether ZFS encrypts it itself.
        devices: by pool, the paths of its devices: `/dev/disk/by-id/…`.
    """

    encrypted: Mapping[str, bool | Unavailable]
    devices: Mapping[str, tuple[str, ...] | Unavailable]


def pool_of(dataset: str) -> str:
    """The pool that a data set lies in."""
    return dataset.split("/")[0].split("@")[0]


def parse_encryption(text: str) -> Mapping[str, bool | Unavailable]:
    """Whether ZFS encrypts each data set.

    Args:
        text: stdout of `zfs get -H -o name,value encryption …`: name, tab, value.

    Returns:
        By name; may be empty.

    Raises:
        ParseError: Not in the documented form.
    """
    rows = [line.split("\t") for line in text.splitlines() if line]
    if any(len(row) != 2 for row in rows):
        raise ParseError("the answer of zfs is not in the known form")
    return {name: _is_encrypted(value) for name, value in rows}


def _is_encrypted(value: str) -> bool | Unavailable:
    if value == "off":
        return False
    if _CIPHER.fullmatch(value):
        return True
    return Unavailable(Reason.UNRECOGNISED, "zfs names a kind of encryption that is not known")


def parse_devices(text: str) -> tuple[str, ...]:
    """The paths of a pool's devices, caches and logs among them.

    Args:
        text: stdout of `zpool list -H -v -P POOL`: tab-separated, a device on each line but some.

    Returns:
        In the order of the answer; never empty.

    Raises:
        ParseError: It names no device, or a device that is a file.
    """
    firsts = [next((cell for cell in line.split("\t") if cell), "") for line in text.splitlines()]
    paths = tuple(cell for cell in firsts if cell.startswith("/"))
    if not paths or not all(path.startswith("/dev/") for path in paths):
        raise ParseError("the answer of zpool is not in the known form")
    return paths


def read_zfs(host: Host, datasets: Iterable[str]) -> Zfs:
    """What ZFS says about these data sets and their pools; asks nothing when there are none."""
    names = sorted(set(datasets))
    if not names:
        return Zfs({}, {})
    answer = _ask(host, "zfs", "get", "-H", "-o", "name,value", "encryption", *names)
    found = answer if isinstance(answer, Unavailable) else attempt(parse_encryption, answer)
    missing = Unavailable(Reason.FAILED, "zfs did not say whether a data set is encrypted")
    return Zfs(
        {
            name: found if isinstance(found, Unavailable) else found.get(name, missing)
            for name in names
        },
        {pool: _devices(host, pool) for pool in sorted({pool_of(name) for name in names})},
    )


def _devices(host: Host, pool: str) -> tuple[str, ...] | Unavailable:
    answer = _ask(host, "zpool", "list", "-H", "-v", "-P", pool)
    return answer if isinstance(answer, Unavailable) else attempt(parse_devices, answer)


def _ask(host: Host, program: str, *args: str) -> str | Unavailable:
    output = host.run(program, *args)
    if isinstance(output, Unavailable):
        return output
    if output.exit_code != 0:
        return Unavailable(Reason.FAILED, f"{program} answered with an error")
    return attempt(lambda: output.text)
