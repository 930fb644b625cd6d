"""What is signed, proved by programs that are not ours; and that each form has one text."""

import json
import re
import subprocess
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as OtherEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from hipaaguard.attest import canonical, envelope, keys, page, statement
from hipaaguard.attest.envelope import Envelope
from hipaaguard.attest.sign import seal, sign
from hipaaguard.errors import EnvelopeError
from hipaaguard.report import html, json_v1
from hipaaguard.report.slot import SLOT_CLOSE, SLOT_OPEN
from tests.conftest import NOW, ROOT
from tests.keys import CONTRACTOR, OPENSSL, SECOND, TRUSTED_TEXT
from tests.sample import large, sample, smallest

REPORT = sample()
PAGE = sign(REPORT, CONTRACTOR, NOW)
PUBLIC = keys.public_of(CONTRACTOR)


def slot_of(signed: bytes) -> bytes:
    """The envelope, taken from the page without our code."""
    match = re.search(re.escape(SLOT_OPEN) + b"(.*?)" + re.escape(SLOT_CLOSE), signed)
    assert match
    return b64decode(match[1], validate=True)


def test_securesystemslib_verifies() -> None:
    made = OtherEnvelope.from_dict(json.loads(slot_of(PAGE)))
    key = {"keytype": "ed25519", "scheme": "ed25519"}
    ours = SSlibKey.from_dict(
        keys.keyid(PUBLIC), {**key, "keyval": {"public": PUBLIC.public_bytes_raw().hex()}}
    )
    assert list(made.verify([ours], 1)) == [ours.keyid]
    other = keys.public_of(SECOND).public_bytes_raw().hex()
    wrong = SSlibKey.from_dict(ours.keyid, {**key, "keyval": {"public": other}})
    with pytest.raises(VerificationError):
        made.verify([wrong], 1)


@OPENSSL
def test_openssl_verifies(tmp_path: Path) -> None:
    made = json.loads(slot_of(PAGE))
    payload = b64decode(made["payload"])
    kind = made["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    # RFC 8410, section 4: an Ed25519 key's SubjectPublicKeyInfo is this prefix and the 32 bytes.
    der = bytes.fromhex("302a300506032b6570032100") + PUBLIC.public_bytes_raw()
    assert sha256(der).hexdigest() == made["signatures"][0]["keyid"]
    for name, data in (
        ("key.der", der),
        ("signed", signed),
        ("changed", signed + b" "),
        ("sig", b64decode(made["signatures"][0]["sig"])),
    ):
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.der", "-keyform", "DER"]
    command += ["-rawin", "-sigfile", "sig", "-in"]
    assert subprocess.run([*command, "signed"], cwd=tmp_path).returncode == 0
    assert subprocess.run([*command, "changed"], cwd=tmp_path).returncode == 1


@OPENSSL
def test_the_commands_of_the_specification(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(PAGE)
    (tmp_path / "trusted.keys").write_bytes(TRUSTED_TEXT)
    (commands,) = re.findall("```sh\n(.*?)```", (ROOT / "reports/FORMAT.md").read_text(), re.DOTALL)
    said = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=tmp_path, capture_output=True, text=True
    )
    assert not said.stderr
    key_id, named_key, verdict, digest, named_page = said.stdout.splitlines()
    assert named_key == f'"keyid":"{key_id.split()[0]}"'
    assert verdict == "Signature Verified Successfully"
    assert named_page == f'"sha256":"{digest.split()[0]}"'


def test_statement_names_the_page_and_holds_the_report() -> None:
    said = json.loads(b64decode(json.loads(slot_of(PAGE))["payload"]))
    emptied = html.render(REPORT).encode()
    assert said == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "report.html", "digest": {"sha256": sha256(emptied).hexdigest()}}],
        "predicateType": "hipaaguard:report/v1",
        "predicate": {**json_v1.to_data(REPORT), "signedAt": "2026-11-23T12:00:00Z"},
    }
    assert page.split(PAGE).emptied == emptied


def test_same_input_same_bytes() -> None:
    assert sign(REPORT, CONTRACTOR, NOW) == PAGE
    assert sign(REPORT, CONTRACTOR, NOW + timedelta(microseconds=1)) == PAGE
    assert sign(REPORT, CONTRACTOR, NOW + timedelta(seconds=1)) != PAGE


def test_large_report_is_signed() -> None:
    parts = page.split(sign(large(), CONTRACTOR, NOW))
    said = statement.parse_statement(envelope.parse_envelope(page.envelope_of(parts)).payload)
    assert json_v1.parse(dict(said.predicate)) == large()


@pytest.mark.parametrize(
    ("report", "message"),
    [
        (replace(REPORT, chain=None), "without a place in this computer's series"),
        (smallest(), "whose time is not known"),
    ],
)
def test_reports_that_cannot_be_signed(report: object, message: str) -> None:
    with pytest.raises(EnvelopeError, match=message):
        sign(report, CONTRACTOR, NOW)  # type: ignore[arg-type]


EMPTY = b"<p>" + SLOT_OPEN + SLOT_CLOSE


@pytest.mark.parametrize("data", [{"share": 0.5}, {"a": 2**53}, {"a": [[[[[[[1]]]]]]]}])
def test_data_that_has_no_canonical_form_is_not_signed(data: dict[str, object]) -> None:
    with pytest.raises(EnvelopeError):
        seal(EMPTY, data, CONTRACTOR, NOW)


@pytest.mark.parametrize("unsigned", [b"<p>", EMPTY + EMPTY, PAGE])
def test_pages_that_cannot_be_filled(unsigned: bytes) -> None:
    with pytest.raises(EnvelopeError):
        seal(unsigned, {}, CONTRACTOR, NOW)


def test_a_page_is_filled_once() -> None:
    with pytest.raises(EnvelopeError, match="signed already"):
        page.fill(PAGE, b"{}")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.one_of(JSON, st.lists(JSON)).filter(lambda value: _depth(value) <= 8))
def test_canonical_json_is_what_python_says(value: object) -> None:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical.encode(value) == text
    assert canonical.decode(text, "it") == value


def _depth(value: Any) -> int:
    if not isinstance(value, (dict, list)):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0)


@given(st.binary(max_size=40) | st.text('[]{}:,"0123456789.eE-+truefalsn\\u ').map(str.encode))
def test_one_text_a_value(text: bytes) -> None:
    with suppress(EnvelopeError):
        assert canonical.encode(canonical.decode(text, "it")) == text


@given(st.binary(max_size=9) | st.text("AQ/+-_= \n\r", max_size=9).map(str.encode))
def test_one_base64_a_value(text: bytes) -> None:
    with suppress(EnvelopeError):
        assert b64encode(canonical.decode_base64(text, "it")) == text


@pytest.mark.parametrize("text", [b"[" * 200_000, b'{"a":' * 200_000, b"1" * 200_000])
def test_hostile_json(text: bytes) -> None:
    with pytest.raises(EnvelopeError):
        canonical.decode(text, "it")
    with pytest.raises(EnvelopeError):
        envelope.parse_envelope(text)


def test_envelope_survives() -> None:
    made = Envelope(b"payload", "0" * 64, bytes(64))
    text = envelope.encode(made)
    assert envelope.parse_envelope(text) == made
    assert json.loads(text)["payloadType"] == "application/vnd.in-toto+json"
