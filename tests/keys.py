"""Keys for tests: fixed, known to everyone, and good for nothing else."""

import subprocess
from hashlib import sha256
from shutil import which

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hipaaguard.attest.keyring import Keyring, export_text, parse_keyring
from hipaaguard.attest.keys import public_of


def make(seed: str) -> Ed25519PrivateKey:
    """The key of this seed."""
    return Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())


CONTRACTOR = make("hipaaguard test key: contractor")
SECOND = make("hipaaguard test key: a second contractor")
STRANGER = make("hipaaguard test key: not in the keyring")

TRUSTED_TEXT = (
    export_text(public_of(CONTRACTOR), "Casey Contractor")
    + export_text(public_of(SECOND), "Sam Second")
).encode()
TRUSTED: Keyring = parse_keyring(TRUSTED_TEXT, "trusted.keys")


def _openssl_3() -> bool:
    if which("openssl") is None or which("bash") is None:
        return False
    said = subprocess.run(["openssl", "version"], capture_output=True, text=True)
    # LibreSSL, and OpenSSL before 3, cannot check an Ed25519 signature from a file.
    return said.stdout.startswith("OpenSSL ") and not said.stdout.startswith("OpenSSL 1")


OPENSSL = pytest.mark.skipif(not _openssl_3(), reason="needs OpenSSL 3 and bash")
