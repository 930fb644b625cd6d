"""Updates of Windows in the corpus."""

import re
from datetime import UTC, datetime

from hipaaguard.collect.host import RegistryKey, Row
from hipaaguard.collect.windows.release import parse_release
from hipaaguard.collect.windows.updates.agent import SECURITY, parse_last_installed
from hipaaguard.collect.windows.updates.settings import (
    MANAGED,
    POLICY,
    POLICY_AU,
    SERVICES,
    SETTINGS,
    judge_automatic,
)
from tests.conftest import NOW
from tests.corpus import Case
from tests.corpus.windows.screen_lock import queried

_RELEASE = parse_release(RegistryKey({"CurrentBuild": "26200", "EditionID": "Professional"}))


def read_au(case: Case) -> None:
    """The policy beside a computer on which nothing else is in the way."""
    shown = queried(case)
    assert shown["AUOptions"] == case.facts["auoptions"]
    assert shown["NoAutoUpdate"] == case.facts["no_auto_update"]
    assert bool(shown["UseWUServer"]) is case.facts["wsus"]
    services = {rf"{SERVICES}\{name}": RegistryKey({"Start": 3}) for name in ("wuauserv", "UsoSvc")}
    absent = dict.fromkeys((POLICY, MANAGED, SETTINGS))
    found = {**absent, **services, POLICY_AU: RegistryKey(shown)}
    assert judge_automatic(found, 4, _RELEASE, NOW) is False
    assert judge_automatic({**found, POLICY_AU: None}, 4, _RELEASE, NOW) is True


def read_history(case: Case) -> None:
    """The entries with days of their own, as the list shows none: the last installation counts."""
    entries = re.findall(
        r"^Title +: (.*)\nOperation +: (\d)\nResultCode +: (\d)", case.text, re.MULTILINE
    )
    assert len(entries) == case.facts["entries"]
    numbers = {number for title, _, _ in entries for number in re.findall(r"KB\d+", title)}
    assert sorted(numbers) == case.facts["kbs"]
    rows: list[Row] = [
        {
            "At": f"2022-12-{20 - index:02}T03:00:00",
            "Operation": int(operation),
            "Result": int(result),
            "Categories": (SECURITY,),
        }
        for index, (_, operation, result) in enumerate(entries)
    ]
    assert parse_last_installed(rows) == datetime(2022, 12, 20, 3, tzinfo=UTC)
    # What was removed again is no installation, on whatever day.
    assert parse_last_installed([rows[1]]) is None
    assert rows[1]["Operation"] == 2


READERS = {
    "reg-query-windowsupdate-au": read_au,
    "windows-update-history": read_history,
}
_HOTFIXES = "It misses updates and its dates are in the system's language; the history is read."
UNUSED = {
    "get-hotfix": _HOTFIXES,
    "wmi-win32-quickfixengineering": _HOTFIXES,
    "wmic-qfe": _HOTFIXES,
}
