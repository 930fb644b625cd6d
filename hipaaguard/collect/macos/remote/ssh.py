"""The SSH server of macOS ("Remote Login"): whether it waits, and who may log in by its settings.

Every Mac has it and its settings, also where Remote Login was never switched on. launchd holds its
port and starts a server for each connection; how, nobody can change, as macOS is sealed.
"""

from dataclasses import replace

from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.macos.listening import LAUNCHD, Listener, find_listeners
from hipaaguard.collect.macos.processes import Process, find_processes
from hipaaguard.collect.sshd_config import Setting, Settings
from hipaaguard.collect.sshd_files import read_settings
from hipaaguard.collect.sshd_login import Login, parse_login
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SERVER = "/usr/sbin/sshd"
CONFIG = "/etc/ssh/sshd_config"
GROUPS = ("id", "-Gn", "root")

_PORT = 22
_SERVERS = frozenset({"sshd", "dropbear", "tinysshd"})
# What launchd holds for services of macOS that are not SSH. services(5)
_LAUNCHD_PORTS = frozenset({21, 23, 79, 88, 111, 139, 445, 515, 548, 631, 2049, 3031})
_LAUNCHD_PORTS |= frozenset({3283, 5900})
_LISTS = frozenset({"allowgroups", "denygroups"})
_MAYBE = Unavailable(
    Reason.UNRECOGNISED, "whether the program behind an open port is an SSH server was not told"
)


def read_listening(host: Host) -> bool | Unavailable:
    """Whether an SSH server waits for other computers."""
    listeners = find_listeners(host, "tcp")
    return listeners if isinstance(listeners, Unavailable) else judge_listening(listeners)


def judge_listening(listeners: tuple[Listener, ...]) -> bool | Unavailable:
    """Whether one of these ports, which other computers can reach, is that of an SSH server.

    Returns:
        Unknown where a port may be one: another program's at port 22, launchd's for a service that
        does not belong to macOS, or one whose program was not told.
    """
    if any(_is_ssh(it) for it in listeners):
        return True
    return _MAYBE if any(_may_be_ssh(it) for it in listeners) else False


def _is_ssh(listener: Listener) -> bool:
    by_launchd = listener.port == _PORT and listener.program == LAUNCHD
    return by_launchd or listener.program in _SERVERS


def _may_be_ssh(listener: Listener) -> bool:
    if listener.program == LAUNCHD:
        return listener.port not in _LAUNCHD_PORTS
    return listener.port == _PORT or not listener.program


def find_login(host: Host) -> Login | Unavailable:
    """What the settings of the SSH server let people do."""
    processes = find_processes(host)
    if isinstance(processes, Unavailable):
        return processes
    if any(is_another(it) for it in processes):
        detail = "an SSH server runs whose settings this version cannot read"
        return Unavailable(Reason.UNRECOGNISED, detail)
    settings = read_settings(host, CONFIG, _names_in)
    if isinstance(settings, Unavailable):
        return settings
    groups = _groups(host, settings)
    return groups if isinstance(groups, Unavailable) else attempt(judge_login, settings, groups)


def is_another(process: Process) -> bool:
    """Whether this is an SSH server other than that of macOS."""
    if process.name in _SERVERS - {"sshd"}:
        return True
    return process.name == "sshd" and process.path not in (SERVER, "sshd")


def _names_in(host: Host, path: str) -> tuple[str, ...] | Unavailable:
    names = host.names(path)
    return () if is_absent(names) else names


def judge_login(settings: Settings, root_groups: frozenset[str]) -> Login:
    """What these settings let people do.

    Args:
        settings: of the server.
        root_groups: the groups that the administrator account is in.

    Returns:
        As `parse_login`.

    Raises:
        ParseError: As `parse_login`; the files that macOS brings along were changed so that they do
            not say whether PAM is asked, for which Apple states no default.
    """
    found = {
        parse_login(_with_default(settings, "usepam", value), root_groups)
        for value in ("no", "yes")
    }
    if len(found) > 1:
        raise ParseError("the SSH server's settings do not say whether PAM may ask for a password")
    return found.pop()


def _with_default(settings: Settings, keyword: str, value: str) -> Settings:
    return replace(settings, lines=(*settings.lines, Setting(keyword, (value,))))


def _groups(host: Host, settings: Settings) -> frozenset[str] | Unavailable:
    """The groups that the administrator account is in; asked for only where that matters."""
    if not any(it.keyword in _LISTS for it in settings.lines):
        return frozenset()
    answer = host.run(*GROUPS)
    return answer if isinstance(answer, Unavailable) else attempt(_parse_groups, answer)


def _parse_groups(answer: Output) -> frozenset[str]:
    if answer.exit_code != 0:
        raise ParseError("macOS did not tell the groups of the administrator account")
    return parse_groups(answer.text)


def parse_groups(text: str) -> frozenset[str]:
    """The groups in a line of names with spaces between them.

    Returns:
        Never empty.

    Raises:
        ParseError: There is none.

    Source: id(1).
    """
    names = frozenset(text.split())
    if not names:
        raise ParseError("macOS did not tell the groups of the administrator account")
    return names
