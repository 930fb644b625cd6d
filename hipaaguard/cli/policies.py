"""`hipaaguard policy`: what ships, one policy in full, a file checked, one check explained."""

import contextlib
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from hipaaguard.cli import context
from hipaaguard.cli.screen import width
from hipaaguard.collect import collect
from hipaaguard.errors import CommandError, PolicyError
from hipaaguard.evaluate import steps
from hipaaguard.files import read_limited
from hipaaguard.model import Citation, Snapshot
from hipaaguard.policy import Check, Policy, Setting, load_policy, load_shipped, shipped
from hipaaguard.policy.difference import differences
from hipaaguard.policy.nouns import CHOOSING_FACTS
from hipaaguard.strict_yaml import MAX_BYTES
from hipaaguard.words import PLATFORM_NAMES, say_value


@click.group()
def policy() -> None:
    """List, show, check and explain policies."""


@policy.command("list")
def list_policies() -> None:
    """The policies that ship with HipaaGuard."""
    for name in shipped():
        found = load_shipped(name)
        click.echo(f"{name} {found.version}: {found.title}")
        _say(found.description, "    ")


@policy.command()
@click.argument("policy_name", metavar="NAME|FILE", default=context.DEFAULT_POLICY)
@click.option("--against", metavar="NAME|FILE", help="Say only what it asks otherwise than this.")
@context.parent_option
def show(policy_name: str, against: str | None) -> None:
    """One policy in full: its settings, its checks and what it does not cover."""
    found = context.the_policy(policy_name)
    if against is not None:
        _show_against(found, context.the_policy(against))
        return
    click.echo(f"{found.title} ({found.policy_id} {found.version})")
    click.echo(f"Digest: {found.digest}")
    _say(found.description)
    _section("Settings", (_setting_line(setting) for setting in found.settings))
    if found.extends:
        lines = found.differs or ("It asks the same.",)
        _section(f"How it differs from {found.extends}", lines)
    _section("Checks", (_check_line(check) for check in found.checks))
    _section("Not covered", found.not_covered)


def _show_against(found: Policy, other: Policy) -> None:
    told = differences(found, other)
    names = f"{found.policy_id} {found.version}", f"{other.policy_id} {other.version}"
    click.echo(f"{names[0]}, held against {names[1]}:")
    for line in told or ("Both ask the same.",):
        _say(f"- {line}")


@policy.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def check(files: tuple[str, ...]) -> int:
    """Check policy files: each mistake with file, line and column."""
    faults = 0
    parents = _by_id(files)
    for name in files:
        try:
            found = load_policy(read_limited(Path(name), MAX_BYTES, "a policy"), name, parents)
        except (PolicyError, CommandError) as error:
            faults += 1
            click.echo(str(error))
            continue
        click.echo(f"{name}: {found.policy_id} {found.version} is in order")
    return 1 if faults else 0


def _by_id(files: tuple[str, ...]) -> dict[str, tuple[bytes, str]]:
    """The files by the id that each says; one that says none is told of when it is checked."""
    found: dict[str, tuple[bytes, str]] = {}
    for name in files:
        with contextlib.suppress(PolicyError, CommandError):
            found.update(context.policies_by_id([name]))
    return found


@click.command()
@click.argument("check_id", metavar="CHECK")
@context.policy_option()
@context.replay_option
def explain(check_id: str, policy_name: str, replay: str | None) -> None:
    """Explain a check: what it asks, why, which rule it supports, and how to put it right.

    The steps are those for this computer's system, release and desktop.
    """
    found = context.the_policy(policy_name)
    wanted = found.check(check_id)
    if wanted is None:
        ids = ", ".join(each.check_id for each in found.checks)
        raise CommandError(
            f"the policy {found.policy_id} has no check named {check_id!r}",
            hint=f"it has {ids}",
        )
    host = context.replayed_machine(replay)[0] if replay else context.this_machine()
    snapshot = collect(host, CHOOSING_FACTS, context.now(), lambda _: None)
    for line in explanation(wanted, found, snapshot):
        click.echo(line)


def explanation(wanted: Check, found: Policy, snapshot: Snapshot) -> Iterator[str]:
    """The check in plain English, as lines, with the steps for the system of the snapshot."""
    yield f"{wanted.title} ({wanted.check_id}, {wanted.severity})"
    yield ""
    yield from _wrapped(f"Why: {wanted.why}")
    settings = [it for it in found.settings if it.name in wanted.setting_names()]
    for setting in settings:
        yield from _wrapped(f"Setting: {_setting_line(setting)}")
    for source in wanted.sources:
        yield from _wrapped(f"Source: {source}")
    for citation in wanted.citations:
        yield from _wrapped(f"Supports {_cite(citation)}")
    yield ""
    yield from _how_to(wanted, snapshot)


def _how_to(wanted: Check, snapshot: Snapshot) -> Iterator[str]:
    platform = snapshot.platform
    if platform is None or platform not in wanted.platforms:
        names = " and ".join(PLATFORM_NAMES[each] for each in wanted.platforms)
        yield from _wrapped(f"This check is for {names}, and does not apply to this computer.")
        return
    facts = {fact.key: fact for fact in snapshot.facts}
    yield f"How to put it right on this computer ({PLATFORM_NAMES[platform]}):"
    for number, step in enumerate(steps(wanted, facts, platform), 1):
        yield from _wrapped(step, f"  {number}. ", "     ")
    if wanted.changes:
        yield from _wrapped(f"What else may change: {wanted.changes}")
    if wanted.undo:
        yield from _wrapped(f"To undo it: {wanted.undo}")
    yield "To check again, run: hipaaguard audit"


def _cite(citation: Citation) -> str:
    return (
        f"45 CFR {citation.provision} {citation.title} "
        f"({citation.designation}; {citation.role} to this check)"
    )


def _setting_line(setting: Setting) -> str:
    bounds = ""
    if setting.minimum is not None and setting.maximum is not None:
        low, high = (say_value(it, setting.unit) for it in (setting.minimum, setting.maximum))
        bounds = f", between {low} and {high}"
    elif setting.choices:
        bounds = f", one of {', '.join(setting.choices)}"
    value = say_value(setting.value, setting.unit) or "not set"
    return f"{setting.name} = {value}{bounds}. {setting.meaning} Source: {setting.source}"


def _check_line(each: Check) -> str:
    return f"{each.check_id} [{each.severity}]: {each.title}"


def _section(title: str, lines: Iterable[str]) -> None:
    click.echo(f"\n{title}")
    for line in lines:
        for wrapped in _wrapped(line, "  ", "    "):
            click.echo(wrapped)


def _say(text: str, indent: str = "") -> None:
    for line in _wrapped(text, indent, indent):
        click.echo(line)


def _wrapped(text: str, first: str = "", rest: str = "  ") -> list[str]:
    return textwrap.wrap(
        text,
        width(),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
