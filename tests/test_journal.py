"""The machine's own history: numbered without doubles, each report naming the one before."""

import threading
from hashlib import sha256
from pathlib import Path

import pytest

from hipaaguard.errors import StoreError
from hipaaguard.journal import Journal, Signed
from hipaaguard.model import Chain
from tests.conftest import NOW


def signed(chain: Chain) -> Signed:
    page = f"report {chain.sequence} after {chain.previous}".encode()
    return Signed(page, NOW, "home-office", 1, 2, 3)


def test_chain(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "data")
    report = tmp_path / "r.html"
    assert journal.write(report, signed) == Chain(1, "")
    first = sha256(report.read_bytes()).hexdigest()
    assert journal.write(report, signed) == Chain(2, first)
    assert [entry.sequence for entry in journal.entries()] == [1, 2]
    assert journal.entries()[0].digest == first
    assert journal.entries()[0].signed_at == NOW


def test_many_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "data")
    work = [
        threading.Thread(target=journal.write, args=(tmp_path / f"{number}.html", signed))
        for number in range(8)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    entries = journal.entries()
    assert [entry.sequence for entry in entries] == list(range(1, 9))
    written = {sha256((tmp_path / f"{n}.html").read_bytes()).hexdigest() for n in range(8)}
    assert written == {entry.digest for entry in entries}


def test_report_that_cannot_be_written_leaves_no_entry(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "data")
    with pytest.raises(StoreError):
        journal.write(tmp_path / "none" / "r.html", signed)
    assert journal.entries() == ()


def test_damaged_journal_is_not_overwritten(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.path.write_bytes(b'{"sequence":1,')
    with pytest.raises(StoreError, match="is damaged") as caught:
        journal.write(tmp_path / "r.html", signed)
    assert "move it" in caught.value.hint
    assert journal.path.read_bytes() == b'{"sequence":1,'
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("sequence", [-5, 0, (1 << 53) - 1, 1 << 63])
def test_number_that_no_report_can_follow_is_damage(tmp_path: Path, sequence: int) -> None:
    journal = Journal(tmp_path)
    journal.write(tmp_path / "r.html", signed)
    text = journal.path.read_text().replace('"sequence":1,', f'"sequence":{sequence},')
    journal.path.write_text(text)
    with pytest.raises(StoreError, match="is damaged"):
        journal.write(tmp_path / "r.html", signed)


def test_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot use the data folder") as caught:
        Journal(tmp_path / "file" / "data").write(tmp_path / "r.html", signed)
    assert "--data-folder" in caught.value.hint


def test_failure_while_signing_changes_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path)

    def fail(chain: Chain) -> Signed:
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        journal.write(tmp_path / "r.html", fail)
    assert journal.entries() == ()
