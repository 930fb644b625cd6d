"""The page as bytes around its envelope slot; nothing here reads HTML."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from hipaaguard.attest.canonical import decode_base64
from hipaaguard.errors import EnvelopeError
from hipaaguard.report.slot import SLOT_CLOSE, SLOT_OPEN

MAX_PAGE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page taken apart.

    Attributes:
        before: everything up to and with the slot's opening mark.
        content: what stands in the slot; empty on a page that is not signed.
        after: everything from the slot's closing mark.
    """

    before: bytes
    content: bytes
    after: bytes

    @property
    def emptied(self) -> bytes:
        """The page with nothing in its slot: what is signed."""
        return self.before + self.after

    def sha256(self) -> str:
        """The digest of the emptied page, lower-case hexadecimal."""
        digest = hashlib.sha256(self.before)
        digest.update(self.after)
        return digest.hexdigest()


def split(page: bytes) -> Page:
    """The page taken apart at its slot.

    Args:
        page: the whole file.

    Returns:
        The parts; together they are the file.

    Raises:
        EnvelopeError: No slot, or more than one opening or closing mark.
    """
    opened, closed = page.find(SLOT_OPEN), page.find(SLOT_CLOSE)
    if opened < 0 and closed < 0:
        raise EnvelopeError(_not_a_report(page))
    if page.find(SLOT_OPEN, opened + 1) > opened or page.find(SLOT_CLOSE, closed + 1) > closed:
        raise EnvelopeError("it holds more than one place for a signature")
    start, end = opened + len(SLOT_OPEN), closed
    if opened < 0 or end < start:
        raise EnvelopeError("the place for its signature is damaged or cut off")
    return Page(page[:start], page[start:end], page[end:])


def fill(page: bytes, envelope: bytes) -> bytes:
    """The page with this envelope in its slot.

    Args:
        page: a page that is not signed yet.
        envelope: canonical JSON.

    Returns:
        The signed page.

    Raises:
        EnvelopeError: The page has no slot, several, or one that is not empty.
    """
    parts = split(page)
    if parts.content:
        raise EnvelopeError("the page is signed already")
    return parts.before + b64encode(envelope) + parts.after


def envelope_of(page: Page) -> bytes:
    """The bytes of the envelope in the slot.

    Args:
        page: a page taken apart.

    Returns:
        What should be canonical JSON.

    Raises:
        EnvelopeError: The slot is empty, or does not hold canonical base64.
    """
    if not page.content:
        raise EnvelopeError("it is not signed: the place for its signature is empty")
    return decode_base64(page.content, "the signature")


# What people send instead of the report, by the first bytes of the file.
_OTHER_FILES = (
    (b"%PDF", "it is a PDF; a printed copy cannot be checked, only the original .html file"),
    (b"PK\x03\x04", "it is a zip archive; unpack it first"),
    (b"\xff\xfe", "it was saved again in another text encoding; ask for the original file"),
    (b"\xfe\xff", "it was saved again in another text encoding; ask for the original file"),
)


def _not_a_report(page: bytes) -> str:
    for start, words in _OTHER_FILES:
        if page.startswith(start):
            return words
    return "it is not a signed HipaaGuard report: there is no place for a signature in it"
