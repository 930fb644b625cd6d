"""The catalogue page of policies, checks, questions and mappings, made from the files."""

from collections.abc import Iterator

from hipaaguard.model import Citation
from hipaaguard.policy import library
from hipaaguard.policy.family import Family, shipped_family
from hipaaguard.policy.library import shipped
from hipaaguard.policy.load import load_shipped
from hipaaguard.policy.mappings import CATALOGUES, topics
from hipaaguard.policy.nouns import Basis, Check, Setting
from hipaaguard.policy.questions import questions
from hipaaguard.words import PLATFORM_NAMES, say_value

_HEAD = """# Policies

What comes with HipaaGuard: policies, the checks that they select, the questions that they ask, and
what the checks mean in other catalogues. This page is made from the files in this folder by
`make docs`; `make policies-check` tries them all.

A practice writes its own policy with `extends: home-office`, its settings, and what it adds or
leaves out. `hipaaguard policy show FILE --against home-office` says in words what is stricter and
what is looser, and each report says it too.
"""


def page() -> str:
    """The page, Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield from _policies()
    yield "## Checks"
    yield ""
    for name in library.family_names():
        yield from _family(shipped_family(name))
    yield from _questions()
    yield from _mappings()


def _policies() -> Iterator[str]:
    yield "## Policies"
    yield ""
    yield "| Policy | Version | Begins with | Checks | Questions | What it is for |"
    yield "|---|---|---|---|---|---|"
    for name in shipped():
        policy = load_shipped(name)
        label = " **Proposed, not in force.**" if policy.basis is Basis.PROPOSED else ""
        yield (
            f"| `{name}` | {policy.version} | {policy.extends or '-'} | {len(policy.checks)} | "
            f"{len(policy.questions)} | {policy.description}{label} |"
        )
    yield ""
    for name in shipped():
        policy = load_shipped(name)
        if policy.extends:
            yield f"### How `{name}` differs from {policy.extends}"
            yield ""
            yield from (f"- {sentence}" for sentence in policy.differs)
            yield ""


def _family(family: Family) -> Iterator[str]:
    yield f"### {family.title}"
    yield ""
    for setting in family.settings.values():
        yield from _setting(setting)
    if family.settings:
        yield ""
    for located in family.checks.values():
        yield from _check(located.check)


def _setting(setting: Setting) -> Iterator[str]:
    default = say_value(setting.default, setting.unit) or "nothing"
    bounds = ""
    if setting.minimum is not None and setting.maximum is not None:
        low, high = (say_value(it, setting.unit) for it in (setting.minimum, setting.maximum))
        bounds = f", from {low} to {high}"
    if setting.choices:
        bounds = f", one of {', '.join(setting.choices)}"
    yield f"- Setting `{setting.name}` = {default}{bounds}. {setting.meaning} {setting.source}"


def _check(check: Check) -> Iterator[str]:
    systems = ", ".join(PLATFORM_NAMES[it] for it in check.platforms)
    yield f"#### `{check.check_id}`: {check.title}"
    yield ""
    yield f"{check.why} Severity: {check.severity}. Systems: {systems}."
    yield ""
    yield from (f"- {_cited(citation)}" for citation in check.citations)
    yield from (f"- {source}" for source in check.sources)
    yield ""


def _cited(citation: Citation) -> str:
    return (
        f"45 CFR {citation.provision} {citation.title} "
        f"({citation.designation}; {citation.role} to this check)"
    )


def _questions() -> Iterator[str]:
    yield "## Questions"
    yield ""
    yield "| Question | Asked | Counts for | 45 CFR | Source |"
    yield "|---|---|---|---|---|"
    for question in questions().values():
        cited = [citation.provision for citation in question.citations]
        also = [provision.removeprefix("45 CFR ") for provision in question.also]
        yield (
            f"| `{question.question_id}` | {question.asks} | "
            f"{say_value(question.valid_days, 'days')} | {', '.join((*cited, *also))} | "
            f"{question.source} |"
        )
    yield ""


def _mappings() -> Iterator[str]:
    yield "## Other catalogues"
    yield ""
    yield (
        "A help to find the place, which decides nothing. Identifiers marked with * stand in rules "
        "of NIST's macOS Security Compliance Project; all others are our own choice. The rule "
        "proposed on 6 January 2025 (90 FR 898) is **not in force**."
    )
    yield ""
    yield f"| Check | {' | '.join(CATALOGUES.values())} | Proposed, not in force |"
    yield f"|---{'|---' * (len(CATALOGUES) + 1)}|"
    for check_id, topic in topics().items():
        cells = []
        for key in CATALOGUES:
            place = topic.places.get(key)
            mark = "*" if place and place.basis == "nist" else ""
            cells.append(", ".join(f"{it}{mark}" for it in place.ids) if place else "-")
        yield f"| `{check_id}` | {' | '.join(cells)} | {', '.join(topic.proposed)} |"
