"""What keeps macOS as its maker made it: its start, its files, the programs it begins."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.integrity import (
    parse_assessments,
    parse_integrity,
    parse_secure_boot,
)
from hipaaguard.collect.macos.version import parse_major
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "some parts of it are off": "integrity-sip-custom",
    "off": "integrity-sip-off",
    "words that are not known": "integrity-sip-unknown-words",
    "the same as administrator": "integrity-sip-as-root",
    "Gatekeeper's second line": "integrity-gatekeeper-developer-line",
    "Gatekeeper is off": "integrity-gatekeeper-off",
    "Gatekeeper's tool fails": "integrity-gatekeeper-error",
    "Reduced Security starts signed systems alone": "integrity-secure-boot-reduced",
    "Permissive Security does not": "integrity-secure-boot-permissive",
    "No Security of a T2": "integrity-secure-boot-none-t2",
    "Medium Security of a T2": "integrity-secure-boot-medium-t2",
    "a Mac without such a chip": "integrity-secure-boot-no-chip",
    "a level in French": "integrity-secure-boot-french",
    "Lockdown Mode was never on": "integrity-lockdown-never",
    "Lockdown Mode is off again": "integrity-lockdown-off-again",
    "no settings are not settings that say nothing": "integrity-lockdown-no-settings",
    "settings that cannot be read": "integrity-lockdown-closed",
}
HEAD = "System Integrity Protection status: "


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "macos" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize(
    ("state", "whole"),
    [
        ("enabled.", True),
        ("disabled.", False),
        ("enabled (Custom Configuration).\n\nConfiguration:\n\tNVRAM Protections: disabled", False),
        ("unknown (Custom Configuration).\n\nConfiguration:\n\tKext Signing: enabled", False),
    ],
)
def test_integrity(state: str, whole: bool) -> None:
    assert parse_integrity(f"{HEAD}{state}\n") is whole


@pytest.mark.parametrize("text", ["", HEAD, f"{HEAD}enabled", f"{HEAD}aktiviert.", "enabled."])
def test_integrity_in_other_words_is_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_integrity(text)


@pytest.mark.parametrize(
    ("text", "examined"),
    [
        ("assessments enabled\n", True),
        ("assessments enabled\ndeveloper id enabled\n", True),
        ("assessments disabled\n", False),
        ("assessments disabled\ndeveloper id enabled\n", False),
    ],
)
def test_assessments(text: str, examined: bool) -> None:
    assert parse_assessments(text) is examined


@pytest.mark.parametrize("text", ["", "\n", "enabled", "developer id enabled\nassessments enabled"])
def test_assessments_in_other_words_are_no_verdict(text: str) -> None:
    with pytest.raises(ParseError):
        parse_assessments(text)


def report(*levels: object) -> bytes:
    rows = [{"ibridge_secure_boot": level} for level in levels]
    return json.dumps({"SPiBridgeDataType": rows}).encode()


@pytest.mark.parametrize(
    ("level", "secure"),
    [("Full", True), ("Medium", True), ("Reduced", True), ("Permissive", False), ("No", False)],
)
def test_levels(level: str, secure: bool) -> None:
    assert parse_secure_boot(report(f"{level} Security")) is secure


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        report(),
        report(None),
        report(True),
        report("Sécurité maximale"),
        report("Volle Sicherheit"),
        report("完全なセキュリティ"),
        report("Full Security", "No Security"),
    ],
)
def test_another_level_is_no_verdict(answer: bytes) -> None:
    with pytest.raises(ParseError):
        parse_secure_boot(answer)


@given(st.text(max_size=40))
def test_parsers_raise_only_their_own_error(text: str) -> None:
    for line in (text, HEAD + text, f"assessments {text}"):
        for parse in (parse_integrity, parse_assessments):
            with suppress(ParseError):
                parse(line)
        with suppress(ParseError):
            parse_secure_boot(line.encode(errors="surrogatepass"))
    with suppress(ParseError):
        parse_major({"ProductVersion": text})
