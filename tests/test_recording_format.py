"""Recordings are hostile input; and what a recorder writes, a replay answers."""

import re
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from hipaaguard import strict_yaml
from hipaaguard.collect.recorded import Recorded
from hipaaguard.collect.recorder import RecordingHost, recording_files
from hipaaguard.collect.recording import (
    MAX_SIDE_FILE_BYTES,
    MAX_SIDE_FILES,
    Recording,
    read_recording,
)
from hipaaguard.collect.redact import Redactor
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import CommandError, HipaaGuardError, ParseError
from hipaaguard.model import Platform, Reason, Unavailable
from tests.conftest import NOW

HEAD = "platform: linux\norigin: made by hand\ntaken_at: 2026-11-23T12:00:00Z\n"


def recording(tmp_path: Path, text: str) -> ReplayHost:
    (tmp_path / "recording.yaml").write_text(HEAD + text)
    return ReplayHost(read_recording(tmp_path))


BAD = {
    "no-yaml": ("{", "recording.yaml:4:"),
    "unknown-key": ("surprise: 1\n", "surprise"),
    "wrong-type": ("elevated: maybe\n", "elevated"),
    "alias": ("env: &a {}\nfiles: *a\n", "anchors are not allowed"),
    "otherwise": ("otherwise: sure\n", "otherwise must be unknown or absent"),
    "missing-side-file": ("files: {/x: {file: nowhere.txt}}\n", "nowhere.txt"),
    "outside": ("files: {/x: {file: ../../etc/passwd}}\n", "etc/passwd"),
    "absolute": ("files: {/x: {file: /etc/passwd}}\n", "/etc/passwd"),
    "reason": ("files: {/x: {unavailable: because}}\n", "because"),
    "mode": ("entries: {/x: {mode: rwx}}\n", "octal"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_recordings_are_refused(tmp_path: Path, case: str) -> None:
    text, message = BAD[case]
    with pytest.raises(HipaaGuardError) as caught:
        recording(tmp_path, text)
    assert message in str(caught.value)
    assert "recording.yaml" in str(caught.value)


def test_time_needs_a_zone(tmp_path: Path) -> None:
    text = "platform: linux\norigin: x\ntaken_at: 2026-11-23T12:00:00\n"
    (tmp_path / "recording.yaml").write_text(text)
    with pytest.raises(ParseError, match="time zone"):
        read_recording(tmp_path)


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no recording at"):
        read_recording(tmp_path / "none")
    with pytest.raises(ParseError, match=r"it has no recording\.yaml"):
        read_recording(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "recording.yaml").write_text(HEAD)
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(ParseError, match="must not contain links"):
        read_recording(tmp_path)


def archive(tmp_path: Path, members: dict[str, bytes], link: str = "") -> Path:
    path = tmp_path / "recording.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
        if link:
            member = zipfile.ZipInfo(link)
            member.external_attr = 0o120777 << 16
            out.writestr(member, "/etc/passwd")
    return path


def test_archives(tmp_path: Path) -> None:
    plain = {"recording.yaml": HEAD.encode()}
    assert read_recording(archive(tmp_path, plain)).recorded.platform is Platform.LINUX
    inside = {"case/recording.yaml": HEAD.encode(), "case/a.txt": b"1"}
    assert read_recording(archive(tmp_path, inside)).side_files == {"a.txt": b"1"}


HOSTILE = {
    "climbs": {"../evil": b""},
    "absolute": {"/evil": b""},
    "backslash": {"a\\..\\evil": b""},
    "bomb": {"big": b"\0" * (MAX_SIDE_FILE_BYTES + 1)},
    "many bombs": {str(number): b"\0" * MAX_SIDE_FILE_BYTES for number in range(5)},
    "crowd": {str(number): b"" for number in range(MAX_SIDE_FILES + 1)},
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives_are_refused(tmp_path: Path, case: str) -> None:
    members = {"recording.yaml": HEAD.encode(), **HOSTILE[case]}
    with pytest.raises(ParseError):
        read_recording(archive(tmp_path, members))
    assert not (tmp_path.parent / "evil").exists()


def test_link_in_archive_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"recording.yaml": HEAD.encode()}, link="link")
    with pytest.raises(ParseError, match="links"):
        read_recording(path)


@pytest.mark.parametrize("cut", [0, 1, 40, 100])
def test_damaged_archives_are_refused(tmp_path: Path, cut: int) -> None:
    path = archive(tmp_path, {"recording.yaml": HEAD.encode() * 20})
    path.write_bytes(path.read_bytes()[:-cut] if cut else b"PK not a zip")
    with pytest.raises(ParseError, match="not a readable zip"):
        read_recording(path)


def test_flipped_bytes_in_an_archive_never_crash(tmp_path: Path) -> None:
    good = archive(tmp_path, {"recording.yaml": HEAD.encode()}).read_bytes()
    path = tmp_path / "flipped.zip"
    for position in range(len(good)):
        path.write_bytes(good[:position] + bytes([good[position] ^ 0x41]) + good[position + 1 :])
        try:
            read_recording(path)
        except HipaaGuardError:
            continue


def reason(answer: object) -> Reason:
    assert isinstance(answer, Unavailable)
    return answer.reason


def test_what_was_not_recorded_is_unavailable(tmp_path: Path) -> None:
    host = recording(tmp_path, "")
    assert reason(host.run("nft")) is Reason.FAILED
    assert reason(host.read("/x")) is Reason.FAILED
    assert reason(host.names("/x")) is Reason.FAILED
    assert reason(host.resolve("/x")) is Reason.FAILED
    assert reason(host.entry("/x")) is Reason.FAILED
    assert host.env("X") is None


def test_what_is_not_listed_can_be_absent(tmp_path: Path) -> None:
    host = recording(tmp_path, "otherwise: absent\nfiles: {/a/b/c: x}\nlinks: {/l: /a/b}\n")
    assert reason(host.run("nft")) is Reason.NOT_INSTALLED
    assert reason(host.read("/x")) is Reason.NOT_INSTALLED
    assert host.names("/a") == ("b",)
    assert host.names("/l") == ("c",)
    assert host.read("/l/c") == b"x"
    assert host.resolve("/l/c") == "/a/b/c"
    entry = host.entry("/a/b")
    assert not isinstance(entry, Unavailable)
    assert entry.kind == "folder"


def test_links_in_a_circle(tmp_path: Path) -> None:
    host = recording(tmp_path, "otherwise: absent\nlinks: {/a: /b, /b: /a}\n")
    assert reason(host.resolve("/a")) is Reason.FAILED
    assert reason(host.read("/a/x")) is Reason.FAILED


ANSWERS = """\
otherwise: unknown
elevated: true
env: {XDG_CURRENT_DESKTOP: GNOME}
files:
  /proc/swaps: "Filename\\t Type  \\n"
  /empty: ""
  /on: "on"
  /secret: {unavailable: not-permitted, detail: no}
  /stamp: {text: x, modified: 2026-01-02T03:04:05Z, mode: "600", uid: 7}
folders: {/sys/block: [sda, sdb]}
links: {/sys/class/block/sda: /sys/devices/pci/sda, /same: /same, /gone: {unavailable: failed}}
entries: {/dev/sda: {kind: device}}
commands:
  - {run: [nft, -j, list, ruleset], stdout: "{}\\n"}
  - {run: [gsettings, get], uid: 1000, exit: 1, stderr: "no\\r\\n"}
  - {run: [ufw], unavailable: not-installed, detail: ufw is not installed}
"""
QUESTIONS = (
    *(("read", path) for path in ("/proc/swaps", "/empty", "/on", "/secret", "/stamp", "/none")),
    *(("names", path) for path in ("/sys/block", "/none")),
    *(("resolve", path) for path in ("/sys/class/block/sda", "/same", "/gone", "/none")),
    *(("entry", path) for path in ("/dev/sda", "/stamp", "/none")),
)


def ask(host: ReplayHost | RecordingHost) -> list[object]:
    answers: list[object] = [getattr(host, method)(path) for method, path in QUESTIONS]
    answers += [host.run("nft", "-j", "list", "ruleset"), host.run("ufw"), host.run("other")]
    answers += [host.run("gsettings", "get", uid=1000), host.run("gsettings", "get")]
    return [*answers, host.env("XDG_CURRENT_DESKTOP"), host.env("OTHER")]


def rewritten(host: RecordingHost, redactor: Redactor) -> Recording:
    files = recording_files(host, redactor, NOW, "test")
    document = strict_yaml.load(files.pop("recording.yaml"), "recording.yaml")
    return Recording(msgspec.convert(document.data, Recorded), files)


def no_redaction() -> Redactor:
    return Redactor(user="nobody-here", home="/nowhere", host_name="no-such-host")


def test_a_recording_of_a_replay_answers_the_same(tmp_path: Path) -> None:
    recorder = RecordingHost(recording(tmp_path, ANSWERS))
    expected = ask(recorder)
    again = ReplayHost(rewritten(recorder, no_redaction()))
    assert ask(again) == expected
    assert (again.elevated, again.platform) == (True, Platform.LINUX)


def test_long_and_binary_answers_stand_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "long").write_bytes(b"line\n" * 2000)
    recorder = RecordingHost(recording(tmp_path, "files: {/b: {file: binary}, /l: {file: long}}\n"))
    expected = [recorder.read("/b"), recorder.read("/l")]
    found = rewritten(recorder, no_redaction())
    assert set(found.side_files) == {"answers/001.txt", "answers/002.txt"}
    again = ReplayHost(found)
    assert [again.read("/b"), again.read("/l")] == expected


def test_redaction_replaces_consistently_and_keeps_the_shape() -> None:
    redactor = Redactor(
        user="jane",
        home="/home/jane",
        host_name="jane-laptop",
        people=("jane", "bob", "Jane Q. Public"),
        keep=("9.9.9.9",),
    )
    text = (
        "/home/jane/x /media/jane/USB bob@jane-laptop Jane Q. Public\n"
        "192.168.1.5/24 via 192.168.1.1; 192.168.0.0/16; 10.20.30.40\n"
        "100.64.3.4 127.0.0.1 0.0.0.0/0\n"
        "8.8.8.8 9.9.9.9 8.8.8.8 169.254.7.8 128.0.0.0/1 224.0.0.251 version 1.2.3.4.5\n"
        "fe80::1234 2a02:908:1:2::3/64 2a02:908:1:2::/64 ::1 ::/0 fd12::1 ff02::fb 8000::/1\n"
        "a4:b1:c2:d3:e4:f5 00:00:00:00:00:00\n"
        "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-luks-x 12:34:56\n"
        "6f1d0c3e-1111-2222-3333-444455556666 c12a7328-f81f-11d2-ba4b-00a0c93ec93b\n"
        "E:ID_SERIAL=Samsung_990_S7ABC\nE:ID_FS_TYPE=ntfs\nS:disk/by-id/nvme-Samsung\n"
    )
    new = redactor.text(text)
    private = ("jane", "bob", "Public", "8.8.8.8", "2a02", "a4:b1", "0123456789abcdef", "6f1d0c3e")
    for word in (*private, "Samsung", "192.168.1.5", "10.20.30.40", "fe80::1234", "fd12"):
        assert word not in new, word
    for word in ("9.9.9.9", "127.0.0.1", "0.0.0.0/0", "128.0.0.0/1", "224.0.0.251", "::1 ::/0"):
        assert word in new, word
    for word in ("192.168.0.0/16", "100.64.", "169.254.", "ff02::fb", "8000::/1", "12:34:56"):
        assert word in new, word
    for word in ("c12a7328-f81f-11d2", "E:ID_FS_TYPE=ntfs", "CRYPT-LUKS2-0", "1.2.3.4.5"):
        assert word in new, word
    assert redactor.text(text) == new
    assert redactor.text("8.8.8.8") == "203.0.113.2"
    assert re.search(r"(192\.168\.\d+)\.\d+/24 via \1\.\d+;", new)


def test_root_and_short_names_do_not_spoil_the_text() -> None:
    redactor = Redactor(user="on", home="/home/on", host_name="root")
    assert redactor.text("enabled on root /home/on/x /run/media/on/USB") == (
        "enabled on root /home/user/x /run/media/user/USB"
    )


def test_short_user_names_are_replaced_in_paths() -> None:
    redactor = Redactor(user="al", home="/srv/al", host_name="pc")
    assert redactor.text("/srv/al/x /media/al/y also al") == "/home/user/x /media/user/y also al"
