"""`hipaaguard show-data`: everything that a report says of a person's computer, before or after."""

from pathlib import Path

import click

from hipaaguard.attest import envelope, page, statement
from hipaaguard.attest.page import MAX_PAGE_BYTES
from hipaaguard.cli import context
from hipaaguard.cli.screen import say_json
from hipaaguard.errors import CommandError, EnvelopeError, ParseError
from hipaaguard.facts import FACTS, spec_of, split_key
from hipaaguard.files import read_limited
from hipaaguard.model import Fact, Unavailable
from hipaaguard.report import json_v1
from hipaaguard.report.visible import show
from hipaaguard.words import say_fact, say_value


@click.command("show-data")
@click.argument("file", required=False, metavar="FILE")
@context.policy_option(default=None)
@context.json_option
def show_data(file: str | None, policy_name: str | None, as_json: bool) -> int:
    """Show every fact in a signed report, or every fact that a policy would put into one.

    This reads the report; it does not check it: `hipaaguard verify` does.
    """
    if (file is None) == (policy_name is None):
        raise CommandError("name a report, or a policy with --policy")
    if file is not None:
        _show_report(Path(file), as_json=as_json)
    else:
        _show_policy(policy_name or "", as_json=as_json)
    return 0


def _show_report(path: Path, *, as_json: bool) -> None:
    data = read_limited(path, MAX_PAGE_BYTES, "a report")
    try:
        signed = envelope.parse_envelope(page.envelope_of(page.split(data)))
        predicate = statement.parse_statement(signed.payload).predicate
        report = json_v1.parse(dict(predicate))
    except (EnvelopeError, ParseError) as error:
        raise CommandError(f"{path} holds no data that can be read: {error}") from error
    if as_json:
        say_json(dict(predicate))
        return
    for fact in report.facts:
        click.echo(show(f"{fact.key}: {_say(fact)}  (from {fact.source})"))
    click.echo("Read, not checked: `hipaaguard verify` checks the signature.", err=True)


def _say(fact: Fact) -> str:
    """The value in words; that of a fact which another version knows as it stands."""
    if split_key(fact.key)[0] in FACTS or isinstance(fact.value, Unavailable):
        return say_fact(fact.key, fact.value)
    return say_value(fact.value)


def _show_policy(name: str, *, as_json: bool) -> None:
    keys = sorted(context.the_policy(name).fact_keys(None))
    if as_json:
        say_json({key: spec_of(key).meaning for key in keys})
        return
    for key in keys:
        click.echo(f"{key}: {spec_of(key).meaning}")
    click.echo(
        "No names, serial numbers, network addresses, network names or lists of programs.",
        err=True,
    )
