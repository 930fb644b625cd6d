"""Backups: what each program notes of itself, and how old the last one is."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.linux.backup import (
    backintime,
    dejadup,
    pika,
    sqlite,
    timers,
    timeshift,
    tool,
    unnoted,
    vorta,
)
from hipaaguard.collect.linux.backup.probe import last_days
from hipaaguard.collect.linux.backup.tool import Tool
from hipaaguard.collect.recorded import Recorded
from hipaaguard.collect.recording import Recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Reason, Unavailable
from tests.conftest import NOW, TESTS

TRAPS = {
    "installed is not set up": "backup-dejadup-installed-only",
    "never is not 0 days": "backup-dejadup-never-finished",
    "not known is not 0 days": "backup-kopia-last-run-unknown",
    "gsettings prints defaults without dconf": "backup-dejadup-without-dconf-module",
    "root has other settings": "backup-dejadup-as-root",
    "a Flatpak keeps its settings elsewhere": "backup-dejadup-flatpak",
    "Timeshift leaves out the home folder": "backup-timeshift-system-only",
    "snapshots on the same disk are no backup": "backup-timeshift-btrfs",
    "Snapper is no backup": "backup-snapper-is-not-a-backup",
    "a snapshot that was broken off": "backup-timeshift-with-home",
    "a check of the repository is no backup": "backup-restic-only-checked",
    "a run that failed is no backup": "backup-borgmatic-failed",
    "a run that was begun is no backup": "backup-vorta-with-warnings",
    "what is committed but not yet in the file": "backup-vorta-running",
    "a date in the future": "backup-dejadup-from-the-future",
    "a line of cron that is a comment": "backup-rsnapshot-installed-only",
    "a time without a zone": "test_a_time_without_a_zone_is_never_too_late",
    "an error is neither none nor some": "backup-timers-folder-hidden",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_has_its_test(name: str) -> None:
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("lasts", "value"),
    [
        ((), Reason.NOT_INSTALLED),
        ((days_ago(0.5),), 0),
        ((days_ago(2.9),), 2),
        ((days_ago(400), days_ago(3)), 3),
        ((days_ago(-0.01),), 0),
        ((days_ago(-2),), Reason.UNRECOGNISED),
        ((days_ago(-2), days_ago(5)), 5),
        ((tool.never("X"), days_ago(5)), 5),
        ((tool.never("X"), tool.not_noted("Y")), Reason.UNRECOGNISED),
    ],
)
def test_days_since_the_last(lasts: tuple[datetime | Unavailable, ...], value: object) -> None:
    answer = last_days(tuple(Tool("X", last) for last in lasts), NOW)
    assert (answer.reason if isinstance(answer, Unavailable) else answer) == value


def test_a_backup_without_the_home_folder_does_not_count() -> None:
    answer = last_days((Tool("Timeshift", days_ago(1), of_home=False),), NOW)
    assert isinstance(answer, Unavailable)


def test_a_time_without_a_zone_is_never_too_late() -> None:
    wall = datetime(2026, 11, 20, 8, 0)  # noqa: DTZ001 - as a clock on the wall shows it
    unknown = tool.aware(wall, None)
    for name in ("Pacific/Kiritimati", "Europe/Berlin", "America/Los_Angeles"):
        assert unknown <= tool.aware(wall, ZoneInfo(name))
    assert tool.aware(wall, UTC) == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@given(st.binary(max_size=300))
def test_only_a_parse_error_escapes_from_bytes(data: bytes) -> None:
    for parse in (
        lambda: sqlite.put_together(data, data),
        lambda: sqlite.select_one(data, "SELECT 1"),
        lambda: vorta.parse_database(data, b"", None),
    ):
        try:
            parse()
        except ParseError:
            pass


@given(st.text())
def test_only_a_parse_error_escapes_from_text(text: str) -> None:
    for parse in (
        dejadup.parse_last,
        lambda it: dejadup.parse_last(f"'{it}'"),
        dejadup.parse_flag,
        pika.parse_configured,
        pika.parse_history,
        timeshift.parse_settings,
        timers.parse_finished,
        lambda it: timers.parse_service("restic.timer", f"Unit={it}"),
        tool.parse_iso,
    ):
        try:
            parse(text)
        except ParseError:
            pass
    dejadup.parse_key_file(text)
    backintime.parse_configured(text)
    unnoted.is_scheduled(text)
    timers.tool_of(text)


@given(st.binary(max_size=200))
def test_a_zone_that_cannot_be_read_is_not_known(data: bytes) -> None:
    class Zone(ReplayHost):
        def read(self, path: str) -> bytes:
            return b"TZif" + data

    host = Zone(Recording(Recorded(Platform.LINUX, "made by hand", NOW), {}))
    zone = tool.local_zone(host)
    if zone is not None:
        tool.aware(datetime(2026, 11, 20), zone)  # noqa: DTZ001 - as a clock on the wall shows it


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON_VALUES)
def test_only_a_parse_error_escapes_from_a_history(value: object) -> None:
    for text in (
        json.dumps(value),
        json.dumps({"id": value}),
        json.dumps({"id": {"last_completed": value}}),
        json.dumps({"id": {"last_completed": {"end": value}}}),
        json.dumps({"backup_device_uuid": "x", "btrfs_mode": value, "exclude": value}),
    ):
        for parse in (pika.parse_history, timeshift.parse_settings):
            try:
                parse(text)
            except ParseError:
                pass


def test_a_far_year_is_refused() -> None:
    with pytest.raises(ParseError):
        dejadup.parse_last("'0001-01-01T00:00:00+10:00'")


@pytest.mark.parametrize(
    ("timer", "name"),
    [
        ("borgmatic.timer", "borgmatic"),
        ("borgbackup-job-home.timer", "Borg"),
        ("restic@home.timer", "Restic"),
        ("resticprofile-backup@profile-home.timer", "Restic"),
        ("restic-check.timer", None),
        ("borg-prune.timer", None),
        ("cyborg.timer", None),
        ("snapper-timeline.timer", None),
        ("borgmatic.service", None),
    ],
)
def test_timers_that_are_backups(timer: str, name: str | None) -> None:
    assert timers.tool_of(timer) == name


def test_the_service_of_a_timer() -> None:
    assert timers.parse_service("restic.timer", "[Timer]\n") == "restic.service"
    assert timers.parse_service("restic.timer", "Unit = a.service\n") == "a.service"
    for unit in ("--help.service", "a b.service", "backup.target"):
        with pytest.raises(ParseError):
            timers.parse_service("restic.timer", f"Unit={unit}\n")


def test_settings_of_timeshift_that_take_the_home_folder() -> None:
    def takes(*patterns: str) -> bool:
        return timeshift.Settings("x", False, patterns).takes("/home/user")

    assert takes("/home/other/**", "+ /home/user/**")
    assert takes("+ /home/**")
    assert not takes("/home/user/**")
    # Only what is hidden: settings, not documents.
    assert not takes("+ /home/user/.**", "/home/user/**")


def write(path: Path, *, wal: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {'wal' if wal else 'delete'}")
    connection.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT)")
    connection.executemany("INSERT INTO log (text) VALUES (?)", [("x" * 900,)] * 40)
    return connection


COUNT = "SELECT count(*), max(text) FROM log"


def test_a_database_at_rest(tmp_path: Path) -> None:
    write(tmp_path / "a.db", wal=False).close()
    whole = sqlite.put_together((tmp_path / "a.db").read_bytes(), b"")
    assert sqlite.select_one(whole, COUNT)[0] == 40


def test_what_is_committed_to_the_log_counts_and_what_is_torn_does_not(tmp_path: Path) -> None:
    """A real database of SQLite with its real log, which has grown it by many pages."""
    path = tmp_path / "a.db"
    with closing(write(path, wal=True)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.read_bytes()
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.executemany("INSERT INTO log (text) VALUES (?)", [("y" * 900,)] * 60)
        log = Path(f"{path}-wal").read_bytes()
    assert sqlite.select_one(sqlite.put_together(before, b""), COUNT)[0] == 40
    assert sqlite.select_one(sqlite.put_together(before, log), COUNT) == (100, "y" * 900)
    # The last frame is a commit: without it the last row is not there.
    torn = sqlite.select_one(sqlite.put_together(before, log[:-1]), COUNT)
    assert torn[0] == 99
    flipped = bytearray(log)
    flipped[len(log) // 2] ^= 1
    counted = sqlite.select_one(sqlite.put_together(before, bytes(flipped)), COUNT)[0]
    assert isinstance(counted, int)
    assert 40 < counted < 100
    other = b"\0" * 32 + log[32:]
    assert sqlite.select_one(sqlite.put_together(before, other), COUNT)[0] == 40


def test_a_database_that_would_never_answer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE VIEW log AS WITH RECURSIVE n(text) AS"
            " (SELECT 1 UNION ALL SELECT text + 1 FROM n) SELECT text FROM n"
        )
    with pytest.raises(ParseError):
        sqlite.select_one(sqlite.put_together(path.read_bytes(), b""), COUNT)


@given(st.integers(0, 16383), st.integers(0, 255))
def test_a_damaged_database_is_refused_or_read(place: int, value: int) -> None:
    data = bytearray((TESTS / "recordings/linux/backup-vorta-running/settings.db").read_bytes())
    log = (TESTS / "recordings/linux/backup-vorta-running/settings.db-wal").read_bytes()
    data[place % len(data)] = value
    try:
        vorta.parse_database(bytes(data), log, UTC)
    except ParseError:
        pass
