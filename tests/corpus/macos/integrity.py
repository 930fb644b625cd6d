"""Start-up and integrity of macOS in the corpus."""

import json
import re

from hipaaguard.collect.macos.integrity import (
    parse_assessments,
    parse_integrity,
    parse_secure_boot,
)
from hipaaguard.collect.macos.version import parse_major
from tests.corpus import Case, Reader


def read_integrity(case: Case) -> None:
    assert parse_integrity(case.text) is (case.facts["sip"] == "enabled")


def read_assessments(case: Case) -> None:
    assert parse_assessments(case.text) is (case.facts["gatekeeper"] == "enabled")


def read_controller(case: Case) -> None:
    """The text of which the JSON has the same values."""
    levels = re.findall(r"^ +Secure Boot: (.*)$", case.text, re.MULTILINE)
    rows = [{"ibridge_secure_boot": level} for level in levels]
    report = json.dumps({"SPiBridgeDataType": rows}).encode()
    assert parse_secure_boot(report) is (case.facts["secure_boot"] == "full")


def read_overview(case: Case) -> None:
    (version,) = re.findall(r"^ +System Version: .*? ([\d.]+) \(", case.text, re.MULTILINE)
    assert version == case.facts["version"]
    assert parse_major({"ProductVersion": version}) == int(version.split(".")[0])
    for state in re.findall(r"System Integrity Protection: (\w+)", case.text):
        assert state == case.facts["sip"]
        assert parse_integrity(f"System Integrity Protection status: {state.lower()}.\n")


READERS: dict[str, Reader] = {
    "csrutil-status": read_integrity,
    "spctl-status": read_assessments,
    "system-profiler-full": read_overview,
    "system-profiler-spibridge": read_controller,
}
UNUSED = {
    "csrutil-authenticated-root": "It is one of the parts of System Integrity Protection.",
    "ioreg-platformexpert": "It tells the model and serial numbers, which no fact needs.",
    "sysctl": "It holds the processor's values alone.",
    "system-profiler-hardware": "It tells the model and serial numbers, which no fact needs.",
}
