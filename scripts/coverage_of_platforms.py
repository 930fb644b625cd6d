"""`make coverage-of-platforms`: the page of what every fact is backed by, `docs/platforms.md`.

Counts the recordings that state a fact, by the fact and by the variant of the machine (its desktop,
its package manager, …), and by what they state: observed (and for yes-or-no facts which), or
unavailable. A variant is found by asking the collectors, never by the recording's name.
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hipaaguard.collect import collect, probes  # noqa: E402
from hipaaguard.collect.host import Host  # noqa: E402
from hipaaguard.collect.linux.screen_lock.probe import READERS  # noqa: E402
from hipaaguard.collect.linux.updates.probe import COLLECTORS, find_manager  # noqa: E402
from hipaaguard.collect.recorded import Recorded, Refusal  # noqa: E402
from hipaaguard.collect.recording import read_recording  # noqa: E402
from hipaaguard.collect.replay import ReplayHost  # noqa: E402
from hipaaguard.facts import FACTS, FactType, split_key  # noqa: E402
from hipaaguard.model import Platform, Unavailable  # noqa: E402
from hipaaguard.words import PLATFORM_NAMES  # noqa: E402

RECORDINGS = ROOT / "tests" / "recordings"
ANY = "any"
"""The one variant of a family that is collected in the same way everywhere."""


@dataclass
class Cell:
    """How many recordings state what of one fact on one variant."""

    yes: int = 0
    no: int = 0
    unavailable: int = 0

    @property
    def observed(self) -> int:
        """Recordings that state a value."""
        return self.yes + self.no

    def lacks(self, kind: FactType) -> tuple[str, ...]:
        """What no recording states: `yes`, `no`, `value`, `unavailable`."""
        wanted = {"value": self.observed, "unavailable": self.unavailable}
        if kind is FactType.BOOL:
            wanted = {"yes": self.yes, "no": self.no, "unavailable": self.unavailable}
        return tuple(name for name, count in wanted.items() if not count)


@dataclass
class Matrix:
    """Cells by fact and variant, of one platform."""

    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, fact: str, variant: str) -> Cell:
        """The cell, empty where no recording states anything."""
        return self.cells.setdefault((fact, variant), Cell())


def _desktop(host: Host, recorded: Recorded) -> str:
    return _text(host, recorded, "screen_lock.desktop")


def _manager(host: Host, recorded: Recorded) -> str:
    del recorded
    found = find_manager(host)
    return ANY if isinstance(found, Unavailable) else found


def _text(host: Host, recorded: Recorded, key: str) -> str:
    value = collect(host, [key], recorded.taken_at).facts[0].value
    return value if isinstance(value, str) else ANY


VARIANT_OF: Mapping[Platform, Mapping[str, Callable[[Host, Recorded], str]]] = {
    Platform.LINUX: {"screen_lock": _desktop, "updates": _manager}
}
"""By family, what tells a machine's variant; a family that is not here has none."""

VARIANTS: Mapping[Platform, Mapping[str, tuple[str, ...]]] = {
    Platform.LINUX: {"screen_lock": tuple(READERS), "updates": tuple(COLLECTORS)}
}
"""By family, the variants that its collectors promise to read."""

# Facts that are told before, or apart from, their family's variant.
SAME_EVERYWHERE = frozenset(
    {"screen_lock.desktop", "updates.apps_automatic", "updates.apps_pending"}
)


def variants(platform: Platform, fact: str) -> tuple[str, ...]:
    """The variants on which the dictionary promises the fact."""
    family = fact.partition(".")[0]
    if fact in SAME_EVERYWHERE:
        return (ANY,)
    return VARIANTS.get(platform, {}).get(family, (ANY,))


def matrix(platform: Platform) -> Matrix:
    """What the project's recordings state."""
    found = Matrix()
    for path in sorted((RECORDINGS / platform).glob("*/recording.yaml")):
        recording = read_recording(path.parent)
        host = ReplayHost(recording)
        known: dict[str, str] = {}
        for key, value in recording.recorded.facts.items():
            fact = split_key(key)[0]
            family = fact.partition(".")[0]
            if family not in known:
                tell = VARIANT_OF.get(platform, {}).get(family)
                known[family] = tell(host, recording.recorded) if tell else ANY
            variant = ANY if fact in SAME_EVERYWHERE else known[family]
            _count(found.cell(fact, variant), value)
    return found


def _count(cell: Cell, value: object) -> None:
    if isinstance(value, Refusal):
        cell.unavailable += 1
    elif value is False:
        cell.no += 1
    else:
        cell.yes += 1


HEAD = """# Platforms

What backs each fact: the number of recorded machines in `tests/recordings/` that state it, by
system and variant. For a yes-or-no fact, `3+ 2- 4?` means that three recordings state yes, two no,
and four that it cannot be told; for other facts `5= 4?` means that five state a value.

This page is made by `make docs`.
"""


def page() -> str:
    """The matrices as a Markdown page."""
    parts = [HEAD]
    for platform in Platform:
        if not probes(platform):
            continue
        parts.append(f"## {PLATFORM_NAMES[platform]}\n")
        parts += _tables(platform, matrix(platform))
    return "\n".join(parts)


def _tables(platform: Platform, found: Matrix) -> list[str]:
    facts = [name for name, spec in FACTS.items() if platform in spec.platforms]
    columns = Counter(variants(platform, fact) for fact in facts)
    tables = []
    for names in sorted(columns, key=lambda names: (len(names), names)):
        rows = [fact for fact in facts if variants(platform, fact) == names]
        tables.append(_wide(rows, names, found) if names != (ANY,) else _narrow(rows, found))
    return tables


def _narrow(facts: list[str], found: Matrix) -> str:
    rows = "".join(f"| `{fact}` | {_say(found.cell(fact, ANY), fact)} |\n" for fact in facts)
    return f"| fact | recordings |\n|---|---|\n{rows}"


def _wide(facts: list[str], names: tuple[str, ...], found: Matrix) -> str:
    # Variants go down, because there are more of them than facts.
    short = [fact.partition(".")[2] for fact in facts]
    family = facts[0].partition(".")[0]
    head = f"| {family} | {' | '.join(short)} |\n|{'---|' * (len(facts) + 1)}\n"
    return head + "".join(
        f"| {name} | {' | '.join(_say(found.cell(fact, name), fact) for fact in facts)} |\n"
        for name in sorted(names)
    )


def _say(cell: Cell, fact: str) -> str:
    parts = [(cell.observed, "=")]
    if FACTS[fact].type is FactType.BOOL:
        parts = [(cell.yes, "+"), (cell.no, "-")]
    parts.append((cell.unavailable, "?"))
    return " ".join(f"{count}{sign}" for count, sign in parts)


if __name__ == "__main__":
    sys.stdout.write(page())
