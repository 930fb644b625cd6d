"""The programs by which a desktop is seen or operated from elsewhere, and their marks."""

from dataclasses import dataclass

from hipaaguard.collect.linux.processes import Process, matches


@dataclass(frozen=True, slots=True)
class Program:
    """A way to reach the desktop.

    Attributes:
        id: as the facts name it.
        processes: names of processes that stand for it.
        arguments: texts of which one stands in the arguments of its process, where the process has
            the name of an interpreter.
        installed: names of its programs in the system's folders.
        folders: beginnings of the names of its folders in `/opt`, `/usr`, `/usr/share` or
            `/usr/local`, each as a path.
        flatpaks: its ids as a Flatpak.
        by_port: whether it shares only while it waits for connections, so that one which waits for
            nobody but this computer does not count.
    """

    id: str
    processes: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    flatpaks: tuple[str, ...] = ()
    by_port: bool = False

    def is_run_by(self, process: Process) -> bool:
        """Whether this process belongs to it."""
        if any(matches(process, name) for name in self.processes):
            return True
        return any(text in word for text in self.arguments for word in process.argv)


PROGRAMS = (
    Program(
        "anydesk",
        ("anydesk",),
        installed=("anydesk",),
        flatpaks=("com.anydesk.Anydesk",),
    ),
    Program(
        "chrome-remote-desktop",
        ("chrome-remote-desktop-host",),
        # Beside it lies what the browser starts when somebody only looks at its page.
        arguments=("/opt/google/chrome-remote-desktop/chrome-remote-desktop",),
        folders=("/opt/google/chrome-remote-desktop",),
    ),
    Program("dwservice", ("dwagsvc", "dwagent"), folders=("/usr/share/dwagent",)),
    # Its service runs for every person of a GNOME desktop and shares nothing until told to.
    Program("gnome-remote-desktop", ("gnome-remote-desktop-daemon",), by_port=True),
    Program("krdp", ("krdpserver",), by_port=True),
    Program("krfb", ("krfb", "krfb-virtualmonitor"), by_port=True),
    Program("meshagent", ("meshagent",), folders=("/usr/local/mesh",)),
    Program("nomachine", ("nxserver.bin", "nxnode.bin", "nxd"), folders=("/usr/NX",)),
    Program("rdp", ("freerdp-shadow-cli",), by_port=True),
    Program(
        "realvnc",
        # They may be reached by way of the maker's servers, without a port of their own.
        ("vncserver-x11-core", "Xvnc-core"),
        installed=("vncserver-x11",),
    ),
    Program(
        "rustdesk",
        ("rustdesk",),
        installed=("rustdesk",),
        folders=("/usr/share/rustdesk", "/opt/rustdesk"),
        flatpaks=("com.rustdesk.RustDesk",),
    ),
    Program(
        "screenconnect",
        (),
        arguments=("com.screenconnect.client", "/opt/connectwisecontrol-", "/opt/screenconnect-"),
        folders=("/opt/connectwisecontrol-", "/opt/screenconnect-"),
    ),
    Program(
        "splashtop",
        ("SRStreamer", "SRFeature", "splashtop-streamer"),
        folders=("/opt/splashtop-streamer",),
    ),
    Program(
        "sunshine",
        ("sunshine",),
        installed=("sunshine",),
        flatpaks=("dev.lizardbyte.app.Sunshine",),
    ),
    Program(
        "teamviewer",
        ("teamviewerd", "TeamViewer"),
        installed=("teamviewer",),
        folders=("/opt/teamviewer",),
    ),
    Program(
        "vnc",
        (
            "Xvnc",
            "Xtigervnc",
            "Xtightvnc",
            "Xrealvnc",
            "x0vncserver",
            "x0tigervncserver",
            "Xkasmvnc",
            "vino-server",
        ),
        installed=(
            "Xvnc",
            "Xtigervnc",
            "Xtightvnc",
            "x0vncserver",
            "x0tigervncserver",
            "Xkasmvnc",
        ),
        folders=("/opt/TurboVNC",),
        by_port=True,
    ),
    Program("wayvnc", ("wayvnc",), installed=("wayvnc",), by_port=True),
    Program("x11vnc", ("x11vnc",), installed=("x11vnc",), by_port=True),
    Program("xpra", ("xpra",), installed=("xpra",), by_port=True),
    Program("xrdp", ("xrdp",), installed=("xrdp",), by_port=True),
)
"""Sorted by id."""
