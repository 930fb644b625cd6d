"""BitLocker: from what Windows tells of volumes to what can be read without a key."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.disk.bitlocker import (
    PROTECTORS,
    State,
    judge_shown,
    judge_told,
    parse_protectors,
    parse_shown,
    parse_told,
)
from hipaaguard.collect.windows.disk.volumes import (
    Kind,
    parse_page_files,
    parse_partitions,
    parse_volumes,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable
from tests.conftest import TESTS

TRAPS = {
    "1 on": "disk-shell-1-on",
    "2 off": "disk-shell-2-off",
    "3 encrypting is not yet encrypted": "disk-shell-3-encrypting",
    "4 decrypting is no longer encrypted": "disk-shell-4-decrypting",
    "5 suspended: others pass it": "disk-shell-5-suspended",
    "6 on and locked passes": "disk-shell-6-locked-data-drive",
    "7 cannot be encrypted is no pass": "disk-shell-7-cannot-be-encrypted",
    "8 waiting for activation: the key lies in the clear": "disk-shell-8-waiting-for-activation",
    "another number is no verdict": "disk-shell-0-unknown",
    "the shell hangs": "disk-shell-hangs",
    "no volume is listed": "disk-not-recorded",
    "methods, not properties": "test_the_methods_decide",
    "fully encrypted and unprotected": "disk-methods-suspended",
    "a locked volume tells nothing by methods": "disk-methods-locked-data-drive",
    "another drive's encryption is not the system's": "disk-second-drive-on-system-off",
    "a second drive": "disk-second-drive-off",
    "a volume in a folder is unknown, never ignored": "disk-folder-mounted",
    "a volume in a folder as administrator": "disk-folder-mounted-elevated",
    "the page file's drive": "disk-page-file-on-second-drive",
    "hibernation without a page file": "disk-page-file-none-hibernation",
    "the profile on another drive": "disk-home-on-second-drive",
    "the profile behind a link": "disk-home-by-link",
    "USB disks call themselves fixed": "disk-usb-disk-calls-itself-fixed",
    "fixed or removable is not told": "disk-usb-disk-bus-not-told",
    "an empty card slot is no disk": "disk-card-slot-empty",
    "recovery and reserved partitions are no readable data": "disk-old-partition-table",
    "a partition without a letter": "disk-unmounted-data-elevated",
    "Linux beside Windows": "disk-unmounted-linux",
    "VeraCrypt reads as off": "disk-veracrypt",
    "a Dev Drive in a file on an encrypted drive": "disk-dev-drive-in-a-file",
    "Storage Spaces": "disk-storage-spaces",
    "dynamic disks": "disk-dynamic-disk",
    "disks in memory": "disk-disk-in-memory",
}
PROPERTIES = st.sampled_from(
    [
        "DeviceID",
        "Name",
        "Drive",
        "DriveLetter",
        "DriveType",
        "Protection",
        "Conversion",
        "Protectors",
        "Paths",
        "Gpt",
        "Mbr",
        "Bus",
        "File",
        "BootVolume",
        "Capacity",
        "FileSystem",
    ]
)
CELLS = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just((1, 3))
ROWS = st.lists(st.dictionaries(PROPERTIES, CELLS), max_size=3)


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "windows" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (1, State.ON),
        (2, State.OFF),
        (3, State.CONVERTING),
        (4, State.CONVERTING),
        (5, State.SUSPENDED),
        (6, State.ON),
        (7, State.OFF),
        (8, State.SUSPENDED),
    ],
)
def test_what_a_drives_icon_shows(value: int, state: State) -> None:
    assert judge_shown(value) is state


@pytest.mark.parametrize("value", [None, -1, 0, 9, 255])
def test_another_number_is_no_verdict(value: int | None) -> None:
    with pytest.raises(ParseError):
        judge_shown(value)


@pytest.mark.parametrize("protection", [0, 1, 2, None])
@pytest.mark.parametrize("conversion", [0, 1, 2, 3, 4, 5, 6, None])
def test_the_methods_decide(protection: int | None, conversion: int | None) -> None:
    if conversion in {2, 3, 4, 5}:
        assert judge_told(protection, conversion) is State.CONVERTING
        return
    known = {(0, 0): State.OFF, (0, 1): State.SUSPENDED, (1, 1): State.ON}
    found: State | None = None
    with suppress(ParseError):
        found = judge_told(protection, conversion)
    assert found is known.get((protection or 0, conversion or 0)) or None in (
        protection,
        conversion,
    )
    assert found is not State.ON or (protection, conversion) == (1, 1)


def test_one_volume_that_is_not_understood_leaves_the_others() -> None:
    rows: list[Row] = [{"Drive": "C:", "Protection": 1}, {"Drive": "D:", "Protection": None}]
    found = parse_shown(rows)
    assert found["C:"] is State.ON
    assert isinstance(found["D:"], Unavailable)


def test_kinds_of_keys() -> None:
    row: Row = {"DeviceID": "V", "Protectors": (3, 1, 3, 77)}
    assert parse_protectors([row], "v") == ("other", "recovery-password", "tpm")
    assert len(set(PROTECTORS.values())) == len(PROTECTORS)


def test_kinds_of_partitions() -> None:
    guid = "{DE94BBA4-06D1-4D40-A16A-BFD50179D6AC}"
    rows: list[Row] = [{"Gpt": guid, "Bus": 17}, {"Mbr": 7, "Bus": 7}, {"Mbr": 131, "Bus": None}]
    found = parse_partitions(rows)
    assert [it.kind for it in found] == [Kind.START, Kind.DATA, Kind.OTHER]
    assert [it.plugged for it in found] == [False, True, None]


@given(ROWS)
def test_parsers_raise_only_their_own_error(rows: list[Row]) -> None:
    for parse in (parse_volumes, parse_partitions, parse_page_files, parse_shown, parse_told):
        with suppress(ParseError):
            parse(rows)
    with suppress(ParseError):
        parse_protectors(rows, "v")
