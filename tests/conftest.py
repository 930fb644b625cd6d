"""What many tests share: a fixed time and the host that replays a recording."""

from datetime import UTC, datetime
from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
CORPUS = ROOT.parent / "shared" / "corpus"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
