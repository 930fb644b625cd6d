"""The programs by which a Mac's desktop is seen or operated from elsewhere, and their marks."""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from hipaaguard.collect.macos.processes import Process


@dataclass(frozen=True, slots=True)
class Program:
    """A way to reach the desktop. Patterns are of `*` and `?`, in lower case.

    Attributes:
        id: as the facts name it.
        runs: patterns of its programs while they run for others: of the application that they
            lie in (`*.app`), or of their own names.
        files: patterns of its application, its file for launchd, or its formula of Homebrew.
        by_port: whether it shares only while it waits for connections, so that one which waits for
            nobody but this Mac does not count.
    """

    id: str
    runs: tuple[str, ...]
    files: tuple[str, ...]
    by_port: bool = False

    def is_run_by(self, process: Process) -> bool:
        """Whether this process belongs to it."""
        apps = tuple(it for it in self.runs if it.endswith(".app"))
        return _fits(process.path.split("/"), apps) or _fits((process.name,), self.runs)

    def is_installed(self, names: Iterable[str]) -> bool:
        """Whether one of these applications, launchd's files or formulae belongs to it."""
        return _fits(names, self.files)


def _fits(names: Iterable[str], patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name.lower(), it) for name in names for it in patterns)


# A pattern must leave out what only looks at other computers: "RealVNC Viewer", "Splashtop
# Business", "LogMeIn Client", "LogMeIn Hamachi" and "Jump Desktop".
PROGRAMS = (
    Program("anydesk", ("anydesk.app", "anydesk"), ("anydesk.app", "com.philandro.anydesk.*")),
    Program(
        "chrome-remote-desktop",
        # Others of its programs run also while nobody is let in.
        ("remoting_me2me_host",),
        ("chromeremotedesktophost.*", "org.chromium.chromoting.*"),
    ),
    Program(
        "dwservice",
        ("dwagent.app", "dwagent", "dwagsvc"),
        ("dwagent.app", "net.dwservice.*"),
    ),
    Program("gotomypc", ("gotomypc.app",), ("gotomypc.app", "com.*.gotomypc*")),
    Program(
        "jump-desktop",
        ("jump desktop connect.app",),
        ("jump desktop connect.app", "com.p5sys.jump.connect*"),
    ),
    Program("logmein", ("logmein",), ("com.logmein.logmein*",)),
    Program("meshagent", ("meshagent", "meshagent_*"), ("meshagent*.plist",)),
    Program(
        "nomachine",
        ("nxserver.bin", "nxnode.bin", "nxd"),
        ("nomachine.app", "com.nomachine.*"),
    ),
    Program("parsec", ("parsec.app", "parsecd"), ("parsec.app",)),
    # It may be reached by way of the maker's servers, without a port of its own.
    Program(
        "realvnc",
        ("vncserver", "vncagent", "vnc server.app"),
        ("vnc server.app", "realvnc server.app", "com.realvnc.vncserver*"),
    ),
    Program(
        "remotepc",
        ("remotepc.app", "remotepc host.app", "remotepchost.app"),
        ("remotepc.app", "remotepc host.app", "remotepchost.app"),
    ),
    Program("rustdesk", ("rustdesk.app", "rustdesk"), ("rustdesk.app", "com.carriez.rustdesk*")),
    Program(
        "screenconnect",
        ("connectwisecontrol-*.app", "screenconnect client*.app"),
        ("connectwisecontrol-*", "screenconnect client*", "com.screenconnect.client*"),
    ),
    Program(
        "splashtop",
        ("splashtop streamer.app", "srstreamerdaemon", "srfeature"),
        ("splashtop streamer.app", "com.splashtop.streamer*"),
    ),
    Program("sunshine", ("sunshine.app", "sunshine"), ("sunshine.app", "sunshine")),
    Program("supremo", ("supremo.app",), ("supremo.app",)),
    Program(
        "teamviewer",
        (
            *("teamviewer.app", "teamviewerhost.app", "teamviewerqs.app"),
            *("teamviewer quicksupport.app", "teamviewer_service", "teamviewer_desktop"),
        ),
        ("teamviewer.app", "teamviewerhost.app", "com.teamviewer.*service*"),
    ),
    Program("vnc", ("osxvnc-server", "x11vnc"), ("vine server.app", "x11vnc"), by_port=True),
    Program(
        "zoho-assist",
        ("zoho assist*.app", "zohoassist*.app"),
        ("zoho assist*.app", "zohoassist*.app"),
    ),
)
"""Sorted by id. Screen Sharing and Remote Management belong to macOS and are not in it."""
