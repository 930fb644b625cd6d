"""What shares the desktop now, and which programs that could are installed."""

from collections.abc import Iterator, Mapping

from hipaaguard.collect.host import Host, RegistryKey, attempt, is_absent
from hipaaguard.collect.windows.listening import Listener, find_listeners
from hipaaguard.collect.windows.processes import find_processes
from hipaaguard.collect.windows.remote.programs import PROGRAMS
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"
TERMINAL = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server"
TERMINAL_PORT = rf"{TERMINAL}\WinStations\RDP-Tcp"
TERMINAL_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
UNINSTALL = (
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
    r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
)

_DENY = "fDenyTSConnections"
_CONTRADICTION = Unavailable(
    Reason.UNRECOGNISED, "Remote Desktop is switched off, yet something waits at its port"
)


def read_sharing(host: Host) -> tuple[str, ...] | Unavailable:
    """The ids of what shares the desktop now."""
    processes = find_processes(host)
    listeners = find_listeners(host, "tcp")
    if isinstance(processes, Unavailable):
        return processes
    if isinstance(listeners, Unavailable):
        return listeners
    remote = _remote_desktop(host, listeners)
    if isinstance(remote, Unavailable):
        return remote
    own = ["rdp"] if remote else []
    return tuple(sorted((*own, *running(processes, listeners))))


def running(processes: Mapping[int, str], listeners: tuple[Listener, ...]) -> Iterator[str]:
    """The ids of the programs that run, and wait for others where that is what matters."""
    waiting = {it.pid for it in listeners}
    for program in PROGRAMS:
        pids = {pid for pid, name in processes.items() if name.lower() in program.processes}
        if pids & waiting if program.by_port else pids:
            yield program.id


def _remote_desktop(host: Host, listeners: tuple[Listener, ...]) -> bool | Unavailable:
    """Whether Remote Desktop is allowed, and something waits at its port."""
    denied, port = _denied(host), _port(host)
    if isinstance(denied, Unavailable):
        return denied
    if isinstance(port, Unavailable):
        return port
    waits = any(it.port == port for it in listeners)
    if denied:
        return _CONTRADICTION if waits else False
    return waits


def _denied(host: Host) -> bool | Unavailable:
    """Whether Remote Desktop is switched off: by the policy, else by the computer's own setting."""
    policy = host.registry(TERMINAL_POLICY)
    if isinstance(policy, Unavailable) and not is_absent(policy):
        return policy
    own = host.registry(TERMINAL)
    if isinstance(own, Unavailable):
        return own
    return attempt(parse_denied, policy if isinstance(policy, RegistryKey) else None, own)


def parse_denied(policy: RegistryKey | None, own: RegistryKey) -> bool:
    """Whether Remote Desktop is switched off.

    Args:
        policy: the key of the policy, None when there is none.
        own: the key of the computer's own setting.

    Returns:
        True for a number other than 0; the policy's counts before the computer's.

    Raises:
        ParseError: Neither has the number.

    Source: Microsoft's reference of Microsoft-Windows-TerminalServices-LocalSessionManager.
    """
    found = policy.number(_DENY) if policy else None
    found = own.number(_DENY) if found is None else found
    if found is None:
        raise ParseError("Windows did not tell whether Remote Desktop is switched on")
    return found != 0


def _port(host: Host) -> int | Unavailable:
    key = host.registry(TERMINAL_PORT)
    if is_absent(key):
        return 3389
    return key if isinstance(key, Unavailable) else attempt(parse_port, key)


def parse_port(key: RegistryKey) -> int:
    """The port of Remote Desktop.

    Raises:
        ParseError: It is no number.
    """  # noqa: DOC201 - the first line says it
    return key.number("PortNumber") or 3389


def read_installed(host: Host) -> tuple[str, ...] | Unavailable:
    """The ids of the remote-control programs that are installed."""
    services = host.registry(SERVICES)
    if isinstance(services, Unavailable):
        return services
    names = _installed_names(host)
    if isinstance(names, Unavailable):
        return names
    lower = [it.lower() for it in services.keys]
    return tuple(it.id for it in PROGRAMS if it.is_installed(lower, names))


def _installed_names(host: Host) -> list[str] | Unavailable:
    """What the list of installed programs calls them, in lower case."""
    found: list[str] = []
    for root in UNINSTALL:
        listed = host.registry(root)
        if is_absent(listed) and root != UNINSTALL[0]:
            continue
        if isinstance(listed, Unavailable):
            return listed
        for name in listed.keys:
            key = host.registry(rf"{root}\{name}")
            shown = key if isinstance(key, Unavailable) else attempt(key.text, "DisplayName")
            if isinstance(shown, Unavailable):
                return shown
            found.append((shown or name).lower())
    return found
