"""What Microsoft Defender for Endpoint says of itself on Linux and macOS."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hipaaguard.errors import ParseError


@dataclass(frozen=True, slots=True)
class Health:
    """What Microsoft Defender says of itself.

    Attributes:
        protects: whether it examines and stops files as they are used.
        signatures_made: when its definitions were last updated; None when it has none.
    """

    protects: bool
    signatures_made: datetime | None


def parse_health(text: str) -> Health:
    """The health of Microsoft Defender.

    Args:
        text: stdout of `mdatp health --output json`.

    Returns:
        It protects when real-time protection is on and healthy, it is licensed and not passive.

    Raises:
        ParseError: Not JSON, or something that decides is missing.

    Source: learn.microsoft.com, "Microsoft Defender for Endpoint on Linux" and "… on macOS".
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("Microsoft Defender's health is not JSON") from error
    if not isinstance(data, dict):
        raise ParseError("Microsoft Defender's health is not an object")
    # Enabled is what was asked for; available is whether the part that does it works.
    protects = (
        _flag(data, "realTimeProtectionEnabled")
        and _flag(data, "realTimeProtectionAvailable", missing=True)
        and _flag(data, "licensed")
        and not _flag(data, "passiveModeEnabled", missing=False)
    )
    return Health(protects, _time(data.get("definitionsUpdated")))


def _flag(data: Mapping[str, object], key: str, *, missing: bool | None = None) -> bool:
    value = data.get(key, missing)
    if isinstance(value, dict):
        value = value.get("value")
    if not isinstance(value, bool):
        raise ParseError(f"Microsoft Defender does not say {key}")
    return value


def _time(value: object) -> datetime | None:
    """Milliseconds since 1970, as a number or a text."""
    if value in (None, "", "0", 0):
        return None
    text = str(value)
    # Twelve to fourteen digits reach from 1973 to the year 5138.
    if not re.fullmatch("[0-9]{12,14}", text):
        raise ParseError("Microsoft Defender gives the time of its definitions in another form")
    return datetime.fromtimestamp(int(text) // 1000, UTC)
