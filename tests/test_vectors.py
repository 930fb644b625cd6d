"""Every vector is refused at the step that it names, or accepted; and the files are current."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from hipaaguard.attest.keyring import parse_keyring
from hipaaguard.attest.verify import Accepted, Refused, Step, verify
from scripts import make_vectors
from tests.conftest import TESTS

FOLDER = TESTS / "vectors"
CASES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@dataclass(frozen=True)
class Case:
    """A vector as read from its file."""

    header: dict[str, str]
    document: bytes


def read(name: str) -> Case:
    head, _, document = (FOLDER / f"{name}.txt").read_bytes().partition(b"\n\n")
    header = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return Case(header, document)


def judge(case: Case) -> Accepted | Refused:
    name = case.header["keyring"]
    days = case.header.get("max-age-days")
    return verify(
        case.document,
        parse_keyring((FOLDER / name).read_bytes(), name),
        datetime.fromisoformat(case.header["at"]),
        max_age_days=int(days) if days else None,
    )


@pytest.mark.parametrize("name", CASES)
def test_vector(name: str) -> None:
    case = read(name)
    verdict = judge(case)
    expected, _, step = case.header["expect"].partition(" ")
    if expected == "accepted":
        assert isinstance(verdict, Accepted), verdict
        return
    assert isinstance(verdict, Refused)
    assert verdict.step == step
    assert verdict.detail
    assert not verdict.detail[0].isupper()
    assert not verdict.detail.endswith(".")
    assert verdict.detail.isprintable()


def test_files_are_current() -> None:
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    files.pop("README.md")
    assert files == make_vectors.vectors(), "run: python -m scripts.make_vectors"


def test_every_step_has_a_vector() -> None:
    seen = {read(name).header["expect"].removeprefix("refused ") for name in CASES}
    # These two need the policies and the templates of this version: tests/test_verify.py.
    assert seen == {"accepted", *Step} - {Step.JUDGEMENT, Step.RENDERING}


def test_one_defect_each() -> None:
    """No two vectors are the same document under the same conditions."""
    seen = [
        (case.document, case.header["keyring"], case.header.get("max-age-days"))
        for case in map(read, CASES)
    ]
    assert len(set(seen)) == len(seen)
