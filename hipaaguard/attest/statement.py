"""The in-toto Statement: what the signer says about which page.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. Narrower than that:
one subject with one digest, and canonical JSON.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hipaaguard.attest import canonical
from hipaaguard.errors import EnvelopeError, ParseError
from hipaaguard.report.wire import parse_time, say_time

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "hipaaguard:report/v1"
SUBJECT_NAME = "report.html"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed.

    Attributes:
        page_sha256: the digest of the page with its slot emptied, lower-case hexadecimal.
        signed_at: when the signer says it was signed, aware UTC, whole seconds.
        predicate: the report as `hipaaguard.report.json_v1` writes it; on reading also `signedAt`
            and fields that this version does not know.
    """

    page_sha256: str
    signed_at: datetime
    predicate: Mapping[str, object]


class _Digest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: str


class _Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    digest: _Digest


class _Wire(msgspec.Struct, frozen=True):
    type: str = msgspec.field(name="_type")
    subject: tuple[_Subject, ...]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: dict[str, Any]


def encode(statement: Statement) -> bytes:
    """The statement as canonical JSON."""
    predicate = {
        **statement.predicate,
        "signedAt": say_time(statement.signed_at.replace(microsecond=0)),
    }
    subject = _Subject(SUBJECT_NAME, _Digest(statement.page_sha256))
    return canonical.encode(_Wire(STATEMENT_TYPE, (subject,), PREDICATE_TYPE, predicate))


def parse_statement(payload: bytes) -> Statement:
    """The statement that this text is.

    Fields that the format does not have are ignored.

    Args:
        payload: canonical JSON.

    Returns:
        The statement; its predicate has not been looked at, apart from `signedAt`.

    Raises:
        EnvelopeError: Not canonical JSON, not a Statement v1 about one page, or not a report.
    """
    value = canonical.decode(payload, "what is signed")
    try:
        wire = msgspec.convert(value, _Wire)
    except msgspec.ValidationError as error:
        raise EnvelopeError("what is signed is not a statement about one report") from error
    if wire.type != STATEMENT_TYPE:
        raise EnvelopeError("what is signed is not an in-toto statement, version 1")
    if wire.predicate_type != PREDICATE_TYPE:
        raise EnvelopeError("what is signed is not a HipaaGuard report, version 1")
    if len(wire.subject) != 1 or wire.subject[0].name != SUBJECT_NAME:
        raise EnvelopeError("what is signed is not about exactly one page")
    sha256 = wire.subject[0].digest.sha256
    if not _SHA256.fullmatch(sha256):
        raise EnvelopeError("what is signed does not name a page by its digest")
    return Statement(sha256, _parse_time(wire.predicate.get("signedAt")), wire.predicate)


_SHA256 = re.compile("[0-9a-f]{64}")


def _parse_time(text: object) -> datetime:
    if not isinstance(text, str):
        raise EnvelopeError("what is signed does not say when")
    try:
        return parse_time(text)
    except ParseError as error:
        raise EnvelopeError(f"what is signed does not say when: {error}") from error
