"""Which of the web browsers that were found are of a release that its maker has replaced."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from hipaaguard.collect.browser_table import Browser, Verdict, judge, shipped_table
from hipaaguard.collect.host import Host
from hipaaguard.collect.installs import Finder, Finding, Install
from hipaaguard.collect.software_names import find_product
from hipaaguard.model import Fact, Reason, Unavailable

# Debian's package of the long-term release, whose version does not always say so.
_LONG_TERM = "Firefox ESR"

# Outside Linux, Brave writes Chromium's number before its own: 144.1.86.142 is Brave 1.86.142.
_BRAVE = "Brave"
_BRAVE_AFTER_CHROMIUM = re.compile(r"\d{2,4}\.(1\.\d+\.\d+)")


def tell(
    host: Host, keys: frozenset[str], now: datetime, find: Finder, source: str
) -> Iterator[Fact]:
    """The facts of web browsers.

    Args:
        host: whom to ask.
        keys: what is asked for.
        now: the time to judge by.
        find: how this system is asked for installed programs.
        source: who tells.
    """
    browsers = shipped_table().browsers
    products = {browser.product: find_product(browser.product) for browser in browsers}
    value = outdated(browsers, find(host, tuple(products.values())), now.date())
    days = sorted({browser.as_of for browser in browsers})
    told_by = f"{source}, browser table of {days[-1]}"
    yield from (Fact(key, value, told_by) for key in keys)


def outdated(
    browsers: tuple[Browser, ...], findings: Mapping[str, Finding], today: date
) -> tuple[str, ...] | Unavailable:
    """The outdated browsers.

    Args:
        browsers: the table.
        findings: what is known of each product of the table.
        today: the day to judge by.

    Returns:
        Their names, sorted; unavailable where none is outdated but one of them may be.
    """
    verdicts = [
        (browser.product, _verdict(browser, install, today))
        for browser in browsers
        for install in findings[browser.product].installs
    ]
    found = sorted({name for name, verdict in verdicts if verdict is Verdict.OUTDATED})
    if found:
        return tuple(found)
    doubt = next((it for name, verdict in verdicts if (it := _doubt(name, verdict))), None)
    gap = next((gap for found in findings.values() for gap in found.gaps), None)
    if doubt or gap:
        return doubt or gap or ()
    if not verdicts:
        return Unavailable(Reason.NOT_INSTALLED, "no browser that HipaaGuard knows is installed")
    return ()


def _verdict(browser: Browser, install: Install, today: date) -> Verdict:
    long_term = install.long_term or browser.product == _LONG_TERM
    version = install.version
    if browser.product == _BRAVE and (match := _BRAVE_AFTER_CHROMIUM.fullmatch(version)):
        version = match[1]
    return judge(browser, version, today, long_term=long_term)


def _doubt(name: str, verdict: Verdict) -> Unavailable | None:
    """Why a browser that is not proven outdated may be so; None when it is current."""
    if verdict is Verdict.TABLE_TOO_OLD:
        detail = f"this version's list of browser releases is too old to say that {name} is current"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if verdict is Verdict.NOT_JUDGED:
        detail = f"{name} is installed, in a version of which it is not known whether it is current"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return None
