"""What BitLocker says of a volume, in the two ways that Windows tells.

- To administrators by the methods of `Win32_EncryptableVolume`. Its properties of the same names
  are kept from earlier and have been seen to say that a decrypted drive is protected.
- To everyone by the property that draws the lock on a drive's icon, for drive letters alone.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from hipaaguard.collect.host import Row, attempt
from hipaaguard.collect.windows.rows import number, numbers, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable


class State(StrEnum):
    """What can be read of a volume without its key: nothing only when `ON`."""

    ON = "on"
    OFF = "off"
    CONVERTING = "converting"
    SUSPENDED = "suspended"


# System.Volume.BitLockerProtection, {2D15A9A1-A556-4189-91AD-027458F11A07} 1717. What Windows
# itself calls the numbers (PSFormatForDisplay): on, off, encrypting, decrypting, suspended, on and
# locked, cannot be encrypted, waiting for activation. In the fifth and the last the volume is
# encrypted and its key lies on it in the clear.
_SHOWN = {
    1: State.ON,
    2: State.OFF,
    3: State.CONVERTING,
    4: State.CONVERTING,
    5: State.SUSPENDED,
    6: State.ON,
    7: State.OFF,
    8: State.SUSPENDED,
}

# Win32_EncryptableVolume.GetConversionStatus: encryption or decryption in progress, or paused.
_CONVERTING = frozenset({2, 3, 4, 5})
# By GetProtectionStatus, off or on, and GetConversionStatus, fully decrypted or fully encrypted.
_TOLD: dict[tuple[int | None, int | None], State] = {
    (0, 0): State.OFF,
    (1, 1): State.ON,
    (0, 1): State.SUSPENDED,
}

# Win32_EncryptableVolume.GetKeyProtectorType.
PROTECTORS = {
    1: "tpm",
    2: "external-key",
    3: "recovery-password",
    4: "tpm-pin",
    5: "tpm-key",
    6: "tpm-pin-key",
    7: "public-key",
    8: "password",
    9: "tpm-certificate",
    10: "cng",
}

States = Mapping[str, State | Unavailable]


def judge_shown(value: int | None) -> State:
    """The state behind the lock on a drive's icon.

    Raises:
        ParseError: No known number.
    """  # noqa: DOC201 - the first line says it
    state = None if value is None else _SHOWN.get(value)
    if state is None:
        raise ParseError("Windows shows no known state of encryption for a drive")
    return state


def judge_told(protection: int | None, conversion: int | None) -> State:
    """The state that BitLocker's methods tell, each answer None where the method refused.

    Raises:
        ParseError: No known combination, as of a locked volume, of which they tell nothing.
    """  # noqa: DOC201 - the first line says it
    if conversion in _CONVERTING:
        return State.CONVERTING
    state = _TOLD.get((protection, conversion))
    if state is None:
        raise ParseError("BitLocker tells no known state of a volume")
    return state


def parse_shown(rows: Sequence[Row]) -> States:
    """The states by drive letter, as `C:`; may be empty.

    Raises:
        ParseError: A row without a drive.
    """  # noqa: DOC201 - the first line says it
    return {_named(row, "Drive"): attempt(_shown, row) for row in rows}


def parse_told(rows: Sequence[Row]) -> States:
    """The states by the volume's id, in lower case; may be empty.

    Raises:
        ParseError: A row without an id.
    """  # noqa: DOC201 - the first line says it
    return {_named(row, "DeviceID").lower(): attempt(_told, row) for row in rows}


def parse_protectors(rows: Sequence[Row], volume: str) -> tuple[str, ...]:
    """The kinds of keys that open the volume, sorted; none for one that is not encrypted.

    Args:
        rows: of BitLocker's methods.
        volume: its id, in lower case.

    Returns:
        Names of `PROTECTORS`, or `other`.

    Raises:
        ParseError: The volume is not among them, or its keys are not told.
    """
    for row in rows:
        if _named(row, "DeviceID").lower() == volume:
            if row.get("Protectors") is None:
                raise ParseError("BitLocker does not tell the keys of the system drive")
            found = {PROTECTORS.get(it, "other") for it in numbers(row, "Protectors")}
            return tuple(sorted(found))
    raise ParseError("BitLocker does not know the system drive")


def _shown(row: Row) -> State:
    return judge_shown(number(row, "Protection"))


def _told(row: Row) -> State:
    return judge_told(number(row, "Protection"), number(row, "Conversion"))


def _named(row: Row, name: str) -> str:
    found = text(row, name)
    if found is None:
        raise ParseError("Windows told of a drive without saying which")
    return found
