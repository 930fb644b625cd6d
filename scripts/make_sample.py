"""The sample report: a recorded machine, judged by home-office, signed with a well-known key.

It shows what a practice gets, and lets anyone try `hipaaguard verify` with the keyring beside it.
"""

from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hipaaguard.attest.keyring import export_text
from hipaaguard.attest.sign import sign
from hipaaguard.cli.context import TOOL
from hipaaguard.collect import collect
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.evaluate import evaluate
from hipaaguard.model import Chain
from hipaaguard.policy import load_shipped

RECORDING = Path(__file__).parent.parent / "tests/recordings/linux/machine-neglected"
KEY = Ed25519PrivateKey.from_private_bytes(sha256(b"hipaaguard sample report").digest())
LABEL = "Sample, made from a recording"


def files() -> Mapping[str, bytes]:
    """The signed page and a keyring that accepts it, by file name."""
    recording = read_recording(RECORDING)
    moment = recording.recorded.taken_at.astimezone(UTC)
    policy = load_shipped("home-office")
    host = ReplayHost(recording)
    snapshot = collect(host, policy.fact_keys(host.platform), moment)
    chain = Chain(1, "", label=LABEL)
    # Only here is a recording signed as if it were a machine: the label says so.
    report = evaluate(snapshot, policy, moment, tool=TOOL, chain=chain)
    keyring = export_text(KEY.public_key(), "the sample report (known to everyone)")
    return {"sample.html": sign(report, KEY, moment), "sample-keys.txt": keyring.encode()}
