"""What the Update Agent has installed, and what it knows to be waiting.

Titles of updates are translated, so updates are told apart by the identifiers of their categories
([MS-WUSP] and the WSUS documentation list them). Definitions of Microsoft Defender arrive several
times a day and are no update of the system.
"""

from collections.abc import Sequence
from datetime import datetime

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.rows import flag, number, text, texts
from hipaaguard.collect.windows.updates.settings import parse_moment
from hipaaguard.errors import ParseError

SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
SYSTEM = frozenset(
    {
        SECURITY,
        # Critical updates, update rollups, service packs, feature packs, upgrades, updates.
        "e6cf1350-c01b-414d-a61f-263d14d133b4",
        "28bc880e-0592-4cbf-8f95-c79b17911d5f",
        "68c5b0a3-d1a6-4553-ae49-01d3a7827828",
        "b54e7d24-7add-428f-8b75-90a396fa584f",
        "3689bdc8-b205-4af4-8d4a-a63924c5e9d5",
        "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83",
    }
)
"""Classifications of updates of the system itself."""

DEFINITIONS = frozenset(
    {
        # Definition updates, and the product Microsoft Defender Antivirus.
        "e0789628-ce08-4437-be74-2495b842f43b",
        "8c3fcc84-7410-4a95-8b89-a166a0190486",
    }
)
_INSTALLED, _SUCCEEDED, _SUCCEEDED_WITH_ERRORS = 1, 2, 3
_SOFTWARE = 1


def parse_last_installed(rows: Sequence[Row]) -> datetime | None:
    """When an update of the system was last installed, UTC; None when the history has none.

    Args:
        rows: `At`, `Operation` (1 installed), `Result` (2 succeeded) and `Categories` each.

    Raises:
        ParseError: A row is of another form.

    Source: IUpdateHistoryEntry2 of the Windows Update Agent API; its dates are in UTC.
    """  # noqa: DOC201 - the first line says it
    moments = [
        _moment(row)
        for row in rows
        if number(row, "Operation") == _INSTALLED
        and number(row, "Result") in (_SUCCEEDED, _SUCCEEDED_WITH_ERRORS)
        and _is_of_system(_categories(row))
    ]
    return max(moments, default=None)


def _moment(row: Row) -> datetime:
    return parse_moment(text(row, "At") or "")


def _categories(row: Row) -> frozenset[str]:
    return frozenset(item.lower().strip("{}") for item in texts(row, "Categories"))


def _is_of_system(categories: frozenset[str]) -> bool:
    return bool(categories & SYSTEM) and not categories & DEFINITIONS


def parse_pending(rows: Sequence[Row]) -> tuple[int, int]:
    """How many updates wait, and how many of them are for security.

    Args:
        rows: `Type` (1 software, 2 driver), `Optional`, `Severity` and `Categories` each.

    Returns:
        Updates of software that Windows would install by itself; definitions are left out.

    Raises:
        ParseError: A row is of another form.

    Source: IUpdate and IUpdate3 of the Windows Update Agent API.
    """
    waiting = security = 0
    for row in rows:
        kind, optional = number(row, "Type"), flag(row, "Optional")
        if kind is None or optional is None:
            raise ParseError("an update that waits is not described as this version expects")
        categories = _categories(row)
        if kind != _SOFTWARE or optional or categories & DEFINITIONS:
            continue
        waiting += 1
        security += SECURITY in categories or text(row, "Severity") is not None
    return waiting, security


def parse_searched(rows: Sequence[Row]) -> datetime | None:
    """When the Update Agent last searched with success, UTC; None for never.

    Raises:
        ParseError: There is not exactly one row, or it is of another form.

    Source: IAutomaticUpdatesResults.LastSearchSuccessDate.
    """  # noqa: DOC201 - the first line says it
    if len(rows) != 1:
        raise ParseError("the Update Agent did not tell when it last searched")
    moment = text(rows[0], "Searched")
    return parse_moment(moment) if moment else None
