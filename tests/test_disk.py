"""Disk encryption on Linux: parsers, the walk over stacks of disks, what a lost answer may do.

Whole machines are recordings: `recordings/linux/disk-*`.
"""

import dataclasses
from collections.abc import Iterator

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Person
from hipaaguard.collect.linux.disk import probe as disk
from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.collect.linux.disk.cover import Cover, combine, cover_of_block
from hipaaguard.collect.linux.disk.dm import Kind, Segment, is_reencrypting, kind_of, parse_table
from hipaaguard.collect.linux.disk.mounts import (
    Mount,
    Swap,
    mount_at,
    parse_mountinfo,
    parse_resume,
    parse_swaps,
    unescape,
)
from hipaaguard.collect.linux.disk.spare import Content, content_of, parse_blkid, parse_udev
from hipaaguard.collect.linux.disk.storage import Storage
from hipaaguard.collect.linux.disk.volumes import say_place
from hipaaguard.collect.linux.disk.zfs import Zfs, parse_devices, parse_encryption
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.collect.recorded import Contents, Recorded, Refusal
from hipaaguard.collect.recording import Recording, read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Reason, Unavailable
from tests.conftest import CORPUS, NOW, TESTS

RECORDINGS = TESTS / "recordings" / "linux"

TRAPS = {
    "a mount point named crypt-notes": "disk-crypt-in-the-name-only",
    "the kernel's command line says cryptdevice=": "disk-said-to-be-encrypted",
    "the table of encrypted disks says so": "disk-said-to-be-encrypted",
    "only swap is encrypted": "disk-only-swap-encrypted",
    "only swap with a random key is encrypted": "disk-only-swap-random-key",
    "an encrypted USB stick": "disk-encrypted-stick-plain-root",
    "an encrypted loop image": "disk-loop-image-encrypted-on-bare-disk",
    "a data set of ZFS that is not the root": "disk-zfs-only-a-data-set",
    "a pool of ZFS that is not encrypted": "disk-zfs-plain",
    "ZFS encrypts the root but not its pool": "disk-zfs-encrypted",
    "ZFS on LUKS": "disk-zfs-on-luks",
    "ZFS' programs are not there": "disk-zfs-tools-missing",
    "LVM on LUKS: the device is not the table's name": "disk-lvm-on-luks",
    "LUKS on LVM": "disk-luks-on-lvm",
    "LVM over one LUKS and one bare disk": "disk-lvm-one-bare",
    "RAID: one leg is bare": "disk-raid-of-three-one-leg-plain",
    "RAID: one half of a mirror is bare": "disk-mirror-one-leg-plain",
    "btrfs: only the first device is named": "disk-btrfs-one-plain",
    "thin pools": "disk-thin-pool-on-luks",
    "bcache: the cache is bare": "disk-bcache-on-luks-cache-bare",
    "LUKS 2 with encryption in the drive": "disk-opal-not-as-root",
    "the drive encrypts, LUKS 2 does not": "disk-drive-encrypts",
    "a drive that says it encrypts": "disk-drive-said-to-encrypt-itself",
    "NixOS: programs are elsewhere": "test_programs_of_nixos_are_found",
    "NixOS: no table of encrypted disks": "disk-key-nixos-typed",
    "systemd-homed alone": "disk-homed",
    "fscrypt alone": "disk-fscrypt",
    "eCryptfs alone": "disk-ecryptfs-home",
    "gocryptfs alone": "disk-gocryptfs-home",
    "verity and integrity have the same prefix": "disk-verity-and-integrity",
    "plain dm-crypt is not verified without rights": "disk-plain-dm-crypt",
    "cipher_null below LUKS": "disk-luks-without-cipher",
    "cipher_null below plain dm-crypt": "disk-plain-dm-crypt-null-as-root",
    "zram that is written back to a disk": "disk-zram-with-a-disk-behind",
    "zram alone is memory": "disk-compressed-memory",
    "zram beside LUKS is no bare swap": "disk-btrfs-on-luks-zram",
    "zswap is no swap area": "disk-zswap-before-bare-swap",
    "hibernation saves the memory to a disk": "disk-hibernation-to-bare-partition",
    "a swap file, under an escaped name": "disk-swap-files",
    "a swap file is judged by its file system": "disk-swap-file-on-luks",
    "bare swap beside LUKS": "disk-swap-bare-beside-luks",
    "swap that cannot be resolved": "disk-hibernation-target-gone",
    "a USB disk that calls itself fixed": "disk-plain-sticks",
    "the system itself on USB": "disk-system-on-usb",
    "a snap's or other packed image": "disk-snaps-and-binds",
    "the system itself runs from a packed image": "disk-root-is-packed",
    "a container's root": "disk-container",
    "a live medium's root": "disk-live-medium",
    "the last mount on / is the root": "disk-lvm-on-luks",
    "boot partitions are left out": "disk-lvm-on-luks",
    "encryption under way": "disk-being-encrypted-as-root",
    "a readable Windows beside Linux": "disk-windows-beside-luks",
    "BitLocker beside Linux": "disk-bitlocker-beside-luks",
    "an enumeration that is not complete": "disk-btrfs-members-hidden",
    "the encrypted root's key lies beside it": "disk-key-on-boot",
    "the key lies in the start-up files": "disk-key-in-start-up-files",
}

HEADING = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
UNKNOWN = Unavailable(Reason.FAILED)
FULL, PARTLY, NONE = Cover.FULL, Cover.PARTLY, Cover.NONE


def corpus(slug: str) -> list[tuple[str, dict[str, object]]]:
    """Each text of the corpus of real outputs with its entry; empty without the corpus."""
    folder = CORPUS / "linux" / slug
    if not folder.is_dir():
        return []
    cases = yaml.safe_load((folder / "INDEX.yaml").read_text())["cases"]
    return [((folder / case["file"]).read_text(), case) for case in cases]


needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not there")


@pytest.mark.parametrize("name", sorted(set(TRAPS.values())))
def test_every_trap_is_tested(name: str) -> None:
    assert name in globals() or (RECORDINGS / name / "recording.yaml").is_file()


def test_programs_of_nixos_are_found() -> None:
    assert "/run/current-system/sw/bin" in LinuxHost.program_folders


# Mounts and swap areas


def test_mountinfo() -> None:
    text = (
        "36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=no\n"
        "40 36 0:30 / /a ro - fuse.gocryptfs  rw\n"
    )
    assert parse_mountinfo(text) == (
        Mount(36, 35, "98:0", "/mnt1", "/mnt two", "ext3", "/dev/root", ("rw", "errors=no")),
        Mount(40, 36, "0:30", "/", "/a", "fuse.gocryptfs", "", ("rw",)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "nonsense",
        "a 35 98:0 / / rw - ext3 /dev/root rw",
        "36 35 98 / / rw - ext3 /dev/root rw",
        "36 35 98:0 / / rw ext3 /dev/root rw",
        "36 35 98:0 / / rw - ext3",
        "36 35 98:0 / relative rw - ext3 /dev/root rw",
        "sysfs /sys sysfs rw,nosuid 0 0",
    ],
)
def test_mountinfo_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_mountinfo(text)


@given(st.text(st.characters(codec="ascii", exclude_characters="\\")))
def test_unescape(text: str) -> None:
    escaped = "".join(rf"\{ord(char):03o}" if char in " \t\n#" else char for char in text)
    assert unescape(escaped) == text


def mount(identity: int, parent: int, point: str) -> Mount:
    return Mount(identity, parent, "8:1", "/", point, "ext4", f"/dev/{identity}")


@pytest.mark.parametrize(
    ("mounts", "path", "expected"),
    [
        pytest.param([(1, 0, "/"), (2, 1, "/home")], "/home/user", 2, id="nearest"),
        pytest.param([(1, 0, "/"), (2, 1, "/home")], "/home2/user", 1, id="a name that goes on"),
        pytest.param([(2, 3, "/proc"), (3, 1, "/")], "/", 3, id="the root is listed late"),
        pytest.param([(1, 1, "/"), (2, 1, "/")], "/", 2, id="a mount over the early root"),
        pytest.param([(1, 1, "/"), (2, 1, "/"), (3, 2, "/home")], "/home", 3, id="below that"),
        pytest.param([(1, 0, "/"), (2, 1, "/a"), (3, 2, "/a")], "/a/b", 3, id="two on one place"),
        pytest.param(
            [(1, 0, "/"), (2, 1, "/home"), (3, 2, "/home/user"), (4, 2, "/home")],
            "/home/user",
            4,
            id="a later mount hides the home folder's own",
        ),
        pytest.param([(1, 0, "/a")], "/a", None, id="no root"),
    ],
)
def test_mount_at(mounts: list[tuple[int, int, str]], path: str, expected: int | None) -> None:
    found = mount_at([mount(*it) for it in mounts], path)
    assert (found.id if found else None) == expected


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["/", "/a", "/a/b"])),
        max_size=8,
    )
)
def test_mount_at_ends_whatever_the_list(mounts: list[tuple[int, int, str]]) -> None:
    listed = [mount(*it) for it in mounts]
    found = mount_at(listed, "/a/b")
    assert found is None or found in listed


def test_swaps() -> None:
    text = (
        HEADING
        + "/dev/dm-1                               partition\t8388604\t\t0\t\t-2\n"
        + "/swap\\040file\\040(deleted)              file\t\t1024\t\t0\t\t-3\n"
    )
    assert parse_swaps(text) == (Swap("/dev/dm-1", False), Swap("/swap file", True))
    assert parse_swaps(HEADING) == ()


@pytest.mark.parametrize(
    "text",
    ["", "nonsense\n", HEADING + "/dev/sda2 partition\n", HEADING + "swap file 1 0 -2\n"],
)
def test_swaps_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_swaps(text)


@needs_corpus
def test_swaps_of_real_machines() -> None:
    found = [swap.path for text, _ in corpus("proc-swaps") for swap in parse_swaps(text)]
    assert found == ["/swap.img", "/dev/zram0"]


def test_resume() -> None:
    assert parse_resume("0:0\n") == ""
    assert parse_resume("259:3\n") == "259:3"
    for text in ("", "swap\n", "259\n", "/dev/sda2\n"):
        with pytest.raises(ParseError):
            parse_resume(text)


def test_the_source_names_the_table_of_keys_where_it_was_read() -> None:
    read = {"disk-lvm-on-luks": True, "disk-plain-virtual-machine": False}
    for case, expected in read.items():
        host = ReplayHost(read_recording(RECORDINGS / case))
        [fact] = disk.collect(host, frozenset({"disk.encryption_state"}), NOW)
        assert ("/etc/crypttab" in fact.source) is expected


# Device mapper


@pytest.mark.parametrize(
    ("uuid", "expected"),
    [
        ("CRYPT-LUKS1-0123-home", Kind.ENCRYPTING),
        ("CRYPT-LUKS2-0123-home", Kind.ENCRYPTING),
        ("CRYPT-LUKS2-OPAL-0123-home", Kind.ENCRYPTING),
        ("CRYPT-TCRYPT-0123-x", Kind.ENCRYPTING),
        ("CRYPT-BITLK-0123-x", Kind.ENCRYPTING),
        ("CRYPT-VERITY-0123-root", Kind.PASSING),
        ("CRYPT-INTEGRITY-root", Kind.PASSING),
        ("LVM-CRYPT-LUKS2-0123", Kind.PASSING),
        ("mpath-3600508b", Kind.PASSING),
        ("part1-mpath-3600508b", Kind.PASSING),
        ("CRYPT-PLAIN-swap", Kind.UNSAID),
        ("CRYPT-SUBDEV-0123-x", Kind.UNSAID),
        ("CRYPT-LUKS", Kind.UNSAID),
        ("crypt-luks2-0123", Kind.UNSAID),
        ("", Kind.UNSAID),
    ],
)
def test_kind_of(uuid: str, expected: Kind) -> None:
    assert kind_of(uuid) is expected


def test_a_layer_of_a_rewrite_is_cryptsetups_own() -> None:
    block = Block("dm-1", "253:1", "/sys/x", dm_name="root-overlay", dm_uuid="CRYPT-SUBDEV-0-x")
    assert is_reencrypting(block)
    assert not is_reencrypting(dataclasses.replace(block, dm_name="root_dif"))
    assert not is_reencrypting(dataclasses.replace(block, dm_uuid="LVM-0"))


@pytest.mark.parametrize(
    ("line", "encrypts"),
    [
        ("0 8 crypt aes-xts-plain64 :64:logon:x 0 8:1 4096", True),
        ("swap: 0 8 crypt aes-cbc-essiv:sha256 00 0 8:1 0", True),
        ("0 8 crypt cipher_null-ecb - 0 8:1 4096", False),
        ("0 8 crypt capi:ecb(cipher_null)-plain - 0 8:1 4096", False),
        ("0 8 linear 8:1 2048", False),
        ("0 8 error", False),
    ],
)
def test_table(line: str, encrypts: bool) -> None:
    assert [segment.encrypts for segment in parse_table(line + "\n")] == [encrypts]


@pytest.mark.parametrize(
    "text", ["", "No devices found\n", "0 crypt aes\n", "0 8 crypt aes\n???\n"]
)
def test_table_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_table(text)


@needs_corpus
def test_table_of_a_real_machine() -> None:
    [(text, _)] = corpus("dmsetup-table")
    assert [segment.target for segment in parse_table(text)] == ["crypt", "linear", "linear"]


# The walk


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        ([FULL, FULL], FULL),
        ([FULL, NONE], NONE),
        ([UNKNOWN, NONE], NONE),
        ([PARTLY, NONE], NONE),
        ([FULL, PARTLY], PARTLY),
        ([UNKNOWN, PARTLY], PARTLY),
        ([FULL, UNKNOWN], UNKNOWN),
    ],
)
def test_combine(legs: list[Cover | Unavailable], expected: Cover | Unavailable) -> None:
    assert combine(legs) == combine(reversed(legs)) == expected


def test_no_legs_prove_nothing() -> None:
    assert isinstance(combine([]), Unavailable)


def storage(*blocks: Block, elevated: bool = False, **tables: tuple[Segment, ...]) -> Storage:
    """These devices alone; tables by name with `_` for `-`."""
    by_name = {block.name: block for block in blocks}
    named = {name.replace("_", "-"): table for name, table in tables.items()}
    return Storage((mount(1, 0, "/"),), by_name, named, elevated, (), Zfs({}, {}), {})


def node(name: str, slaves: tuple[str, ...] = (), uuid: str | None = None) -> Block:
    real = not slaves
    path = f"/sys/devices/pci0/block/{name}" if real else f"/sys/devices/virtual/block/{name}"
    return Block(name, f"8:{name}", path, slaves=slaves, dm_uuid=uuid or "")


Tree = str | tuple[str, list["Tree"]]
TREES: st.SearchStrategy[Tree] = st.recursive(
    st.just("disk"),
    lambda below: st.one_of(
        st.tuples(st.just("luks"), st.lists(below, min_size=1, max_size=1)),
        st.tuples(st.sampled_from(["lvm", "md"]), st.lists(below, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


def build(tree: Tree, blocks: list[Block]) -> str:
    """Adds the devices of the tree and gives the name of the topmost."""
    if isinstance(tree, str):
        blocks.append(node(f"sd{len(blocks)}"))
    else:
        kind, below = tree
        slaves = tuple(build(it, blocks) for it in below)
        uuid = {"luks": "CRYPT-LUKS2-0-x", "lvm": "LVM-0"}.get(kind)
        blocks.append(node(f"{'dm-' if uuid else 'md'}{len(blocks)}", slaves, uuid))
    return blocks[-1].name


def covered(tree: Tree) -> bool:
    """Every way down to a disk goes through LUKS."""
    if isinstance(tree, str):
        return False
    kind, below = tree
    return kind == "luks" or all(covered(it) for it in below)


@given(TREES)
def test_a_stack_is_encrypted_when_every_way_down_is(tree: Tree) -> None:
    blocks: list[Block] = []
    top = build(tree, blocks)
    expected = FULL if covered(tree) else NONE
    assert cover_of_block(storage(*blocks), top) is expected


def test_a_stack_that_leads_back_to_itself_is_not_understood() -> None:
    circle = storage(node("md0", ("md1",)), node("md1", ("md0",)))
    assert isinstance(cover_of_block(circle, "md0"), Unavailable)


def test_a_loop_device_in_its_own_file_system_is_not_understood() -> None:
    loop = Block("loop0", "8:1", "/sys/devices/virtual/block/loop0", backing="/disk.img")
    assert isinstance(cover_of_block(storage(loop), "loop0"), Unavailable)


@pytest.mark.parametrize("name", ["nbd0", "zd0", "drbd0", "md0", "dm-0"])
def test_a_disk_that_software_makes_of_nothing_known_is_not_readable_for_sure(name: str) -> None:
    block = Block(name, "8:1", f"/sys/devices/virtual/block/{name}")
    assert isinstance(cover_of_block(storage(block), name), Unavailable)


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (["crypt aes-xts-plain64 -"], FULL),
        (["crypt aes-xts-plain64 -", "linear 8:sd0 0"], PARTLY),
        (["crypt cipher_null-ecb -"], NONE),
        (["crypt cipher_null-ecb -", "linear 8:sd0 0"], NONE),
        (["zero", "crypt aes-xts-plain64 -"], FULL),
        (["linear 8:sd0 0"], None),
        (["strange"], None),
    ],
)
def test_the_table_outranks_the_id_of_luks(segments: list[str], expected: Cover | None) -> None:
    table = parse_table("".join(f"0 8 {segment}\n" for segment in segments))
    luks = node("dm-0", ("sd0",), "CRYPT-LUKS2-0-x")
    found = cover_of_block(storage(luks, node("sd0"), elevated=True, dm_0=table), "dm-0")
    assert found is expected if expected else isinstance(found, Unavailable)


# ZFS and disks that are not in use


def test_zfs_encryption() -> None:
    found = parse_encryption("p/a\taes-256-gcm\np/b\toff\np/c\t-\np/d\ton\n")
    assert (found["p/a"], found["p/b"]) == (True, False)
    assert isinstance(found["p/c"], Unavailable)
    assert isinstance(found["p/d"], Unavailable)


@needs_corpus
def test_zfs_encryption_of_real_shapes() -> None:
    texts = {str(case["file"]): text for text, case in corpus("zfs-get-encryption") if "\t" in text}
    assert set(parse_encryption(texts["all-aes256gcm.txt"]).values()) == {True}
    assert set(parse_encryption(texts["all-off.txt"]).values()) == {False}
    assert list(parse_encryption(texts["mixed.txt"]).values()) == [False, True, False]


def test_zpool_devices() -> None:
    mirror = "\tmirror-0\t1T\t-\n\t\t/dev/sda1\t1T\n\t\t/dev/sdb1\t1T\n"
    text = f"tank\t1T\t-\n{mirror}cache\n\t/dev/sdc\t1G\n"
    assert parse_devices(text) == ("/dev/sda1", "/dev/sdb1", "/dev/sdc")


@pytest.mark.parametrize("text", ["", "no pools available\n", "tank\t1G\n\t/var/pool.img\t1G\n"])
def test_zpool_devices_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_devices(text)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("E:ID_FS_TYPE=ntfs\nE:ID_FS_USAGE=filesystem\n", Content.READABLE),
        ("E:ID_FS_TYPE=vfat\nE:ID_FS_USAGE=filesystem\n", Content.READABLE),
        ("E:ID_FS_TYPE=BitLocker\nE:ID_FS_USAGE=crypto\n", Content.NOTHING),
        ("E:ID_FS_TYPE=swap\nE:ID_FS_USAGE=other\n", Content.NOTHING),
        ("E:ID_FS_TYPE=zfs_member\nE:ID_FS_USAGE=filesystem\n", Content.MEMBER),
        ("E:ID_FS_TYPE=linux_raid_member\nE:ID_FS_USAGE=raid\n", Content.MEMBER),
        ("E:ID_FS_TYPE=apfs\nE:ID_FS_USAGE=filesystem\n", Content.MEMBER),
        ("E:ID_PART_ENTRY_TYPE=af9b60a0-1431-4f62-bc68-3311714a69ad\n", Content.MEMBER),
        ("E:ID_FS_TYPE=bcache\nE:ID_FS_USAGE=other\n", Content.MEMBER),
        ("E:ID_FS_AMBIVALENT=filesystem:ext4:1.0 filesystem:ntfs:\n", Content.UNCLEAR),
        ("S:disk/by-label/ID_FS_USAGE=filesystem\nI:1\n", Content.NOTHING),
        ("", Content.NOTHING),
        (
            "E:ID_FS_USAGE=filesystem\nE:ID_PART_ENTRY_TYPE=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n",
            Content.NOTHING,
        ),
    ],
)
def test_content_of(properties: str, expected: Content) -> None:
    assert content_of(parse_udev(properties)) is expected


def test_blkid() -> None:
    text = "DEVNAME=/dev/sdb1\nLABEL=My Disk\nTYPE=ext4\nUSAGE=filesystem\nPART_ENTRY_TYPE=0x83\n"
    expected = {
        "ID_FS_TYPE": "ext4",
        "ID_FS_USAGE": "filesystem",
        "ID_PART_ENTRY_TYPE": "0x83",
    }
    assert parse_blkid(text) == expected
    with pytest.raises(ParseError):
        parse_blkid("/dev/sdb1: TYPE\n")


# What is said and what is kept


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("/", "/"),
        ("/home", "/home"),
        ("/home/ann", "~"),
        ("/home/ann/Data", "~/Data"),
        ("/home/anna", "/home/*"),
        ("/home/bob/Data", "/home/*/Data"),
        ("/media/ann/Stick", "/media/~/Stick"),
        ("/run/media/ann/Stick", "/run/media/~/Stick"),
        ("/mnt/data", "/mnt/data"),
    ],
)
def test_say_place(point: str, expected: str) -> None:
    assert say_place(point, Person("ann", 1000, "/home/ann")) == expected


def answers(recording: Recording) -> dict[str, object]:
    host = ReplayHost(recording)
    return {fact.key: fact.value for fact in disk.collect(host, frozenset(disk.PROBE.names), NOW)}


@pytest.mark.parametrize(
    ("case", "key"),
    [
        ("disk-mirror-one-leg-plain", "disk.system_encrypted"),
        ("disk-lvm-one-bare", "disk.system_encrypted"),
        ("disk-btrfs-one-plain", "disk.system_encrypted"),
        ("disk-verity-and-integrity", "disk.system_encrypted"),
        ("disk-zfs-plain", "disk.system_encrypted"),
        ("disk-plain-home-apart", "disk.home_encrypted"),
        ("disk-swap-bare-beside-luks", "disk.swap_encrypted"),
        ("disk-being-encrypted-as-root", "disk.system_encrypted"),
    ],
)
def test_a_lost_answer_never_passes(case: str, key: str) -> None:
    """Whatever one answer is missing, nothing becomes encrypted."""
    recording = read_recording(TESTS / "recordings" / "linux" / case)
    assert answers(recording)[key] is False
    for lost, partial in losses(recording.recorded):
        assert answers(Recording(partial, {}))[key] is not True, lost


def losses(whole: Recorded) -> Iterator[tuple[object, Recorded]]:
    """The recording with each single answer taken out, and which it was."""
    for field in ("files", "folders", "links", "entries"):
        held = getattr(whole, field)
        for lost in held:
            rest = {path: answer for path, answer in held.items() if path != lost}
            yield lost, msgspec.structs.replace(whole, **{field: rest})
    for command in whole.commands:
        rest_of = tuple(it for it in whole.commands if it != command)
        yield command.run, msgspec.structs.replace(whole, commands=rest_of)


@pytest.mark.parametrize("reason", list(Reason))
def test_nothing_known_is_nothing_said(reason: Reason) -> None:
    refused = Contents(unavailable=reason)
    files = {"/proc/self/mountinfo": refused, "/proc/swaps": refused}
    recorded = Recorded(Platform.LINUX, "made by hand", NOW, files=files)
    found = answers(Recording(recorded, {})).values()
    assert {it.reason for it in found if isinstance(it, Unavailable)} == {reason}
    assert all(isinstance(it, Unavailable) for it in found)


def test_the_recordings_hold_every_outcome_of_every_fact() -> None:
    seen: dict[str, set[str]] = {key: set() for key in disk.PROBE.names}
    for path in (TESTS / "recordings" / "linux").glob("disk-*"):
        for key, value in read_recording(path).recorded.facts.items():
            good = value is True or value in ((), "on") or (value == 0 and value is not False)
            outcome = "good" if good else "bad"
            seen[key].add("unavailable" if isinstance(value, Refusal) else outcome)
    assert set(map(frozenset, seen.values())) == {frozenset({"good", "bad", "unavailable"})}


PIECES = st.sampled_from(
    [*"0123:/ \t-=\\", "\n", HEADING, "8:1", " - ext4 ", "crypt", "partition", "/dev/sda", "E:ID"]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_only_a_parse_error_escapes(text: str) -> None:
    parse_udev(text)
    parsers = (parse_mountinfo, parse_swaps, parse_resume, parse_table, parse_blkid)
    for parse in (*parsers, parse_encryption, parse_devices):
        try:
            parse(text)
        except ParseError:
            continue
