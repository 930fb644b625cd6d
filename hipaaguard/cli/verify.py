"""`hipaaguard verify`: signed reports, one or a folder of them, each accepted or refused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import click

from hipaaguard.attest.keyring import Keyring, KnownKey, parse_keyring
from hipaaguard.attest.keys import keyid, public_of
from hipaaguard.attest.page import MAX_PAGE_BYTES
from hipaaguard.attest.verify import Accepted, Refused
from hipaaguard.attest.verify import verify as verify_page
from hipaaguard.cli import context
from hipaaguard.cli.screen import say_json
from hipaaguard.errors import CommandError, KeyringError
from hipaaguard.files import read_limited, read_up_to
from hipaaguard.keystore import KeyStore
from hipaaguard.model import Status
from hipaaguard.policy import Policy, load_shipped, shipped
from hipaaguard.report.say import outcome
from hipaaguard.report.visible import show
from hipaaguard.words import say_count

EXIT_REFUSED = 12
# Whole and signed by a known key, but something could not be repeated: to be read, not filed.
EXIT_IN_PART = 11
EXIT_UNREADABLE = 1
MAX_KEYRING_BYTES = 1 << 20
MAX_WORDS = 200
"""How many characters of words that the contractor may have chosen are shown at once."""

_SUFFIXES = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read at all.

    Attributes:
        detail: why, a sentence.
    """

    detail: str


Verdict = Accepted | Refused | Unreadable


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--keyring", metavar="FILE", help="The keys to accept.  [default: this computer's]")
@context.policy_option(default=None)
@click.option("--max-age", type=click.IntRange(0, 3660), metavar="DAYS", help="Refuse older ones.")
@click.option("--at", type=context.Time(), help="The time to judge by.  [default: now]")
@context.json_option
@click.pass_context
def verify(
    ctx: click.Context,
    files: tuple[str, ...],
    keyring: str | None,
    policy_name: str | None,
    max_age: int | None,
    at: datetime | None,
    as_json: bool,
) -> int:
    """Check signed reports, offline: accepted or refused, at which step, whose key, how old.

    A folder stands for every .html file in it, not for those in folders below. With --policy, a
    report must have been judged by exactly that policy, and its judgement is repeated.

    Exits with 0 when every report is accepted, whatever it says about its computer; 11 when one is
    accepted in part, because something in it could not be repeated here; 12 when one is refused.
    """
    now = at or context.now()
    keys = _keyring(ctx, keyring)
    demanded = context.the_policy(policy_name) if policy_name else None
    verdicts = []
    for path in _paths(files):
        verdict = _verify(path, keys, now, max_age, demanded)
        verdicts.append(verdict)
        if as_json:
            say_json(_to_data(path, verdict, now))
        else:
            _say(path, verdict, now)
    return _exit_code(verdicts)


def _paths(files: Iterable[str]) -> Iterator[Path]:
    """The files, and those in folders; a folder without any stands for itself, to be told of."""
    for name in files:
        path = Path(name)
        yield from _inside(path) or [path]


def _inside(path: Path) -> list[Path]:
    """The reports in a folder, sorted; empty for one that has none, and for anything else."""
    try:
        return sorted(it for it in path.iterdir() if it.suffix.lower() in _SUFFIXES)
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _keyring(ctx: click.Context, name: str | None) -> Keyring:
    if name is not None:
        return parse_keyring(read_limited(Path(name), MAX_KEYRING_BYTES, "a keyring"), name)
    key = KeyStore(context.own_data_folder(ctx)).load()
    if key is None:
        raise KeyringError(
            "no keyring was named, and this computer has no key of its own",
            hint="--keyring FILE names the file with your contractors' public keys",
        )
    public = public_of(key)
    own = KnownKey(public, keyid(public), "this computer")
    return Keyring("this computer's own keys", {own.keyid: own})


def _verify(
    path: Path, keys: Keyring, now: datetime, max_age: int | None, demanded: Policy | None
) -> Verdict:
    if _is_folder(path):
        return Unreadable("no .html file can be seen in this folder")
    try:
        # One byte more than a report may have, so that verification sees that it is too large.
        page = read_up_to(path, MAX_PAGE_BYTES + 1)
    except CommandError as error:
        return Unreadable(show(str(error)))
    return verify_page(page, keys, now, max_age_days=max_age, policy=demanded, find_policy=_shipped)


@cache
def _shipped(policy_id: str) -> Policy | None:
    return load_shipped(policy_id) if policy_id in shipped() else None


def _age(signed_at: datetime, now: datetime) -> str:
    seconds = max(0, int((now - signed_at).total_seconds()))
    units = (("day", 86_400), ("hour", 3_600), ("minute", 60))
    ages = (say_count(seconds // size, noun) for noun, size in units if seconds >= size)
    return f"{next(ages)} ago" if seconds >= 60 else "just now"


def _say(path: Path, verdict: Verdict, now: datetime) -> None:
    # Whoever sent the file chose its name, which can hold line breaks and terminal commands.
    name = show(str(path))
    match verdict:
        case Unreadable(detail):
            click.echo(f"NOT READ  {name}: {detail}")
        case Refused(step, detail):
            click.echo(f"REFUSED   {name}: at step {step}: {detail}")
        case Accepted(notes=notes):
            click.echo(f"ACCEPTED {'IN PART ' if notes else ' '}{name}")
            for line in _lines(verdict, now):
                click.echo(f"          {line}")


def _lines(accepted: Accepted, now: datetime) -> Iterator[str]:
    report = accepted.report
    yield f"Signed by {accepted.key.label}, fingerprint {accepted.key.fingerprint}"
    yield f"Signed {accepted.signed_at:%Y-%m-%d %H:%M} UTC, {_age(accepted.signed_at, now)}"
    if report.chain and report.chain.label:
        yield f"Computer: {_brief(report.chain.label)}"
    if report.chain and report.chain.challenge:
        yield f"Challenge: {_brief(report.chain.challenge)}"
    stamp = report.policy
    yield f"Policy: {_brief(f'{stamp.title} ({stamp.policy_id} {stamp.version})')}"
    stated = " as the signer states it, not repeated here" if accepted.notes else ""
    yield f"Outcome{stated}: {outcome(report)}"
    for note in accepted.notes:
        yield f"Note: {_brief(note)}"


def _brief(text: str) -> str:
    """Words that the contractor may have chosen, so that they cannot pass for lines of ours."""
    # A row of spaces could move what follows to the start of a terminal's next line.
    words = " ".join(show(text).split())
    return f"{words[:MAX_WORDS]}…" if len(words) > MAX_WORDS else words


def _to_data(path: Path, verdict: Verdict, now: datetime) -> dict[str, object]:
    match verdict:
        case Unreadable(detail):
            return {"file": str(path), "verdict": "unreadable", "detail": detail}
        case Refused(step, detail):
            return {"file": str(path), "verdict": "refused", "step": str(step), "detail": detail}
        case Accepted(report=report):
            chain = report.chain
            return {
                "file": str(path),
                "verdict": "accepted-in-part" if verdict.notes else "accepted",
                "keyId": verdict.keyid,
                "fingerprint": verdict.key.fingerprint,
                "signer": verdict.key.label,
                "signedAt": f"{verdict.signed_at:%Y-%m-%dT%H:%M:%SZ}",
                "ageDays": max(0, (now - verdict.signed_at).days),
                "policy": report.policy.policy_id,
                "policyVersion": report.policy.version,
                "policyDigest": report.policy.digest,
                "label": chain.label if chain else "",
                "challenge": chain.challenge if chain else "",
                "sequence": chain.sequence if chain else 0,
                "counts": {str(status): report.count(status) for status in Status},
                "notes": list(verdict.notes),
            }


def _exit_code(verdicts: Iterable[Verdict]) -> int:
    """The worst of all: refused, unreadable, accepted in part, accepted."""
    codes = {_code(verdict) for verdict in verdicts}
    return next(code for code in (EXIT_REFUSED, EXIT_UNREADABLE, EXIT_IN_PART, 0) if code in codes)


def _code(verdict: Verdict) -> int:
    match verdict:
        case Refused():
            return EXIT_REFUSED
        case Unreadable():
            return EXIT_UNREADABLE
        case Accepted(notes=notes):
            return EXIT_IN_PART if notes else 0
