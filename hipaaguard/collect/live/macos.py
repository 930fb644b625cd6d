"""This Mac as a host."""

import sys

assert sys.platform != "win32"  # noqa: S101 - tells the type checker what it may expect here

import pwd
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from hipaaguard.collect.live.posix import PosixHost, start
from hipaaguard.model import Platform


class MacHost(PosixHost):
    """This Mac; it uses the network only where `network` says that it may."""

    program_folders: ClassVar[tuple[str, ...]] = (*PosixHost.program_folders, "/usr/libexec")
    makers_programs: ClassVar[Mapping[str, str]] = {
        "mdatp": "/usr/local/bin/mdatp",
        "socketfilterfw": "/usr/libexec/ApplicationFirewall/socketfilterfw",
    }
    # CoreFoundation's text encoding; without it, some tools ask for one.
    session_variables: ClassVar[tuple[str, ...]] = ("__CF_USER_TEXT_ENCODING", "TMPDIR")

    @property
    def platform(self) -> Platform:
        """MacOS."""
        return Platform.MACOS

    def _start(
        self, argv: tuple[str, ...], account: pwd.struct_passwd | None
    ) -> subprocess.Popen[bytes]:
        """As any program; for another user inside their log-in session, where their settings are.

        launchctl(1): `asuser` enters the session but keeps root's rights, which sudo then drops.
        """  # noqa: DOC201 - the first line says it
        if account is None:
            return super()._start(argv, None)
        inside = ("/bin/launchctl", "asuser", str(account.pw_uid))
        as_user = ("/usr/bin/sudo", "-n", "-H", "-u", f"#{account.pw_uid}", "--")
        return start((*inside, *as_user, *argv), self.environment(account), None)

    def claims(self) -> tuple[str, ...]:
        """Who called sudo, else who sits at the screen."""
        return (*super().claims(), _console_uid())


def _console_uid() -> str:
    """The owner of the console: who is logged in at the screen; root when nobody is."""
    try:
        return str(Path("/dev/console").stat().st_uid)
    except OSError:
        return ""
