"""The signing key: made once, for its owner alone."""

import os
import sys
import threading
from pathlib import Path

import pytest

from hipaaguard.attest.keys import keyid, public_of
from hipaaguard.errors import KeyringError, StoreError
from hipaaguard.keystore import KeyStore

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


def test_made_once(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "data")
    assert store.load() is None
    first, made = store.load_or_make()
    second, made_again = store.load_or_make()
    assert (made, made_again) == (True, False)
    assert keyid(public_of(first)) == keyid(public_of(second))
    assert [it.name for it in store.folder.iterdir()] == [store.path.name]


@posix_only
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "data")
    store.load_or_make()
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o777 == 0o700


@posix_only
@pytest.mark.parametrize("open_one", ["path", "folder"])
def test_open_key_is_refused_until_repaired(tmp_path: Path, open_one: str) -> None:
    store = KeyStore(tmp_path / "data")
    key, _ = store.load_or_make()
    (store.path if open_one == "path" else store.folder).chmod(0o755)
    with pytest.raises(KeyringError, match="can be read or replaced by others") as caught:
        store.load_or_make()
    assert "key repair" in caught.value.hint
    store.repair()
    again, made = store.load_or_make()
    assert not made
    assert keyid(public_of(again)) == keyid(public_of(key))


@posix_only
@pytest.mark.skipif(
    os.name == "posix" and os.geteuid() != 0, reason="needs root to give a file away"
)
def test_another_users_key_is_refused(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "data")
    store.load_or_make()
    os.chown(store.path, 1, 1)
    with pytest.raises(KeyringError, match="belongs to another user"):
        store.load()


def test_damaged_key(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "data")
    store.load_or_make()
    store.path.write_bytes(b"not a key")
    with pytest.raises(KeyringError, match="damaged") as caught:
        store.load_or_make()
    assert str(store.path) in str(caught.value)
    assert "new public key" in caught.value.hint


@posix_only
def test_no_key_is_made_in_an_open_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(KeyringError, match="no signing key is made") as caught:
        KeyStore(tmp_path).load_or_make()
    assert "--data-folder" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_repair(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="no signing key yet"):
        KeyStore(tmp_path).repair()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot make the signing key") as caught:
        KeyStore(tmp_path / "file" / "data").load_or_make()
    assert "--data-folder" in caught.value.hint


def test_many_at_once_use_one_key(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "data")
    found: list[tuple[str, bool]] = []

    def take() -> None:
        key, made = store.load_or_make()
        found.append((keyid(public_of(key)), made))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({key for key, _ in found}) == 1
