"""Which log-in screens are in use on this machine, and what their settings allow: asks the host.

In use is what starts with the system or runs now; the settings of others count for nothing.
"""

import posixpath
from collections.abc import Callable, Mapping

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.accounts import logins
from hipaaguard.collect.linux.accounts.files import is_there, read_all, read_folder
from hipaaguard.collect.linux.accounts.logins import Screen
from hipaaguard.collect.linux.folders import read_if_there
from hipaaguard.collect.linux.processes import Process, every_process, find_processes
from hipaaguard.model import Reason, Unavailable

SOURCE = "the settings of the log-in screen and of the text consoles"

_LINK = "/etc/systemd/system/display-manager.service"
_DEBIAN = "/etc/X11/default-display-manager"
# What services, programs and processes are called, by the name used here.
_NAMES: Mapping[str, str] = {
    "cosmic-greeter-daemon": "greetd",
    "cosmic-greeter": "greetd",
    "gdm": "gdm",
    "gdm3": "gdm",
    "greetd": "greetd",
    "lightdm": "lightdm",
    "lxdm": "lxdm",
    "lxdm-binary": "lxdm",
    "ly": "ly",
    "ly-dm": "ly",
    "plasmalogin": "plasmalogin",
    "sddm": "sddm",
}
# Log-in screens of which nothing is known here but their names.
_STRANGERS = frozenset({"emptty", "entranced", "kdm", "lemurs", "nodm", "slim", "wdm", "xdm"})
SERVICES: Mapping[str, str] = {
    "gdm": "gdm-password",
    "greetd": "greetd",
    "lightdm": "lightdm",
    "lxdm": "lxdm",
    "ly": "ly",
    "plasmalogin": "plasmalogin",
    "sddm": "sddm",
}
"""The PAM service in which each log-in screen asks for the password."""

_GDM_FILES = ("/etc/gdm3/custom.conf", "/etc/gdm3/daemon.conf", "/etc/gdm/custom.conf")
_GDM_RUNTIME = ("/run/gdm3/custom.conf", "/run/gdm/custom.conf")
_LIGHTDM_FOLDERS = (
    "/usr/share/lightdm/lightdm.conf.d",
    "/usr/local/share/lightdm/lightdm.conf.d",
    "/etc/xdg/lightdm/lightdm.conf.d",
    "/etc/lightdm/lightdm.conf.d",
)
_GUEST_SCRIPTS = ("/usr/sbin/guest-account", "/usr/bin/guest-account")


def find_managers(host: Host) -> tuple[str, ...] | Unavailable:
    """The log-in screens in use, sorted, by the names in `SERVICES`; empty on a machine without."""
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    by_service = _by_service(host)
    if isinstance(by_service, Unavailable):
        return by_service
    running = {it.program for it in processes} | {it.name for it in processes if it.argv}
    named = by_service | (running & (set(_NAMES) | _STRANGERS))
    found = {_NAMES[name] for name in named if name in _NAMES}
    strangers = named - set(_NAMES) - {"display-manager", "null"}
    if strangers or (named and not found and "null" not in named):
        return Unavailable(Reason.UNRECOGNISED, "this version does not know this log-in screen")
    if not found and isinstance(everything := every_process(host), Unavailable):
        return everything
    return tuple(sorted(found))


def _by_service(host: Host) -> set[str] | Unavailable:
    """The names of the services that start as log-in screen; empty when none does."""
    there = is_there(host, _LINK)
    if isinstance(there, Unavailable):
        return there
    if there:
        target = host.resolve(_LINK)
        if isinstance(target, Unavailable):
            return Unavailable(Reason.FAILED, "the service of the log-in screen was not found")
        # Ly's is one for each console: `ly@.service`.
        return {posixpath.basename(target).removesuffix(".service").partition("@")[0]}
    # Where systemd does not start the machine, Debian's scripts go by this file.
    text = read_if_there(host, _DEBIAN)
    if text is None or isinstance(text, Unavailable):
        return set() if text is None else text
    name = posixpath.basename(text.strip())
    return {name} if name else set()


def read_screen(host: Host, manager: str) -> Screen | Unavailable:
    """What one log-in screen's settings allow."""
    return _READERS[manager](host)


def _gdm(host: Host) -> Screen | Unavailable:
    # Each distribution's GDM reads one of these; a left-over one must not hide it.
    runtime = read_all(host, _GDM_RUNTIME)
    if isinstance(runtime, Unavailable):
        return runtime
    screens: list[Screen] = []
    for path in _GDM_FILES:
        text = read_if_there(host, path)
        if isinstance(text, Unavailable):
            return text
        screens += [] if text is None else [logins.gdm((text, *runtime))]
    if not screens:
        return Unavailable(Reason.UNRECOGNISED, "the settings of the log-in screen were not found")
    return Screen(any(it.autologin for it in screens))


def _sddm(name: str) -> Callable[[Host], Screen | Unavailable]:
    def read(host: Host) -> Screen | Unavailable:
        texts: list[str] = []
        for folder in (f"/usr/lib/{name}/{name}.conf.d", f"/etc/{name}.conf.d"):
            found = read_folder(host, folder, lambda file: not file.startswith("."))
            if isinstance(found, Unavailable):
                return found
            texts += found
        last = read_all(host, (f"/etc/{name}.conf",))
        return last if isinstance(last, Unavailable) else logins.sddm((*texts, *last))

    return read


def _lightdm(host: Host) -> Screen | Unavailable:
    texts: list[str] = []
    for folder in _LIGHTDM_FOLDERS:
        found = read_folder(host, folder, lambda name: name.endswith(".conf"))
        if isinstance(found, Unavailable):
            return found
        texts += found
    last = read_all(host, ("/etc/lightdm/lightdm.conf",))
    if isinstance(last, Unavailable):
        return last
    script = _has_guest_script(host)
    if isinstance(script, Unavailable):
        return script
    return logins.lightdm((*texts, *last), guest_script=script)


def _has_guest_script(host: Host) -> bool | Unavailable:
    answers = [is_there(host, path) for path in _GUEST_SCRIPTS]
    if True in answers:
        return True
    return next((it for it in answers if isinstance(it, Unavailable)), False)


def _greetd(host: Host) -> Screen | Unavailable:
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    path = next((given for it in processes if (given := _config_of(it))), None)
    return _one_file(host, path or "/etc/greetd/config.toml", logins.greetd)


def _config_of(process: Process) -> str:
    """The settings file that greetd was started with; empty when it was not told."""
    if process.program != "greetd":
        return ""
    for word, following in zip(process.argv, (*process.argv[1:], ""), strict=True):
        if word in ("-c", "--config"):
            return following
        if word.startswith("--config="):
            return word.partition("=")[2]
    return ""


def _one_file(
    host: Host, path: str, parse: Callable[[tuple[str, ...]], Screen]
) -> Screen | Unavailable:
    text = read_if_there(host, path)
    if text is None:
        return Unavailable(Reason.UNRECOGNISED, "the settings of the log-in screen were not found")
    return text if isinstance(text, Unavailable) else attempt(parse, (text,))


_READERS: Mapping[str, Callable[[Host], Screen | Unavailable]] = {
    "gdm": _gdm,
    "greetd": _greetd,
    "lightdm": _lightdm,
    "lxdm": lambda host: _one_file(host, "/etc/lxdm/lxdm.conf", logins.lxdm),
    "ly": lambda host: _one_file(host, "/etc/ly/config.ini", logins.ly),
    "plasmalogin": _sddm("plasmalogin"),
    "sddm": _sddm("sddm"),
}


def suse_logs_in(host: Host) -> bool | Unavailable:
    """Whether openSUSE's own setting, which its log-in screens follow, logs someone in."""
    text = read_if_there(host, "/etc/sysconfig/displaymanager")
    if isinstance(text, Unavailable):
        return text
    return text is not None and logins.parse_suse(text)
