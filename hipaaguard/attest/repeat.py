"""The last two steps of verification: judge the signed facts again, render the signed data again.

Each returns notes on what could not be repeated, and raises `EnvelopeError` where it came out
otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass

from hipaaguard import __version__
from hipaaguard.attest.page import Page
from hipaaguard.attest.statement import Statement
from hipaaguard.errors import EnvelopeError, ParseError
from hipaaguard.evaluate import evaluate
from hipaaguard.model import Fact, Report, Result, Snapshot, Unavailable
from hipaaguard.policy import Policy
from hipaaguard.report import html, json_v1
from hipaaguard.stated import Given, Stated, given_again

TOOL = f"hipaaguard {__version__}"


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of the policy that judged.

    Attributes:
        policy: the only policy to accept; None for any.
        find: the policy of an id, or None when it is not at hand; None to look for none.
    """

    policy: Policy | None = None
    find: Callable[[str], Policy | None] | None = None


def judgement(report: Report, demand: Demand) -> tuple[str, ...]:
    """Notes on whether the policy gives the report's results again.

    The same version of the program must give the same results to the letter, another version the
    same outcome of every check.

    Args:
        report: what was signed.
        demand: the policy to judge by, or where to find it.

    Returns:
        Empty when the whole judgement was repeated.

    Raises:
        EnvelopeError: Not the policy demanded or the one of that name, or other results.
    """
    stamp = report.policy
    policy = demand.policy or (demand.find(stamp.policy_id) if demand.find else None)
    named = f"{stamp.policy_id} {stamp.version}"
    if policy is None:
        return (f"the judgement was not repeated: the policy {named} is not at hand",)
    if policy.digest != stamp.digest:
        here = f"{policy.policy_id} {policy.version}"
        # The same program ships one version of a policy, so another is not one of ours.
        if demand.policy is None and named != here and report.tool != TOOL:
            return (
                f"the judgement was not repeated: it was made by {named}, and {here} is at hand",
            )
        raise EnvelopeError(
            f"the policy that it was judged by, {named}, is not the same as {here} here"
        )
    return _judge_again(report, policy)


def _judge_again(report: Report, policy: Policy) -> tuple[str, ...]:
    snapshot = Snapshot(report.facts, report.platform, report.taken_at, report.elevated)
    again = evaluate(
        snapshot,
        policy,
        report.evaluated_at,
        tool=report.tool,
        chain=report.chain,
        replayed=report.replayed,
        stated=Stated(_given(report), report.decisions),
    )
    if again.policy != report.policy or len(again.results) != len(report.results):
        raise EnvelopeError("the report does not say of its policy what the policy says")
    same_version = report.tool == TOOL
    if same_version and again.facts != report.facts:
        raise EnvelopeError("the report holds other facts than its policy asks for")
    if same_version and (again.answers, again.decisions) != (report.answers, report.decisions):
        raise EnvelopeError("the report says otherwise than its statements come to")
    if same_version and again.paragraphs != report.paragraphs:
        raise EnvelopeError("the report covers other paragraphs than it says")
    for signed, found in zip(report.results, again.results, strict=True):
        if signed != found if same_version else _outcome(signed) != _outcome(found):
            raise EnvelopeError(f"judged again, {signed.check_id} has another result")
    return () if same_version else (f"only outcomes were compared: it was made by {report.tool}",)


def _given(report: Report) -> tuple[Given, ...]:
    try:
        return given_again(report.answers)
    except ParseError as error:
        raise EnvelopeError(str(error)) from error


def _outcome(result: Result) -> tuple[str, str]:
    return result.check_id, result.status


def rendering(report: Report, statement: Statement, parts: Page, *, asked: bool) -> tuple[str, ...]:
    """Notes on whether the signed data give the page again.

    Args:
        report: what was signed, as read.
        statement: what was signed, as written.
        parts: the page.
        asked: whether to do it at all.

    Returns:
        Empty when it was done.

    Raises:
        EnvelopeError: The page shows something else than the data.
    """
    if not asked:
        return ("the page was not compared with its data",)
    if report.tool != TOOL:
        return (f"the page was not compared with its data: it was made by {report.tool}",)
    written = {key: value for key, value in statement.predicate.items() if key != "signedAt"}
    if json_v1.to_data(report) != written:
        raise EnvelopeError("the signed data contradict themselves")
    # A page is not shorter than what it shows: some megabytes of facts, each the evidence of every
    # result, are never turned into gigabytes of page.
    if _shown(report) > len(parts.emptied) or html.render(report).encode() != parts.emptied:
        raise EnvelopeError("the page shows something else than the data that were signed with it")
    return ()


def _shown(report: Report) -> int:
    """How many characters the evidence of all results has at least, once on a page."""
    sizes = {fact.key: _size(fact) for fact in report.facts}
    return sum(sizes[fact.key] for result in report.results for fact in result.evidence)


def _size(fact: Fact) -> int:
    match fact.value:
        case Unavailable(detail=detail):
            said = len(detail)
        case str(text):
            said = len(text)
        case tuple(texts):
            said = sum(map(len, texts))
        case _:
            said = 0
    return said + len(fact.source)
