"""The test vectors of signed pages: `python -m scripts.make_vectors` writes them anew.

Keys and times are fixed, so the same source gives the same bytes. Each vector differs from an
accepted page by one defect, which its name and comment tell.
"""

import json
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hipaaguard.attest.envelope import pae
from hipaaguard.attest.keyring import export_text
from hipaaguard.attest.keys import keyid, public_of
from hipaaguard.report.slot import SLOT_CLOSE, SLOT_OPEN
from tests.conftest import NOW
from tests.keys import CONTRACTOR, SECOND, STRANGER, TRUSTED_TEXT

VECTORS = Path(__file__).parent.parent / "tests" / "vectors"

PAGE = (
    b'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Report</title>\n'
    b"<p>A small page instead of a whole report.</p>\n" + SLOT_OPEN + SLOT_CLOSE + b"\n</html>\n"
)
# The order of Ed25519's base point: RFC 8032, section 5.1.
ORDER = 2**252 + 27742317777372353535851937790883648493

Json = dict[str, Any]
Edit = Callable[[Json], object]


@dataclass(frozen=True, slots=True)
class Vector:
    """One document and what a verifier must say of it.

    Attributes:
        name: the file's name without its suffix.
        expect: `accepted`, or `refused` and the step.
        comment: the defect, one sentence.
        document: the page.
        keyring: the file beside it that holds the trusted keys.
        max_age_days: how old the facts may be; None for any age.
    """

    name: str
    expect: str
    comment: str
    document: bytes
    keyring: str = "trusted.keys"
    max_age_days: int | None = None

    def text(self) -> bytes:
        """The vector as a file: header lines, an empty line, the document."""
        lines = [f"expect: {self.expect}", f"comment: {self.comment}", f"at: {say(0)}"]
        lines.append(f"keyring: {self.keyring}")
        if self.max_age_days is not None:
            lines.append(f"max-age-days: {self.max_age_days}")
        return "\n".join(lines).encode() + b"\n\n" + self.document


def say(minutes: int) -> str:
    """The time so many minutes after the time of verification."""
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def dump(value: object) -> bytes:
    """Canonical JSON, by another encoder than HipaaGuard's own."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def predicate(label: str = "") -> Json:
    """The data of a small report, by a version that no verifier can render."""
    return {
        "tool": "hipaaguard 0.0.1",
        "policy": {
            "policyId": "vector",
            "version": "1",
            "title": "A policy for test vectors",
            "digest": sha256(b"vector").hexdigest(),
            "settings": [],
            "notCovered": [],
            "proposed": False,
            "extends": "",
            "differs": [],
        },
        "platform": "linux",
        "takenAt": say(-3),
        "evaluatedAt": say(-2),
        "signedAt": say(-1),
        "elevated": False,
        "results": [
            {
                "checkId": "disk.system",
                "title": "System disk encrypted",
                "status": "pass",
                "severity": "critical",
                "sentence": "The system disk is encrypted.",
                "why": "A stolen computer tells nothing.",
                "fix": [],
                "changes": "",
                "undo": "",
                "settle": [],
                "citations": [],
                "sources": [],
                "evidence": ["disk.system_encrypted"],
            }
        ],
        "facts": [{"key": "disk.system_encrypted", "value": True, "source": "/sys/block"}],
        "chain": {"sequence": 1, "previous": "", "challenge": "", "label": label},
        "replayed": False,
        "answers": [],
        "decisions": [],
        "paragraphs": [],
    }


def statement(edit: Edit = lambda it: None, page: bytes = PAGE, label: str = "") -> Json:
    """A statement about the page, after the edit."""
    made: Json = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "report.html", "digest": {"sha256": sha256(page).hexdigest()}}],
        "predicateType": "hipaaguard:report/v1",
        "predicate": predicate(label),
    }
    edit(made)
    return made


def envelope(payload: bytes, key: Ed25519PrivateKey = CONTRACTOR) -> Json:
    """The payload, signed."""
    signature = {"keyid": keyid(public_of(key)), "sig": b64(key.sign(pae(payload)))}
    return {
        "payload": b64(payload),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [signature],
    }


def b64(data: bytes) -> str:
    """Standard base64."""
    return b64encode(data).decode()


def put(content: bytes, page: bytes = PAGE) -> bytes:
    """The page with this in its slot."""
    return page.replace(SLOT_OPEN, SLOT_OPEN + content)


def fill(made: Json | bytes, page: bytes = PAGE) -> bytes:
    """The page with this envelope in its slot."""
    return put(b64encode(made if isinstance(made, bytes) else dump(made)), page)


def good(label: str = "") -> bytes:
    """A page to accept."""
    return fill(envelope(dump(statement(label=label))))


def stated(edit: Edit) -> bytes:
    """A page whose statement was edited before signing."""
    return fill(envelope(dump(statement(edit))))


def told(**fields: object) -> bytes:
    """A page whose report says this instead; None leaves a field out."""

    def edit(made: Json) -> None:
        made["predicate"].update(fields)
        for name in [name for name, value in fields.items() if value is None]:
            del made["predicate"][name]

    return stated(edit)


def enveloped(edit: Edit) -> bytes:
    """A page whose envelope was edited after signing."""
    made = envelope(dump(statement()))
    edit(made)
    return fill(made)


def signed_as(edit: Callable[[Json], None]) -> Callable[[Json], None]:
    """An edit of the one signature of an envelope."""
    return lambda made: edit(made["signatures"][0])


def signature_of(made: bytes, key: Ed25519PrivateKey = CONTRACTOR) -> Json:
    """A signature over exactly these bytes."""
    return {"keyid": keyid(public_of(key)), "sig": b64(key.sign(made))}


def bits(text: str) -> str:
    """The base64 text with one of its unused last bits set; it needs padding."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = text.rstrip("=")
    return body[:-1] + digits[digits.index(body[-1]) + 1] + text[len(body) :]


def padded(measure: Callable[[bytes], bytes]) -> bytes:
    """A payload whose text by this measure needs padding in base64."""
    payloads = (dump(statement(label="x" * length)) for length in count())
    return next(payload for payload in payloads if len(measure(payload)) % 3)


def vectors() -> Mapping[str, bytes]:
    """Every file of `tests/vectors` but its README, by name."""
    made = [*_accepted(), *_slot(), *_envelope(), *_key(), *_signature(), *_statement()]
    made += [*_page(), *_report(), *_time()]
    files = {f"{vector.name}.txt": vector.text() for vector in made}
    if len(files) != len(made):
        raise ValueError("two vectors have one name")
    return {**files, **_keyrings()}


def _keyrings() -> Mapping[str, bytes]:
    line = export_text(public_of(CONTRACTOR), "Casey Contractor").splitlines()[-1]
    key_type, key, label = line.split(" ", 2)
    today = f"{NOW:%Y-%m-%d}"

    def dated(words: str) -> bytes:
        return f"{key_type} {key} {words} {label}\n".encode()

    return {
        "trusted.keys": TRUSTED_TEXT,
        "today-only.keys": dated(f"from={today} until={today}"),
        "from-tomorrow.keys": dated(f"from={NOW + timedelta(days=1):%Y-%m-%d}"),
        "until-yesterday.keys": dated(f"until={NOW - timedelta(days=1):%Y-%m-%d}"),
    }


def _accepted() -> Iterator[Vector]:
    yield Vector("accepted", "accepted", "Nothing is wrong.", good())
    unknown = stated(lambda made: (made.update(later=1), made["predicate"].update(later=["x"])))
    yield Vector("accepted-unknown-fields", "accepted", "Fields of a later version.", unknown)
    second = fill(envelope(dump(statement()), SECOND))
    yield Vector("accepted-second-key", "accepted", "Signed with the second key.", second)
    yield Vector(
        "accepted-key-days",
        "accepted",
        "The key is valid today alone.",
        good(),
        keyring="today-only.keys",
    )
    month = 30 * 24 * 60
    aged = told(takenAt=say(-month), evaluatedAt=say(-month), signedAt=say(-month))
    yield Vector("accepted-oldest", "accepted", "As old as is allowed.", aged, max_age_days=30)
    later = told(
        chain={
            "sequence": 2,
            "previous": sha256(b"first").hexdigest(),
            "challenge": "",
            "label": "",
        }
    )
    yield Vector("accepted-second-report", "accepted", "The second of its series.", later)


def _slot() -> Iterator[Vector]:
    page = good()
    slot = SLOT_OPEN + SLOT_CLOSE
    content = page[page.index(SLOT_OPEN) + len(SLOT_OPEN) : page.index(SLOT_CLOSE)]
    swapped = PAGE.replace(slot, SLOT_CLOSE + content + SLOT_OPEN)
    for name, comment, document in (
        ("slot-none", "The page has no slot.", PAGE.replace(slot, b"")),
        ("slot-two", "The page has a second, empty slot.", page.replace(b"<p>", slot + b"<p>")),
        ("slot-two-signed", "Two whole signed pages in one file.", page + page),
        ("slot-nested", "A slot within the slot.", put(slot + content)),
        ("slot-swapped", "The marks stand in the wrong order.", swapped),
        ("slot-cut-off", "The file ends within the slot.", page[: page.index(SLOT_CLOSE) - 9]),
        ("slot-pdf", "A PDF instead of the page.", b"%PDF-1.7\n%%EOF\n"),
        ("slot-utf-16", "An editor saved the page as UTF-16.", page.decode().encode("utf-16")),
    ):
        yield Vector(name, "refused slot", comment, document)
    yield Vector("empty", "refused size", "The file is empty.", b"")


def _envelope() -> Iterator[Vector]:
    yield from _base64()
    text = dump(envelope(dump(statement())))
    twice = text.replace(b'"payloadType"', b'"payload":"AA==","payloadType"')
    for name, comment, made in (
        ("space", "A space in the envelope.", text.replace(b":", b": ", 1)),
        ("line-end", "A line end after the envelope.", text + b"\n"),
        ("bom", "A byte order mark before the envelope.", b"\xef\xbb\xbf" + text),
        ("duplicate-key", "The envelope has two payloads.", twice),
        ("escape", "A letter is written as an escape.", text.replace(b"vnd", b"\\u0076nd")),
        ("not-json", "The envelope is cut off.", text[:-1]),
        ("deep", "Brackets without end.", b"[" * 5000),
    ):
        yield Vector(f"envelope-{name}", "refused envelope", comment, fill(made))
    two = [signature_of(pae(dump(statement())), key) for key in (CONTRACTOR, SECOND)]
    for name, comment, edit in _envelope_edits(two):
        yield Vector(f"envelope-{name}", "refused envelope", comment, enveloped(edit))


def _envelope_edits(two: list[Json]) -> Iterator[tuple[str, str, Edit]]:
    sig = dump(two[0]["sig"]).decode().strip('"')
    short = b64(b"\0" * 63)
    yield "unknown-field", "A field that is not signed.", lambda made: made.update(note="x")
    yield "two-signatures", "Both good.", lambda made: made.update(signatures=two)
    yield "no-signature", "The list is empty.", lambda made: made.update(signatures=[])
    kind = "text/plain"
    yield "payload-type", "Another payload type.", lambda made: made.update(payloadType=kind)
    yield "no-payload", "There is no payload.", lambda made: made.pop("payload")
    yield (
        "key-id",
        "The key id is in capitals.",
        signed_as(lambda it: it.update(keyid=it["keyid"].upper())),
    )
    yield "signature-bits", "Unused bits are set.", signed_as(lambda it: it.update(sig=bits(sig)))
    yield "signature-short", "63 bytes.", signed_as(lambda it: it.update(sig=short))
    yield "signature-field", "A field that is not signed.", signed_as(lambda it: it.update(x=1))


def _base64() -> Iterator[Vector]:
    outer = padded(lambda payload: dump(envelope(payload)))
    content = b64(dump(envelope(outer)))
    inner = envelope(padded(lambda payload: payload))
    bits_set = {**inner, "payload": bits(inner["payload"])}
    wide = dump(statement(label="~" * 9))
    url = {**envelope(wide), "payload": urlsafe_b64encode(wide).decode()}
    for name, comment, document in (
        ("empty", "The page was never signed.", PAGE),
        ("wrapped", "A mail program wrapped the line.", put(wrap(content))),
        ("padding", "The padding was cut off.", put(content.rstrip("=").encode())),
        ("bits", "An unused bit of the base64 is set.", put(bits(content).encode())),
        ("alphabet", "The payload in the base64 alphabet for URLs.", fill(url)),
        ("payload-bits", "An unused bit of the payload's base64 is set.", fill(bits_set)),
    ):
        yield Vector(f"envelope-{name}", "refused envelope", comment, document)


def wrap(text: str) -> bytes:
    """The text in lines of 76 characters."""
    return "\n".join(text[at : at + 76] for at in range(0, len(text), 76)).encode()


def _key() -> Iterator[Vector]:
    strange = fill(envelope(dump(statement()), STRANGER))
    yield Vector("key-unknown", "refused key", "The key is not in the keyring.", strange)


def _signature() -> Iterator[Vector]:
    payload = dump(statement())
    other = dump(statement(label="Another computer"))
    sig = CONTRACTOR.sign(pae(payload))
    flipped = bytes([sig[0] ^ 1]) + sig[1:]
    scalar = int.from_bytes(sig[32:], "little") + ORDER
    larger = sig[:32] + scalar.to_bytes(32, "little")
    wrong_key = {**signature_of(pae(payload), SECOND), "keyid": keyid(public_of(CONTRACTOR))}
    kind = b"text/plain"
    typed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)

    def with_sig(value: bytes) -> Edit:
        return signed_as(lambda it: it.update(sig=b64(value)))

    for name, comment, edit in (
        ("flipped", "One bit of the signature is changed.", with_sig(flipped)),
        ("zero", "A signature of zeros.", with_sig(b"\0" * 64)),
        ("larger", "The order of the group was added to its second half.", with_sig(larger)),
        (
            "other-key",
            "By another trusted key than it names.",
            lambda made: made.update(signatures=[wrong_key]),
        ),
        ("bare", "Made over the payload alone.", with_sig(CONTRACTOR.sign(payload))),
        ("other-type", "Made for another payload type.", with_sig(CONTRACTOR.sign(typed))),
        (
            "payload-swapped",
            "The payload is that of another report.",
            lambda made: made.update(payload=b64(other)),
        ),
    ):
        yield Vector(f"signature-{name}", "refused signature", comment, enveloped(edit))


def _statement() -> Iterator[Vector]:
    text = dump(statement())
    for name, comment, payload in (
        ("duplicate-key", "Two predicate types.", text.replace(b'"subject"', _TWICE)),
        ("space", "Spaces in the payload.", json.dumps(statement(), sort_keys=True).encode()),
        ("unsorted", "Keys are not sorted.", json.dumps(statement(), separators=_TIGHT).encode()),
        ("float", "A number with a fraction.", text.replace(b'"sequence":1', b'"sequence":1.0')),
        ("exponent", "A number with an exponent.", text.replace(b'"sequence":1', _EXPONENT)),
        ("nan", "A number that is none.", text.replace(b'"sequence":1', b'"sequence":NaN')),
        ("large", "2^53, which not every reader keeps.", text.replace(b'"sequence":1', _LARGE)),
        ("surrogate", "Half a character.", text.replace(b'"challenge":""', _SURROGATE)),
        ("not-utf-8", "Not UTF-8.", text.replace(b"Test", b"T\xe9st").replace(b"stolen", b"\xff")),
        ("deep", "Nested too deeply, in an unknown field.", _deep()),
        ("not-json", "Not JSON.", b"HipaaGuard"),
    ):
        yield Vector(f"statement-{name}", "refused statement", comment, fill(envelope(payload)))
    for name, comment, edit in _statement_edits():
        yield Vector(f"statement-{name}", "refused statement", comment, stated(edit))


_TIGHT = (",", ":")
_TWICE = b'"predicateType":"x","subject"'
_EXPONENT = b'"sequence":1e0'
_LARGE = b'"sequence":9007199254740992'
_SURROGATE = b'"challenge":"\\ud800"'


def _deep() -> bytes:
    nested: object = 1
    for _ in range(8):
        nested = [nested]
    return dump(statement(lambda made: made.update(later=nested)))


def _statement_edits() -> Iterator[tuple[str, str, Edit]]:
    digest = sha256(PAGE).hexdigest()

    def subjects(*digests: Json) -> Edit:
        made = [{"name": "report.html", "digest": it} for it in digests]
        return lambda it: it.update(subject=made)

    def tell(**fields: object) -> Edit:
        return lambda it: it["predicate"].update(fields)

    v0 = "https://in-toto.io/Statement/v0.1"
    yield "type", "Another type of statement.", lambda it: it.update(_type=v0)
    v2 = "hipaaguard:report/v2"
    yield "predicate-type", "Another version.", lambda it: it.update(predicateType=v2)
    yield "no-subject", "About no page.", subjects()
    yield "two-subjects", "About two pages.", subjects({"sha256": digest}, {"sha256": digest})
    long = sha256(b"").hexdigest() * 2
    yield "no-sha256", "Only a digest of another kind.", subjects({"sha512": long})
    yield "two-digests", "Two digests.", subjects({"sha256": digest, "sha512": long})
    yield "digest-capitals", "The digest is in capitals.", subjects({"sha256": digest.upper()})
    named = [{"name": "other.html", "digest": {"sha256": digest}}]
    yield "name", "The subject has another name.", lambda it: it.update(subject=named)
    more = [{"name": "report.html", "digest": {"sha256": digest}, "uri": "https://example.com/"}]
    yield "subject-field", "The subject has another field.", lambda it: it.update(subject=more)
    yield "list-predicate", "The predicate is a list.", lambda it: it.update(predicate=[])
    yield "no-time", "It does not say when.", lambda it: it["predicate"].pop("signedAt")
    yield "time-number", "The time is a number.", tell(signedAt=1)
    yield "time-zone", "A time zone instead of Z.", tell(signedAt="2026-11-23T11:59:00+00:00")
    yield "time-impossible", "There is no such day.", tell(signedAt="2026-02-30T11:59:00Z")


def _page() -> Iterator[Vector]:
    page = good()
    other = good("Another computer")
    latin = PAGE.replace(b"small", b"sm\xe5ll")
    odd = fill(envelope(dump(statement(page=latin))), latin)
    moved = page.replace(b"<p>", b"<p hidden>")
    for name, comment, document in (
        ("changed", "A word on the page is changed.", page.replace(b"small", b"large")),
        ("hidden", "A part of the page is hidden.", moved),
        ("appended", "A byte is added at the end.", page + b" "),
        ("cut-off", "The last line end is missing.", page[:-1]),
        ("line-ends", "The line ends are those of Windows.", page.replace(b"\n", b"\r\n")),
        ("bom", "A byte order mark was added.", b"\xef\xbb\xbf" + page),
        ("other", "The envelope of another page.", other.replace(b"A small", b"Another small")),
        ("not-utf-8", "The page was signed in another encoding.", odd),
    ):
        yield Vector(f"page-{name}", "refused page", comment, document)


def _report() -> Iterator[Vector]:
    result = predicate()["results"][0]
    fact = predicate()["facts"][0]
    first = predicate()["chain"]
    digest = sha256(b"first").hexdigest()
    stranger = {**result, "status": "probably"}
    spaced = {**predicate()["policy"], "policyId": "vector "}
    for name, comment, document in (
        ("replayed", "Made from a recording.", told(replayed=True)),
        ("no-replayed", "Does not say whether from a recording.", told(replayed=None)),
        ("tool", "The version is followed by a space.", told(tool="hipaaguard 0.0.1 ")),
        ("policy-id", "The policy's id has a space at its end.", told(policy=spaced)),
        ("no-results", "Holds no results.", told(results=[])),
        ("two-results", "Two results for one check.", told(results=[result, result])),
        ("status", "A status that does not exist.", told(results=[stranger])),
        ("no-status", "A result without a status.", told(results=[without(result, "status")])),
        ("no-facts", "The evidence is not among the facts.", told(facts=[])),
        ("two-facts", "Two values for one fact.", told(facts=[fact, {**fact, "value": False}])),
        ("fact-type", "A number where the fact is yes or no.", told(facts=[{**fact, "value": 1}])),
        ("no-value", "A fact without a value.", told(facts=[without(fact, "value")])),
        ("null", "Nothing instead of a value.", told(facts=[{**fact, "value": None}])),
        ("no-chain", "No place in a series.", told(chain=None)),
        ("chain-first", "First, and yet after one.", told(chain={**first, "previous": digest})),
        ("chain-later", "Second, after none.", told(chain={**first, "sequence": 2})),
        ("chain-zero", "Before the first.", told(chain={**first, "sequence": 0})),
    ):
        yield Vector(f"report-{name}", "refused report", comment, document)


def without(made: Json, name: str) -> Json:
    """The object without this field."""
    return {key: value for key, value in made.items() if key != name}


def _time() -> Iterator[Vector]:
    month = 30 * 24 * 60 + 1
    aged = told(takenAt=say(-month), evaluatedAt=say(-month), signedAt=say(-month))
    future = told(takenAt=say(11), evaluatedAt=say(11), signedAt=say(11))
    for name, comment, document in (
        ("to-come", "Signed eleven minutes from now.", future),
        ("no-taken-at", "Does not say when the facts were taken.", told(takenAt=None)),
        ("facts-later", "Facts taken after signing.", told(takenAt=say(10))),
        ("facts-stale", "Facts of an hour before signing.", told(takenAt=say(-62))),
        ("judged-early", "Judged before the facts were taken.", told(evaluatedAt=say(-14))),
        ("judged-late", "Judged after signing.", told(evaluatedAt=say(10))),
    ):
        yield Vector(f"time-{name}", "refused time", comment, document)
    yield Vector(
        "time-too-old", "refused time", "A minute older than is allowed.", aged, max_age_days=30
    )
    for keyring in ("from-tomorrow", "until-yesterday"):
        comment = f"The key is valid {keyring.replace('-', ' ')}."
        yield Vector(
            f"time-key-{keyring}", "refused time", comment, good(), keyring=f"{keyring}.keys"
        )


def main() -> int:
    """Writes the vectors and removes those that are no more."""
    files = vectors()
    for path in VECTORS.iterdir():
        if path.name not in files and path.name != "README.md":
            path.unlink()
    for name, data in files.items():
        (VECTORS / name).write_bytes(data)
    print(f"wrote {len(files)} files to tests/vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
