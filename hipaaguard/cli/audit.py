"""`hipaaguard audit`: collect, evaluate, sign, write, print."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain as chain_of
from itertools import count
from pathlib import Path

import click

from hipaaguard.attest.keys import fingerprint, public_of
from hipaaguard.attest.page import MAX_PAGE_BYTES
from hipaaguard.attest.sign import sign
from hipaaguard.cli import context
from hipaaguard.cli.rights import step_down
from hipaaguard.cli.screen import Progress, print_report
from hipaaguard.collect import collect, subjects
from hipaaguard.collect.host import Host
from hipaaguard.errors import CommandError
from hipaaguard.evaluate import evaluate, exit_code
from hipaaguard.files import read_up_to, write_whole
from hipaaguard.journal import Journal, Signed
from hipaaguard.keystore import KeyStore
from hipaaguard.model import Chain, Report, Snapshot, Status
from hipaaguard.policy import Policy
from hipaaguard.report.slot import SLOT_OPEN
from hipaaguard.statements import Statements


@dataclass(frozen=True, slots=True)
class Written:
    """A signed report in its place.

    Attributes:
        report: what it says.
        path: where it lies.
        key_made: whether the signing key was made for it.
        fingerprint: of the key.
    """

    report: Report
    path: Path
    key_made: bool
    fingerprint: str


@click.command()
@context.policy_option()
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help="The report's file, or a folder for it.  [default: this folder]",
)
@context.replay_option
@context.network_option
@context.json_option
@click.option("--full", is_flag=True, help="Print the whole report, not only what to do.")
@click.option("--at", type=context.Time(), help="The time to judge a recording by.")
@click.option("--label", default="", metavar="TEXT", help="What you call this computer.")
@click.option("--challenge", default="", metavar="TEXT", help="Words the practice asked for.")
@click.pass_context
def audit(
    ctx: click.Context,
    policy_name: str,
    output: str | None,
    replay: str | None,
    allow_network: bool,
    as_json: bool,
    full: bool,
    at: datetime | None,
    label: str,
    challenge: str,
) -> int:
    """Look at this computer, judge it by a policy, and write one signed report.

    Nothing on the computer is changed, and nothing leaves it: you send the report yourself. Only
    with --allow-network are connections made, and only to servers that the policy names.
    """
    _check_words(label, challenge)
    policy = context.the_policy(policy_name)
    if replay is not None and (label or challenge):
        raise CommandError("--label and --challenge go into signed reports: not with --replay")
    if replay is not None:
        return _audit_recording(policy, replay, at, output, as_json=as_json, full=full)
    if at is not None:
        raise CommandError("--at goes with --replay: this computer is judged by its own clock")
    host = context.this_machine(network=allow_network)
    written = _audit_this_machine(ctx, host, policy, output, label, challenge)
    print_report(written.report, as_json=as_json, full=full)
    _say_where(written, to_stderr=as_json)
    return exit_code(written.report)


def _say_where(written: Written, *, to_stderr: bool) -> None:
    if written.key_made:
        click.echo(f"A signing key was made for this computer: {written.fingerprint}", err=True)
        click.echo("Give it to the practice once: hipaaguard key export", err=True)
    click.echo(f"The signed report is {written.path}", err=to_stderr)


def _check_words(label: str, challenge: str) -> None:
    for name, text in (("--label", label), ("--challenge", challenge)):
        if len(text) > 200 or not text.isprintable():
            raise CommandError(f"{name} takes up to 200 letters, digits and signs on one line")


def look(host: Host, keys: Iterable[str], now: datetime) -> Snapshot:
    """The facts, collected with a progress display where someone is watching."""
    wanted = frozenset(keys)
    with Progress(subjects(host.platform, wanted)) as progress:
        return collect(host, wanted, now, progress.finished)


def _audit_recording(
    policy: Policy,
    replay: str,
    at: datetime | None,
    output: str | None,
    *,
    as_json: bool,
    full: bool,
) -> int:
    """A recording is judged and shown, never signed: HipaaGuard signs only what it saw itself."""
    host, recorded_at = context.replayed_machine(replay)
    snapshot = look(host, policy.fact_keys(host.platform), recorded_at)
    moment = at or recorded_at
    report = evaluate(snapshot, policy, moment, tool=context.TOOL, replayed=True)
    print_report(report, as_json=as_json, full=full)
    if output is not None:
        from hipaaguard.report import html

        path = _target(output, policy.policy_id, moment)
        write_whole(path, html.render(report).encode())
        click.echo(f"The page, made from a recording and so not signed, is {path}", err=as_json)
    return exit_code(report)


def _audit_this_machine(
    ctx: click.Context,
    host: Host,
    policy: Policy,
    output: str | None,
    label: str,
    challenge: str,
) -> Written:
    taken_at = context.now()
    snapshot = look(host, policy.fact_keys(host.platform), taken_at)
    folder = context.data_folder(ctx, host.person)
    step_down(host.person)
    key, key_made = KeyStore(folder).load_or_make()
    stated = Statements(folder).stated()
    reports: list[Report] = []

    def sign_as(chain: Chain) -> Signed:
        chain = replace(chain, label=label, challenge=challenge)
        signed_at = context.now()
        report = evaluate(
            snapshot, policy, signed_at, tool=context.TOOL, chain=chain, stated=stated
        )
        reports.append(report)
        page = sign(report, key, signed_at)
        counts = (report.count(status) for status in (Status.PASS, Status.FAIL, Status.UNKNOWN))
        return Signed(page, signed_at, policy.policy_id, *counts)

    path = _target(output, policy.policy_id, taken_at)
    Journal(folder).write(path, sign_as)
    return Written(reports[-1], path, key_made, fingerprint(public_of(key)))


def _refuse_other_files(path: Path) -> None:
    """A report may be replaced by a newer one, but nothing else of the person's."""
    if path.is_file() and SLOT_OPEN not in read_up_to(path, MAX_PAGE_BYTES):
        raise CommandError(
            f"{path} exists and is not a report, so it is not replaced",
            hint="name another file with --output",
        )


def _target(output: str | None, policy_id: str, moment: datetime) -> Path:
    """Where the report goes: the file named, or a new name in the folder named or in this one."""
    chosen = Path(output) if output else Path()
    if output and not chosen.is_dir() and not output.endswith(("/", os.sep)):
        _refuse_other_files(chosen)
        return chosen.absolute()
    name = f"{moment:%Y-%m-%d}-{policy_id}"
    names = chain_of((name,), (f"{name}-{number}" for number in count(2)))
    return next(path for it in names if not (path := chosen.absolute() / f"{it}.html").exists())
