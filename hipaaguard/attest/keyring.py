"""The public keys that a practice trusts: a text file with one key a line, made by hand.

    # comment
    hipaaguard-ed25519 BASE64 [from=YYYY-MM-DD] [until=YYYY-MM-DD] label words

- Strict: what is not understood is an error with `file:line`, never a key that is left out.
- A keyring is never empty and holds each key once.
- Line ends and byte order marks of Windows editors are understood: the file is made by hand.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hipaaguard.attest.canonical import decode_base64
from hipaaguard.attest.keys import fingerprint, keyid
from hipaaguard.errors import EnvelopeError, KeyringError
from hipaaguard.report.visible import show

KEY_TYPE = "hipaaguard-ed25519"
MAX_BYTES = 1 << 20
MAX_LABEL = 100


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that a practice trusts, and for whom.

    Attributes:
        public: the key.
        keyid: its id, as `hipaaguard.attest.keys.keyid` gives it.
        label: whose it is, in the practice's words; 1 to 100 printable characters.
        valid_from: the first day (UTC) on which it may have signed, or None.
        valid_until: the last day (UTC) on which it may have signed, or None.
    """

    public: Ed25519PublicKey
    keyid: str
    label: str
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def fingerprint(self) -> str:
        """Its name to read over a telephone."""
        return fingerprint(self.public)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys that a practice trusts.

    Attributes:
        name: the file's name, for messages.
        keys: by key id, in the file's order; never empty.
    """

    name: str
    keys: Mapping[str, KnownKey] = field(repr=False)

    def find(self, key_id: str) -> KnownKey | None:
        """The key with this id, or None when it is not trusted."""
        return self.keys.get(key_id)


def export_text(public: Ed25519PublicKey, label: str) -> str:
    """The key as a small keyring file to give to a practice.

    Args:
        public: the key.
        label: whose it is; 1 to 100 printable characters.

    Returns:
        Comment lines and the key's line, each ended by a line feed.

    Raises:
        KeyringError: The label is empty, too long, or not plain text.
    """
    words = _label(label.split())
    key = b64encode(public.public_bytes_raw()).decode()
    return (
        f"# The public HipaaGuard key of {words}. It is not secret.\n"
        f"# Fingerprint: {fingerprint(public)}\n"
        "# For the practice: ask the contractor to read you the fingerprint over the telephone.\n"
        "# If it is the same, add this file's last line to your file of trusted keys.\n"
        f"{KEY_TYPE} {key} {words}\n"
    )


def parse_keyring(text: bytes, name: str) -> Keyring:
    """The keys in this text.

    Args:
        text: UTF-8, at most 1 MiB.
        name: the file's name, for messages.

    Returns:
        The keyring, with at least one key.

    Raises:
        KeyringError: Not a keyring; the text begins with `file:line` where a line is to blame.
    """
    keys: dict[str, KnownKey] = {}
    for number, line in enumerate(_lines(text, name), start=1):
        # Files joined on Windows have a byte order mark at the start of each.
        words = line.removeprefix("\ufeff").split()
        if not words or words[0].startswith("#"):
            continue
        try:
            key = _parse_words(words)
        except KeyringError as error:
            raise KeyringError(f"{name}:{number}: {error}", hint=error.hint) from error
        if key.keyid in keys:
            raise KeyringError(f"{name}:{number}: this key is in the file already")
        keys[key.keyid] = key
    if not keys:
        raise KeyringError(f"{name} holds no key", hint="add the line of a contractor's key file")
    return Keyring(name, MappingProxyType(keys))


def _lines(text: bytes, name: str) -> list[str]:
    if len(text) > MAX_BYTES:
        raise KeyringError(f"{name} is larger than 1 MiB")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise KeyringError(f"{name} is UTF-16 text", hint="save it again as UTF-8")
    try:
        # `copy a+b c` at a Windows prompt ends the file with a Ctrl-Z.
        return text.removesuffix(b"\x1a").decode().replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise KeyringError(f"{name}:{line}: the file is not UTF-8 text") from error


def _parse_words(words: list[str]) -> KnownKey:
    if words[0] != KEY_TYPE and "PRIVATE" in words:
        raise KeyringError(
            "this is a private key, which must not leave its computer",
            hint="delete this copy and ask for the file that `hipaaguard key export` writes",
        )
    if words[0] != KEY_TYPE:
        raise KeyringError(f"a key's line begins with {KEY_TYPE}")
    if len(words) < 3:
        raise KeyringError("a key's line has a key and a label")
    public = _public(words[1])
    rest = words[2:]
    dates: dict[str, date] = {}
    while rest and rest[0].startswith(("from=", "until=")):
        bound, _, day = rest.pop(0).partition("=")
        if bound in dates:
            raise KeyringError(f"{bound}= stands here twice")
        dates[bound] = _day(day)
    first, last = dates.get("from"), dates.get("until")
    if first and last and last < first:
        raise KeyringError("until= is before from=")
    return KnownKey(public, keyid(public), _label(rest), first, last)


# `until = 2026-01-01`, `Until:2026-01-01`, a date left alone: what was meant to end a key.
_LIKE_A_DATE = re.compile(r"(?i).*=|(from|until):|[0-9]{4}-[0-9]{2}-[0-9]{2}$")


def _label(words: list[str]) -> str:
    """The words with one space between them, if they are a label."""
    label = " ".join(words)
    if not label:
        raise KeyringError("a key needs a label: whose it is")
    if len(label) > MAX_LABEL:
        raise KeyringError(f"the label is longer than {MAX_LABEL} characters")
    if show(label) != label:
        raise KeyringError("the label holds a character that cannot be shown")
    # Else a date in the wrong place would be read as a name, and the key as valid for ever.
    if any(_LIKE_A_DATE.match(word) for word in words):
        raise KeyringError("from= and until= stand before the label")
    return label


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise KeyringError(f"{text!r} is not a day of the form YYYY-MM-DD") from error
    if day.isoformat() != text:
        raise KeyringError(f"{text!r} is not a day of the form YYYY-MM-DD")
    return day


# RFC 8032, section 5.1: the field's prime, the curve's constant.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
# The y coordinates of the eight points of small order: for such a "key" signatures can be made that
# hold for any text. Chalkias, Garillot, Nikolaenko, "Taming the Many EdDSAs", 2020.
_SMALL_ORDER_Y = frozenset(
    (
        0,
        1,
        _P - 1,
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            "little",
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            "little",
        ),
    )
)
_BASE64 = re.compile("[A-Za-z0-9+/]{43}=")


def _public(text: str) -> Ed25519PublicKey:
    if not _BASE64.fullmatch(text):
        raise KeyringError("the key is damaged: it must be 44 characters of base64")
    try:
        raw = decode_base64(text.encode(), "the key")
    except EnvelopeError as error:
        raise KeyringError(str(error)) from error
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y >= _P or y in _SMALL_ORDER_Y or not _on_curve(y):
        raise KeyringError("the key is not one that can be trusted: it is no proper Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(raw)


def _on_curve(y: int) -> bool:
    """Whether some x goes with this y: x² = (y² - 1) / (d·y² + 1) (RFC 8032, section 5.1.3)."""
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    return pow(x_squared, (_P - 1) // 2, _P) == 1
