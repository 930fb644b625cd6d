"""Copies in a cloud: which programs count, and what hides them."""

import posixpath

import pytest

from hipaaguard.collect.linux.cloud import CLIENTS, Client
from hipaaguard.collect.linux.processes import Process
from tests.conftest import TESTS

TRAPS = {
    "set up but not running": "cloud-dropbox-set-up",
    "a Flatpak keeps its settings elsewhere": "cloud-nextcloud-flatpak",
    "a Snap keeps its settings elsewhere": "cloud-nextcloud-snap",
    "a cloud that is only shown": "cloud-google-drive-only-shown",
    "settings alone copy nothing": "cloud-rclone-settings-alone",
    "another person's client": "cloud-of-someone-else",
    "a container hides processes": "cloud-container",
    "a home folder that is not there holds no settings": "cloud-home-not-there",
    "an error is not none": "cloud-settings-hidden",
    "a longer name is not the client": "test_a_longer_name_is_not_the_client",
    "one answer that is missing hides no settings": "test_no_single_sign",
}
BY_NAME = {client.name: client for client in CLIENTS}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_has_its_test(name: str) -> None:
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


def test_clients_are_sorted() -> None:
    names = [client.name for client in CLIENTS]
    assert names == sorted(names, key=str.lower)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_no_single_sign(client: Client) -> None:
    assert client.programs
    assert len(client.signs) != 1
    assert all(not posixpath.isabs(sign) and ".." not in sign for sign in client.signs)
    assert client.signs or client.words


def process(*argv: str) -> Process:
    return Process(900, posixpath.basename(argv[0])[:15], 1000, argv)


@pytest.mark.parametrize(
    ("name", "argv", "runs"),
    [
        ("Dropbox", ("/home/user/.dropbox-dist/dropbox-lnx.x86_64-231/dropbox",), True),
        ("Nextcloud", ("/usr/bin/nextcloud", "--background"), True),
        ("rclone", ("/usr/bin/rclone", "mount", "work:", "/home/user/Cloud"), True),
        ("rclone", ("/usr/bin/rclone", "listremotes"), False),
        ("OneDrive", ("/usr/bin/onedrive", "--monitor"), True),
    ],
)
def test_what_is_at_work(name: str, argv: tuple[str, ...], runs: bool) -> None:
    assert BY_NAME[name].is_run_by(process(*argv)) is runs


@pytest.mark.parametrize("program", ["dropboxd-backup", "nextcloud-server", "insync-setup"])
def test_a_longer_name_is_not_the_client(program: str) -> None:
    assert not any(client.is_run_by(process(f"/usr/bin/{program}")) for client in CLIENTS)
