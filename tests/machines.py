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


def report_of(machine: Path) -> tuple[int, str]:
    """The exit code, and the whole report at a width of 80 columns."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), _columns("80"):
        code = run(["audit", "--replay", str(machine), "--full"])
    return code, out.getvalue()


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
