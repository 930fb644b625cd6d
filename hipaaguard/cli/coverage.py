"""`hipaaguard coverage`: which paragraphs of the rule a policy looks at, and which it does not."""

import json
import textwrap

import click

from hipaaguard.cli import context
from hipaaguard.cli.screen import width
from hipaaguard.policy import Policy
from hipaaguard.policy.coverage import MEANINGS, Coverage, Row, counts, rows

NOTICE = (
    "A paragraph that is looked at is not thereby met: a check sees a part of what it asks, on one "
    "computer, at one time."
)


@click.command()
@context.policy_option()
@click.option("--json", "as_json", is_flag=True, help="Every paragraph as JSON.")
def coverage(policy_name: str, as_json: bool) -> None:
    """Show which paragraphs of 45 CFR 164.308 to 164.316 a policy looks at, and which it does not.

    A paragraph that is looked at is not thereby met.
    """
    policy = context.the_policy(policy_name)
    found = rows(policy)
    click.echo(_as_json(policy, found) if as_json else "\n".join(_as_text(policy, found)))


def _as_json(policy: Policy, found: tuple[Row, ...]) -> str:
    provisions = [
        {
            "provision": row.provision,
            "title": row.title,
            "designation": row.designation,
            "coverage": row.coverage,
            "checks": list(row.checks),
        }
        for row in found
    ]
    told = {"policy": policy.policy_id, "version": policy.version, "provisions": provisions}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _as_text(policy: Policy, found: tuple[Row, ...]) -> list[str]:
    lines = [f"{policy.title} ({policy.policy_id} {policy.version})", *_wrapped(NOTICE)]
    for kind, count in counts(found).items():
        lines += ["", *_wrapped(f"{count} of {len(found)}: {MEANINGS[kind]}")]
        lines += [line for row in found if row.coverage is kind for line in _said(row, kind)]
    return lines


def _said(row: Row, kind: Coverage) -> list[str]:
    checks = f": {', '.join(row.checks)}" if kind in (Coverage.OBSERVED, Coverage.TOUCHED) else ""
    return _wrapped(f"{row.provision} {row.title} ({row.designation}){checks}", "  ", "    ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        width(),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
