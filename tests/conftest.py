"""What many tests share: a fixed time and the host that replays a recording."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
CORPUS = ROOT.parent / "shared" / "corpus"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def needs(program: str) -> None:
    """Skips a test without a program that it needs; in CI its absence is a failure."""
    if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
        assert "CI" not in os.environ, f"CI must have {program}: scripts/install-test-tools"
        pytest.skip(f"needs {program}")
