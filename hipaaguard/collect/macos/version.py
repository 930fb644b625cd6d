"""Which macOS this is, for what differs between its versions."""

import re

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.macos.plists import Dictionary, read_settings, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

SYSTEM_VERSION = "/System/Library/CoreServices/SystemVersion.plist"


def parse_major(settings: Dictionary) -> int:
    """The first number of the version: 15 of 15.7.2.

    Raises:
        ParseError: The file does not state a version of this form.
    """  # noqa: DOC201 - the first line says it
    match = re.fullmatch(r"(\d{1,3})(\.\d{1,3}){0,3}", text(settings, "ProductVersion") or "")
    if match is None:
        raise ParseError("macOS does not state its version in a form that is known")
    return int(match[1])


def major_version(host: Host) -> int | Unavailable:
    """The first number of the version of this macOS."""
    settings = read_settings(host, SYSTEM_VERSION)
    return settings if isinstance(settings, Unavailable) else attempt(parse_major, settings)
