"""File and media servers that are told by their running, and web servers that offer folders."""

import re
from collections.abc import Sequence

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.collect.linux.folders import names_in
from hipaaguard.collect.linux.processes import Process, every_process, matches
from hipaaguard.collect.linux.sharing.service import Service, silent, unknown
from hipaaguard.model import Reason, Unavailable

_FTP = ("vsftpd", "proftpd", "pure-ftpd", "pure-ftpd-wrapper", "ftpd", "bftpd")
_AFP = ("afpd", "netatalk")
_MEDIA = (
    "minidlnad",
    "rygel",
    "jellyfin",
    "Plex Media Server",
    "gerbera",
    "mediatomb",
    "EmbyServer",
    "ushare",
)
# Servers in Java or Mono, of which the arguments tell.
_MEDIA_ARGUMENTS = ("ums.jar", "/serviio.jar", "org.serviio.", "EmbyServer.dll", "jellyfin.dll")
# GNOME's sharing starts a web server with a file of its own; since version 48 it is one itself.
_OWN_WEBDAV = ("/gnome-user-share/dav_user", "serve webdav")
_WEB_SERVERS = {
    "apache2": ("/etc/apache2/sites-enabled", "/etc/apache2/conf-enabled"),
    "httpd": ("/etc/httpd/conf", "/etc/httpd/conf.d"),
    "nginx": ("/etc/nginx", "/etc/nginx/conf.d", "/etc/nginx/sites-enabled"),
    "lighttpd": ("/etc/lighttpd", "/etc/lighttpd/conf-enabled"),
}
# `Dav On` of Apache, `dav_methods PUT` of nginx, `webdav.activate` of lighttpd.
_DAV = re.compile(
    r"^\s*(dav\s+(?!off\b)\S|dav_methods\s+(?!off\b)\S|webdav\.activate\s*=\s*\"enable)",
    re.MULTILINE | re.IGNORECASE,
)


def read_ftp(host: Host, processes: Sequence[Process]) -> Service:
    """Whether an FTP server runs; whom it lets in is not read."""
    del host
    return _by_running("ftp", _FTP, processes)


def read_afp(host: Host, processes: Sequence[Process]) -> Service:
    """Whether an AFP server runs; whom it lets in is not read."""
    del host
    return _by_running("afp", _AFP, processes)


def _by_running(service_id: str, names: tuple[str, ...], processes: Sequence[Process]) -> Service:
    if not any(matches(process, name) for process in processes for name in names):
        return silent(service_id)
    return Service(service_id, offers=True, guests=_guests_unknown(service_id))


def _guests_unknown(service_id: str) -> Unavailable:
    detail = f"a server for {service_id} runs, and whether it asks for a password was not read"
    return Unavailable(Reason.UNRECOGNISED, detail)


def read_webdav(host: Host, processes: Sequence[Process]) -> Service:
    """Whether a folder is offered by WebDAV; whom it lets in is not read."""
    offered = Service("webdav", offers=True, guests=_guests_unknown("webdav"))
    own = any(text in " ".join(process.argv) for process in processes for text in _OWN_WEBDAV)
    names = ("gnome-user-share-webdav", "wsgidav")
    if own or any(matches(process, name) for process in processes for name in names):
        return offered
    for name, folders in _WEB_SERVERS.items():
        if any(matches(process, name) for process in processes):
            found = _serves_dav(host, folders)
            if isinstance(found, Unavailable):
                return unknown("webdav", found)
            if found:
                return offered
    return silent("webdav")


def has_dav(text: str) -> bool:
    """Whether the settings of a web server turn WebDAV on somewhere."""
    return _DAV.search(text) is not None


def _serves_dav(host: Host, folders: tuple[str, ...]) -> bool | Unavailable:
    for folder in folders:
        names = names_in(host, folder)
        if isinstance(names, Unavailable):
            return names
        for name in names:
            if not name.endswith((".conf", "default")) and "enabled" not in folder:
                continue
            text = read_text(host, f"{folder}/{name}")
            if isinstance(text, Unavailable):
                detail = "the settings of a web server could not be read"
                reason = Reason.FAILED if is_absent(text) else text.reason
                return Unavailable(reason, detail)
            if has_dav(text):
                return True
    return False


def is_media_server(process: Process) -> bool:
    """Whether this process offers media to the network."""
    if any(matches(process, name) for name in _MEDIA):
        return True
    return any(text in word for text in _MEDIA_ARGUMENTS for word in process.argv)


def read_media(host: Host) -> bool | Unavailable:
    """Whether a media server runs; known only where every process is in sight."""
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        return processes
    return any(is_media_server(process) for process in processes)
