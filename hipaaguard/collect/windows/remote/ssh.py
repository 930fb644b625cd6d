r"""OpenSSH's server on Windows: whether it waits, and who may log in by its settings.

Windows knows no account of number 0: the administrator account of `remote.ssh_root_login` is any
member of the group Administrators, and PermitRootLogin says nothing (Microsoft, "OpenSSH Server
configuration for Windows").
"""

from dataclasses import dataclass

from hipaaguard.collect.host import Host, attempt, is_absent, read_text
from hipaaguard.collect.sshd_config import Settings, parse_settings
from hipaaguard.collect.windows.listening import find_listeners
from hipaaguard.collect.windows.processes import find_processes
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SERVICE = r"HKLM\SYSTEM\CurrentControlSet\Services\sshd"
PROGRAM = "sshd"
_OTHERS = frozenset({"bvsshserver", "bvssh", "freesshdservice", "copssh"})
"""Other SSH servers for Windows, in lower case, whose settings are not read."""

_FLAGS = {"yes": True, "no": False}
_LISTS = frozenset({"allowgroups", "allowusers", "denygroups", "denyusers"})
_ADMINISTRATORS = frozenset({"administrators", r"builtin\administrators"})


@dataclass(frozen=True, slots=True)
class Login:
    """What a server lets people do.

    Attributes:
        password: somebody can log in with a password and nothing else.
        administrator: a member of the group Administrators can log in, in whatever way.
    """

    password: bool
    administrator: bool | Unavailable


def read_listening(host: Host) -> bool | Unavailable:
    """Whether an SSH server waits for other computers."""
    listeners, processes = find_listeners(host, "tcp"), find_processes(host)
    if isinstance(listeners, Unavailable):
        return listeners
    if isinstance(processes, Unavailable):
        return processes
    servers = {PROGRAM, *_OTHERS}
    return any(processes.get(it.pid, "").lower() in servers for it in listeners)


def find_login(host: Host) -> Login | Unavailable:
    """What the SSH server lets people do; `not-installed` where there is none."""
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    if any(name.lower() in _OTHERS for name in processes.values()):
        detail = "an SSH server runs whose settings this version cannot read"
        return Unavailable(Reason.UNRECOGNISED, detail)
    service = host.registry(SERVICE)
    if is_absent(service):
        return Unavailable(Reason.NOT_INSTALLED, "no SSH server is installed")
    if isinstance(service, Unavailable):
        return service
    folder = host.env("ProgramData") or r"C:\ProgramData"
    text = read_text(host, rf"{folder}\ssh\sshd_config")
    if is_absent(text):
        # The server writes it when it starts for the first time.
        detail = "the SSH server has no settings yet: it was never started"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return text if isinstance(text, Unavailable) else attempt(parse_login, text)


def parse_login(text: str) -> Login:
    """What these settings let people do, at OpenSSH's own defaults for what they leave out.

    Args:
        text: the file `sshd_config`.

    Returns:
        True for a password that counts somewhere; `Match` blocks are taken to apply or not.

    Raises:
        ParseError: A value that OpenSSH does not know, or a file that is included.

    Source: sshd_config(5); PowerShell/openssh-portable.
    """
    settings = parse_settings(text.removeprefix("\ufeff"), _include)
    return Login(_password(settings), _administrator(settings))


def _include(pattern: str) -> tuple[str, ...]:
    del pattern
    raise ParseError("the SSH server's settings include other files, which are not read")


def _password(settings: Settings) -> bool:
    # Nothing on Windows asks the questions of keyboard-interactive.
    cases = (frozenset[str](), *(frozenset({it}) for it in settings.conditions))
    return any(_by_password(settings, case) for case in (*cases, frozenset(settings.conditions)))


def _by_password(settings: Settings, case: frozenset[str]) -> bool:
    value = settings.first(("passwordauthentication",), "yes", case).lower()
    if value not in _FLAGS:
        raise ParseError("the SSH server's setting PasswordAuthentication is neither yes nor no")
    methods = settings.words("authenticationmethods", case) or ("any",)
    alone = any(it.lower() in ("any", "password") for it in methods)
    return _FLAGS[value] and alone


def _administrator(settings: Settings) -> bool | Unavailable:
    """Whether the lists of users and groups let members of Administrators in."""
    lines = [it for it in settings.lines if it.keyword in _LISTS]
    if not lines:
        return True
    denied = {name.lower() for it in lines if it.keyword == "denygroups" for name in it.values}
    if not any(it.in_match for it in lines) and denied & _ADMINISTRATORS:
        return False
    detail = "which administrators the SSH server's lists of users and groups let in was not read"
    return Unavailable(Reason.UNRECOGNISED, detail)
