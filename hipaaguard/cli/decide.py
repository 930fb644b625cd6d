"""`hipaaguard decide`: the record of a decision on an addressable specification, 164.306(d)(3)."""

from collections.abc import Callable
from datetime import date

import click

from hipaaguard.cli import context
from hipaaguard.errors import CommandError
from hipaaguard.model import Choice, Decision, Designation
from hipaaguard.patient_data import refusal
from hipaaguard.policy import Check, Policy
from hipaaguard.stated import check_name, parse_day
from hipaaguard.statements import Statements

MAX_REASON = 1_000


@click.command()
@click.argument("check_id", metavar="CHECK", required=False)
@context.policy_option()
@click.option("--choice", type=click.Choice([it.value for it in Choice]), help="What was decided.")
@click.option("--by", metavar="NAME", help="Who assessed it.")
@click.option("--factors", metavar="TEXT", help="What of your circumstances counted.")
@click.option("--reason", metavar="TEXT", help="Why it is not reasonable and appropriate here.")
@click.option("--measure", metavar="TEXT", help="The equivalent measure in its place.")
@click.option("--review-on", metavar="DATE", help="The day by which it is looked at again.")
@click.option("--approved-by", metavar="NAME", help="Who approved it, if anybody did.")
@click.option("--withdraw", is_flag=True, help="Forget the decision on this check.")
@click.option("--list", "listing", is_flag=True, help="Show the decisions.")
@click.pass_context
def decide(
    ctx: click.Context,
    check_id: str | None,
    policy_name: str,
    choice: str | None,
    by: str | None,
    factors: str | None,
    reason: str | None,
    measure: str | None,
    review_on: str | None,
    approved_by: str | None,
    withdraw: bool,
    listing: bool,
) -> None:
    """Write down what was decided about an addressable specification, and why.

    The record stands beside the result in the next report, as your own statement. It changes no
    result. What is not given as an option is asked for.
    """
    policy = context.the_policy(policy_name)
    folder = context.own_data_folder(ctx)
    kept = Statements(folder)
    if listing:
        _list(kept)
        return
    if check_id is None:
        raise CommandError("name a check", hint="hipaaguard policy show lists them")
    if withdraw:
        found = kept.withdraw(check_id)
        click.echo(f"{'Forgotten' if found else 'There was none'}: the decision on {check_id}")
        return
    check = addressable(policy, check_id)
    chosen = Choice(choice or _ask("What was decided", _one_of_choices))
    words = _Words(chosen)
    today = context.now().date()
    record = Decision(
        check_id=check.check_id,
        choice=chosen,
        assessed_on=today.isoformat(),
        assessed_by=words.text("--by", by, "Who assessed it", _name),
        factors=words.text("--factors", factors, "What of your circumstances counted", _free),
        reason=words.reason(reason),
        measure=words.measure(measure),
        review_on=words.text("--review-on", review_on, "Look at it again by", _later(today)),
        approved_by=_approved(approved_by),
    )
    kept.decide(record)
    click.echo(f"Kept: the decision on {check.check_id}. The next report shows it.")


def _list(kept: Statements) -> None:
    for record in kept.stated().decisions:
        click.echo(
            f"{record.check_id}: {record.choice}, {record.assessed_on} by {record.assessed_by}; "
            f"look at it again by {record.review_on}"
        )


def addressable(policy: Policy, check_id: str) -> Check:
    """The check, if it supports an addressable specification: only on those can one decide."""
    check = policy.check(check_id)
    if check is None:
        raise CommandError(f"the policy {policy.policy_id} has no check named {check_id!r}")
    if not any(it.designation is Designation.ADDRESSABLE for it in check.citations):
        raise CommandError(
            f"{check_id} supports no addressable specification, so 45 CFR 164.306(d)(3) leaves "
            "nothing to decide",
            hint="the practice may choose another setting, or a policy without this check",
        )
    return check


class _Words:
    """The texts of a record, each given or asked for; which ones there are hangs on the choice."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice

    def text(self, option: str, given: str | None, what: str, check: Callable[[str], str]) -> str:
        if given is None:
            return _ask(what, check)
        why = check(given)
        if why:
            raise CommandError(f"{option}: {why}")
        return given

    def reason(self, given: str | None) -> str:
        if self.choice is Choice.IMPLEMENTED:
            return self._none("--reason", given)
        return self.text("--reason", given, "Why it is not reasonable and appropriate here", _free)

    def measure(self, given: str | None) -> str:
        if self.choice is not Choice.ALTERNATIVE:
            return self._none("--measure", given)
        return self.text("--measure", given, "The equivalent measure in its place", _free)

    def _none(self, option: str, given: str | None) -> str:
        if given:
            raise CommandError(f"{option} does not go with the choice {self.choice}")
        return ""


def _ask(what: str, check: Callable[[str], str]) -> str:
    while True:
        try:
            said: str = click.prompt(what)
        except click.Abort as error:
            raise CommandError(
                "nobody is there to answer, so nothing was kept",
                hint="hipaaguard decide --help names an option for each text",
            ) from error
        why = check(said)
        if not why:
            return said
        click.echo(why)


def _one_of_choices(text: str) -> str:
    words = ", ".join(Choice)
    return "" if text in list(Choice) else f"Write one of: {words}."


def _name(text: str) -> str:
    return check_name(text)


def _free(text: str) -> str:
    return refusal(text, MAX_REASON)


def _later(today: date) -> Callable[[str], str]:
    def check(text: str) -> str:
        day = parse_day(text)
        if day is None:
            return "Write a day as YYYY-MM-DD, such as 2027-05-31."
        return "" if day > today else "That day has passed: name a later one."

    return check


def _approved(given: str | None) -> str:
    if not given:
        return ""
    why = check_name(given)
    if why:
        raise CommandError(f"--approved-by: {why}")
    return given
