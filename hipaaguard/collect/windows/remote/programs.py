"""The programs by which a Windows desktop is seen or operated from elsewhere, and their marks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """A way to reach the desktop.

    Attributes:
        id: as the facts name it.
        processes: names of its programs while it runs for others, in lower case without `.exe`.
        services: beginnings of its services' names, in lower case.
        names: a pattern of what the list of installed programs calls it, from the beginning.
        by_port: whether it shares only while it waits for connections, so that one which waits for
            nobody but this computer does not count.
    """

    id: str
    processes: tuple[str, ...]
    services: tuple[str, ...] = ()
    names: str = ""
    by_port: bool = False

    def is_installed(self, services: Iterable[str], names: Iterable[str]) -> bool:
        """Whether one of these services or installed programs, in lower case, belongs to it."""
        if self.services and any(it.startswith(self.services) for it in services):
            return True
        return bool(self.names) and any(re.match(self.names, it) for it in names)


# A name pattern must leave out what only looks at other computers: "RealVNC Viewer", "Splashtop
# Business", "LogMeIn Hamachi" and "LogMeIn Client".
PROGRAMS = (
    Program("anydesk", ("anydesk",), ("anydesk",), r"anydesk\b"),
    Program(
        "chrome-remote-desktop",
        ("remoting_host", "remoting_desktop"),
        ("chromoting",),
        r"chrome remote desktop host",
    ),
    Program("dameware", ("dwrcs",), ("dwmrcs",), r"dameware .*agent"),
    Program("dwservice", ("dwagsvc", "dwagent"), ("dwagent",), r"dwagent\b|dwservice\b"),
    Program("gotomypc", ("g2svc", "g2comm"), ("gotomypc",), r"gotomypc\b"),
    Program("logmein", ("logmein", "ramaint"), ("logmein",), r"logmein$"),
    Program("meshagent", ("meshagent",), ("mesh agent",), r"mesh ?agent\b"),
    Program("nomachine", ("nxservice64", "nxserver", "nxd"), ("nxservice",), r"nomachine\b"),
    Program("parsec", ("parsecd", "pservice"), ("parsec",), r"parsec\b"),
    Program("radmin", ("rserver3",), ("rserver3",), r"radmin server"),
    # They may be reached by way of the maker's servers, without a port of their own.
    Program("realvnc", ("vncserver", "vncagent"), ("vncserver",), r"(realvnc|vnc) server\b"),
    Program(
        "remote-utilities",
        ("rutserv",),
        ("rmanservice", "rutserv"),
        r"(remote (utilities|manipulator system) -? ?host)",
    ),
    Program("remotepc", ("remotepcservice", "rpcservice"), ("rpcservice",), r"remotepc\b"),
    Program("rustdesk", ("rustdesk",), ("rustdesk",), r"rustdesk\b"),
    Program(
        "screenconnect",
        ("screenconnect.clientservice", "screenconnect.windowsclient"),
        ("screenconnect client",),
        r"screenconnect client|connectwise control client",
    ),
    Program(
        "splashtop",
        ("srservice", "srserver", "srmanager"),
        ("splashtopremoteservice",),
        r"splashtop streamer",
    ),
    Program("sunshine", ("sunshine", "sunshinesvc"), ("sunshineservice",), r"sunshine\b"),
    Program("supremo", ("supremo", "supremoservice"), ("supremoservice",), r"supremo\b"),
    Program(
        "teamviewer",
        ("teamviewer_service", "teamviewer"),
        ("teamviewer",),
        r"teamviewer( \d+)?( host)?( \(.*\))?$",
    ),
    Program(
        "ultraviewer",
        ("ultraviewer_service", "ultraviewer_desktop"),
        ("ultraviewservice",),
        r"ultraviewer\b",
    ),
    Program(
        "vnc",
        ("tvnserver", "winvnc", "winvnc4", "uvnc_service", "x0vncserver"),
        ("tvnserver", "uvnc_service", "winvnc"),
        r"(tight|ultra|tiger)vnc\b(?! viewer)",
        by_port=True,
    ),
    Program("zoho-assist", ("zaservice",), ("zoho assist",), r"zoho assist .*unattended"),
)
"""Sorted by id. Remote Assistance and Quick Assist belong to Windows and are not in it."""
