"""Copies in a cloud on macOS and Windows: who copies, and who only runs."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.cloud_clients import Client
from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.macos import cloud as macos
from hipaaguard.collect.windows import cloud as windows
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "the helpers of iCloud Drive always run": "macos/cloud-none",
    "iCloud Drive without a program of its own": "macos/cloud-icloud-drive",
    "a client that does not run now is set up still": "macos/cloud-nextcloud-not-running",
    "another person's client": "macos/cloud-dropbox-of-another",
    "a folder that was not looked at is not empty": "macos/cloud-folder-closed",
    "root's home folder is nobody's": "macos/cloud-by-root-alone",
    "OneDrive runs on every Windows": "windows/cloud-onedrive-not-signed-in",
    "OneDrive copies though it does not run now": "windows/cloud-onedrive-of-work",
    "settings that were not read are not absent": "windows/cloud-settings-closed",
    "the cloud of a business": "windows/cloud-folders-in-onedrive-of-work",
    "a folder that is only named alike": "windows/cloud-folders-named-alike",
    "a place that is not told": "windows/cloud-folders-not-all-told",
    "no list of programs": "windows/cloud-processes-not-told",
}


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    assert (TESTS / "recordings" / place / "recording.yaml").is_file()


@pytest.mark.parametrize("clients", [macos.CLIENTS, windows.CLIENTS], ids=["macos", "windows"])
def test_clients_are_listed_as_they_are_looked_for(clients: tuple[Client, ...]) -> None:
    names = [client.name for client in clients]
    assert names == sorted(set(names), key=str.casefold)
    for client in clients:
        assert client.programs or client.signs
        assert all(program == program.casefold() for program in client.programs)
        assert not any(sign.startswith(("/", "\\", "~")) for sign in client.signs)


def test_no_folder_that_macos_guards_is_looked_into() -> None:
    guarded = ("Desktop", "Documents", "Downloads", "Library/Containers", "Library/CloudStorage")
    signs = [sign for client in macos.CLIENTS for sign in client.signs]
    assert not [sign for sign in signs if sign.startswith(guarded)]


PLACES = st.none() | st.integers() | st.text(max_size=30) | st.just(r"C:\Users\user\OneDrive")


@given(st.dictionaries(st.sampled_from(["Desktop", "My Pictures", "Personal"]), PLACES))
def test_any_folders_are_read_or_refused(values: dict[str, str | int | None]) -> None:
    told = {name: value for name, value in values.items() if value is not None}
    with suppress(ParseError):
        assert windows.parse_folders(RegistryKey(told, ())) in (True, False)
        assert len(told) == 3
