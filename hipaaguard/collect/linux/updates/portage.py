"""What Portage's programs and files say, as values: nothing here asks the machine."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from hipaaguard.collect.host import Output
from hipaaguard.collect.linux.updates.ages import from_epoch
from hipaaguard.errors import ParseError

_LOG = re.compile(r"^(?P<when>\d{9,11}): (?P<what>.*)$", re.MULTILINE)
_ADVISORY = re.compile(r"\d{6}-\d{2,}")
_REVISION = re.compile(r"-r(\d+)(?=-|$)")


def parse_timestamp(text: str) -> datetime:
    """When the tree of packages was made.

    Args:
        text: `metadata/timestamp.chk`: `Sat, 31 Oct 2026 18:06:01 +0000`.

    Returns:
        Aware.

    Raises:
        ParseError: Not such a time.

    Source: portage's lib/portage/sync/modules/rsync/rsync.py.
    """
    try:
        moment = parsedate_to_datetime(text.strip())
    except ValueError as error:
        raise ParseError("the tree of packages bears no date") from error
    if moment.tzinfo is None:
        raise ParseError("the tree of packages bears a date without a zone")
    return moment


def last_update(log: str) -> datetime | None:
    """When a package was last installed by a run of `emerge` that was asked to update.

    Args:
        log: `emerge.log` or its end, oldest entry first: `1793000000:  ::: completed emerge …`.

    Returns:
        Aware; None when the log tells of none.

    Raises:
        ParseError: The time of the entry is beyond the calendar.

    Source: portage's `emergelog`, which writes options in their long form.
    """
    found: str | None = None
    updating = False
    for entry in _LOG.finditer(log):
        what = entry["what"].strip()
        if what.startswith("*** emerge "):
            updating = "--update" in re.split(r"[ =]", what)
        elif updating and what.startswith("::: completed emerge "):
            found = entry["when"]
    if found is None:
        return None
    moment = from_epoch(int(found))
    if moment is None:
        raise ParseError("emerge's log has an impossible time")
    return moment


def parse_advisories(answer: Output) -> int:
    """How many of Gentoo's security advisories tell of a version that is installed.

    Args:
        answer: `glsa-check --nocolor --test all`: exit code 6 and their numbers, a line each, or
            exit code 0 and a sentence on stderr.

    Returns:
        Their number.

    Raises:
        ParseError: Neither form.

    Source: portage's bin/glsa-check.
    """
    lines = answer.text.splitlines()
    if answer.exit_code == 0 and not lines and b"is not affected by any" in answer.stderr:
        return 0
    if answer.exit_code == 6 and lines and all(_ADVISORY.fullmatch(line) for line in lines):
        return len(lines)
    raise ParseError("glsa-check answered in a form that this version does not know")


def plain_release(name: str) -> str:
    """A kernel's release with Gentoo's revision in the version, so that flavours are the same.

    Returns:
        `6.12.21-gentoo-r2-dist` as `6.12.21-2-gentoo-dist`; without a revision as revision 0.
    """
    revision = _REVISION.search(name)
    version, dash, flavour = _REVISION.sub("", name, count=1).partition("-")
    return f"{version}-{revision[1] if revision else 0}{dash}{flavour}" if dash else name
