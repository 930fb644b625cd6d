"""Which paragraphs of the Security Rule a policy looks at, and who can show anything of the others.

A paragraph that is looked at is not thereby met: a check sees a part of what the paragraph asks.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.model import Designation, Role
from hipaaguard.policy.family import provisions
from hipaaguard.policy.library import shipped
from hipaaguard.policy.load import load_shipped
from hipaaguard.policy.nouns import Policy
from hipaaguard.policy.question import Question
from hipaaguard.policy.read_check import Evidence


class Coverage(StrEnum):
    """How a policy deals with a paragraph."""

    OBSERVED = "observed"
    """A check looks at a part of it."""
    ATTESTED = "attested"
    """A person stated something of it."""
    TOUCHED = "touched"
    """A check bears on it, and looks at something else first."""
    NOT_LOOKED_AT = "not looked at"
    """A computer can show something of it, and this policy does not look."""
    PEOPLE = "people"
    """Only people can say anything of it."""
    ELSEWHERE = "elsewhere"
    """Only the practice's own records show it."""
    SELDOM = "seldom"
    """It usually does not apply to somebody who works alone at home."""


MEANINGS = {
    Coverage.OBSERVED: "A part of it is looked at on the computer.",
    Coverage.ATTESTED: "A person answers for a part of it; HipaaGuard does not see it.",
    Coverage.TOUCHED: "A check bears on it, but looks at something else first.",
    Coverage.NOT_LOOKED_AT: "A computer can show a part of it; this policy does not look.",
    Coverage.PEOPLE: "Only people can answer for it, and nobody was asked or has answered.",
    Coverage.ELSEWHERE: "Only the practice's own records show it, not this tool.",
    Coverage.SELDOM: "It usually does not apply to a coder or biller at home.",
}

_WITHOUT_CHECKS = {
    Evidence.MACHINE: Coverage.NOT_LOOKED_AT,
    Evidence.BOTH: Coverage.NOT_LOOKED_AT,
    Evidence.PEOPLE: Coverage.PEOPLE,
    Evidence.ELSEWHERE: Coverage.ELSEWHERE,
    Evidence.SELDOM: Coverage.SELDOM,
}

_HEAD = """# Coverage

What each policy that comes with HipaaGuard looks at of 45 CFR 164.308 to 164.316: 22 standards and
46 implementation specifications. **A paragraph that is looked at is not thereby met.** A check sees
a part of what a paragraph asks, on one computer, at one time.

This page is made from `policies/` by `make docs`; `hipaaguard coverage --policy POLICY` prints the
same of any policy.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of the rule under a policy.

    Attributes:
        provision: its paragraph, as `164.312(a)(1)`.
        title: the rule's own heading.
        designation: what the rule calls it.
        coverage: how the policy deals with it.
        checks: ids of the checks that cite it, those first that support it directly.
        questions: ids of the questions that bear on it.
    """

    provision: str
    title: str
    designation: Designation
    coverage: Coverage
    checks: tuple[str, ...]
    questions: tuple[str, ...] = ()


def rows(policy: Policy, answered: Collection[str] | None = None) -> tuple[Row, ...]:
    """Every paragraph once, in the rule's order.

    Args:
        policy: the policy.
        answered: ids of the questions that were answered; None counts all that it asks.

    Returns:
        One row for each paragraph.
    """
    asked = policy.questions
    counted = [it for it in asked if answered is None or it.question_id in answered]
    return tuple(_row(policy, paragraph, counted) for paragraph in provisions())


def _row(policy: Policy, paragraph: str, asked: list[Question]) -> Row:
    provision = provisions()[paragraph]
    cited = [
        (citation.role, check.check_id)
        for check in policy.checks
        for citation in check.citations
        if citation.provision == paragraph
    ]
    roles = {role for role, _ in cited}
    coverage = _WITHOUT_CHECKS[provision.evidence]
    questions = tuple(
        question.question_id
        for question in asked
        if any(citation.provision == paragraph for citation in question.citations)
    )
    if Role.PRIMARY in roles:
        coverage = Coverage.OBSERVED
    elif questions:
        coverage = Coverage.ATTESTED
    elif roles:
        coverage = Coverage.TOUCHED
    order = list(Role)
    checks = tuple(check for _, check in sorted(cited, key=lambda it: order.index(it[0])))
    return Row(paragraph, provision.title, provision.designation, coverage, checks, questions)


def counts(found: tuple[Row, ...]) -> dict[Coverage, int]:
    """How many paragraphs are dealt with in each way, in the order of `Coverage`."""
    return {kind: sum(row.coverage is kind for row in found) for kind in Coverage}


def page() -> str:
    """The coverage of every shipped policy, as Markdown."""
    return "\n".join([_HEAD, *(line for name in shipped() for line in _of_policy(name))])


def _of_policy(name: str) -> Iterator[str]:
    policy = load_shipped(name)
    found = rows(policy)
    yield f"## {policy.title} (`{name}` {policy.version})"
    yield ""
    for kind, count in counts(found).items():
        yield f"- {count} of {len(found)}: {kind}. {MEANINGS[kind]}"
    yield ""
    yield "| 45 CFR | | | Checks | Questions |"
    yield "|---|---|---|---|---|"
    for row in found:
        checks = ", ".join(f"`{check}`" for check in row.checks) or row.coverage
        asked = ", ".join(f"`{question}`" for question in row.questions)
        yield f"| {row.provision} | {row.title} | {row.designation} | {checks} | {asked} |"
    yield ""
