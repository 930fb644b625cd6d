"""Files are written whole or not at all, and read up to a limit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hipaaguard import files
from hipaaguard.errors import CommandError, StoreError
from hipaaguard.files import is_device, prepared, read_limited, reason, write_whole


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"one", 0o600)
    write_whole(path, b"two", 0o600)
    assert path.read_bytes() == b"two"
    assert [it.name for it in tmp_path.iterdir()] == ["file"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_failure_while_preparing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with prepared(path, b"new"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert [it.name for it in tmp_path.iterdir()] == ["file"]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        write_whole(tmp_path / "none" / "file", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, for a file system of a set size")
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="needs root to mount a tmpfs")
def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from hipaaguard.files import write_whole; import sys\n"
        "from hipaaguard.errors import StoreError\n"
        "path = Path(sys.argv[1]) / 'file'; write_whole(path, b'old')\n"
        "try: write_whole(path, b'x' * 1_000_000)\n"
        "except StoreError as error: print(error)\n"
        "print(path.read_bytes(), len(list(path.parent.iterdir())))\n"
    )
    script = (
        f'mount -t tmpfs -o size=64k tmpfs "{tmp_path}" && exec "{sys.executable}" -c "$0" "$1"'
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"cannot write {tmp_path}/file: the disk is full",
        "b'old' 1",
    ]


def test_reading_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_limited(path, 5, "a test") == b"12345"
    with pytest.raises(CommandError, match="too large to be a test"):
        read_limited(path, 4, "a test")
    with pytest.raises(CommandError, match="does not exist"):
        read_limited(tmp_path / "none" / "x", 5, "a test")
    with pytest.raises(CommandError, match="is not a file"):
        read_limited(tmp_path, 5, "a test")


@pytest.mark.parametrize("name", ["nul", "CON", "con.html", "Com1.report.html", "lpt9 .txt", "AUX"])
def test_names_that_windows_keeps_for_devices(name: str) -> None:
    assert is_device(name)


@pytest.mark.parametrize("name", ["console.html", "com0.html", "report.nul", "nul-report.html", ""])
def test_names_that_only_look_like_devices(name: str) -> None:
    assert not is_device(name)


def test_a_file_that_a_scanner_holds_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, replace = tmp_path / "report.html", Path.replace
    refusals = [13, 13]

    def refuse_at_first(self: Path, target: Path) -> Path:
        if refusals:
            raise PermissionError(refusals.pop(), "held")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_at_first)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    if os.name != "nt":
        with pytest.raises(StoreError):
            write_whole(path, b"x")
        refusals[:] = [13, 13]
        monkeypatch.setattr(files, "_ON_WINDOWS", True)
    write_whole(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert not refusals


def test_windows_own_reasons_are_said() -> None:
    error = OSError(13, "Permission denied")
    error.winerror = 32  # type: ignore[attr-defined,unused-ignore]
    assert reason(error) == "another program has it open"
