"""Page, keyring and time → accepted or refused, by the steps of `reports/FORMAT.md`, section 7.

1. size: the file is not empty and not larger than 16 MiB.
2. slot: it has exactly one envelope slot.
3. envelope: the slot holds one DSSE envelope, in the only form it can have, with one signature.
4. key: the keyring has the key that the envelope names.
5. signature: it is that key's signature over the payload. Nothing of the payload is read before.
6. statement: the payload is an in-toto Statement v1 about one page and holds a report.
7. page: the page with its slot emptied has the digest that the statement names.
8. report: the report is whole, says one thing once, and is of a machine, not of a recording.
9. time: its times are in order, not to come, not too long ago, and in the key's days.
10. judgement: the policy, applied to the signed facts again, gives the signed results.
11. rendering: the signed data, rendered again, gives the page.

A step that cannot be taken (no policy at hand, a page of another version) is a note, never silent.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidSignature

from hipaaguard.attest import repeat, times
from hipaaguard.attest.envelope import Envelope, pae, parse_envelope
from hipaaguard.attest.keyring import Keyring, KnownKey
from hipaaguard.attest.keys import fingerprint_of
from hipaaguard.attest.page import MAX_PAGE_BYTES, Page, envelope_of, split
from hipaaguard.attest.repeat import Demand
from hipaaguard.attest.statement import Statement, parse_statement
from hipaaguard.errors import EnvelopeError, HipaaGuardError
from hipaaguard.model import Report
from hipaaguard.policy import Policy
from hipaaguard.report import json_v1
from hipaaguard.report.visible import show


class Step(StrEnum):
    """The steps of verification, in order."""

    SIZE = "size"
    SLOT = "slot"
    ENVELOPE = "envelope"
    KEY = "key"
    SIGNATURE = "signature"
    STATEMENT = "statement"
    PAGE = "page"
    REPORT = "report"
    TIME = "time"
    JUDGEMENT = "judgement"
    RENDERING = "rendering"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Every byte of the page is what the holder of a known key signed.

    Attributes:
        report: what was signed.
        key: whose key signed it.
        signed_at: when the signer says so, aware UTC.
        keyid: the id of the key.
        notes: what was not verified and why, each a sentence fragment; may be empty.
    """

    report: Report
    key: KnownKey
    signed_at: datetime
    keyid: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The page is not to be relied on.

    Attributes:
        step: the first step that refused.
        detail: why, for a practice manager: a sentence fragment in lower case.
    """

    step: Step
    detail: str


class _RefusalError(Exception):
    def __init__(self, step: Step, detail: str) -> None:
        super().__init__(detail)
        self.refused = Refused(step, detail)


def verify(
    page: bytes,
    keyring: Keyring,
    now: datetime,
    *,
    max_age_days: int | None = None,
    policy: Policy | None = None,
    find_policy: Callable[[str], Policy | None] | None = None,
    rerender: bool = True,
) -> Accepted | Refused:
    """Whether the page is whole, and whose; never raises, whatever the page holds.

    Args:
        page: the whole file.
        keyring: the keys to trust.
        now: the time to verify at, aware.
        max_age_days: how old the facts may be at `now`; None for any age.
        policy: the one policy to accept a judgement by; None for any.
        find_policy: finds the policy of an id, to repeat the judgement where `policy` is None.
        rerender: whether to render the data again and compare; this takes most of the time.

    Returns:
        The report and its signer, or the first step that refused.
    """
    try:
        demand = Demand(policy, find_policy)
        return _verify(page, keyring, now, max_age_days, demand, rerender=rerender)
    except _RefusalError as error:
        return error.refused


def _verify(
    page: bytes,
    keyring: Keyring,
    now: datetime,
    max_age_days: int | None,
    demand: Demand,
    *,
    rerender: bool,
) -> Accepted:
    # Step 1: size.
    with _step(Step.SIZE):
        _check_size(page)
    # Step 2: slot.
    with _step(Step.SLOT):
        parts = split(page)
    # Step 3: envelope.
    with _step(Step.ENVELOPE):
        envelope = parse_envelope(envelope_of(parts))
    # Step 4: key.
    with _step(Step.KEY):
        key = _known_key(envelope, keyring)
    # Step 5: signature.
    with _step(Step.SIGNATURE):
        _check_signature(envelope, key)
    # Step 6: statement.
    with _step(Step.STATEMENT):
        statement = parse_statement(envelope.payload)
    # Step 7: page.
    with _step(Step.PAGE):
        _check_page(parts, statement)
    # Step 8: report.
    with _step(Step.REPORT):
        report = json_v1.parse(statement.predicate)
        _check_report(report)
    # Step 9: time.
    with _step(Step.TIME):
        times.check(report, statement.signed_at, key, now, max_age_days)
    # Step 10: judgement.
    with _step(Step.JUDGEMENT):
        notes = repeat.judgement(report, demand)
    # Step 11: rendering.
    with _step(Step.RENDERING):
        notes += repeat.rendering(report, statement, parts, asked=rerender)
    return Accepted(report, key, statement.signed_at, key.keyid, tuple(map(show, notes)))


@contextmanager
def _step(step: Step) -> Iterator[None]:
    """What the block cannot accept is a refusal at this step."""
    try:
        yield
    except HipaaGuardError as error:
        raise _RefusalError(step, show(str(error))) from error


def _check_size(page: bytes) -> None:
    if not page:
        raise EnvelopeError("the file is empty")
    if len(page) > MAX_PAGE_BYTES:
        raise EnvelopeError(f"the file is larger than {MAX_PAGE_BYTES >> 20} MiB")


def _known_key(envelope: Envelope, keyring: Keyring) -> KnownKey:
    key = keyring.find(envelope.keyid)
    if key is None:
        raise EnvelopeError(
            f"it was signed with a key that is not in {keyring.name}; "
            f"the key's fingerprint is {fingerprint_of(envelope.keyid)}"
        )
    return key


def _check_signature(envelope: Envelope, key: KnownKey) -> None:
    try:
        key.public.verify(envelope.signature, pae(envelope.payload))
    except InvalidSignature as error:
        raise EnvelopeError(
            f"the signature is not one by the key of {key.label}, or the report was changed since"
        ) from error


# What programs do to a file on its way, and what to say of it when undoing it mends the page.
_DAMAGES = (
    (
        b"\r\n",
        b"\n",
        "the line ends were changed, likely by a mail program or an editor; "
        "ask for the original file",
    ),
    (
        b"\xef\xbb\xbf",
        b"",
        "an editor put a mark at the beginning of the file; ask for the original file",
    ),
)


def _check_page(parts: Page, statement: Statement) -> None:
    if parts.sha256() != statement.page_sha256:
        for damage, original, words in _DAMAGES:
            before, after = (part.replace(damage, original) for part in (parts.before, parts.after))
            if Page(before, b"", after).sha256() == statement.page_sha256:
                raise EnvelopeError(words)
        raise EnvelopeError("the page was changed after it was signed; ask for the original file")
    try:
        parts.emptied.decode()
    except UnicodeDecodeError as error:
        raise EnvelopeError("the page is not UTF-8 text") from error


# What another version made, or another policy judged, passes with a note that names it: so it must
# be a name, and none that only looks like ours.
_TOOL = re.compile(r"[a-z][a-z0-9-]{0,40} [0-9][0-9A-Za-z.+-]{0,40}")
_POLICY_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _check_report(report: Report) -> None:
    """What `json_v1` allows in data that nobody signed, but no signed report can be."""
    if not _TOOL.fullmatch(report.tool):
        raise EnvelopeError("the report does not name the program and version that made it")
    if not _POLICY_ID.fullmatch(report.policy.policy_id):
        raise EnvelopeError("the report does not name a policy")
    if report.replayed:
        raise EnvelopeError("the report was made from a recording, not from a computer")
    chain = report.chain
    if chain is None:
        raise EnvelopeError("the report has no place in a computer's series of reports")
    if (chain.sequence == 1) != (not chain.previous):
        raise EnvelopeError(
            "the report's place in the computer's series of reports is not possible"
        )
