"""How long without use until the screen saver begins or the screen goes dark."""

import re

from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.macos.managed import read_managed
from hipaaguard.collect.macos.plists import Dictionary, number, read_settings
from hipaaguard.collect.macos.screen_lock.delay import DOMAIN
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

PMSET = "pmset -g custom"
SAVER = "settings of the screen saver"

NEVER = 0
"""What macOS writes for never, and so do we until a lock's time is told."""

_SECTION = re.compile(r"(AC|Battery|UPS) Power:\s*")
_SETTING = re.compile(r"\s+displaysleep\s+(?P<minutes>\d{1,6})(\s.*)?")
_BY_HOST = re.compile(rf"{re.escape(DOMAIN)}\.[0-9A-Fa-f-]{{12,36}}\.plist")


def parse_display(text: str) -> tuple[int, ...]:
    """Seconds until the screen goes dark, for each source of power; `NEVER` for never.

    Returns:
        At least one: a Mac without a battery has one source.

    Raises:
        ParseError: It is of another form.

    Source: pmset(1), which is not localised and counts in minutes, and recorded outputs.
    """
    found: list[int | None] = []
    for line in text.splitlines():
        if _SECTION.fullmatch(line):
            found.append(None)
            continue
        setting = _SETTING.fullmatch(line)
        if setting is not None and found:
            found[-1] = 60 * int(setting["minutes"])
    seconds = [it for it in found if it is not None]
    if not found or len(seconds) < len(found):
        raise ParseError("macOS does not say when the screen goes dark")
    return tuple(seconds)


def find_display(host: Host) -> tuple[int, ...] | Unavailable:
    """Seconds until the screen goes dark, for each source of power."""
    answer = host.run("pmset", "-g", "custom")
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "the tool that tells of sleep answered with an error")
    return attempt(_parse, answer)


def _parse(answer: Output) -> tuple[int, ...]:
    return parse_display(answer.text)


def parse_saver(settings: Dictionary) -> int | None:
    """Seconds until the screen saver begins; `NEVER` for never, None when it is not set.

    Raises:
        ParseError: It is of another type, or negative.
    """  # noqa: DOC201 - the first line says it
    seconds = number(settings, "idleTime")
    if seconds is not None and seconds < 0:
        raise ParseError("the screen saver has a time that is none")
    return seconds


def find_saver(host: Host) -> int | Unavailable | None:
    """Seconds until the screen saver begins: by a profile, else as the person set it for this Mac.

    None when nobody set it: macOS has a default, which differs between versions.
    """  # noqa: DOC201 - the first line says it
    managed = read_managed(host, DOMAIN)
    if isinstance(managed, Unavailable):
        return managed
    forced = attempt(parse_saver, managed)
    if forced is not None:
        return forced
    folder = f"{host.person.home}/Library/Preferences/ByHost"
    names = host.names(folder)
    if isinstance(names, Unavailable):
        return None if is_absent(names) else names
    own = [name for name in names if _BY_HOST.fullmatch(name)]
    if len(own) != 1:
        # Those of other computers come along with a home folder that was moved.
        several = Unavailable(
            Reason.UNRECOGNISED, "there are settings of the screen saver for several computers"
        )
        return several if own else None
    settings = read_settings(host, f"{folder}/{own[0]}")
    return settings if isinstance(settings, Unavailable) else attempt(parse_saver, settings)


def darkness_after(saver: int | None, display: tuple[int, ...]) -> int | None:
    """Seconds without use until the screen shows nothing, whatever the source of power.

    Args:
        saver: until the screen saver begins; None when not known.
        display: until the screen goes dark, for each source of power.

    Returns:
        The longest that it can take; `NEVER` for never; None when only an unknown screen saver
        could end it.
    """
    ends = [[it for it in (saver, dark) if it] for dark in display]
    if all(ends):
        return max(min(times) for times in ends)
    return None if saver is None else NEVER
