"""This Linux machine as a host."""

import sys

assert sys.platform != "win32"  # noqa: S101 - tells the type checker what it may expect here

import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from hipaaguard.collect.live.posix import PosixHost
from hipaaguard.model import Platform


class LinuxHost(PosixHost):
    """This Linux machine; it uses the network only where `network` says that it may."""

    # The last two are NixOS's.
    program_folders: ClassVar[tuple[str, ...]] = (
        *PosixHost.program_folders,
        "/run/wrappers/bin",
        "/run/current-system/sw/bin",
    )
    makers_programs: ClassVar[Mapping[str, str]] = {
        "cytool": "/opt/traps/bin/cytool",
        "falconctl": "/opt/CrowdStrike/falconctl",
        "sentinelctl": "/opt/sentinelone/bin/sentinelctl",
    }
    session_variables: ClassVar[tuple[str, ...]] = (
        "DBUS_SESSION_BUS_ADDRESS",
        "XAUTHORITY",
        "XDG_CONFIG_DIRS",
        "XDG_CONFIG_HOME",
        # gsettings' defaults depend on it.
        "XDG_CURRENT_DESKTOP",
        "XDG_DATA_DIRS",
        "XDG_RUNTIME_DIR",
    )

    @property
    def platform(self) -> Platform:
        """Linux."""
        return Platform.LINUX

    def environment(self, account: pwd.struct_passwd | None) -> dict[str, str]:
        """Besides the common ones, the way to the session bus of the account."""
        environ = super().environment(account)
        if account is None:
            return environ
        runtime = f"/run/user/{account.pw_uid}"
        return environ | {
            "XDG_RUNTIME_DIR": runtime,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
        }

    def claims(self) -> tuple[str, ...]:
        """Who called sudo or pkexec, else who logged in, which also sees through `su`."""
        return (*super().claims(), self._environ.get("PKEXEC_UID") or "", _login_uid())


def _login_uid() -> str:
    try:
        return Path("/proc/self/loginuid").read_text(encoding="ascii").strip()
    except OSError:
        return ""
