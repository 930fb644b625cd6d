"""What the tests make of the corpus of real outputs, by the folder of each command.

Each module of this folder answers for some folders of the corpus with `READERS` or `UNUSED`:

- `READERS`: the folder's name to a function that is given each of its cases, runs the collectors'
  own parser over it and asserts that what comes out agrees with what the index states.
- `UNUSED`: the folder's name to why no collector reads that output; one sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import CORPUS


@dataclass(frozen=True)
class Case:
    """One recorded output: where it is, and what its index says with certainty."""

    path: Path
    entry: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def facts(self) -> dict[str, Any]:
        return self.entry.get("facts") or {}

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()

    @property
    def text(self) -> str:
        return self.data.decode()


Reader = Callable[[Case], None]


def folders(platform: str) -> list[str]:
    """The names of the corpus' folders for a platform; empty without the corpus."""
    return sorted(path.parent.name for path in (CORPUS / platform).glob("*/INDEX.yaml"))


def cases(platform: str, folder: str) -> list[Case]:
    """A folder's cases, in the order of its index."""
    place = CORPUS / platform / folder
    index = yaml.safe_load((place / "INDEX.yaml").read_text())
    return [Case(place / entry["file"], entry) for entry in index["cases"]]
