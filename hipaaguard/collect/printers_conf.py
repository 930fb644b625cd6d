"""The list of printers of CUPS: which of them are shared."""

import re
from collections.abc import Iterable

from hipaaguard.errors import ParseError

OPENING = re.compile(r"<\s*(\w+)\s*([^>]*?)\s*>")
"""The line that begins a block of CUPS' settings."""


def lines(text: str) -> Iterable[str]:
    """The lines of CUPS' settings that are neither empty nor comments, with single spaces."""
    shortened = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
    return (line for line in shortened if line and not line.startswith("#"))


def parse_shared(text: str) -> bool:
    """Whether one of the printers or classes in this list is shared.

    Args:
        text: blocks `<Printer NAME>` or `<DefaultPrinter NAME>`, in classes.conf of `Class`, with
            lines such as `Shared Yes`.

    Returns:
        True also for one that does not say, as sharing is the default.

    Raises:
        ParseError: A block that is not closed.

    Source: printers.conf(5), cupsd.conf(5) DefaultShared.
    """
    inside = shared = False
    for line in lines(text):
        if line.startswith("</"):
            if inside and shared:
                return True
            inside = False
        elif OPENING.fullmatch(line):
            inside = shared = True
        elif inside and line.lower().startswith("shared "):
            shared = line.split(" ", 1)[1].lower() not in ("no", "off", "false")
    if inside:
        raise ParseError("the list of printers ends in the middle of one")
    return False
