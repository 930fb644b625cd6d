"""The command line as a user meets it: what it prints, exits with, and never shows."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hipaaguard.cli import run
from hipaaguard.facts import FACTS
from hipaaguard.keystore import KeyStore
from hipaaguard.model import Platform
from tests.conftest import TESTS

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux to look at")
HEALTHY = TESTS / "recordings" / "linux" / "machine-healthy"
FAILING = TESTS / "recordings" / "linux" / "machine-neglected"
UNSEEN = TESTS / "recordings" / "linux" / "machine-healthy-without-rights"
AT = "2026-11-23T12:00:00Z"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test works in a folder of its own, with a data folder of its own."""
    monkeypatch.setenv("HIPAAGUARD_DATA_FOLDER", str(tmp_path / "data"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture(scope="module")
def one_audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one signed report of this machine, and the data folder it was signed from."""
    folder = tmp_path_factory.mktemp("audit")
    command = [sys.executable, "-m", "hipaaguard", "--data-folder", str(folder / "data"), "audit"]
    subprocess.run([*command, "-o", str(folder / "report.html")], capture_output=True, check=False)
    return folder


@pytest.fixture
def report(one_audit: Path, tmp_path: Path, own_folders: None) -> Path:
    """A signed report of this machine as `report.html`, in a folder and with a key of its own."""
    shutil.copytree(one_audit / "data", tmp_path / "data")
    return Path(shutil.copy(one_audit / "report.html", "report.html"))


def hipaaguard(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = run(args)
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    return code, captured.out, captured.err


# --- audit ---


@linux_only
def test_audit_writes_a_report_that_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = hipaaguard(capsys, "audit", "-o", "report.html", "--label", "Front desk")
    assert code in (0, 10, 11)
    assert "A signing key was made" in err
    assert "requirements observed" in out
    assert "report.html" in out
    code, out, _ = hipaaguard(capsys, "verify", "report.html")
    assert code == 0
    assert out.startswith("ACCEPTED  report.html")
    assert "Computer: Front desk" in out


@linux_only
def test_each_audit_gets_a_file_and_a_number_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("inbox").mkdir()
    for _ in range(2):
        hipaaguard(capsys, "audit", "-o", "inbox")
    code, out, _ = hipaaguard(capsys, "verify", "inbox", "--json")
    assert code == 0
    verdicts = [json.loads(line) for line in out.splitlines()]
    assert sorted(verdict["sequence"] for verdict in verdicts) == [1, 2]
    assert len({verdict["file"] for verdict in verdicts}) == 2


@linux_only
def test_audit_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = hipaaguard(capsys, "audit", "--json")
    report = json.loads(out)
    assert report["policy"]["policyId"] == "home-office"
    assert "The signed report is" in err


@linux_only
def test_open_key_is_not_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, report: Path
) -> None:
    (tmp_path / "data" / "signing-key.pem").chmod(0o644)
    code, _, err = hipaaguard(capsys, "audit", "-o", "two.html")
    assert code == 1
    assert "hipaaguard: error:" in err
    assert "key repair" in err
    assert not Path("two.html").exists()
    assert hipaaguard(capsys, "key", "repair")[0] == 0
    assert hipaaguard(capsys, "audit", "-o", "two.html")[0] in (0, 10, 11)


@linux_only
def test_report_that_cannot_be_written_leaves_the_old_one(
    capsys: pytest.CaptureFixture[str], report: Path
) -> None:
    old = Path("report.html").read_bytes()
    Path("folder.html").mkdir()
    code, _, err = hipaaguard(capsys, "audit", "-o", "none/report.html")
    assert code == 1
    assert "cannot write" in err
    assert Path("report.html").read_bytes() == old


@linux_only
@pytest.mark.parametrize("words", ["x" * 201, "a\nb", "\u202ereversed"])
def test_labels_are_plain_and_short(capsys: pytest.CaptureFixture[str], words: str) -> None:
    code, _, err = hipaaguard(capsys, "audit", "--label", words)
    assert code == 1
    assert "--label" in err


@linux_only
def test_two_audits_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hipaaguard", "audit", "-o"]
    running = [
        subprocess.Popen(
            [*command, f"{number}.html"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for number in range(3)
    ]
    for process in running:
        _, err = process.communicate()
        assert process.returncode in (0, 10, 11), err
    lines = (tmp_path / "data" / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2, 3]


@linux_only
def test_interrupted_audit_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hipaaguard", "audit", "-o", "report.html"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(1000):
        # Once it looks at the system, Ctrl-C comes in the middle of things.
        if started(process.pid):
            break
        time.sleep(0.01)
    process.send_signal(2)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not Path("report.html").exists()
    assert [path.name for path in Path().iterdir()] == []


def started(pid: int) -> bool:
    """Whether the audit is at work: its probes run in threads."""
    return len(list(Path(f"/proc/{pid}/task").iterdir())) > 1


# --- replay, facts, evaluate ---


def test_replay_is_judged_but_never_signed(capsys: pytest.CaptureFixture[str]) -> None:
    least = ("--policy", "minimal", "-o", "page.html")
    code, out, _ = hipaaguard(capsys, "audit", "--replay", str(HEALTHY), *least)
    assert code == 0, out
    assert "not signed" in out
    keyring = Path("keys.txt")
    hipaaguard_key(capsys, keyring)
    code, out, _ = hipaaguard(capsys, "verify", "page.html", "--keyring", str(keyring))
    assert code == 12
    assert out.startswith("REFUSED")


def hipaaguard_key(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    from hipaaguard.attest.keyring import export_text
    from tests.keys import CONTRACTOR

    path.write_text(export_text(CONTRACTOR.public_key(), "test"))


@pytest.mark.parametrize(("case", "expected"), [(HEALTHY, 0), (FAILING, 10), (UNSEEN, 11)])
def test_exit_codes(capsys: pytest.CaptureFixture[str], case: Path, expected: int) -> None:
    code, out, _ = hipaaguard(capsys, "audit", "--replay", str(case), "--policy", "minimal")
    assert code == expected, out


def test_without_rights_the_output_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = hipaaguard(capsys, "audit", "--replay", str(UNSEEN))
    assert 'sudo "$(command -v hipaaguard)" audit' in out


def test_only_a_report_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    Path("notes.txt").write_text("mine")
    arguments = ("audit", "--replay", str(HEALTHY), "-o")
    code, _, err = hipaaguard(capsys, *arguments, "notes.txt")
    assert code == 1
    assert "is not a report" in err
    assert Path("notes.txt").read_text() == "mine"
    for _ in range(2):
        assert hipaaguard(capsys, *arguments, "page.html")[0] in (0, 10, 11)


def test_a_replay_takes_no_label(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("audit", "--replay", str(HEALTHY), "--label", "x")
    code, _, err = hipaaguard(capsys, *arguments)
    assert code == 1
    assert "--label" in err


def test_at_belongs_to_replay(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = hipaaguard(capsys, "audit", "--at", AT)
    assert code == 1
    assert "--replay" in err


def test_facts_all_lists_every_fact(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = hipaaguard(capsys, "facts", "--all", "--json", "--replay", str(HEALTHY))
    assert code == 0
    facts = json.loads(out)["facts"]
    assert {key.split("(")[0] for key in facts} >= {
        name
        for name, spec in FACTS.items()
        if Platform.LINUX in spec.platforms and not spec.parameter
    }
    for key, fact in facts.items():
        assert ("value" in fact) != ("unavailable" in fact), key
        assert fact["source"], key


def test_saved_facts_are_judged_as_the_machine_was(capsys: pytest.CaptureFixture[str]) -> None:
    _, facts, _ = hipaaguard(capsys, "facts", "--json", "--replay", str(FAILING))
    Path("facts.json").write_text(facts)
    first = hipaaguard(capsys, "evaluate", "facts.json", "--at", AT, "--json")
    second = hipaaguard(capsys, "evaluate", "facts.json", "--at", AT, "--json")
    assert first == second
    _, audited, _ = hipaaguard(capsys, "audit", "--replay", str(FAILING), "--at", AT, "--json")
    judged = json.loads(first[1])
    assert judged["results"] == json.loads(audited)["results"]


def test_same_bytes_under_any_seed_locale_zone_and_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, facts, _ = hipaaguard(capsys, "facts", "--json", "--replay", str(FAILING))
    path = tmp_path / "facts.json"
    path.write_text(facts)
    outputs = set()
    for seed, locale, zone, folder in (
        ("0", "C", "UTC", "/"),
        ("1", "de_DE.UTF-8", "Asia/Tokyo", str(tmp_path)),
        ("42", "tr_TR.UTF-8", "America/Los_Angeles", str(tmp_path / "work")),
    ):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone}
        for extra in ((), ("--json",)):
            done = subprocess.run(
                [sys.executable, "-m", "hipaaguard", "evaluate", str(path), "--at", AT, *extra],
                capture_output=True,
                env=environ,
                cwd=folder,
                check=False,
            )
            assert done.stderr == b""
            outputs.add((extra, done.stdout))
    assert len(outputs) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "facts.json"),
        ("[]", "facts.json"),
        ('{"facts": {"no.such": {"value": 1}}}', "no.such"),
        ('{"facts": {"vpn.active": {"value": 1}}}', "vpn.active"),
        ('{"facts": {"vpn.active": {"unavailable": "because"}}}', "facts.json"),
        (
            '{"facts": {"vpn.active": {"value": true}, "vpn.active": {"value": false}}}',
            "vpn.active",
        ),
        ("{" * 100_000, "facts.json"),
    ],
)
def test_bad_facts_are_one_sentence(
    capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    Path("facts.json").write_text(text)
    code, out, err = hipaaguard(capsys, "evaluate", "facts.json", "--at", AT)
    assert code == 1
    assert out == ""
    assert words in err
    assert len(err.splitlines()) <= 2


# --- record ---


@linux_only
def test_recording_of_this_machine_replays_to_the_same_facts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = hipaaguard(capsys, "record", "-o", "recording")
    assert code == 0
    assert "Read them before you send them" in out
    _, live, _ = hipaaguard(capsys, "facts", "--all", "--json")
    _, again, _ = hipaaguard(capsys, "facts", "--all", "--json", "--replay", "recording")
    assert comparable(again) == comparable(live)
    code, _, err = hipaaguard(capsys, "record", "-o", "recording")
    assert code == 1
    assert "exists already" in err


def comparable(text: str) -> dict[str, object]:
    return {
        key: fact.get("value", fact.get("unavailable"))
        for key, fact in json.loads(text)["facts"].items()
    }


# --- verify ---


@linux_only
def test_verify_reports_every_file_and_exits_with_the_worst(
    capsys: pytest.CaptureFixture[str], report: Path
) -> None:
    Path("inbox").mkdir()
    good = report.read_bytes()
    Path("inbox/good.html").write_bytes(good)
    Path("inbox/cut.html").write_bytes(good[:-100])
    Path("inbox/empty.html").write_bytes(b"")
    Path("inbox/other.html").write_bytes(b"<p>hello</p>")
    Path("inbox/dir.html").mkdir()
    code, out, _ = hipaaguard(capsys, "verify", "inbox")
    assert code == 12
    words = [line.split()[0] for line in out.splitlines() if not line.startswith(" ")]
    assert sorted(words) == ["ACCEPTED", "NOT", "REFUSED", "REFUSED", "REFUSED"]


@linux_only
def test_verify_demands_a_policy(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    assert hipaaguard(capsys, "verify", "report.html", "--policy", "home-office")[0] == 0
    text = (TESTS.parent / "policies" / "home-office.yaml").read_text()
    Path("mine.yaml").write_text(text.replace("id: home-office", "id: my-own", 1))
    code, out, _ = hipaaguard(capsys, "verify", "report.html", "--policy", "mine.yaml")
    assert code == 12
    assert "at step judgement" in out


@linux_only
def test_verify_refuses_old_reports(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    later = ("--at", "2099-01-01")
    assert hipaaguard(capsys, "verify", "report.html", *later)[0] == 0
    code, out, _ = hipaaguard(capsys, "verify", "report.html", *later, "--max-age", "30")
    assert code == 12
    assert "at step time" in out


def test_verify_refuses_a_huge_file_without_reading_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hipaaguard_key(capsys, Path("keys.txt"))
    with Path("huge.html").open("wb") as file:
        file.truncate(500 << 20)
    code, out, _ = hipaaguard(capsys, "verify", "huge.html", "--keyring", "keys.txt")
    assert code == 12
    assert "at step size" in out


def test_verify_without_any_key(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.html").write_bytes(b"x")
    code, _, err = hipaaguard(capsys, "verify", "x.html")
    assert code == 1
    assert "--keyring" in err


def test_verify_with_an_empty_keyring(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.html").write_bytes(b"x")
    Path("keys.txt").write_text("# none\n")
    code, _, err = hipaaguard(capsys, "verify", "x.html", "--keyring", "keys.txt")
    assert code == 1
    assert "keys.txt" in err


def test_verify_an_empty_folder(capsys: pytest.CaptureFixture[str]) -> None:
    hipaaguard_key(capsys, Path("keys.txt"))
    Path("inbox").mkdir()
    Path("bad.html").write_bytes(b"x")
    code, out, _ = hipaaguard(capsys, "verify", "inbox", "--keyring", "keys.txt")
    assert code == 1
    assert out == "NOT READ  inbox: no .html file can be seen in this folder\n"
    code, out, _ = hipaaguard(capsys, "verify", "inbox", "bad.html", "--keyring", "keys.txt")
    assert code == 12
    assert "REFUSED   bad.html" in out


@linux_only
def test_verify_shows_no_name_that_acts_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hipaaguard_key(capsys, Path("keys.txt"))
    Path("inbox").mkdir()
    names = ["a\nACCEPTED  b.html", "b\x1b[2K.html", "c\udcff.html", "d\u202e.HTM"]
    for name in names:
        (Path("inbox") / name).write_bytes(b"x")
    code, out, _ = hipaaguard(capsys, "verify", "inbox", "x" * 300, "--keyring", "keys.txt")
    assert code == 12
    assert [line.split()[0] for line in out.splitlines()] == ["REFUSED"] * 4 + ["NOT"]
    assert out.replace("\n", "").isascii()
    assert "\x1b" not in out
    _, out, _ = hipaaguard(capsys, "verify", "inbox", "--json", "--keyring", "keys.txt")
    assert [json.loads(line)["file"] for line in out.splitlines()] == [
        f"inbox/{name}" for name in names
    ]


# --- show-data, policy, key ---


@linux_only
def test_show_data(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    code, out, err = hipaaguard(capsys, "show-data", "report.html")
    assert code == 0
    assert "disk.system_encrypted: " in out
    assert "not checked" in err
    _, out, _ = hipaaguard(capsys, "show-data", "report.html", "--json")
    assert json.loads(out)["facts"]
    Path("x.html").write_bytes(b"x")
    assert hipaaguard(capsys, "show-data", "x.html")[0] == 1


def test_show_data_before_an_audit(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = hipaaguard(capsys, "show-data", "--policy", "home-office")
    assert code == 0
    assert "screen_lock.idle_s: " in out
    _, out, _ = hipaaguard(capsys, "show-data", "--policy", "home-office", "--json")
    assert "screen_lock.idle_s" in json.loads(out)
    assert hipaaguard(capsys, "show-data")[0] == 1


@linux_only
def test_a_report_names_nobody(capsys: pytest.CaptureFixture[str], report: Path) -> None:
    import getpass
    import socket

    _, out, _ = hipaaguard(capsys, "show-data", "report.html", "--json")
    page = Path("report.html").read_text() + out
    for private in (socket.gethostname(), getpass.getuser(), str(Path.home())):
        # Words that every page has anyway say nothing about anyone.
        if private not in ("root", "user", "localhost", "vm"):
            assert not re.search(rf"\b{re.escape(private)}\b", page), private


def test_policy_commands(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = hipaaguard(capsys, "policy", "list")
    assert code == 0
    assert "home-office" in out
    _, out, _ = hipaaguard(capsys, "policy", "show")
    for heading in ("Settings", "Checks", "Not covered", "Digest: "):
        assert heading in out
    _, out, _ = hipaaguard(capsys, "explain", "screen-lock-delay", "--replay", str(HEALTHY))
    assert "164.312(a)(2)(iii) Automatic logoff" in out
    assert "addressable" in out
    assert "How to put it right on this computer (Linux):" in out
    code, _, err = hipaaguard(capsys, "explain", "no-such-check")
    assert code == 1
    assert "screen-lock-delay" in err


def test_policy_check(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = TESTS.parent / "policies" / "home-office.yaml"
    code, out, _ = hipaaguard(capsys, "policy", "check", str(shipped))
    assert code == 0
    assert "is in order" in out
    Path("bad.yaml").write_text("id: bad\nid: worse\n")
    code, out, _ = hipaaguard(capsys, "policy", "check", "bad.yaml", "none.yaml", str(shipped))
    assert code == 1
    assert out.startswith("bad.yaml:2:1: ")
    assert "cannot read none.yaml" in out
    assert "is in order" in out


@pytest.mark.parametrize("name", ["no-such-policy", "no-such.yaml", "../../etc/passwd", ""])
def test_unknown_policy(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, _, err = hipaaguard(capsys, "audit", "--policy", name, "--replay", str(HEALTHY))
    assert code == 1
    assert "hipaaguard: error:" in err


@linux_only
def test_key_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("show", "export", "repair"):
        assert hipaaguard(capsys, "key", command)[0] == 1
    hipaaguard(capsys, "audit", "-o", "report.html")
    _, shown, _ = hipaaguard(capsys, "key", "show")
    fingerprint = re.search(r"Fingerprint: ((?:[0-9A-Z]{5}-){4}[0-9A-Z]{5})", shown)
    assert fingerprint
    code, _, _ = hipaaguard(capsys, "key", "export", "-o", "key.txt", "--label", "Jane's laptop")
    assert code == 0
    assert fingerprint[1] in Path("key.txt").read_text()
    code, out, _ = hipaaguard(capsys, "verify", "report.html", "--keyring", "key.txt")
    assert code == 0
    assert "Signed by Jane's laptop" in out
    _, exported, _ = hipaaguard(capsys, "key", "export")
    assert exported.splitlines()[-1].startswith("hipaaguard-ed25519 ")


# --- the command line itself ---


@pytest.mark.parametrize(
    "args",
    [
        ("--help",),
        ("audit", "--help"),
        ("facts", "--help"),
        ("evaluate", "--help"),
        ("record", "--help"),
        ("verify", "--help"),
        ("show-data", "--help"),
        ("policy", "--help"),
        ("explain", "--help"),
        ("attest", "--help"),
        ("decide", "--help"),
        ("key", "--help"),
        ("--version",),
    ],
)
def test_help(capsys: pytest.CaptureFixture[str], args: tuple[str, ...]) -> None:
    code, out, err = hipaaguard(capsys, *args)
    assert (code, err) == (0, "")
    assert out
    assert all(len(line) <= 100 for line in out.splitlines())


@pytest.mark.parametrize(
    "args", [("nonsense",), ("audit", "--nonsense"), ("verify",), ("evaluate",)]
)
def test_usage_errors(capsys: pytest.CaptureFixture[str], args: tuple[str, ...]) -> None:
    code, _, err = hipaaguard(capsys, *args)
    assert code == 2
    assert "Usage" in err


def test_a_fault_of_our_own_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hipaaguard.cli import context

    def fail(name: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(context, "the_policy", fail)
    code, _, err = hipaaguard(capsys, "policy", "show")
    assert code == 1
    assert "a fault of HipaaGuard's own (ZeroDivisionError)" in err
    with pytest.raises(ZeroDivisionError):
        run(["--debug", "policy", "show"])


def test_a_reader_that_goes_away_is_no_fault() -> None:
    script = f'"{sys.executable}" -m hipaaguard policy show | head -n 1'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_module_and_command_are_the_same() -> None:
    command = [sys.executable, "-m", "hipaaguard", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("hipaaguard, version ")


def in_shell(args: str, streams: str) -> subprocess.CompletedProcess[str]:
    script = f'exec "{sys.executable}" -m hipaaguard {args} {streams}'
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)


@linux_only
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(streams: str) -> None:
    done = in_shell(f'audit --replay "{HEALTHY}"', streams)
    assert done.returncode in (0, 10, 11)
    assert done.stderr == ""


@linux_only
def test_full_disk_behind_standard_output() -> None:
    done = in_shell("policy show", ">/dev/full")
    assert done.returncode == 1
    assert done.stderr == "hipaaguard: error: the system refused to go on: the disk is full\n"


@linux_only
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_end_asked_for_by_the_system_is_kept_to(name: str) -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "from hipaaguard.cli import context, main\n"
        "def wait(name): print('now', flush=True); signal.sigtimedwait([], 30)\n"
        "context.the_policy = wait; main()"
    )
    argv = [sys.executable, "-c", code, "policy", "show"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"now\n"
        process.send_signal(getattr(signal, name))
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert err.strip() == b"hipaaguard: stopped; nothing was left half-written"


@linux_only
def test_home_that_nobody_can_tell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home(*args: object, **options: object) -> Path:
        raise RuntimeError

    monkeypatch.delenv("HIPAAGUARD_DATA_FOLDER")
    monkeypatch.setattr("platformdirs.user_data_path", no_home)
    code, _, err = hipaaguard(capsys, "key", "show")
    assert code == 1
    assert "cannot tell which folder is your home folder" in err
    assert "--data-folder" in err


@linux_only
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="needs root to be sudo")
@pytest.mark.parametrize("command", ["audit", "record -o new", "key show"])
def test_sudo_by_a_user_that_does_not_exist(command: str) -> None:
    done = with_sudo("3999999", command)
    assert done.returncode == 1
    assert "(number 3999999) is not a user of this computer" in done.stderr


@linux_only
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="needs root to be sudo")
def test_roots_key_is_not_that_of_who_called_sudo(tmp_path: Path) -> None:
    roots = {"XDG_DATA_HOME": str(tmp_path)}
    KeyStore(tmp_path / "hipaaguard").load_or_make()
    assert with_sudo("0", "key show", **roots).returncode == 0
    done = with_sudo("1", "key show", **roots)
    assert done.returncode == 1
    assert "no signing key yet" in done.stderr


def with_sudo(uid: str, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {name: it for name, it in os.environ.items() if name != "HIPAAGUARD_DATA_FOLDER"}
    argv = [sys.executable, "-m", "hipaaguard", *command.split()]
    environ |= {"SUDO_UID": uid, **more}
    return subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
