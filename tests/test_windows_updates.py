"""Releases and updates of Windows: what is set, what was installed, what waits."""

import contextlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import RegistryKey, Row
from hipaaguard.collect.support import Support
from hipaaguard.collect.windows.release import Release, parse_release, support_of
from hipaaguard.collect.windows.updates import agent, settings
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable
from tests.conftest import NOW, TESTS

TRAPS = {
    "Windows 11 calls itself 10": "release-11-25h2-home",
    "one build with two last days: Home": "release-11-24h2-home-ended",
    "one build with two last days: Enterprise": "release-11-24h2-enterprise",
    "the long-term channel lasts longer": "release-10-ltsc-2021",
    "Windows 10 has ended": "release-10-22h2-home-ended",
    "Windows 7 has ended, whatever it installs": "release-7-ended",
    "an edition that is not known": "release-11-unknown-edition",
    "a build that is not released": "release-11-insider",
    "a server": "release-server-2022",
    "Windows installs by itself without a setting": "updates-automatic-default",
    "level 0 is not configured, and not off": "updates-automatic-default-not-configured",
    "level 0 on an old Windows": "updates-automatic-level-not-configured-windows8",
    "level 0 on a server": "updates-automatic-server-not-configured",
    "level 1 is off": "updates-automatic-level-disabled",
    "a service that is merely stopped": "updates-automatic-services-stopped",
    "a disabled service, of which nobody warns": "updates-automatic-wuauserv-disabled",
    "the other service disabled": "updates-automatic-usosvc-disabled",
    "a service that is not there": "updates-automatic-service-missing",
    "a policy to switch off": "updates-automatic-policy-no-auto-update",
    "a policy to ask before fetching": "updates-automatic-policy-notifies",
    "a policy to ask before installing": "updates-automatic-policy-downloads",
    "a policy to install": "updates-automatic-policy-installs",
    "a policy that may not be read": "updates-automatic-policy-closed",
    "management asks": "updates-automatic-managed-0",
    "management switches off": "updates-automatic-managed-5",
    "management installs": "updates-automatic-managed-2",
    "a pause is a date in words": "updates-automatic-paused",
    "a pause of which only the year is read": "updates-automatic-paused-until-2051",
    "a pause of a hundred years": "updates-automatic-paused-until-2123",
    "a pause that is over": "updates-automatic-pause-over",
    "a pause of another form": "updates-automatic-pause-of-another-form",
    "the agent does not answer": "updates-automatic-agent-silent",
    "definitions are no update": "updates-history-only-definitions",
    "an update after definitions": "updates-history-cumulative",
    "an installation that failed": "updates-history-failed-since",
    "an update that was removed": "updates-history-removed-again",
    "an emptied history is not never": "updates-history-emptied",
    "a date in the future": "updates-history-in-the-future",
    "nothing waits": "updates-pending-none",
    "a security update waits": "updates-pending-security",
    "a severity without the category": "updates-pending-severity-without-category",
    "a preview that nobody needs": "updates-pending-optional-preview",
    "definitions and drivers do not wait": "updates-pending-definitions-and-drivers",
    "nothing found long ago says nothing now": "updates-pending-searched-long-ago",
    "never searched": "updates-pending-never-searched",
    "the search fails, as offline": "updates-pending-search-failed",
    "a restart by servicing": "updates-restart-servicing",
    "a restart by the agent": "updates-restart-agent",
    "files to rename ask for no restart": "updates-restart-file-renames-only",
    "no mark of a restart": "updates-restart-none",
    "the Store's own default": "updates-store-default",
    "a policy over the Store's setting": "updates-store-policy-off",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/windows" / name).is_dir()


def release(build: int, edition: str = "Core") -> Release:
    return parse_release(RegistryKey({"CurrentBuild": str(build), "EditionID": edition}))


@pytest.mark.parametrize(
    ("build", "edition", "name", "ends"),
    [
        (26200, "Core", "Windows 11 Home", "2027-10-12"),
        (26100, "Professional", "Windows 11 Pro", "2026-10-13"),
        (26100, "Education", "Windows 11 Education", "2027-10-12"),
        (26100, "EnterpriseS", "Windows 11 Enterprise LTSC", "2029-10-09"),
        (26100, "ServerStandard", "Windows Server 2025", "2034-11-14"),
        (22000, "Core", "Windows 11 Home", "2023-10-10"),
        (19045, "Core", "Windows 10 Home", "2025-10-14"),
        (19045, "ServerRdsh", "Windows 10", "2025-10-14"),
        (19044, "EnterpriseS", "Windows 10 Enterprise LTSC", "2027-01-12"),
        (19044, "IoTEnterpriseS", "Windows 10 IoT Enterprise LTSC", "2032-01-13"),
        (19044, "Core", "Windows 10 Home", "2023-06-13"),
        (9600, "Core", "Windows 8.1 Home", "2023-01-10"),
        (9200, "Core", "Windows 8 Home", "2016-01-12"),
        (7601, "HomePremium", "Windows 7", "2020-01-14"),
    ],
)
def test_the_build_and_the_edition_decide(build: int, edition: str, name: str, ends: str) -> None:
    found = release(build, edition)
    assert found.name == name
    assert support_of(found) == Support(date.fromisoformat(ends))


@pytest.mark.parametrize(
    ("build", "edition"),
    [(26200, "Core2"), (26120, "Core"), (99999, "Core"), (19045, "EnterpriseS"), (17763, "Server")],
)
def test_what_is_not_listed_is_not_known(build: int, edition: str) -> None:
    assert isinstance(support_of(release(build, edition)), Unavailable)


@pytest.mark.parametrize("build", ["", "6002", "-26100", "26100.1", "٢٦١٠٠", "9" * 7])
def test_a_build_of_another_form_is_refused(build: str) -> None:
    with pytest.raises(ParseError):
        parse_release(RegistryKey({"CurrentBuild": build, "EditionID": "Core"}))


SERVICES = tuple(rf"{settings.SERVICES}\{name}" for name in ("wuauserv", "UsoSvc"))


def keys(**values: dict[str, Any]) -> settings.Keys:
    """A computer on which nothing is in the way, but for these values."""
    places = {
        "policy": settings.POLICY,
        "au": settings.POLICY_AU,
        "managed": settings.MANAGED,
        "own": settings.SETTINGS,
        "service": SERVICES[0],
    }
    found: dict[str, RegistryKey | None] = dict.fromkeys(places.values())
    found |= {path: RegistryKey({"Start": 3}) for path in SERVICES}
    return {**found, **{places[name]: RegistryKey(it) for name, it in values.items()}}


UNCLEAR = object()


@pytest.mark.parametrize(
    ("values", "level", "installs"),
    [
        ({}, 0, True),
        ({}, 4, True),
        ({}, 1, False),
        ({}, 2, False),
        ({}, 3, False),
        ({}, 9, UNCLEAR),
        ({}, None, UNCLEAR),
        ({"service": {"Start": 4}}, 4, False),
        ({"service": {"Start": 2}}, 4, True),
        ({"policy": {"DisableWindowsUpdateAccess": 1}}, 4, False),
        ({"policy": {"DisableWindowsUpdateAccess": 0}}, 4, True),
        ({"au": {"NoAutoUpdate": 1, "AUOptions": 4}}, 4, False),
        ({"au": {"NoAutoUpdate": 0, "AUOptions": 4}}, 4, True),
        ({"au": {"AUOptions": 2}}, 4, False),
        ({"au": {"AUOptions": 3}}, 4, False),
        ({"au": {"AUOptions": 5}}, 4, UNCLEAR),
        ({"au": {"AUOptions": 7}}, 4, False),
        ({"au": {"AUOptions": 4}, "managed": {"AllowAutoUpdate": 5}}, 4, False),
        ({"au": {"AUOptions": 9}, "managed": {"AllowAutoUpdate": 5}}, 4, False),
        ({"managed": {"AllowAutoUpdate": 6}}, 4, UNCLEAR),
        ({"own": {"PauseUpdatesExpiryTime": "2027-01-01T00:00:00Z"}}, 4, False),
        ({"own": {"PauseUpdatesExpiryTime": "soon"}}, 4, UNCLEAR),
        ({"own": {"PauseUpdatesExpiryTime": "soon"}, "au": {"NoAutoUpdate": 1}}, 4, False),
    ],
)
def test_what_stands_in_the_way(
    values: dict[str, Any], level: int | None, installs: object
) -> None:
    found = settings.judge_automatic(keys(**values), level, release(26200), NOW)
    assert (found if isinstance(found, bool) else UNCLEAR) is installs


@pytest.mark.parametrize(
    ("build", "edition", "installs"),
    [(26200, "Core", True), (20348, "ServerStandard", UNCLEAR), (9600, "Core", UNCLEAR)],
)
def test_not_configured_is_a_default_of_windows_10_and_11(
    build: int, edition: str, installs: object
) -> None:
    found = settings.judge_automatic(keys(), 0, release(build, edition), NOW)
    assert (found if isinstance(found, bool) else UNCLEAR) is installs


@pytest.mark.parametrize(
    ("ends", "paused"),
    [
        (["2051-12-31T00:00:00Z"], True),
        (["", "2123-01-01T00:00:00Z"], True),
        (["2020-01-01T00:00:00Z", "2123-01-01T00:00:00Z"], True),
        (["2026-11-23T12:00:01Z"], True),
        (["2026-11-23T12:00:00Z"], False),
        (["2020-01-01T00:00:00Z"], False),
        (["", ""], False),
        (["2051"], UNCLEAR),
        (["4102444800"], UNCLEAR),
        (["2020-01-01T00:00:00Z", "31/12/2051"], UNCLEAR),
        (["31/12/2051", "2123-01-01T00:00:00Z"], True),
    ],
)
def test_pauses(ends: list[str], paused: object) -> None:
    names = ("PauseUpdatesExpiryTime", "PauseQualityUpdatesEndTime")
    own = dict(zip(names, ends, strict=False))
    found = settings.judge_paused(keys(own=own), NOW)
    assert (found if isinstance(found, bool) else UNCLEAR) is paused


CUMULATIVE = (agent.SECURITY, "72e7624a-5b00-45d2-b92f-e561c0a6a160")
DEFINITIONS = ("e0789628-ce08-4437-be74-2495b842f43b",)
DEFENDER = (*CUMULATIVE, "8c3fcc84-7410-4a95-8b89-a166a0190486")
DRIVERS = ("ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0",)


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({}, True),
        ({"Result": 3}, True),
        ({"Result": 4}, False),
        ({"Result": 0}, False),
        ({"Operation": 2}, False),
        ({"Categories": DEFINITIONS}, False),
        ({"Categories": DEFENDER}, False),
        ({"Categories": DRIVERS}, False),
        ({"Categories": ()}, False),
        ({"Categories": f"{{{agent.SECURITY.upper()}}}"}, True),
    ],
)
def test_installations_of_the_system(row: dict[str, Any], counts: bool) -> None:
    usual: Row = {
        "At": "2026-11-12T03:00:00",
        "Operation": 1,
        "Result": 2,
        "Categories": CUMULATIVE,
    }
    moment = datetime(2026, 11, 12, 3, tzinfo=UTC)
    assert agent.parse_last_installed([{**usual, **row}]) == (moment if counts else None)


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({}, (1, 1)),
        ({"Categories": DRIVERS, "Severity": "Important"}, (1, 1)),
        ({"Categories": DRIVERS}, (1, 0)),
        ({"Type": 2}, (0, 0)),
        ({"Optional": True}, (0, 0)),
        ({"Categories": DEFENDER}, (0, 0)),
    ],
)
def test_what_waits(row: dict[str, Any], counts: tuple[int, int]) -> None:
    usual: Row = {"Type": 1, "Optional": False, "Severity": "", "Categories": CUMULATIVE}
    assert agent.parse_pending([{**usual, **row}]) == counts
    assert agent.parse_pending([]) == (0, 0)


CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-1, 5)
    | st.text(max_size=5)
    | st.sampled_from(["2026-11-12T03:00:00", agent.SECURITY])
    | st.lists(st.integers() | st.text(max_size=3), max_size=2).map(tuple)
)
COLUMNS = st.sampled_from(
    [
        *("At", "Operation", "Result", "Categories", "Type", "Optional", "Severity"),
        *("Searched", "Level"),
    ]
)


@given(st.lists(st.dictionaries(COLUMNS, CELLS), max_size=3))
def test_only_parse_errors_escape_from_rows(rows: list[dict[str, Any]]) -> None:
    for parse in (agent.parse_last_installed, agent.parse_pending, agent.parse_searched):
        with contextlib.suppress(ParseError):
            parse(rows)
    with contextlib.suppress(ParseError):
        settings.parse_level(tuple(rows))


VALUES = st.dictionaries(
    st.sampled_from(
        [
            *("Start", "NoAutoUpdate", "AUOptions", "AllowAutoUpdate"),
            *("DisableWindowsUpdateAccess", "PauseUpdatesExpiryTime"),
            *("CurrentBuild", "CurrentBuildNumber", "EditionID", "DisplayVersion", "UBR"),
        ]
    ),
    st.integers(-1, 9) | st.text(max_size=9) | st.sampled_from(["26200", "Core"]) | st.binary(),
)


@given(VALUES, VALUES, st.none() | st.integers(-1, 9))
def test_only_parse_errors_escape_from_keys(
    policy: dict[str, Any], own: dict[str, Any], level: int | None
) -> None:
    found = keys(policy=policy, au=policy, managed=policy, own=own, service=own)
    with contextlib.suppress(ParseError):
        settings.judge_paused(found, NOW)
    with contextlib.suppress(ParseError):
        settings.judge_automatic(found, level, release(26200), NOW)
    with contextlib.suppress(ParseError):
        support_of(parse_release(RegistryKey(policy)))


@given(st.text() | st.datetimes().map(datetime.isoformat))
def test_only_parse_errors_escape_from_dates(text: str) -> None:
    with contextlib.suppress(ParseError):
        assert settings.parse_moment(text).tzinfo is UTC
