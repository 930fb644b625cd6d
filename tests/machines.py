"""The reports of the whole machines among the recordings, as `audit --replay` prints them.

`make docs` rewrites `tests/golden/machines/` from them.
"""

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from hipaaguard.cli import run
from tests.conftest import TESTS

MACHINES = sorted(path.parent for path in (TESTS / "recordings").glob("*/machine-*/recording.yaml"))


def name_of(machine: Path) -> str:
    """As `windows/machine-home-good`."""
    return f"{machine.parent.name}/{machine.name}"


def report_of(machine: Path, policy: str = "home-office") -> tuple[int, str]:
    """The exit code, and the whole report at a width of 80 columns."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), _columns("80"):
        code = run(["audit", "--replay", str(machine), "--full", "--policy", policy])
    return code, out.getvalue()


PRACTICE = TESTS / "policies-derived" / "practice.yaml"
"""A policy as a practice would derive it."""
ONE = TESTS / "recordings" / "windows" / "machine-managed-bad"
"""The machine that is judged by several policies."""


def by_policy() -> Mapping[str, bytes]:
    """The reports of one machine by several policies, by file name."""
    policies = ("home-office", "home-office-strict", "view-only", "proposed-rule-2025", "minimal")
    found = {f"{name}.txt": report_of(ONE, name)[1].encode() for name in policies}
    return {**found, "practice.txt": report_of(ONE, str(PRACTICE))[1].encode()}


def golden() -> Mapping[str, bytes]:
    """The reports by file name."""
    return {golden_name(machine): report_of(machine)[1].encode() for machine in MACHINES}


def golden_name(machine: Path) -> str:
    """As `windows-home-good.txt`."""
    return f"{machine.parent.name}-{machine.name.removeprefix('machine-')}.txt"


@contextlib.contextmanager
def _columns(width: str) -> Iterator[None]:
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = width
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
