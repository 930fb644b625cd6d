"""What this computer's hardware can do about power, which no table of the registry says.

Source: CallNtPowerInformation and SYSTEM_POWER_CAPABILITIES of the Windows API documentation.
"""

import sys

assert sys.platform == "win32"  # noqa: S101 - tells the type checker what it may expect here

import ctypes

from hipaaguard.collect.host import Row
from hipaaguard.model import Reason, Unavailable

_SYSTEM_POWER_CAPABILITIES = 4
_SIZE = 76
# Offsets of one-byte members of the structure.
_LID, _S3, _MODERN_STANDBY, _BATTERIES = 2, 5, 20, 30


def capabilities() -> tuple[Row, ...] | Unavailable:
    """One row: `Lid`, `S3`, `ModernStandby` and `Batteries`, each true or false."""
    buffer = ctypes.create_string_buffer(_SIZE)
    ask = ctypes.windll.powrprof.CallNtPowerInformation
    if ask(_SYSTEM_POWER_CAPABILITIES, None, 0, buffer, _SIZE) != 0:
        return Unavailable(Reason.FAILED, "Windows did not tell how this computer sleeps")
    found = buffer.raw
    return (
        {
            "Lid": found[_LID] != 0,
            "S3": found[_S3] != 0,
            "ModernStandby": found[_MODERN_STANDBY] != 0,
            "Batteries": found[_BATTERIES] != 0,
        },
    )
