"""The DSSE envelope: which bytes are signed, by which key, with what signature.

Source: DSSE protocol v1.0.2, https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
and envelope.md beside it. Narrower than DSSE in three ways, so that every byte is determined: one
signature, a key id, and canonical JSON.
"""

import re
from dataclasses import dataclass

import msgspec

from hipaaguard.attest import canonical
from hipaaguard.errors import EnvelopeError

PAYLOAD_TYPE = "application/vnd.in-toto+json"

_KEY_ID = re.compile("[0-9a-f]{64}")
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed payload; its type is always `PAYLOAD_TYPE`.

    Attributes:
        payload: what is signed.
        keyid: the id of the key that is said to have signed: 64 lower-case hexadecimal digits.
        signature: an Ed25519 signature over `pae(payload)`, 64 bytes.
    """

    payload: bytes
    keyid: str
    signature: bytes


def pae(payload: bytes) -> bytes:
    """The bytes that the signature is made over: DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


# Bytes stand for base64, as msgspec reads and writes them.
class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: bytes


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    payload: bytes
    payload_type: str = msgspec.field(name="payloadType")
    signatures: tuple[_Signature, ...]


def encode(envelope: Envelope) -> bytes:
    """The envelope as canonical JSON."""
    signature = _Signature(envelope.keyid, envelope.signature)
    return canonical.encode(_Wire(envelope.payload, PAYLOAD_TYPE, (signature,)))


def parse_envelope(text: bytes) -> Envelope:
    """The envelope that this text is; no other text is the same envelope.

    Args:
        text: canonical JSON.

    Returns:
        The envelope; nothing in it has been verified.

    Raises:
        EnvelopeError: Not canonical JSON of exactly this shape, another payload type, or not
            exactly one signature.
    """
    try:
        wire = _DECODER.decode(text)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EnvelopeError("the signature is damaged: it is not a DSSE envelope") from error
    if wire.payload_type != PAYLOAD_TYPE:
        raise EnvelopeError("what is signed is not a report")
    if len(wire.signatures) != 1:
        raise EnvelopeError(f"there are {len(wire.signatures)} signatures instead of one")
    (signature,) = wire.signatures
    if not _KEY_ID.fullmatch(signature.keyid):
        raise EnvelopeError("the signature is damaged: it does not name a key")
    if len(signature.sig) != _SIGNATURE_BYTES:
        raise EnvelopeError(f"the signature is damaged: it is not {_SIGNATURE_BYTES} bytes long")
    envelope = Envelope(wire.payload, signature.keyid, signature.sig)
    if encode(envelope) != text:
        raise EnvelopeError("the signature is damaged: it is not in canonical form")
    return envelope


_DECODER = msgspec.json.Decoder(_Wire)
