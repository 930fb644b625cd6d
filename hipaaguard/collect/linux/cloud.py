"""The programs that copy files of the home folder to a cloud, running or set up.

Of the home folder only the clients' own files are looked for, and none of them is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, is_there
from hipaaguard.collect.linux.homes import Home, explained, find_home
from hipaaguard.collect.linux.processes import Process, all_in_sight, find_processes, matches
from hipaaguard.model import Fact, Reason, Unavailable

_SOURCE = "running programs and their settings"


@dataclass(frozen=True, slots=True)
class Client:
    """A program that copies files to a cloud.

    Attributes:
        name: what people call the service, or the program where it serves many.
        programs: the names of its processes.
        signs: its own files below the home folder, of each a folder and what lies in it, so that no
            single missing answer hides it. Below `~/.var/app` a Flatpak's, below `~/snap` a Snap's.
        words: where the program has other uses: the arguments that make it copy.
    """

    name: str
    programs: tuple[str, ...]
    signs: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    def is_run_by(self, process: Process) -> bool:
        """Whether the process is this client, at work."""
        named = any(matches(process, program) for program in self.programs)
        return named and (not self.words or bool(self.words & set(process.argv)))


CLIENTS = (
    Client(
        "Dropbox",
        ("dropbox",),
        (
            ".dropbox",
            ".dropbox/info.json",
            ".var/app/com.dropbox.Client/.dropbox",
            ".var/app/com.dropbox.Client/.dropbox/info.json",
        ),
    ),
    Client("Google Drive", ("google-drive-ocamlfuse",), (".gdfuse", ".gdfuse/default/config")),
    Client("Insync", ("insync",), (".config/Insync", ".config/Insync/data")),
    Client(
        "MEGA",
        ("megasync",),
        (
            ".local/share/data/Mega Limited/MEGAsync",
            ".local/share/data/Mega Limited/MEGAsync/MEGAsync.cfg",
            ".var/app/nz.mega.MEGAsync/data/data/Mega Limited/MEGAsync",
            ".var/app/nz.mega.MEGAsync/data/data/Mega Limited/MEGAsync/MEGAsync.cfg",
        ),
    ),
    Client(
        "Nextcloud",
        ("nextcloud",),
        (
            ".config/Nextcloud",
            ".config/Nextcloud/nextcloud.cfg",
            ".var/app/com.nextcloud.desktopclient.nextcloud/config/Nextcloud",
            ".var/app/com.nextcloud.desktopclient.nextcloud/config/Nextcloud/nextcloud.cfg",
            "snap/nextcloud-desktop-client/current/.config/Nextcloud",
            "snap/nextcloud-desktop-client/current/.config/Nextcloud/nextcloud.cfg",
        ),
    ),
    Client(
        "OneDrive",
        ("onedrive", "onedriver"),
        (
            ".config/onedrive",
            ".config/onedrive/refresh_token",
            ".config/onedriver",
            ".cache/onedriver",
        ),
    ),
    Client("ownCloud", ("owncloud",), (".config/ownCloud", ".config/ownCloud/owncloud.cfg")),
    Client("pCloud", ("pcloud", "pcloudcc"), (".pcloud", ".pcloud/data.db")),
    # Its settings alone say nothing: most use it now and then, by hand.
    Client("rclone", ("rclone",), words=frozenset({"bisync", "copy", "mount", "move", "sync"})),
    Client("Resilio Sync", ("rslsync",), (".config/resilio-sync", ".config/resilio-sync/storage")),
    Client(
        "Seafile",
        ("seafile-applet", "seaf-daemon", "seaf-cli"),
        (".ccnet", ".ccnet/seafile.ini", ".config/Seafile"),
    ),
    Client(
        "Syncthing",
        ("syncthing",),
        (
            ".config/syncthing",
            ".config/syncthing/config.xml",
            ".local/state/syncthing",
            ".local/state/syncthing/config.xml",
            ".var/app/me.kozec.syncthingtk/config/syncthing",
            ".var/app/com.github.zocker_160.SyncThingy/config/syncthing",
        ),
    ),
    Client(
        "Tresorit",
        ("tresorit", "tresorit-daemon"),
        (".local/share/tresorit", ".local/share/tresorit/tresorit"),
    ),
)
"""The clients that are known, by name."""


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of clouds."""
    home = find_home(host)
    value = home if isinstance(home, Unavailable) else sync_clients(host, home)
    if isinstance(value, Unavailable):
        value = explained(host, value, "the home folder's settings")
    yield from (Fact(key, value, _SOURCE) for key in keys)


def sync_clients(host: Host, home: Home) -> tuple[str, ...] | Unavailable:
    """The clients of this person, by name.

    Returns:
        None left out: unavailable where the home folder or a process could not be looked at.
    """
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    own = tuple(process for process in processes if process.uid == home.uid)
    found: list[str] = []
    for client in CLIENTS:
        set_up = is_there(host, *(home(sign) for sign in client.signs))
        if any(client.is_run_by(process) for process in own):
            found.append(client.name)
        elif isinstance(set_up, Unavailable):
            return set_up
        elif set_up:
            found.append(client.name)
    if not all_in_sight(host):
        detail = "HipaaGuard cannot see every process of this machine, as in a container"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return tuple(found)


PROBE = Probe("copies in a cloud", ("cloud.sync_clients",), collect)
