"""The real thing, on the machine that runs the tests: audit, sign, verify, touch nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hipaaguard.facts import FACTS
from hipaaguard.model import Platform
from tests.conftest import ROOT, TESTS, needs

if sys.platform != "linux":
    pytest.skip("needs Linux to look at", allow_module_level=True)

HIPAAGUARD = (sys.executable, "-m", "hipaaguard")
NOBODY = 65534
# apt makes and removes files of its own in the folder for temporary files.
TEMPORARY = re.compile(r'"/tmp["/]')
# What a trace of system calls shows of a socket that leaves the machine.
INTERNET = re.compile(r"(connect|sendto|sendmsg)\(.*sa_family=AF_INET6?\b")


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(folder), "HIPAAGUARD_DATA_FOLDER": str(folder / "data")}


def audit(folder: Path, *prefix: str) -> subprocess.CompletedProcess[str]:
    command = [*prefix, *HIPAAGUARD, "audit", "-o", str(folder / "report.html")]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(folder), cwd=folder
    )


def test_no_network_traffic(tmp_path: Path) -> None:
    needs("strace")
    trace = tmp_path / "trace"
    done = audit(tmp_path, "strace", "-f", "-qq", "-e", "trace=network", "-o", str(trace))
    assert done.returncode in (0, 10, 11), done.stderr
    calls = trace.read_text()
    assert "AF_" in calls, "the trace shows no socket at all, not even a local one"
    assert [line for line in calls.splitlines() if INTERNET.search(line)] == []


def test_nothing_is_written_elsewhere(tmp_path: Path) -> None:
    needs("strace")
    trace = tmp_path / "trace"
    calls = "trace=openat,open,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
    done = audit(tmp_path, "strace", "-f", "-qq", "-y", "-e", calls, "-o", str(trace))
    assert done.returncode in (0, 10, 11), done.stderr
    written = [line for line in trace.read_text().splitlines() if writes(line)]
    allowed = (str(tmp_path), "/dev/null", "/dev/tty", "__pycache__")
    assert [line for line in written if not any(word in line for word in allowed)] == []


def writes(line: str) -> bool:
    """Whether a call succeeded that makes, changes, renames or removes a file."""
    if re.search(r" = -1 E", line) or "resumed" in line:
        return False
    if re.search(r"\b(rename|unlink|mkdir|creat)", line):
        return not TEMPORARY.search(line)
    opened = re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", line)
    return opened is not None and not TEMPORARY.search(line)


def facts(folder: Path) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        [*HIPAAGUARD, "facts", "--all", "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(folder),
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)["facts"]
    return found


def check_every_fact(found: dict[str, dict[str, object]]) -> None:
    assert set(found) >= {
        name
        for name, spec in FACTS.items()
        if Platform.LINUX in spec.platforms and not spec.parameter
    }
    for key, fact in found.items():
        assert ("value" in fact) != ("unavailable" in fact), key
        assert fact["source"], key
        assert fact.get("unavailable") != "internal-error", key
        assert "value" in fact or fact["detail"], key


def test_every_fact_has_a_value_or_a_reason(tmp_path: Path) -> None:
    check_every_fact(facts(tmp_path))


# The first run, as root, imports all that the second needs: an unprivileged user may not be able to
# read the folders of the Python that root uses.
AS_NOBODY = """
import contextlib, io, os, sys
from hipaaguard.cli import run
with contextlib.redirect_stdout(io.StringIO()):
    run(["facts", "--all", "--json"])
os.setgroups([])
os.setgid({uid})
os.setuid({uid})
sys.exit(run(["facts", "--all", "--json"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_every_fact_has_a_value_or_a_reason_without_rights() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("hipaaguard", "policies"):
            shutil.copytree(ROOT / part, folder / part)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY.format(uid=NOBODY)],
            capture_output=True,
            text=True,
            check=False,
            env=environment(folder) | {"PYTHONPATH": name, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd="/",
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["facts"]
    check_every_fact(found)
    assert found["firewall.default_inbound_v4"]["unavailable"] == "not-permitted"
    assert "sudo" in found["firewall.default_inbound_v4"]["settle"]


@pytest.mark.parametrize("code_page", ["cp437", "cp932", "ascii"])
def test_what_goes_into_a_pipe_is_utf8_whatever_the_code_page(
    tmp_path: Path, code_page: str
) -> None:
    machine = TESTS / "recordings" / "windows" / "machine-home-good"
    done = subprocess.run(
        [*HIPAAGUARD, "audit", "--replay", str(machine), "--full"],
        capture_output=True,
        check=False,
        env=environment(tmp_path) | {"PYTHONIOENCODING": code_page},
        cwd="/",
    )
    assert done.returncode == 11, done.stderr  # nobody answered the questions
    assert "“Addressable” does not mean" in done.stdout.decode("utf-8")
