"""Report and key → signed page."""

from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hipaaguard.attest import envelope, page, statement
from hipaaguard.attest.envelope import Envelope
from hipaaguard.attest.keys import keyid
from hipaaguard.attest.statement import Statement
from hipaaguard.errors import EnvelopeError
from hipaaguard.model import Report
from hipaaguard.report import html, json_v1


def sign(report: Report, key: Ed25519PrivateKey, signed_at: datetime) -> bytes:
    """The report as a signed page.

    Args:
        report: with its place in the machine's series, and the time its facts were taken at.
        key: the machine's key.
        signed_at: now, aware; fractions of a second are dropped.

    Returns:
        UTF-8 HTML.

    Raises:
        EnvelopeError: The report is not complete enough for anyone to accept it.
    """
    if report.chain is None:
        raise EnvelopeError("a report without a place in this computer's series cannot be signed")
    if report.taken_at is None:
        raise EnvelopeError("a report of facts whose time is not known cannot be signed")
    data = json_v1.to_data(report)
    # The page shows what a reader of the data sees: fractions of seconds, for one, are gone there.
    shown = html.render(json_v1.parse(data))
    return seal(shown.encode(), data, key, signed_at)


def seal(
    unsigned: bytes, predicate: Mapping[str, object], key: Ed25519PrivateKey, signed_at: datetime
) -> bytes:
    """The page with a signature over it and over the data.

    Args:
        unsigned: a page whose envelope slot is empty.
        predicate: the report's data.
        key: the machine's key.
        signed_at: now, aware; fractions of a second are dropped.

    Returns:
        The page with its slot filled.

    Raises:
        EnvelopeError: The page has no empty slot, or the data cannot be written in the one form.
    """
    said = Statement(page.split(unsigned).sha256(), signed_at, predicate)
    payload = statement.encode(said)
    # What nobody could read back (a float, a lone surrogate) is found here, not by the practice.
    statement.parse_statement(payload)
    signature = key.sign(envelope.pae(payload))
    filled = Envelope(payload, keyid(key.public_key()), signature)
    return page.fill(unsigned, envelope.encode(filled))
