"""A machine's signing key, and the two short names of a public key: key id and fingerprint."""

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from hipaaguard.errors import KeyringError

# Douglas Crockford's base 32 has no I, L, O or U: https://www.crockford.com/base32.html
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = 5
_GROUP_DIGITS = 5


def generate() -> Ed25519PrivateKey:
    """A new key, from the operating system's randomness."""
    return Ed25519PrivateKey.generate()


def private_pem(key: Ed25519PrivateKey) -> bytes:
    """The private key as unencrypted PKCS #8 PEM; whoever stores it sees to its permissions."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load_private(pem: bytes) -> Ed25519PrivateKey:
    """The private key in this PEM text.

    Args:
        pem: what `private_pem` wrote.

    Returns:
        The key.

    Raises:
        KeyringError: Not an unencrypted Ed25519 private key.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise KeyringError("the signing key is protected by a password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyringError("the signing key's file is damaged or not a private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyringError("the signing key is not an Ed25519 key")
    return key


def public_of(key: Ed25519PrivateKey) -> Ed25519PublicKey:
    """The public half of the key."""
    return key.public_key()


def keyid(public: Ed25519PublicKey) -> str:
    """SHA-256 of the key's DER SubjectPublicKeyInfo (RFC 8410), lower-case hexadecimal."""
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def fingerprint(public: Ed25519PublicKey) -> str:
    """The key's name to read over a telephone: `7ZZY1-D0C4K-…`, five groups of five."""
    return fingerprint_of(keyid(public))


def fingerprint_of(key_id: str) -> str:
    """The first 125 bits of a key id in Crockford's base 32, five groups of five digits."""
    digits = _GROUPS * _GROUP_DIGITS
    number = int(key_id, 16) >> (len(key_id) * 4 - digits * 5)
    text = "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(digits)))
    return "-".join(text[at : at + _GROUP_DIGITS] for at in range(0, digits, _GROUP_DIGITS))
