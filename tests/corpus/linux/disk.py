"""Real outputs about disks, their encryption and swap."""

from hipaaguard.collect.host import attempt
from hipaaguard.collect.linux.disk.dm import parse_table
from hipaaguard.collect.linux.disk.mounts import parse_swaps
from hipaaguard.collect.linux.disk.zfs import parse_encryption
from hipaaguard.model import Unavailable
from tests.corpus import Case


def read_table(case: Case) -> None:
    names = [line.split(":")[0] for line in case.text.splitlines()]
    named = dict(zip(names, parse_table(case.text), strict=True))
    encrypting = [name for name, segment in named.items() if segment.encrypts]
    assert encrypting == case.facts["crypt_targets"]
    on_crypt = {segment.args[0] for segment in named.values() if segment.target == "linear"}
    # The volumes lie on one device, which is the one that encrypts.
    assert (len(on_crypt) == 1) == case.facts["root_on_crypt"]


def read_no_table(case: Case) -> None:
    assert case.facts["readable"] is False
    assert isinstance(attempt(parse_table, case.text), Unavailable)


def read_swaps(case: Case) -> None:
    found = parse_swaps(case.text)
    files = [swap.path for swap in found if swap.is_file]
    if "swap_file" in case.facts:
        assert files == [case.facts["swap_file"]]
    else:
        assert [swap.path for swap in found] == case.facts["swap"]
        assert not files


def read_zfs_encryption(case: Case) -> None:
    if "pool_root_encrypted" in case.facts:
        # Printed for people, without -H: another form than the one that is asked for.
        assert isinstance(attempt(parse_encryption, case.text), Unavailable)
        return
    values = set(parse_encryption(case.text).values())
    assert values == {"partial": {True, False}}.get(case.facts["encrypted"], values)
    assert (values == {True}) == (case.facts["encrypted"] is True)
    assert (values == {False}) == (case.facts["encrypted"] is False)


READERS = {
    "dmsetup-ls": read_no_table,
    "dmsetup-table": read_table,
    "proc-swaps": read_swaps,
    "zfs-get-encryption": read_zfs_encryption,
}

_STACK = "The kernel's own files say how disks are stacked, to everybody and without a program."
_MOUNTS = "The kernel's mountinfo says the same, and which mount hides which."
_HEADER = "What is opened, and how, is seen in device mapper, not in a disk's header."
UNUSED = {
    "bduitool": "A virus scanner's own word on its updates, which no fact about disks uses.",
    "blkid": "Asked for with -p and -o export, disk by disk: this form is kept and may be stale.",
    "cryptsetup-luksdump": _HEADER,
    "cryptsetup-open-error": "Nothing is opened here.",
    "cryptsetup-status": "The table of device mapper names the cipher for every kind of disk.",
    "dmsetup-info": "The ids of mapped disks stand in files that everybody can read.",
    "dmsetup-status": "How full or busy a mapped disk is says nothing about encryption.",
    "findmnt": _MOUNTS,
    "fstab": "What should be mounted at start proves nothing about what is.",
    "lsblk": _STACK,
    "lsblk-J": _STACK,
    "lsblk-O": _STACK,
    "lsblk-P": _STACK,
    "luksmeta-show": _HEADER,
    "mount": _MOUNTS,
    "proc-mounts": _MOUNTS,
    "swapon": "The kernel's list of swap areas says the same.",
    "veracrypt-list": "What VeraCrypt has opened is seen in device mapper and its mounts.",
    "zfs-get-all": "The one property that counts is asked for by its name.",
    "zpool-status": "The devices are asked of zpool list, in a form for programs.",
}
