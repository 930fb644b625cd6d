"""The SSH servers of this machine: which are installed, which run, and how they were started."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.collect.linux.folders import find_programs, names_in
from hipaaguard.collect.linux.processes import Process, every_process, outside_containers
from hipaaguard.collect.sshd_config import Settings
from hipaaguard.collect.sshd_files import read_settings
from hipaaguard.collect.sshd_login import Login, parse_groups, parse_login
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

PROGRAMS = frozenset({"sshd", "dropbear", "tinysshd"})
# OpenSSH's own place, and where openSUSE keeps what its package brings along.
CONFIG_PATHS = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
SOURCE = CONFIG_PATHS[0]

# The options of sshd(8) and dropbear(8) that take an argument.
_SSHD_ARGUMENTS = frozenset("CEbcfghkopu")
_DROPBEAR_ARGUMENTS = frozenset("bcDGIKpPrTWz")
_LISTENER_TITLE = re.compile(r"sshd: (\S+.*?) \[listener\]")


@dataclass(frozen=True, slots=True)
class Start:
    """How an OpenSSH server was started.

    Attributes:
        file: its settings file; empty for the usual one.
        options: settings that its command line gives, as lines of the file.
    """

    file: str = ""
    options: tuple[str, ...] = ()


def parse_options(words: tuple[str, ...], with_argument: frozenset[str]) -> list[tuple[str, str]]:
    """The single-letter options of a command line, and their arguments, as getopt(3) reads them.

    Args:
        words: what follows the program's name.
        with_argument: the letters that take an argument.

    Returns:
        In their order; the argument is empty for a letter that takes none, or when it is missing.
    """
    found: list[tuple[str, str]] = []
    rest = iter(words)
    for word in rest:
        letters = word[1:] if word.startswith("-") else ""
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in with_argument:
                found.append((letter, letters or next(rest, "")))
                break
            found.append((letter, ""))
    return found


def parse_start(process: Process) -> Start | None:
    """How the OpenSSH server that this process is was started; None for any other process.

    The process that waits rewrites its title to `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100
    startups`; those that serve somebody are called `sshd: somebody`.

    Returns:
        Its file and options; of a rewritten title those that the title repeats.

    Source: sshd.c, sshd(8).
    """
    if process.name != "sshd" or not process.argv:
        return None
    title = _LISTENER_TITLE.match(process.argv[0])
    if title is None and process.program != "sshd":
        return None
    words = tuple(title[1].split()) if title else process.argv
    options = parse_options(words[1:], _SSHD_ARGUMENTS)
    files = [argument for letter, argument in options if letter == "f"]
    return Start(files[-1] if files else "", tuple(_lines(options)))


def _lines(options: list[tuple[str, str]]) -> Iterator[str]:
    for letter, argument in options:
        if letter == "o":
            yield argument
        elif letter == "p":
            yield f"Port {argument}"


def parse_dropbear(words: tuple[str, ...]) -> Login:
    """What a Dropbear server lets people do that was started with these options.

    Args:
        words: what follows the program's name.

    Returns:
        What its command line alone decides, as it has no settings file.

    Source: dropbear(8).
    """
    letters = {letter for letter, _ in parse_options(words, _DROPBEAR_ARGUMENTS)}
    return Login(password="s" not in letters, root="w" not in letters)


def running_servers(host: Host) -> tuple[Process, ...] | Unavailable:
    """The processes of this machine's own SSH servers, not of those in containers."""
    processes = every_process(host)
    if isinstance(processes, Unavailable):
        return processes
    return outside_containers(host, (it for it in processes if it.name in PROGRAMS))


def find_starts(host: Host) -> tuple[Start, ...] | Unavailable:
    """The ways in which OpenSSH's server was started, the plain one if it does not run."""
    servers = running_servers(host)
    if isinstance(servers, Unavailable):
        return servers
    starts = (parse_start(process) for process in servers)
    return tuple(dict.fromkeys(it for it in starts if it is not None)) or (Start(),)


def read_start(host: Host, start: Start) -> Settings | Unavailable:
    """The settings of a server that was started so."""
    paths = (start.file,) if start.file else CONFIG_PATHS
    settings = read_settings(host, paths[0], names_in, start.options)
    for path in paths[1:]:
        if is_absent(host.read(paths[0])):
            settings = read_settings(host, path, names_in, start.options)
    return settings


def configured_ports(host: Host) -> frozenset[int]:
    """The ports that the settings give to SSH servers, as far as they could be read, and 22."""
    starts = find_starts(host)
    found = {22}
    for start in () if isinstance(starts, Unavailable) else starts:
        settings = read_start(host, start)
        if isinstance(settings, Settings):
            found |= parse_ports(settings)
    return frozenset(found)


def parse_ports(settings: Settings) -> frozenset[int]:
    """The ports that settings name, by `Port` or `ListenAddress`; empty when they name none."""
    addresses = settings.every("listenaddress", frozenset())
    texts = (*settings.every("port", frozenset()), *(it.rpartition(":")[2] for it in addresses))
    return frozenset(int(it) for it in texts if it.isascii() and it.isdecimal() and len(it) < 6)


def find_logins(host: Host) -> tuple[Login, ...] | Unavailable:
    """What each SSH server lets people do; `not-installed` where there is none."""
    servers = running_servers(host)
    installed = find_programs(host, PROGRAMS)
    if isinstance(servers, Unavailable):
        return servers
    if isinstance(installed, Unavailable):
        return installed
    present = installed | {process.name for process in servers}
    if not present:
        return Unavailable(Reason.NOT_INSTALLED, "no SSH server is installed")
    found = [it for it in map(_other_login, servers) if it is not None]
    if "sshd" in present:
        logins = _openssh_logins(host)
        if isinstance(logins, Unavailable):
            return logins
        found += logins
    if not found:
        detail = "an SSH server is installed whose settings this version cannot read"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return tuple(found)


def _other_login(process: Process) -> Login | None:
    if process.name == "dropbear":
        return parse_dropbear(process.argv[1:])
    # It knows no passwords. https://tinyssh.org
    return Login(password=False, root=True) if process.name == "tinysshd" else None


def _openssh_logins(host: Host) -> list[Login] | Unavailable:
    starts = find_starts(host)
    groups = read_text(host, "/etc/group")
    if isinstance(starts, Unavailable):
        return starts
    if isinstance(groups, Unavailable):
        return Unavailable(groups.reason, "the groups of this machine could not be read")
    found: list[Login] = []
    for start in starts:
        settings = read_start(host, start)
        if isinstance(settings, Unavailable):
            return settings
        try:
            found.append(parse_login(settings, parse_groups(groups)))
        except ParseError as error:
            return Unavailable(Reason.UNRECOGNISED, str(error))
    return found
