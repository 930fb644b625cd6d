"""FileVault and volumes of macOS: from what its tools say to what can be read without a key."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.disk.filevault import State, parse_status
from hipaaguard.collect.macos.disk.probe import (
    Disks,
    count_readable,
    judge_state,
    parse_swap,
    readable_places,
    sort_volumes,
)
from hipaaguard.collect.macos.disk.volumes import DATA, Cover, Volume, parse_volumes
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable
from tests.conftest import TESTS

TRAPS = {
    "on": "disk-filevault-on-macos15",
    "on while it is still encrypting: others pass it": "disk-filevault-encrypting",
    "on while it waits for the charger": "disk-filevault-encryption-pending",
    "decrypting is no longer encrypted": "disk-filevault-decrypting",
    "deferred until the person logs in": "disk-filevault-deferred",
    "on only after the next restart": "disk-filevault-on-after-restart",
    "an exit code is no verdict": "disk-filevault-error",
    "the tool is missing": "disk-filevault-tool-missing",
    "words that are not known": "disk-filevault-unknown-words",
    "a kind of recovery key is no state": "disk-filevault-master-keychain",
    "a chip that encrypts is not FileVault (T2)": "disk-filevault-off-intel-t2",
    "a chip that encrypts is not FileVault (Apple)": "disk-filevault-off-apple-silicon",
    "encrypted at rest is not FileVault": "disk-second-volume-plain",
    "the tool and the volumes contradict each other": "disk-volumes-contradict-on",
    "no list of volumes is no empty list": "disk-volumes-list-missing",
    "off needs no list of volumes": "disk-volumes-list-missing-off",
    "a disk that does not answer": "disk-volumes-disk-unanswered",
    "a list that cannot be read": "disk-volumes-apfs-garbled",
    "a second volume while the system's is off": "disk-second-volume-on-system-off",
    "a second volume with a key of its own": "disk-second-volume-encrypted",
    "a second volume is still encrypting": "disk-second-volume-encrypting",
    "a volume that is not in use": "disk-second-volume-not-mounted",
    "a volume named in Japanese": "disk-second-volume-plain-japanese",
    "a system named in German": "disk-filevault-on-german",
    "a Fusion Drive's volumes count once": "disk-fusion-drive",
    "a Fusion Drive without FileVault": "disk-fusion-drive-off",
    "an APFS partition of no container": "disk-volumes-apfs-without-container",
    "Boot Camp in use": "disk-boot-camp-readable",
    "Boot Camp not in use may be BitLocker": "disk-boot-camp-not-mounted",
    "a stick that can be read": "disk-stick-readable",
    "a stick of an unknown kind": "disk-stick-unknown",
    "a disk image is no disk": "disk-disk-image-mounted",
    "Time Machine's disk": "disk-backup-disk-readable",
    "Time Machine's disk with a key": "disk-backup-disk-encrypted",
    "macOS runs from a disk outside": "disk-runs-from-external",
    "a home folder elsewhere": "disk-home-moved",
    "swap without the mark": "disk-swap-not-encrypted",
    "swap in another form": "disk-swap-unknown-form",
    "an empty list is no pass": "test_an_empty_list_of_disks_is_an_error",
}
HEADS = {
    "FileVault is On.": State.ON,
    "FileVault is Off.": State.OFF,
    "FileVault is Off, but will be enabled after the next restart.": State.OFF,
    "FileVault is Off, but needs to be restarted to finish.": State.OFF,
    "FileVault is On, but needs to be restarted to finish.": State.CONVERTING,
}
COVERS = st.sampled_from(Cover)
PLACES = st.sampled_from(["", "/Volumes/Work", "/Volumes/Play"])
VOLUMES = st.builds(Volume, st.just("disk9s1"), st.just("disk9"), PLACES, st.booleans(), COVERS)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["disk0", "disk0s2"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("AllDisksAndPartitions", "APFSPhysicalStores", "APFSVolumes", "Containers"),
                    *("Content", "CryptoMigrationOn", "DeviceIdentifier", "FileVault", "Internal"),
                    *("ContainerReference", "MountPoint", "Partitions", "PhysicalStores", "Roles"),
                    *("RemovableMedia", "Volumes", "BusProtocol"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
)
LISTS = st.dictionaries(st.sampled_from(["AllDisksAndPartitions", "Containers"]), VALUES)


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize(("head", "state"), HEADS.items())
def test_what_filevault_says_first(head: str, state: State) -> None:
    assert parse_status(f"{head}\n") is state
    for word in ("Encryption", "Decryption"):
        for rest in ("Percent completed = 12", "Pending", "Paused"):
            assert parse_status(f"{head}\n{word} in progress: {rest}\n") is State.CONVERTING


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FileVault is On",
        "FileVault is On. Not really.",
        "FileVault ist aktiviert.",
        "Error: FileVault is On.",
        "Encryption in progress: Percent completed = 12\nFileVault is On.",
        "FileVault is On.\nFileVault is Off.",
        "FileVault is On.\nSomething that is not known.",
    ],
)
def test_other_words_are_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_status(text)


@pytest.mark.parametrize(
    ("text", "encrypted"),
    [
        ("total = 2048.00M  used = 1017.75M  free = 1030.25M  (encrypted)\n", True),
        ("total = 2048,00M  used = 1017,75M  free = 1030,25M  (encrypted)\n", True),
        ("total = 0.00M  used = 0.00M  free = 0.00M  (encrypted)\n", True),
        ("total = 2048.00M  used = 1017.75M  free = 1030.25M\n", False),
    ],
)
def test_the_mark_of_swap(text: str, encrypted: bool) -> None:
    assert parse_swap(text) is encrypted


@pytest.mark.parametrize(
    "text", ["", "(encrypted)", "total = 1M used = 1M free = 1M (not encrypted)"]
)
def test_swap_in_another_form_is_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_swap(text)


def volume(cover: Cover, place: str = "/Volumes/Work") -> Volume:
    return Volume("disk9s1", "disk9", place, external=False, cover=cover)


@pytest.mark.parametrize(
    ("system", "covers", "state"),
    [
        (State.ON, [], "on"),
        (State.ON, [Cover.KEY], "on"),
        (State.ON, [Cover.NOTHING], "partial"),
        (State.ON, [Cover.NOTHING, Cover.UNKNOWN], "partial"),
        (State.ON, [Cover.UNKNOWN], None),
        (State.ON, [Cover.KEY, Cover.CONVERTING], "converting"),
        (State.CONVERTING, [Cover.KEY], "converting"),
        (State.OFF, [], "off"),
        (State.OFF, [Cover.NOTHING], "off"),
        (State.OFF, [Cover.KEY], "partial"),
        (State.OFF, [Cover.UNKNOWN], None),
    ],
)
def test_the_state_of_all_together(system: State, covers: list[Cover], state: str | None) -> None:
    found = judge_state(Disks(system, tuple(map(volume, covers)), ()))
    assert found == state if state else isinstance(found, Unavailable)


def test_what_is_not_in_use_does_not_change_the_state() -> None:
    disks = Disks(State.ON, (volume(Cover.NOTHING, ""), volume(Cover.UNKNOWN, "")), ())
    assert judge_state(disks) == "on"
    assert readable_places(disks) == ()
    assert count_readable(disks.fixed) == 1


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("cover", Cover)
def test_filevault_and_the_data_volume_must_agree(state: State, cover: Cover) -> None:
    data = Volume("disk3s5", "disk3", DATA, external=False, cover=cover)
    agree = state is State.CONVERTING or (state is State.ON) is (cover is Cover.KEY)
    if agree:
        assert sort_volumes(state, (data,), "disk3") == Disks(state, (), ())
    else:
        with pytest.raises(ParseError, match="contradict"):
            sort_volumes(state, (data,), "disk3")


@given(st.sampled_from(State), st.lists(VOLUMES, max_size=4))
def test_on_means_that_nothing_in_use_can_be_read(system: State, found: list[Volume]) -> None:
    disks = Disks(system, tuple(found), ())
    used = {it.cover for it in found if it.mounted_at}
    assert (judge_state(disks) == "on") is (system is State.ON and used <= {Cover.KEY})
    assert readable_places(disks) or (system is State.ON and used <= {Cover.KEY})


@pytest.mark.parametrize("listed", [{}, {"AllDisksAndPartitions": []}])
def test_an_empty_list_of_disks_is_an_error(listed: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        parse_volumes(listed, {"Containers": []}, {})


@given(st.text(alphabet="FileVaut sOnf.\nE:=12,bcryp()", max_size=60))
def test_parsers_of_text_raise_only_their_own_error(text: str) -> None:
    for line in (text, f"FileVault is On.\n{text}", f"total = 1M  used = 1M  free = 1M {text}"):
        for parse in (parse_status, parse_swap):
            with suppress(ParseError):
                parse(line)


@given(LISTS, LISTS, VALUES)
def test_parsers_of_lists_raise_only_their_own_error(
    listed: dict[str, Any], apfs: dict[str, Any], info: object
) -> None:
    disk = info if isinstance(info, dict) else {}
    with suppress(ParseError):
        parse_volumes(listed, apfs, {"disk0": disk, "disk0s2": disk})
