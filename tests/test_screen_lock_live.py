"""The lock's settings as the real gsettings and dconf keep them, in folders of their own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hipaaguard.collect.linux.screen_lock import gnome, gsettings
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.model import Reason, Unavailable
from tests.conftest import needs

SCREENSAVER, SESSION, LOCKDOWN = gnome.SCREENSAVER, gnome.SESSION, gnome.LOCKDOWN
PERSON = Session(os.geteuid(), "gnome", "gdm-password", "test")


class Desktop:
    """A person's settings in a folder, written as a desktop would: by its own message bus."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("config", "run", "share"):
            (folder / name).mkdir()
        self.environ = {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CURRENT_DESKTOP": "GNOME",
            "XDG_DATA_DIRS": f"{folder / 'share'}:/usr/local/share:/usr/share",
            "XDG_RUNTIME_DIR": str(folder / "run"),
        }

    def set(self, schema: str, key: str, value: str) -> None:
        bus = shutil.which("dbus-run-session") or ""
        subprocess.run(
            [bus, "--", "gsettings", "set", schema, key, value],
            env={**self.environ, "PATH": os.defpath},
            check=True,
            timeout=60,
        )

    def manage(self, keyfile: str, *locked: str) -> None:
        """Lays an administrator's settings under the person's own, some of them locked."""
        source = self.folder / "site"
        (source / "locks").mkdir(parents=True)
        (source / "settings").write_text(keyfile)
        (source / "locks" / "lock").write_text("".join(f"{path}\n" for path in locked))
        database = self.folder / "site.db"
        program = shutil.which("dconf") or ""
        subprocess.run([program, "compile", str(database), str(source)], check=True, timeout=60)
        profile = self.folder / "share/dconf/profile/user"
        profile.parent.mkdir(parents=True)
        profile.write_text(f"user-db:user\nfile-db:{database}\n")

    def lock(self, **environ: str) -> Lock:
        return gsettings.read_lock(LinuxHost(self.environ | environ), PERSON, gnome.STORE)


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    for program in ("gsettings", "dconf", "dbus-run-session"):
        needs(program)
    made = Desktop(tmp_path)
    lists = subprocess.run(
        [shutil.which("gsettings") or "", "list-schemas"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if SCREENSAVER not in lists.stdout.split():
        assert "CI" not in os.environ, "CI must have GNOME's schemas: scripts/install-test-tools"
        pytest.skip("needs GNOME's schemas")
    return made


def reason(value: object) -> Reason:
    assert isinstance(value, Unavailable)
    return value.reason


def test_a_person_who_never_set_anything_has_no_file_of_settings(desktop: Desktop) -> None:
    assert reason(desktop.lock().enabled) is Reason.UNRECOGNISED


def test_what_was_set_is_read(desktop: Desktop) -> None:
    desktop.set(SESSION, "idle-delay", "600")
    desktop.set(SCREENSAVER, "lock-delay", "30")
    lock = desktop.lock()
    assert (lock.enabled, lock.idle_s) == (True, 630)
    assert (lock.on_suspend, lock.user_can_change) == (True, True)


def test_never_is_no_lock(desktop: Desktop) -> None:
    desktop.set(SESSION, "idle-delay", "0")
    lock = desktop.lock()
    assert (lock.enabled, lock.idle_s, lock.on_suspend) == (False, NO_LOCK, True)


def test_lock_off(desktop: Desktop) -> None:
    desktop.set(SCREENSAVER, "lock-enabled", "false")
    lock = desktop.lock()
    assert (lock.enabled, lock.idle_s, lock.on_suspend) == (False, NO_LOCK, False)


KEYFILE = """\
[org/gnome/desktop/session]
idle-delay=uint32 240
[org/gnome/desktop/screensaver]
lock-enabled=true
lock-delay=uint32 0
[org/gnome/desktop/lockdown]
disable-lock-screen=false
"""
PATHS = tuple(f"/{schema.replace('.', '/')}/{key}" for schema, key in gnome.DECISIVE)


def test_what_an_administrator_locked_counts_and_cannot_be_changed(desktop: Desktop) -> None:
    desktop.set(SESSION, "idle-delay", "0")
    desktop.manage(KEYFILE, *PATHS)
    lock = desktop.lock()
    assert (lock.enabled, lock.idle_s, lock.user_can_change) == (True, 240, False)


def test_one_key_left_open_can_be_changed(desktop: Desktop) -> None:
    desktop.set(SESSION, "idle-delay", "0")
    desktop.manage(KEYFILE, *PATHS[:-1])
    lock = desktop.lock()
    assert (lock.enabled, lock.idle_s, lock.user_can_change) == (True, 240, True)


def test_settings_kept_elsewhere_are_not_believed(desktop: Desktop) -> None:
    desktop.set(SESSION, "idle-delay", "600")
    assert reason(desktop.lock(GSETTINGS_BACKEND="memory").enabled) is Reason.UNRECOGNISED
    assert reason(desktop.lock(DCONF_PROFILE="other").enabled) is Reason.UNRECOGNISED


def test_a_schema_that_is_not_there_says_nothing(desktop: Desktop) -> None:
    desktop.set(SESSION, "idle-delay", "600")
    store = gsettings.Store(("org.example.not-there",), (), (), gnome.parse_lock)
    lock = gsettings.read_lock(LinuxHost(desktop.environ), PERSON, store)
    assert reason(lock.enabled) is Reason.FAILED
