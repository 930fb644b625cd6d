r"""The programs that copy files of the home folder to a cloud, running or set up.

Of the home folder only the clients' own files are looked for, and none of them is read. OneDrive
runs on every Windows, signed in or not: what counts is what it has been told to copy, which the
shell's list of folders that are copied tells by numbers (`SyncEngines`).
"""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.cloud_clients import Client, find_clients
from hipaaguard.collect.host import Host, RegistryKey, attempt, is_absent
from hipaaguard.collect.windows.processes import find_processes
from hipaaguard.errors import ParseError
from hipaaguard.model import Fact, Unavailable

NAMES = ("cloud.folders_redirected", "cloud.sync_clients")
SOURCE = "running programs and their settings"
ONEDRIVE = r"HKCU\SOFTWARE\SyncEngines\Providers\OneDrive"
"""A key for each folder that OneDrive copies; without values of its own."""

FOLDERS = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
_OWN_FOLDERS = ("Desktop", "My Pictures", "Personal")

_LOCAL, _ROAMING = "AppData\\Local\\", "AppData\\Roaming\\"
CLIENTS = (
    Client("Box", ("box",), (rf"{_LOCAL}Box\Box",)),
    Client(
        "Dropbox",
        ("dropbox",),
        (rf"{_LOCAL}Dropbox\info.json", rf"{_ROAMING}Dropbox\info.json"),
    ),
    Client("Google Drive", ("googledrivefs",), (rf"{_LOCAL}Google\DriveFS",)),
    Client("iCloud Drive", ("iclouddrive",)),
    Client("Insync", ("insync",), (f"{_ROAMING}Insync",)),
    Client("MEGA", ("megasync",), (rf"{_LOCAL}Mega Limited\MEGAsync",)),
    Client("Nextcloud", ("nextcloud",), (rf"{_ROAMING}Nextcloud\nextcloud.cfg",)),
    Client("ownCloud", ("owncloud",), (rf"{_ROAMING}ownCloud\owncloud.cfg",)),
    Client("pCloud", ("pcloud",), (f"{_LOCAL}pCloud",)),
    Client("Proton Drive", ("protondrive",), (rf"{_LOCAL}Proton\Proton Drive",)),
    Client("Resilio Sync", ("resilio sync",), (f"{_ROAMING}Resilio Sync",)),
    Client("Seafile", ("seafile-applet", "seaf-daemon"), ("ccnet",)),
    Client("Syncthing", ("syncthing",), (rf"{_LOCAL}Syncthing\config.xml",)),
    Client("Tresorit", ("tresorit",), (f"{_LOCAL}Tresorit",)),
)
"""The clients that are known, by name, besides OneDrive."""


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of clouds."""
    del now
    if "cloud.folders_redirected" in keys:
        yield Fact("cloud.folders_redirected", _redirected(host), "User Shell Folders")
    if "cloud.sync_clients" in keys:
        yield Fact("cloud.sync_clients", sync_clients(host), SOURCE)


def _redirected(host: Host) -> bool | Unavailable:
    key = host.registry(FOLDERS)
    return key if isinstance(key, Unavailable) else attempt(parse_folders, key)


def parse_folders(key: RegistryKey) -> bool:
    """Whether one of the person's own folders lies in OneDrive's.

    Raises:
        ParseError: The place of one is not told.

    Source: OneDrive names its folder "OneDrive", or "OneDrive - " with the name of a business;
        Microsoft, "Redirect and move Windows known folders to OneDrive".
    """  # noqa: DOC201 - the first line says it
    places = [key.text(name) or "" for name in _OWN_FOLDERS]
    if not all(places):
        raise ParseError("Windows does not say where each of the person's own folders lies")
    parts = [part.casefold() for place in places for part in place.split("\\")]
    return any(part == "onedrive" or part.startswith("onedrive - ") for part in parts)


def sync_clients(host: Host) -> tuple[str, ...] | Unavailable:
    """The clients of this person, by name, and of others who are signed in at the same time."""
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    running = {name.casefold() for name in processes.values()}
    found = find_clients(host, CLIENTS, running, f"{host.person.home}\\")
    if isinstance(found, Unavailable):
        return found
    copied = host.registry(ONEDRIVE)
    if isinstance(copied, Unavailable):
        return found if is_absent(copied) else copied
    names = (*found, "OneDrive") if copied.keys else found
    return tuple(sorted(names, key=str.casefold))


PROBE = Probe("copies in a cloud", NAMES, collect)
