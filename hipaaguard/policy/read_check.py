"""Checks out of a policy file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hipaaguard.errors import ParseError
from hipaaguard.facts import check_value
from hipaaguard.model import (
    Citation,
    Designation,
    Platform,
    Reason,
    Role,
    Severity,
    Status,
    Unavailable,
)
from hipaaguard.policy import fields
from hipaaguard.policy.node import Mapping as Fields
from hipaaguard.policy.node import Node
from hipaaguard.policy.nouns import Check, Example, GivenFact, GivenSetting
from hipaaguard.policy.read_condition import (
    Grammar,
    Settings,
    check_sentence,
    fact_kind_at,
    read_condition,
)
from hipaaguard.policy.read_fix import read_fix
from hipaaguard.policy.read_setting import read_value

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Evidence(StrEnum):
    """Who can show anything of a provision."""

    MACHINE = "machine"
    PEOPLE = "people"
    BOTH = "both"
    ELSEWHERE = "elsewhere"
    SELDOM = "seldom"


@dataclass(frozen=True, slots=True)
class Provision:
    """A standard or an implementation specification of 45 CFR 164.308 to 164.316.

    Attributes:
        title: the rule's own heading.
        designation: what the rule calls it.
        evidence: who can show anything of it.
    """

    title: str
    designation: Designation
    evidence: Evidence


Provisions = Mapping[str, Provision]
"""Title and designation of every provision of the rule, by paragraph."""


@dataclass(frozen=True, slots=True)
class Located:
    """A check and where it stands."""

    check: Check
    node: Node


def read_check(node: Node, settings: Settings, provisions: Provisions) -> Located:
    """The check that a mapping says, every name and type checked; its examples have not been run.

    Args:
        node: the mapping.
        settings: the settings that it can use.
        provisions: the provisions that it can cite.

    Returns:
        The check with its place.

    Raises:
        PolicyError: Not a check.
    """
    found = node.mapping(fields.CHECK.required, fields.CHECK.optional)
    platforms = _platforms(found["platforms"])
    when_node = found.get("when")
    check = Check(
        check_id=found["id"].name(ID, "screen-lock-delay"),
        title=found["title"].text(),
        looks_at=found["looks_at"].text(),
        why=found["why"].sentence(),
        severity=found["severity"].word(Severity),
        platforms=platforms,
        when=read_condition(when_node, Grammar(settings, "otherwise")) if when_node else None,
        needs=_needs(found, settings),
        expect=read_condition(found["expect"], Grammar(settings, "found")),
        met=found["met"].sentence(),
        fix=read_fix(found["fix"], platforms),
        changes=_sentence(found, "changes"),
        undo=_sentence(found, "undo"),
        citations=read_citations(found["citations"], provisions),
        sources=found.sentences("sources"),
        examples=(),
    )
    _check_sentences(found, check, settings)
    return Located(_with_examples(check, found["examples"], settings), node)


def _with_examples(check: Check, node: Node, settings: Settings) -> Check:
    keys = {key.partition("(")[0] for key in (*check.when_keys(), *check.expect_keys())}
    examples = tuple(_example(item, keys, settings) for item in node.items())
    return replace(check, examples=examples)


def _platforms(node: Node) -> tuple[Platform, ...]:
    node.texts()  # refuses one that stands there twice
    return tuple(item.word(Platform) for item in node.items())


def _needs(found: Fields, settings: Settings) -> tuple[str, ...]:
    node = found.get("needs")
    if node is None:
        return ()
    for item in node.items():
        fact_kind_at(item.text(), item, settings)
    return node.texts()


def _sentence(found: Fields, key: str) -> str:
    node = found.get(key)
    return node.sentence() if node else ""


def read_citations(node: Node, provisions: Provisions) -> tuple[Citation, ...]:
    """The provisions that a mapping cites, primary ones first.

    Args:
        node: a mapping of paragraphs to roles.
        provisions: those that can be cited.

    Returns:
        The citations.

    Raises:
        PolicyError: An unknown paragraph or role.
    """
    found: list[Citation] = []
    for provision, role in node.entries().items():
        if provision not in provisions:
            raise role.refused(
                f"{provision[:60]!r} is not a provision of 45 CFR 164.308 to 164.316"
            )
        row = provisions[provision]
        found.append(Citation(provision, row.title, row.designation, role.word(Role)))
    order = list(Role)
    return tuple(sorted(found, key=lambda citation: order.index(citation.role)))


def _check_sentences(found: Fields, check: Check, settings: Settings) -> None:
    early, all_keys = set(check.when_keys()), {*check.when_keys(), *check.expect_keys()}
    check_sentence(found["met"], check.met, all_keys, settings)
    when = found.get("when")
    if when:
        _check_said(when, "otherwise", early, settings)
    _check_said(found["expect"], "found", all_keys, settings)


def _check_said(node: Node, word: str, keys: set[str], settings: Settings) -> None:
    """Checks every sentence below a condition, at its own place."""
    if isinstance(node.data, list):
        for item in node.items():
            _check_said(item, word, keys, settings)
    elif isinstance(node.data, dict):
        for key, entry in node.entries().items():
            if key == word:
                check_sentence(entry, entry.sentence(), keys, settings)
            else:
                _check_said(entry, word, keys, settings)


def _example(node: Node, names: set[str], settings: Settings) -> Example:
    found = node.mapping(fields.EXAMPLE.required, fields.EXAMPLE.optional)
    says = found.get("says")
    facts = found["facts"]
    given = found.get("settings")
    return Example(
        outcome=found["outcome"].word(Status),
        facts=()
        if facts.data == {}
        else tuple(_given_fact(key, entry, names) for key, entry in facts.entries().items()),
        settings=tuple(
            _given_setting(name, entry, settings) for name, entry in given.entries().items()
        )
        if given
        else (),
        says=says.sentence() if says else "",
    )


def _given_fact(key: str, node: Node, names: set[str]) -> GivenFact:
    if key.partition("(")[0] not in names:
        raise node.refused(f"this check does not look at {key[:60]!r}")
    if isinstance(node.data, dict):
        gap = node.mapping(fields.UNAVAILABLE.required, fields.UNAVAILABLE.optional)
        detail = gap.get("detail")
        return GivenFact(
            key, Unavailable(gap["unavailable"].word(Reason), detail.text() if detail else "")
        )
    try:
        return GivenFact(key, check_value(key, node.data))
    except ParseError as error:
        raise node.refused(str(error)) from error


def _given_setting(name: str, node: Node, settings: Settings) -> GivenSetting:
    if name not in settings:
        raise node.refused(f"there is no setting named {name[:60]!r}")
    return GivenSetting(name, read_value(node, settings[name]))
