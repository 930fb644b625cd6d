"""`docs/support.md`: which fact is known of which version of Windows and macOS, with which rights.

Linux differs by desktop and package manager rather than by version; `docs/platforms.md` has that.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hipaaguard.collect.recorded import Refusal  # noqa: E402
from hipaaguard.collect.recording import read_recording  # noqa: E402
from hipaaguard.facts import FACTS, split_key  # noqa: E402
from hipaaguard.model import Platform  # noqa: E402
from hipaaguard.words import PLATFORM_NAMES  # noqa: E402

RECORDINGS = ROOT / "tests" / "recordings"
VERSIONS: Mapping[Platform, tuple[str, ...]] = {
    Platform.WINDOWS: ("Windows 7", "Windows 8.1", "Windows 10", "Windows 11", "Windows Server"),
    Platform.MACOS: ("macOS 12", "macOS 13", "macOS 14", "macOS 15", "macOS 26"),
}
"""The columns of each system; a recording's `system` begins with one of them."""

RIGHTS = ("user", "administrator")


@dataclass
class Cell:
    """The recordings that state a fact on one version with some rights."""

    observed: list[str] = field(default_factory=list)
    unavailable: list[str] = field(default_factory=list)


Matrix = Mapping[tuple[str, str, str], Cell]
"""Cells by fact, version and rights."""


def version_of(platform: Platform, system: str) -> str:
    """The column of a recording's `system`; raises `ValueError` for one that has none."""
    for name in VERSIONS[platform]:
        if re.match(rf"{re.escape(name)}(\s|\.|$)", system):
            return name
    raise ValueError(f"{system!r} is none of the known versions of {platform}")


def matrix(platform: Platform) -> Matrix:
    """What the project's recordings of this system state."""
    found: dict[tuple[str, str, str], Cell] = defaultdict(Cell)
    for path in sorted((RECORDINGS / platform).glob("*/recording.yaml")):
        recorded = read_recording(path.parent).recorded
        version = version_of(platform, recorded.system)
        rights = RIGHTS[recorded.elevated]
        for key, value in recorded.facts.items():
            cell = found[split_key(key)[0], version, rights]
            place = cell.unavailable if isinstance(value, Refusal) else cell.observed
            place.append(path.parent.name)
    return found


HEAD = """# Windows and macOS: what is known where

For every fact and every version of the system, how many recorded machines in `tests/recordings/`
state it: run by an ordinary user, and run with administrator rights. `5+3` means five recordings
that state a value and three in which it cannot be told; an empty cell means that no recording tries
it. The recordings behind each number are listed below each table.

These recordings are written by hand in the shape of real outputs, because the project has no such
machine at hand. This page is made by `make docs`.
"""


def page() -> str:
    """The matrices as a Markdown page."""
    parts = [HEAD]
    for platform, versions in VERSIONS.items():
        found = matrix(platform)
        facts = [name for name, spec in FACTS.items() if platform in spec.platforms]
        parts += [f"## {PLATFORM_NAMES[platform]}\n", _table(facts, versions, found)]
        parts += ["### Recordings\n", _lists(facts, versions, found)]
    return "\n".join(parts)


def _table(facts: list[str], versions: tuple[str, ...], found: Matrix) -> str:
    columns = [(version, rights) for version in versions for rights in RIGHTS]
    head = " | ".join(f"{version}, {rights}" for version, rights in columns)
    lines = [f"| fact | {head} |", f"|{'---|' * (len(columns) + 1)}"]
    for fact in facts:
        cells = " | ".join(_say(found.get((fact, *column))) for column in columns)
        lines.append(f"| `{fact}` | {cells} |")
    return "\n".join(lines) + "\n"


def _say(cell: Cell | None) -> str:
    return f"{len(cell.observed)}+{len(cell.unavailable)}" if cell else ""


def _lists(facts: list[str], versions: tuple[str, ...], found: Matrix) -> str:
    lines = []
    for fact in facts:
        names = {
            name
            for version in versions
            for rights in RIGHTS
            for cell in [found.get((fact, version, rights), Cell())]
            for name in (*cell.observed, *cell.unavailable)
        }
        lines.append(f"- `{fact}`: {', '.join(sorted(names)) or 'none'}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
