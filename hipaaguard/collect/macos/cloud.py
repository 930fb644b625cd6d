"""The programs that copy files of the home folder to a cloud, running or set up.

Of the home folder only the clients' own files are looked for, none is read, and none lies where
macOS asks the person first: what a client keeps in its container is not looked for, nor what it
shows below `~/Library/CloudStorage`.
"""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.cloud_clients import Client, find_clients
from hipaaguard.collect.host import Host
from hipaaguard.collect.macos.processes import find_processes
from hipaaguard.model import Fact, Reason, Unavailable

NAMES = ("cloud.sync_clients",)
SOURCE = "running programs and their settings"

_SETTINGS = "Library/Application Support/"
CLIENTS = (
    Client("Box", ("box",), (f"{_SETTINGS}Box/Box",)),
    Client("Dropbox", ("dropbox",), (".dropbox/info.json",)),
    Client("Google Drive", ("google drive",), (f"{_SETTINGS}Google/DriveFS",)),
    # Its helpers always run; the folder comes when iCloud Drive is switched on.
    Client("iCloud Drive", (), ("Library/Mobile Documents/com~apple~CloudDocs",)),
    Client("Insync", ("insync",), (f"{_SETTINGS}Insync",)),
    Client("MEGA", ("megaclient", "megasync"), (f"{_SETTINGS}Mega Limited/MEGAsync",)),
    Client("Nextcloud", ("nextcloud",), ("Library/Preferences/Nextcloud/nextcloud.cfg",)),
    Client("OneDrive", ("onedrive",), (f"{_SETTINGS}OneDrive/settings",)),
    Client("ownCloud", ("owncloud",), ("Library/Preferences/ownCloud/owncloud.cfg",)),
    Client("pCloud", ("pcloud drive",), (".pcloud", f"{_SETTINGS}pCloud")),
    Client("Proton Drive", ("proton drive",)),
    Client("Resilio Sync", ("resilio sync",), (f"{_SETTINGS}Resilio Sync",)),
    Client("Seafile", ("seafile client", "seafile-applet", "seaf-daemon"), (".ccnet",)),
    Client("Syncthing", ("syncthing",), (f"{_SETTINGS}Syncthing/config.xml",)),
    Client("Tresorit", ("tresorit",), (f"{_SETTINGS}Tresorit",)),
)
"""The clients that are known, by name."""

_ROOT = Unavailable(
    Reason.UNRECOGNISED,
    "HipaaGuard was started by root alone, so it cannot tell whose home folder counts",
)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of clouds."""
    del now
    value = sync_clients(host)
    yield from (Fact(key, value, SOURCE) for key in keys)


def sync_clients(host: Host) -> tuple[str, ...] | Unavailable:
    """The clients of this person, by name."""
    if host.person.uid == 0:
        return _ROOT
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    own = {it.name.casefold() for it in processes if it.uid == host.person.uid}
    return find_clients(host, CLIENTS, own, f"{host.person.home}/")


PROBE = Probe("copies in a cloud", NAMES, collect)
