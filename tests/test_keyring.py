"""Keys and keyrings: what is read, what is refused and where, and what is never trusted."""

import subprocess
from base64 import b64encode
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import example, given
from hypothesis import strategies as st

from hipaaguard.attest import keys
from hipaaguard.attest.keyring import MAX_BYTES, export_text, parse_keyring
from hipaaguard.errors import KeyringError
from tests.keys import CONTRACTOR, OPENSSL, SECOND, TRUSTED, TRUSTED_TEXT

PUBLIC = keys.public_of(CONTRACTOR)
RAW = b64encode(PUBLIC.public_bytes_raw()).decode()
LINE = f"hipaaguard-ed25519 {RAW}"
P = 2**255 - 19


def parse(text: str | bytes) -> str:
    """The one label in the text."""
    keyring = parse_keyring(text.encode() if isinstance(text, str) else text, "my.keys")
    (key,) = keyring.keys.values()
    return key.label


def test_exported_files_can_be_joined() -> None:
    assert [key.label for key in TRUSTED.keys.values()] == ["Casey Contractor", "Sam Second"]
    found = TRUSTED.find(keys.keyid(keys.public_of(SECOND)))
    assert found is not None
    assert found.label == "Sam Second"
    assert found.public.public_bytes_raw() == keys.public_of(SECOND).public_bytes_raw()
    assert TRUSTED.find("0" * 64) is None


def test_exported_file_names_its_fingerprint() -> None:
    text = export_text(PUBLIC, "  Casey   Contractor ")
    assert keys.fingerprint(PUBLIC) in text
    assert parse(text) == "Casey Contractor"
    assert TRUSTED.find(keys.keyid(PUBLIC)).fingerprint in text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "words", ["", "  ", "x" * 101, "from=2026-01-01 Casey", "a\x1b[31mb", "a\u202eb"]
)
def test_labels_that_cannot_be_exported(words: str) -> None:
    with pytest.raises(KeyringError):
        export_text(PUBLIC, words)


@given(st.text())
@example("PRIVATE Practice")
def test_a_label_adds_no_line(words: str) -> None:
    try:
        text = export_text(PUBLIC, words)
    except KeyringError:
        return
    assert parse(text) == " ".join(words.split())


def test_days() -> None:
    keyring = parse_keyring(f"{LINE} until=2027-01-31 from=2026-02-01 Casey".encode(), "my.keys")
    (key,) = keyring.keys.values()
    assert (key.valid_from, key.valid_until) == (date(2026, 2, 1), date(2027, 1, 31))


@pytest.mark.parametrize(
    "text",
    [
        f"{LINE} Casey\r\n".encode(),
        f"# who\r\n\r\n  {LINE}\tCasey \r\n".encode(),
        f"\ufeff{LINE} Casey\n".encode(),
        f"# first file\n\ufeff{LINE} Casey\n\x1a".encode(),
        f"{LINE} Casey".encode(),
    ],
    ids=["crlf", "spaces", "bom", "joined on Windows", "no last line end"],
)
def test_hands_are_forgiven(text: bytes) -> None:
    assert parse(text) == "Casey"


def _raw_line(raw: bytes) -> str:
    return f"hipaaguard-ed25519 {b64encode(raw).decode()} Casey"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "my.keys holds no key"),
        (b"# only words\n\n", "my.keys holds no key"),
        (b"#" * (MAX_BYTES + 1), "my.keys is larger than 1 MiB"),
        (f"{LINE} Casey".encode("utf-16"), "my.keys is UTF-16 text"),
        (b"#\n\xe9\n", "my.keys:2: the file is not UTF-8 text"),
        (f"{LINE} Casey\n#\n{LINE} Sam", "my.keys:3: this key is in the file already"),
        (f"#\n{LINE}", "my.keys:2: a key's line has a key and a label"),
        (f"{LINE} from=2026-01-01", "my.keys:1: a key needs a label"),
        (f"ssh-ed25519 {RAW} Casey", "my.keys:1: a key's line begins with hipaaguard-ed25519"),
        (keys.private_pem(CONTRACTOR), "my.keys:1: this is a private key"),
        (f"{LINE} from=2026-01-01 from=2026-01-02 C", "my.keys:1: from= stands here twice"),
        (f"{LINE} Casey until=2026-01-01", "my.keys:1: from= and until= stand before the label"),
        (f"{LINE} Until=2026-01-01 Casey", "my.keys:1: from= and until= stand before the label"),
        (f"{LINE} until = 2026-01-01 Casey", "my.keys:1: from= and until= stand before the label"),
        (f"{LINE} until: 2026-01-01 Casey", "my.keys:1: from= and until= stand before the label"),
        (f"{LINE} from=2026-02-01 until=2026-01-31 C", "my.keys:1: until= is before from="),
        (f"{LINE} from=20260201 Casey", "my.keys:1: '20260201' is not a day"),
        (f"{LINE} from=2026-02-30 Casey", "my.keys:1: '2026-02-30' is not a day"),
        (f"{LINE} from= Casey", "my.keys:1: '' is not a day"),
        (f"{LINE} {'x' * 101}", "my.keys:1: the label is longer than 100 characters"),
        (f"{LINE} a\u202eb", "my.keys:1: the label holds a character that cannot be shown"),
        (LINE.rstrip("=") + " Casey", "my.keys:1: the key is damaged: it must be 44"),
        (LINE.replace("/", "_") + " Casey", "my.keys:1: the key is damaged: it must be 44"),
        (LINE[:-2] + "R= Casey", "my.keys:1: the key is damaged: it is not canonical"),
        (_raw_line(bytes(31)), "my.keys:1: the key is damaged: it must be 44"),
    ],
)
def test_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(KeyringError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)


# A second, slow way to the same truth: adding points of the curve, RFC 8032, section 5.1.4.
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def add(one: Point, two: Point) -> Point:
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def small_order_points() -> set[Point]:
    """The eight points whose eightfold is zero: multiples of one of order eight."""
    order = 2**252 + 27742317777372353535851937790883648493
    for y in range(2, 100):
        x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(x2, (P + 3) // 8, P)
        if x * x % P != x2:
            x = x * pow(2, (P - 1) // 4, P) % P
        if x * x % P != x2:
            continue
        generator, power, total = (x, y), order, (0, 1)
        while power:
            total = add(total, generator) if power & 1 else total
            generator, power = add(generator, generator), power >> 1
        multiples = {(0, 1)}
        step = total
        while step not in multiples:
            multiples.add(step)
            step = add(step, total)
        if len(multiples) == 8:
            return multiples
    raise AssertionError("no point of order eight")


SMALL = sorted(small_order_points())
BAD_KEYS = {
    **{f"small order {n}": y | (x & 1) << 255 for n, (x, y) in enumerate(SMALL)},
    **{f"small order {n}, other sign": y | (~x & 1) << 255 for n, (x, y) in enumerate(SMALL)},
    "zero": 0,
    "prime": P,
    "prime + 1": P + 1,
    "prime + 3, which is another text of 3": P + 3,
    "all ones": 2**256 - 1,
    "not on the curve": 2,
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_improper_keys(name: str) -> None:
    raw = BAD_KEYS[name].to_bytes(32, "little")
    with pytest.raises(KeyringError, match=r"^my\.keys:1: .* no proper Ed25519 key$"):
        parse(_raw_line(raw))


@given(st.binary(min_size=32, max_size=32))
def test_every_real_key_is_read(seed: bytes) -> None:
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key()
    assert parse(export_text(public, "Casey")) == "Casey"


@given(st.binary(max_size=300))
def test_only_its_own_error(text: bytes) -> None:
    for data in (text, TRUSTED_TEXT[:250] + text):
        with suppress(KeyringError):
            assert parse_keyring(data, "my.keys").keys


@OPENSSL
def test_key_id_is_what_openssl_says(tmp_path: Path) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(keys.private_pem(CONTRACTOR))
    der = subprocess.run(
        ["openssl", "pkey", "-in", pem, "-pubout", "-outform", "DER"],
        capture_output=True,
        check=True,
    ).stdout
    said = subprocess.run(["openssl", "sha256", "-r"], input=der, capture_output=True, check=True)
    assert said.stdout.decode().split()[0] == keys.keyid(PUBLIC)
    assert der == PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_fingerprint() -> None:
    """The first 125 bits, without the letters that are mistaken for others."""
    assert keys.fingerprint_of("f" * 64) == "-".join(["ZZZZZ"] * 5)
    assert keys.fingerprint_of("0" * 31 + "8" + "f" * 32) == "00000-00000-00000-00000-00001"
    assert keys.fingerprint_of("00443" + "0" * 59)[:5] == "01230"[:4] + "0"
    assert not set("ILOU") & set(keys.fingerprint(PUBLIC))


def test_private_key_survives() -> None:
    made = keys.generate()
    again = keys.load_private(keys.private_pem(made))
    assert again.private_bytes_raw() == made.private_bytes_raw()
    assert keys.generate().private_bytes_raw() != made.private_bytes_raw()


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, *, locked: bool) -> bytes:
    how = BestAvailableEncryption(b"x") if locked else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


@pytest.mark.parametrize(
    ("pem", "message"),
    [
        (b"", "damaged or not a private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
        (keys.private_pem(CONTRACTOR)[:60], "damaged"),
        (_pem(CONTRACTOR, locked=True), "protected by a password"),
        (_pem(ec.generate_private_key(ec.SECP256R1()), locked=False), "not an Ed25519 key"),
    ],
)
def test_private_keys_that_cannot_be_used(pem: bytes, message: str) -> None:
    with pytest.raises(KeyringError, match=message):
        keys.load_private(pem)
