"""What an entry of the fact dictionary says."""

from dataclasses import dataclass
from enum import StrEnum

from hipaaguard.model import Platform


class FactType(StrEnum):
    """The type of a fact's value."""

    BOOL = "bool"
    INT = "int"
    STR = "str"
    STRINGS = "strings"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What a fact means.

    Attributes:
        name: the key without an argument.
        type: the type of the value.
        meaning: one sentence, true when the value is (for a bool), or what the value is.
        label: two to five words for a table's first column.
        unit: of an integer: `s`, `days`, or empty for a plain count.
        values: every value that a `str` fact can have; empty when the set is open.
        parameter: what the argument in parentheses is; empty for a fact that takes none.
        platforms: where some collector can tell.
        needs_rights: where administrator rights are needed to tell, at least in common cases.
        private: whether the value could say something about the person or their home network.
        needs_network: whether it is told only when the user allows the network to be used.
        traps: how it has been read wrongly, or what it does not say; a sentence each.
    """

    name: str
    type: FactType
    meaning: str
    label: str
    unit: str = ""
    values: tuple[str, ...] = ()
    parameter: str = ""
    platforms: tuple[Platform, ...] = tuple(Platform)
    needs_rights: tuple[Platform, ...] = ()
    private: bool = False
    needs_network: bool = False
    traps: tuple[str, ...] = ()


BOOL, INT, STR, STRINGS = FactType.BOOL, FactType.INT, FactType.STR, FactType.STRINGS
LINUX = (Platform.LINUX,)
MACOS = (Platform.MACOS,)
WINDOWS = (Platform.WINDOWS,)
