"""What PAM asks of passwords and log-ins on this machine: asks the host."""

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.accounts import pam, passwords, screens
from hipaaguard.collect.linux.accounts.files import read_all, read_first, read_folder
from hipaaguard.collect.linux.accounts.pam import Line
from hipaaguard.collect.linux.accounts.passwords import PasswordFiles
from hipaaguard.collect.linux.folders import names_in, read_if_there
from hipaaguard.model import Reason, Unavailable

_SECURITY = ("/etc/security", "/usr/etc/security")


def read_lines(host: Host, service: str) -> tuple[Line, ...] | Unavailable | None:
    """The lines of a service's own file; None when there is no such file."""
    text = read_first(host, (f"{folder}/{service}" for folder in pam.FOLDERS))
    if text is None or isinstance(text, Unavailable):
        return text
    return attempt(pam.parse_pam, text)


def _stack(host: Host, kind: str, service: str) -> tuple[Line, ...] | Unavailable:
    return attempt(pam.stack, kind, service, lambda name: read_lines(host, name))


def read_minimum_length(host: Host) -> int | Unavailable | None:
    """The fewest characters of a new password; None when nothing asks for any."""
    lines = _stack(host, "password", "passwd")
    if isinstance(lines, Unavailable):
        return lines
    parts = read_folder(host, "/etc/security/pwquality.conf.d", lambda name: name.endswith(".conf"))
    main = read_first(host, (f"{folder}/pwquality.conf" for folder in _SECURITY))
    passwdqc = read_if_there(host, "/etc/passwdqc.conf")
    if isinstance(parts, Unavailable):
        return parts
    if isinstance(main, Unavailable):
        return main
    if isinstance(passwdqc, Unavailable):
        return passwdqc
    files = PasswordFiles((*parts, *([main] if main else [])), passwdqc or "")
    return attempt(passwords.minimum_length, lines, files)


def read_lockout(host: Host) -> int | Unavailable | None:
    """After how many failures every log-in at this machine locks; None when one never does."""
    managers = screens.find_managers(host)
    if isinstance(managers, Unavailable):
        return managers
    settings = read_all(host, (f"{folder}/faillock.conf" for folder in _SECURITY))
    if isinstance(settings, Unavailable):
        return settings
    most = 0
    for service in ("login", *(screens.SERVICES[name] for name in managers)):
        lines = _stack(host, "auth", service)
        if isinstance(lines, Unavailable):
            return lines
        found = attempt(passwords.lockout, lines, settings[0] if settings else "")
        if isinstance(found, Unavailable):
            return found
        if found.after is None:
            return None
        most = max(most, found.after)
    return most


def accepts_empty(host: Host) -> bool | Unavailable:
    """Whether an empty password lets someone in anywhere: by a `nullok`, or without PAM."""
    names: set[str] = set()
    for folder in pam.FOLDERS:
        found = names_in(host, folder)
        if isinstance(found, Unavailable):
            return found
        names |= set(found)
    if not names:
        return True
    for name in sorted(names):
        lines = read_lines(host, name)
        if isinstance(lines, Unavailable):
            return lines
        if any(_allows_empty(line) for line in lines or ()):
            return True
        if any(line.includes and line.module not in names for line in lines or ()):
            return Unavailable(
                Reason.UNRECOGNISED, "the rules for log-ins name a file that is not there"
            )
    return False


def _allows_empty(line: Line) -> bool:
    # Of whichever module: it means the same to all that have it.
    return line.kind == "auth" and bool({"nullok", "nullok_secure"} & set(line.args))
