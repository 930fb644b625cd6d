"""Key files of encrypted disks: tables, units, start-up files, and what a key's place does.

Whole machines are recordings: `recordings/linux/disk-key-*`.
"""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.linux.disk.block import Block
from hipaaguard.collect.linux.disk.cover import Cover, cover_of_block
from hipaaguard.collect.linux.disk.crypttab import Entry, key_file, parse_crypttab, parse_unit
from hipaaguard.collect.linux.disk.keys import Key, read_keys
from hipaaguard.collect.linux.disk.mounts import Mount
from hipaaguard.collect.linux.disk.startup import (
    Startup,
    parse_command_line,
    parse_packed,
    parse_secrets,
)
from hipaaguard.collect.linux.disk.storage import Storage
from hipaaguard.collect.linux.disk.zfs import Zfs
from hipaaguard.collect.recorded import Recorded
from hipaaguard.collect.recording import Recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Reason, Unavailable
from tests.conftest import NOW

FULL, OPEN = Cover.FULL, Cover.OPEN
UUID = "0c3d5e7f-90a1-4b2c-8d6e-5f4a3b2c1d0e"


def test_table() -> None:
    text = (
        "# name device key options\n\n  # another\n"
        "root UUID=ab none luks,discard\n"
        "home\t/dev/sda3\t/etc/my\\040key\n"
        "data /dev/sdb1\n"
    )
    assert parse_crypttab(text) == (
        Entry("root", "UUID=ab", "none", ("luks", "discard")),
        Entry("home", "/dev/sda3", "/etc/my key"),
        Entry("data", "/dev/sdb1"),
    )
    assert parse_crypttab("") == ()


def test_table_refused() -> None:
    with pytest.raises(ParseError):
        parse_crypttab("root\n")


def test_unit() -> None:
    program = "ExecStart=/usr/lib/systemd/systemd-cryptsetup attach"
    unit = (
        f"[Service]\nType=oneshot\n{program} 'root' '/dev/sda3' '/etc/100%%.key' 'luks,discard'\n"
    )
    assert parse_unit(unit) == Entry("root", "/dev/sda3", "/etc/100%.key", ("luks", "discard"))
    assert parse_unit(f"{program} 'a-b' '/dev/sda3' '' ''\n") == Entry("a-b", "/dev/sda3")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[Service]\nExecStart=/usr/bin/other attach 'a' 'b' 'c' 'd'\n",
        "ExecStart=/usr/bin/systemd-cryptsetup attach 'a' 'b'\n",
        "ExecStart=/usr/bin/systemd-cryptsetup attach 'a' 'b' '/c\\x20d' ''\n",
        "#ExecStart=/usr/bin/systemd-cryptsetup attach 'a' 'b' 'c' 'd'\n",
    ],
)
def test_unit_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_unit(text)


@pytest.mark.parametrize(
    ("key", "options", "expected"),
    [
        ("", "", ""),
        ("-", "", ""),
        ("none", "luks", ""),
        ("/dev/urandom", "swap", ""),
        ("/dev/random", "swap", ""),
        ("/etc/a.key", "luks", "/etc/a.key"),
        ("/etc/a:b.key", "luks", "/etc/a:b.key"),
        ("/etc/a.key", "tpm2-device=auto", ""),
        ("/etc/a.key", "pkcs11-uri=pkcs11:x", ""),
        ("none", "fido2-device=auto", ""),
        ("none", "keyscript=decrypt_gnupg", ""),
        ("cryptdisks", "keyscript=decrypt_keyctl", ""),
        ("none", "keyscript=/usr/share/yubikey-luks/ykluks-keyscript", ""),
        ("root", "keyscript=decrypt_derived", "/dev/mapper/root"),
        ("root", "keyscript=/lib/cryptsetup/scripts/decrypt_derived", "/dev/mapper/root"),
        ("/dev/urandom", "swap,keyscript=x", ""),
        ("/etc/a.key", "keyscript=decrypt_gnupg", None),
        ("none", "keyscript=/usr/local/sbin/unlock", None),
        ("none", "keyscript=decrypt_keyctl_too", None),
        ("/dev/sdb1:/a.key", "keyscript=passdev", None),
        ("/a.key:/dev/disk/by-label/stick", "", None),
        ("/a.key:LABEL=stick", "", None),
        ("/dev/sdb", "", None),
        ("/dev/null", "tcrypt,tcrypt-keyfile=/a", None),
        ("UUID=ab", "", None),
    ],
)
def test_key_file(key: str, options: str, expected: str | None) -> None:
    found = key_file(Entry("a", "/dev/sda1", key, tuple(options.split(","))))
    assert isinstance(found, Unavailable) if expected is None else found == expected


def test_an_entry_is_a_disks_own_by_name_or_by_id() -> None:
    block = Block("dm-0", "253:0", "/sys/x", dm_name="home", dm_uuid=f"CRYPT-LUKS2-{bare()}-home")
    assert Entry("home", "/dev/sda1").opens(block)
    assert Entry("other", f"UUID={UUID.upper()}").opens(block)
    assert Entry("other", f"/dev/disk/by-uuid/{UUID}").opens(block)
    assert not Entry("other", "UUID=ab").opens(block)


def bare() -> str:
    return UUID.replace("-", "")


def test_nothing_is_asked_where_nothing_is_encrypted() -> None:
    recorded = Recorded(Platform.LINUX, "made by hand", NOW)
    plain = Block("sda", "8:0", "/sys/devices/pci/sda")
    volume = Block("dm-0", "253:0", "/sys/x", slaves=("sda",), dm_name="a", dm_uuid="LVM-0")
    luks = dataclasses.replace(volume, dm_uuid=f"CRYPT-LUKS2-{bare()}-a")
    host = ReplayHost(Recording(recorded, {}))
    assert read_keys(host, [plain, volume]) == {}
    [unread] = read_keys(host, [luks])["dm-0"]
    assert isinstance(unread, Unavailable), "this host answers nothing"


def machine(boot: str, **keys: Key | Unavailable) -> Storage:
    """Root on LUKS on sda, home on sdb, data on sdc (a stick), and /boot on the device named."""
    disks = [Block(name, f"8:{name}", f"/sys/devices/pci/{name}") for name in ("sda", "sdb")]
    disks.append(Block("sdc", "8:sdc", "/sys/devices/pci/usb1/sdc", removable=True))
    opened = [
        Block(f"dm-{at}", f"253:{at}", "/sys/x", slaves=(below,), dm_uuid="CRYPT-LUKS2-0-x")
        for at, below in enumerate(("sda", "sdb"))
    ]
    blocks = {block.name: block for block in (*disks, *opened)}
    places = {"/": "dm-0", "/home": "dm-1", "/stick": "sdc", "/boot": boot}
    mounts = tuple(
        Mount(at, min(at - 1, 1), blocks[name].number, "/", point, "ext4", f"/dev/{name}")
        for at, (point, name) in enumerate(places.items(), 1)
    )
    named = {name.replace("_", "-"): (key,) for name, key in keys.items()}
    return Storage(mounts, blocks, {}, False, (), Zfs({}, {}), {}, named)


UNKNOWN = None


@pytest.mark.parametrize(
    ("storage", "name", "expected"),
    [
        (machine("sdb", dm_1=Key("/etc/k")), "dm-1", FULL),
        (machine("sdb", dm_1=Key("/boot/k")), "dm-1", OPEN),
        (machine("sdb", dm_1=Key("/etc/k", early=True, packed=True)), "dm-1", OPEN),
        (machine("sdb", dm_0=Key("/etc/k", packed=True)), "dm-0", OPEN),
        (machine("dm-0", dm_0=Key("/etc/k", packed=True)), "dm-0", FULL),
        (machine("sdb", dm_0=Key("", early=True)), "dm-0", UNKNOWN),
        (machine("sdb", dm_1=Key("", early=True)), "dm-1", UNKNOWN),
        (machine("sdb", dm_0=Key("", early=True, only_system=True)), "dm-0", UNKNOWN),
        (machine("sdb", dm_1=Key("", early=True, only_system=True)), "dm-1", FULL),
        (machine("sdb", dm_1=Key("/dev/dm-0")), "dm-1", FULL),
        (machine("sdb", dm_1=Key("/dev/dm-7")), "dm-1", UNKNOWN),
        (machine("sdb", dm_0=Key("", packed=True), dm_1=Key("/dev/dm-0")), "dm-1", OPEN),
        (machine("sdb", dm_1=Key("/stick/k")), "dm-1", UNKNOWN),
        (machine("sdb", dm_1=Key("/home/k")), "dm-1", FULL),
        (machine("sdb", dm_1=Key("/etc/k", early=True)), "dm-1", UNKNOWN),
        (machine("dm-0", dm_1=Key("/etc/k", early=True)), "dm-1", FULL),
        (machine("sdb", dm_1=Key("/boot/k", sure=False)), "dm-1", UNKNOWN),
        (machine("sdb", dm_1=Key("/etc/k", sure=False)), "dm-1", FULL),
        (machine("sdb", dm_0=Key("/etc/k")), "dm-0", UNKNOWN),
        (machine("dm-0", dm_0=Key("/etc/k")), "dm-0", FULL),
        (machine("dm-1", dm_0=Key("/etc/k")), "dm-0", FULL),
        (machine("sdb", dm_0=Key("/etc/k"), dm_1=Key("/etc/k")), "dm-1", UNKNOWN),
        (machine("dm-1", dm_0=Key("/etc/k"), dm_1=Key("/etc/k")), "dm-0", FULL),
        (machine("dm-1", dm_0=Key("/etc/k"), dm_1=Key("/etc/k")), "dm-1", FULL),
        (machine("sdb", dm_0=Key("/etc/k"), dm_1=Key("/home/k", early=True)), "dm-1", UNKNOWN),
    ],
)
def test_a_disk_is_no_better_than_the_place_of_its_key(
    storage: Storage, name: str, expected: Cover | None
) -> None:
    found = cover_of_block(storage, name)
    assert found is expected if expected else isinstance(found, Unavailable)


def test_a_key_in_the_clear_does_not_undo_the_encryption_below() -> None:
    storage = machine("sdb", dm_2=Key("/boot/k"))
    inner = Block("dm-2", "253:2", "/sys/x", slaves=("dm-0",), dm_uuid="CRYPT-LUKS2-0-y")
    both = dataclasses.replace(storage, blocks={**storage.blocks, "dm-2": inner})
    assert cover_of_block(both, "dm-2") is FULL


def test_the_worst_place_of_several_keys_counts() -> None:
    storage = machine("sdb")
    keys = (Key("/etc/k"), Key("/boot/k"))
    for both in (keys, keys[::-1]):
        with_both = dataclasses.replace(storage, keys={"dm-1": both})
        assert cover_of_block(with_both, "dm-1") is OPEN


def test_start_up_files_on_an_efi_partition_count_like_those_on_boot() -> None:
    storage = machine("dm-0", dm_0=Key("/etc/k", packed=True))
    assert cover_of_block(storage, "dm-0") is FULL
    unified = dataclasses.replace(storage, start_places=("/stick",))
    assert cover_of_block(unified, "dm-0") is OPEN
    closed = dataclasses.replace(storage, start_places=Unavailable(Reason.NOT_PERMITTED))
    assert isinstance(cover_of_block(closed, "dm-0"), Unavailable)


# Start-up files


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("root=/dev/sda1 quiet", []),
        ("cryptdevice=UUID=ab:root", []),
        ("cryptdevice=UUID=ab:root cryptkey=rootfs:/k", [Entry("root", "", "/k")]),
        ("cryptkey=rootfs:/k", [Entry("", "", "/k")]),
        ("cryptkey=/dev/sdb1:vfat:/k", [Entry("", "", "UUID=/dev/sdb1")]),
        ("rd.luks.key=/k", [Entry("", "", "/k")]),
        ("luks.key=/k", [Entry("", "", "/k")]),
        (f"rd.luks.key={UUID}=/k", [Entry("", f"UUID={UUID}", "/k")]),
        ("rd.luks.key=/k:UUID=ab", [Entry("", "", "/k:UUID=ab")]),
        ("rd.luks.key", []),
        ("rd.luks.key=", []),
        (
            "cryptopts=target=a,source=/dev/sda2,key=/k",
            [Entry("a", "/dev/sda2", "/k", ("target=a", "source=/dev/sda2", "key=/k"))],
        ),
        ("cryptopts=target=a,source=/dev/sda2", []),
        ("acryptkey=rootfs:/k", []),
    ],
)
def test_command_line(words: str, expected: list[Entry]) -> None:
    assert list(parse_command_line(words + "\n")) == expected


def test_a_key_on_another_disk_is_not_taken_for_one_in_the_start_up_files() -> None:
    for words in (
        "cryptkey=/dev/sdb1:vfat:/k",
        "cryptkey=/dev/sdb:0:512",
        "rd.luks.key=/k:UUID=ab",
    ):
        [entry] = parse_command_line(words)
        assert isinstance(key_file(entry), Unavailable)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("FILES=()\n", ()),
        ("FILES=(/a '/b c')\n", ("/a", "/b c")),
        ("FILES=(\n  /a # why\n  /b\n)\nHOOKS=(base)\n", ("/a", "/b")),
        ('FILES="/a /b"\nFILES+=(/c)\n', ("/a", "/b", "/c")),
        ("#FILES=(/a)\nMY_FILES=(/b)\n", ()),
        ("FILES=/a # why\n", ("/a",)),
        ("FILES=\n", ()),
    ],
)
def test_packed_files(text: str, expected: tuple[str, ...]) -> None:
    assert parse_packed(text, "FILES") == expected


@pytest.mark.parametrize("text", ["FILES=(/a\n", "FILES='/a\n", "FILES=('/a)\n"])
def test_packed_files_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_packed(text, "FILES")


def test_what_opens_disks_is_packed_by_its_pattern() -> None:
    startup = Startup(packed=("/etc/a",), key_patterns=("/etc/keys/*.key",))
    assert startup.packs("/etc/keys/b.key")
    assert not startup.packs_always("/etc/keys/b.key")
    assert startup.packs_always("/etc/a")
    assert not startup.packs("/etc/other.key")


def test_secrets_of_nixos() -> None:
    script = 'echo "USAGE: $0 INITRD_FILE"\n'
    copy = 'cp -a {0} "$tmp/.initrd-secrets/{0}"\n'
    assert parse_secrets(script + "exit 0\n") == ()
    assert parse_secrets(script + copy.format("/a/ssh_host_rsa_key")) == ()
    assert parse_secrets(script + copy.format("/a/disk.key")) == ("disk.key",)
    with pytest.raises(ParseError):
        parse_secrets("#!/bin/sh\n")


LINES = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(["FILES=(", ")", "FILES='", "cp -a a ", "INITRD_FILE", "cryptkey=", ":"]),
    )
).map("\n".join)


@given(LINES)
def test_only_a_parse_error_escapes(text: str) -> None:
    parse_command_line(text)
    for parse in (
        parse_crypttab,
        parse_unit,
        parse_secrets,
        lambda it: parse_packed(it, "FILES"),
    ):
        try:
            parse(text)
        except ParseError:
            continue
