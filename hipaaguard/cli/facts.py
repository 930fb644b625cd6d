"""`hipaaguard facts` and `hipaaguard evaluate`: the two halves of an audit, apart."""

from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import click

from hipaaguard.cli import context
from hipaaguard.cli.audit import look
from hipaaguard.cli.screen import print_report, say_json, width
from hipaaguard.collect import all_keys
from hipaaguard.dictionary import explain
from hipaaguard.errors import CommandError, ParseError
from hipaaguard.evaluate import evaluate as judge
from hipaaguard.evaluate import exit_code
from hipaaguard.facts import FACTS, spec_of
from hipaaguard.files import read_limited
from hipaaguard.model import Snapshot, Unavailable
from hipaaguard.report import facts_v1
from hipaaguard.words import say_fact

MAX_FACTS_BYTES = 1 << 20


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every fact this system can give.")
@click.option("--explain", "key", metavar="KEY", help="What a fact means, without looking.")
@context.policy_option()
@context.replay_option
@context.network_option
@context.json_option
def facts(
    everything: bool,
    key: str | None,
    policy_name: str,
    replay: str | None,
    allow_network: bool,
    as_json: bool,
) -> int:
    """Show what HipaaGuard sees, without judging it: the facts that the policy uses, or all."""
    if key is not None:
        return _explain(key)
    if replay is not None:
        host, moment = context.replayed_machine(replay)
    else:
        host, moment = context.this_machine(network=allow_network), context.now()
    keys = set(context.the_policy(policy_name).fact_keys(host.platform))
    if everything:
        keys |= all_keys(host.platform)
    snapshot = look(host, keys, moment)
    if as_json:
        say_json(facts_v1.facts_to_data(snapshot))
    else:
        _print(snapshot)
    return 0


def _explain(key: str) -> int:
    """Prints the dictionary's entry; the argument in parentheses may be left out."""
    spec = FACTS.get(key.partition("(")[0])
    if spec is None:
        near = get_close_matches(key, FACTS, n=3, cutoff=0.5)
        raise CommandError(
            f"there is no fact named {key!r}",
            hint=f"close to it: {', '.join(near)}" if near else "`hipaaguard facts --all` has all",
        )
    click.echo(explain(spec, width()))
    return 0


def _print(snapshot: Snapshot) -> None:
    settle: list[str] = []
    for fact in snapshot.facts:
        label = spec_of(fact.key).label
        click.echo(f"{label}: {say_fact(fact.key, fact.value)}")
        click.echo(f"    {fact.key}, from {fact.source}")
        if isinstance(fact.value, Unavailable):
            click.echo(f"    {fact.value.reason}: {fact.value.detail}")
            if fact.value.settle and fact.value.settle not in settle:
                settle.append(fact.value.settle)
    for command in settle:
        click.echo(f"To see what is missing: {command}")


@click.command()
@click.argument("facts_file", metavar="FACTS.json")
@context.policy_option()
@click.option("--at", type=context.Time(), required=True, help="The time to judge by.")
@context.json_option
def evaluate(facts_file: str, policy_name: str, at: datetime, as_json: bool) -> int:
    """Judge facts that `hipaaguard facts --json` saved: the same input gives the same bytes."""
    policy = context.the_policy(policy_name)
    data = read_limited(Path(facts_file), MAX_FACTS_BYTES, "a file of facts")
    try:
        snapshot = facts_v1.parse_facts(data)
    except ParseError as error:
        raise CommandError(f"{facts_file}: {error}") from error
    report = judge(snapshot, policy, at, tool=context.TOOL)
    print_report(report, as_json=as_json)
    return exit_code(report)
