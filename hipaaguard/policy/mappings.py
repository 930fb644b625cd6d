"""What checks mean in other catalogues: a help to find the place there, which decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from hipaaguard.policy import library
from hipaaguard.policy.family import document
from hipaaguard.policy.node import Node

CATALOGUES = MappingProxyType(
    {
        "nist_800_53r5": "NIST SP 800-53 Rev. 5",
        "nist_800_171r3": "NIST SP 800-171 Rev. 3",
        "nist_csf_2_0": "NIST CSF 2.0",
        "cis_v8_1": "CIS Controls v8.1",
        "hph_cpg": "HHS goals for health care (HPH CPG)",
    }
)
"""The catalogues, in the order of the tables."""


class Rests(StrEnum):
    """On what a mapping rests."""

    NIST = "nist"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a catalogue speaks of what a check looks at, and on what that rests."""

    ids: tuple[str, ...]
    basis: Rests


@dataclass(frozen=True, slots=True)
class Topic:
    """What one subject means elsewhere.

    Attributes:
        name: the subject.
        proposed: paragraphs of the rule proposed in 2025, which is not in force.
        places: by catalogue.
    """

    name: str
    proposed: tuple[str, ...]
    places: Mapping[str, Place]


@cache
def topics() -> Mapping[str, Topic]:
    """The subject of every mapped check, by check id."""
    return read_topics(library.mappings_text(), "mappings.yaml")


def read_topics(text: bytes, name: str) -> Mapping[str, Topic]:
    """The subjects that a file says, by check id.

    Args:
        text: YAML, UTF-8.
        name: the file's name, for messages.

    Returns:
        The subject of every check that it names.

    Raises:
        PolicyError: Not such a file; the text begins with `file:line:column`.
    """
    node = document(text, name)
    found: dict[str, Topic] = {}
    for subject, entry in node.mapping(("topics",))["topics"].entries().items():
        row = entry.mapping(("checks", "proposed"), tuple(CATALOGUES))
        places = {key: _place(row[key]) for key in CATALOGUES if row.get(key)}
        topic = Topic(subject, row["proposed"].texts(), MappingProxyType(places))
        for item in row["checks"].items():
            if item.text() in found:
                raise item.refused(f"{item.text()!r} has two subjects")
            found[item.text()] = topic
    return MappingProxyType(found)


def _place(node: Node) -> Place:
    row = node.mapping(("basis", "ids"))
    return Place(row["ids"].texts(), row["basis"].word(Rests))


def topic_of(check_id: str) -> Topic | None:
    """The subject of a check, or None when it has none."""
    if check_id.startswith("software-"):
        return topics().get("software")
    return topics().get(check_id)


def proposed_by(check_id: str) -> tuple[str, ...]:
    """The paragraphs of the proposed rule that a check would support, each labelled as such."""
    topic = topic_of(check_id)
    if topic is None:
        return ()
    return tuple(f"45 CFR {it} (proposed, not in force; 90 FR 898)" for it in topic.proposed)
