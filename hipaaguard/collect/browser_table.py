"""The browsers' releases that ship with the program, and what they say of an installed version.

The table is `browsers.yaml` beside this module; each browser is dated by its `as_of`. It only ever
proves a version outdated by a release that it lists; past `MAX_AGE_DAYS` it proves none current.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

from hipaaguard import strict_yaml
from hipaaguard.errors import ParseError
from hipaaguard.policy.condition import version_parts

FILE_NAME = "browsers.yaml"
MAX_AGE_DAYS = 45
# Makers hand a release to everyone over days, and distributions need some to package it.
GRACE = timedelta(days=14)


class Verdict(Enum):
    """What the table says of an installed version."""

    OUTDATED = auto()
    CURRENT = auto()
    TABLE_TOO_OLD = auto()
    """By the table current, but the table is too old to say so."""
    NOT_JUDGED = auto()
    """The browser's releases are not known, or the version is not a number."""


class Browser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One browser's releases.

    Attributes:
        product: its name in the names table.
        as_of: the day on which the last release listed was the newest.
        source: where the dates come from.
        releases: first day by release, `157` or `1.97`; empty for one that is not judged.
        long_term: releases that get fixes for longer.
    """

    product: str
    as_of: date
    source: str
    releases: Mapping[str, date] = {}
    long_term: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The browsers that are known."""

    browsers: tuple[Browser, ...]


def parse_table(text: bytes, name: str) -> Table:
    """The table in this YAML text.

    Returns:
        The table; each browser once, its releases in rising order of number and day.

    Raises:
        ParseError: Not such a table.
    """
    document = strict_yaml.load(text, name)
    try:
        table = msgspec.convert(document.data, Table)
    except msgspec.ValidationError as error:
        raise ParseError(f"{name}: {error}") from error
    products = [browser.product for browser in table.browsers]
    if len(set(products)) != len(products):
        raise ParseError(f"{name}: a browser is listed twice")
    for browser in table.browsers:
        _check(browser, name)
    return table


def _check(browser: Browser, name: str) -> None:
    numbers = [version_parts(it) for it in (*browser.releases, *browser.long_term)]
    if None in numbers:
        raise ParseError(f"{name}: a release of {browser.product!r} is not a number")
    rising = list(zip(numbers, browser.releases.values(), strict=False))
    for (before, first), (after, then) in pairwise(rising):
        if (before or ()) >= (after or ()) or first >= then:
            raise ParseError(f"{name}: the releases of {browser.product!r} are not in order")
    if browser.releases and max(browser.releases.values()) > browser.as_of:
        raise ParseError(f"{name}: a release of {browser.product!r} is later than its as_of")


@cache
def shipped_table() -> Table:
    """The table that ships with the program."""
    return parse_table(files("hipaaguard.collect").joinpath(FILE_NAME).read_bytes(), FILE_NAME)


def judge(browser: Browser, version: str, today: date, *, long_term: bool) -> Verdict:
    """What the table says of an installed version.

    Args:
        browser: the browser's releases.
        version: as its maker writes it.
        today: the day to judge by.
        long_term: whether the install itself says that it is an extended support release.

    Returns:
        One verdict; `OUTDATED` only by a release that the table lists.
    """
    parts = version_parts(version)
    if parts is None or not browser.releases:
        return Verdict.NOT_JUDGED
    if not _is_long_term(browser, parts, marked=long_term):
        replaced = _replaced(browser, parts)
        if replaced is not None and replaced + GRACE < today:
            return Verdict.OUTDATED
    fresh = (today - browser.as_of).days <= MAX_AGE_DAYS
    return Verdict.CURRENT if fresh else Verdict.TABLE_TOO_OLD


def _is_long_term(browser: Browser, parts: tuple[int, ...], *, marked: bool) -> bool:
    """Whether it is a long-term release that still gets fixes, and not the ordinary one before."""
    # Mozilla numbers the fixes of an ordinary release 153.0.1, those of a long-term one 153.1.0.
    kept = {version_parts(it) for it in browser.long_term}
    return parts[:1] in kept and (marked or parts[1:2] > (0,))


def _replaced(browser: Browser, parts: tuple[int, ...]) -> date | None:
    """The first day of the release after the one that this version belongs to; None if none is."""
    for release, day in browser.releases.items():
        number = version_parts(release) or ()
        if number > parts[: len(number)]:
            return day
    return None
