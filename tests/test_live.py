"""This machine as a host: each cause of failure has its own reason, and nothing is left running."""

import os
import stat
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hipaaguard.collect.host import MAX_FILE_BYTES, Output
from hipaaguard.model import Reason, Unavailable

if sys.platform != "linux":
    pytest.skip("needs Linux", allow_module_level=True)

from hipaaguard.collect.live import linux
from hipaaguard.collect.live.linux import LinuxHost

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as another user")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LinuxHost:
    """A host that also finds the programs in this test's folder."""
    folders = (*LinuxHost.program_folders, str(tmp_path))
    monkeypatch.setattr(LinuxHost, "program_folders", folders)
    return LinuxHost(os.environ)


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def reason(answer: object) -> Reason:
    assert isinstance(answer, Unavailable)
    assert answer.detail
    return answer.reason


def test_answers_with_output_and_exit_code(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "both", "echo out; echo err >&2; exit 3")
    assert host.run("both") == Output(3, b"out\n", b"err\n")


def test_arguments_reach_the_program_untouched(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "show", 'printf "%s|" "$@"')
    answer = host.run("show", "a b", "$HOME", ";", "*")
    assert isinstance(answer, Output)
    assert answer.text == "a b|$HOME|;|*|"


def test_environment_is_small_and_english(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "show", "env")
    answer = host.run("show")
    assert isinstance(answer, Output)
    names = {line.split("=")[0] for line in answer.text.splitlines()}
    assert names <= {"LC_ALL", "PATH", "HOME", "PWD", "_", "SHLVL", *LinuxHost.session_variables}
    assert "LC_ALL=C.UTF-8" in answer.text


def test_missing_program(host: LinuxHost) -> None:
    assert reason(host.run("no-such-program")) is Reason.NOT_INSTALLED


def test_program_is_not_taken_from_path(tmp_path: Path) -> None:
    program(tmp_path, "mine", "echo mine")
    assert reason(LinuxHost({"PATH": str(tmp_path)}).run("mine")) is Reason.NOT_INSTALLED


def test_hanging_program_is_ended_with_all_its_children(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "hang", f"sleep 60 & echo $! > {tmp_path}/child; sleep 60")
    assert reason(host.run("hang", deadline_s=1)) is Reason.TIMED_OUT
    child = int((tmp_path / "child").read_text())
    assert gone(child)


def test_background_child_that_keeps_the_pipe_times_out(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "daemon", "sleep 60 & exit 0")
    assert reason(host.run("daemon", deadline_s=1)) is Reason.TIMED_OUT


def gone(pid: int) -> bool:
    """Whether the process is no more, or waits only to be collected by init."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_endless_output_is_cut(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "flood", "exec yes")
    assert reason(host.run("flood", deadline_s=30)) is Reason.UNRECOGNISED


def test_output_that_is_not_utf8_is_kept_as_bytes(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "bytes", r"printf '\377\376'")
    answer = host.run("bytes")
    assert isinstance(answer, Output)
    assert answer.stdout == b"\xff\xfe"


def test_stop_ends_what_runs(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "hang", "sleep 60")
    threading.Timer(0.3, host.stop).start()
    start = time.monotonic()
    assert reason(host.run("hang", deadline_s=50)) is Reason.FAILED
    assert time.monotonic() - start < 30
    assert reason(host.run("hang", deadline_s=50)) is Reason.FAILED


def test_reading(host: LinuxHost, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "huge").write_bytes(b"x" * (MAX_FILE_BYTES + 1))
    os.mkfifo(tmp_path / "fifo")
    assert host.read(str(tmp_path / "file")) == b"x"
    assert reason(host.read(str(tmp_path / "none"))) is Reason.NOT_INSTALLED
    assert reason(host.read(str(tmp_path / "file" / "below"))) is Reason.NOT_INSTALLED
    assert reason(host.read(str(tmp_path))) is Reason.UNRECOGNISED
    assert reason(host.read(str(tmp_path / "huge"))) is Reason.UNRECOGNISED
    assert reason(host.read(str(tmp_path / "fifo"))) is Reason.UNRECOGNISED


def test_kernel_settings_can_be_read(host: LinuxHost) -> None:
    assert host.read("/proc/sys/kernel/osrelease") == f"{os.uname().release}\n".encode()


def test_folders_links_and_entries(host: LinuxHost, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"12")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    assert host.names(str(tmp_path)) == ("a", "b", "loop", "pipe")
    assert host.resolve(str(tmp_path / "a")) == str((tmp_path / "b").resolve())
    assert reason(host.resolve(str(tmp_path / "loop"))) is Reason.FAILED
    assert reason(host.names(str(tmp_path / "none"))) is Reason.NOT_INSTALLED
    entry = host.entry(str(tmp_path / "a"))
    assert not isinstance(entry, Unavailable)
    assert (entry.kind, entry.size, entry.uid) == ("file", 2, os.getuid())
    kinds = {name: host.entry(path) for name, path in (("folder", "/"), ("device", "/dev/null"))}
    assert {name: getattr(found, "kind", None) for name, found in kinds.items()} == {
        "folder": "folder",
        "device": "device",
    }
    assert reason(host.entry(str(tmp_path / "none"))) is Reason.NOT_INSTALLED
    pipe = host.entry(str(tmp_path / "pipe"))
    assert getattr(pipe, "kind", None) == "other"


@root_only
def test_acting_as_another_user(host: LinuxHost, tmp_path: Path) -> None:
    program(tmp_path, "whoever", "id -u; echo $HOME; echo $DBUS_SESSION_BUS_ADDRESS")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    answer = host.run("whoever", uid=1)
    assert isinstance(answer, Output)
    assert answer.text.splitlines()[0] == "1"
    assert answer.text.splitlines()[2] == "unix:path=/run/user/1/bus"
    assert reason(host.run("whoever", uid=4_000_000)) is Reason.FAILED


def test_another_user_needs_rights(host: LinuxHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert reason(host.run("true", uid=1)) is Reason.NOT_PERMITTED


@pytest.mark.parametrize(
    ("environ", "uid"),
    [
        ({"SUDO_UID": "1"}, 1),
        ({"PKEXEC_UID": "2"}, 2),
        ({"SUDO_UID": "²"}, 0),
        ({"SUDO_UID": "-1"}, 0),
        ({"SUDO_UID": "4294967295"}, 0),
        ({}, 0),
    ],
)
@root_only
def test_person_behind_sudo(
    environ: dict[str, str], uid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "_login_uid", lambda: "4294967295")
    assert LinuxHost(environ).person.uid == uid


@root_only
def test_makers_programs_must_be_roots_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory(dir="/opt") as folder:
        program = Path(folder) / "falconctl"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        Path(folder).chmod(0o755)
        monkeypatch.setattr(LinuxHost, "makers_programs", {"falconctl": str(program)})
        assert LinuxHost.find_program("falconctl") == str(program)
        for place in (program, Path(folder)):
            place.chmod(0o777)
            assert LinuxHost.find_program("falconctl") is None
            place.chmod(0o755)
        os.chown(program, 1000, 0)
        assert LinuxHost.find_program("falconctl") is None
        program.unlink()
        assert LinuxHost.find_program("falconctl") is None
