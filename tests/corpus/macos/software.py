"""Installed programs of macOS in the corpus."""

from tests.corpus import Reader

READERS: dict[str, Reader] = {}
UNUSED = {
    "system-profiler-applications": (
        "It reads every application of the Mac, for minutes; their folders are listed instead."
    ),
}
