"""The order of versions by rpm."""

import re
from itertools import zip_longest

# What separates is only that: 1.0 and 1_0 are the same version.
_PIECE = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
_RELEASE = re.compile(
    r"(?P<version>\d[^\s]*?)"
    r"(?P<flavour>\.(?:x86_64|aarch64|ppc64le|s390x|riscv64|i686|armv7hl)(?:[+.][\w-]+)?|-[a-z][\w]*)"
)


def compare_versions(left: str, right: str) -> int:
    """Negative, zero or positive as the left version is older, the same, or newer.

    Args:
        left: a version or a release: `6.17.1`, `300.fc43`.
        right: another.

    Returns:
        By rpm's rules: numbers beat letters, more beats less; `~` comes before the end and `^`
        after the end but before anything else.

    Source: rpm-version(7); rpmio/rpmvercmp.cc.
    """
    pairs = zip_longest(_PIECE.findall(left), _PIECE.findall(right), fillvalue="")
    return next((order for one, other in pairs if (order := _compare(one, other))), 0)


def _compare(one: str, other: str) -> int:
    if one == other:
        return 0
    ranks = (_rank(one), _rank(other))
    if ranks[0] != ranks[1]:
        return 1 if ranks[0] > ranks[1] else -1
    if one.isdecimal():
        one, other = one.lstrip("0"), other.lstrip("0")
        if len(one) != len(other):
            return 1 if len(one) > len(other) else -1
    return (one > other) - (one < other)


def _rank(piece: str) -> int:
    """`~` below the end of a version, that below `^`, that below letters, those below numbers."""
    if piece in ("~", "", "^"):
        return ("~", "", "^").index(piece)
    return 4 if piece.isdecimal() else 3


def compare_full(left: str, right: str) -> int:
    """The order of two `[epoch:]version-release`; a missing epoch is 0."""
    one, other = _split(left), _split(right)
    orders = (compare_versions(*pair) for pair in zip(one, other, strict=True))
    return next((order for order in orders if order), 0)


def _split(full: str) -> tuple[str, str, str]:
    epoch, separator, rest = full.rpartition(":")
    version, dash, release = rest.rpartition("-")
    return (epoch if separator else "0") or "0", version if dash else rest, release if dash else ""


def newer_kernel(running: str, installed: tuple[str, ...]) -> bool | None:
    """Whether a kernel newer than the running one is installed, among those of its flavour.

    Args:
        running: its release: `6.17.1-300.fc43.x86_64`, `6.4.0-150600.23.47-default`.
        installed: the releases that are installed.

    Returns:
        None when it cannot be told: the running one is not among them.
    """
    current = _RELEASE.fullmatch(running)
    if current is None or running not in installed:
        return None
    found = [match for match in map(_RELEASE.fullmatch, installed) if match is not None]
    return any(
        compare_full(match["version"], current["version"]) > 0
        for match in found
        if match["flavour"] == current["flavour"]
    )
