"""The release of macOS in the corpus."""

import re

from hipaaguard.collect.macos.plists import parse_plist
from hipaaguard.collect.macos.release import parse_version
from tests.corpus import Case, Reader


def read_file(case: Case) -> None:
    settings = parse_plist(case.data)
    assert isinstance(settings, dict)
    assert parse_version(settings) == "13.3.1"


def read_tool(case: Case) -> None:
    """`sw_vers` prints what the file has, which is read instead."""
    version = re.search(r"\d+(\.\d+)+", case.text)
    assert version
    assert parse_version({"ProductVersion": version[0]}) == case.facts["version"]


READERS: dict[str, Reader] = {"plist-systemversion": read_file, "sw-vers": read_tool}
UNUSED = {
    "system-profiler-software": "Its words are translated; the release is read from a file.",
}
