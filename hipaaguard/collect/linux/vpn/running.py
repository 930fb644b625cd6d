"""Which of the programs that make or know VPNs run now."""

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host
from hipaaguard.collect.linux.processes import every_process
from hipaaguard.collect.linux.vpn.tunnels import (
    PPP_LINES,
    PPP_PROGRAMS,
    TRANSLATORS,
    TUN_PROGRAMS,
)
from hipaaguard.model import Reason, Unavailable

IPSEC_PROGRAMS = frozenset({"charon", "charon-nm", "charon-systemd", "iked", "pluto", "racoon"})
"""The key exchanges of strongSwan, Libreswan and others, which need no interface of their own."""

KNOWN = (
    IPSEC_PROGRAMS
    | PPP_LINES
    | TRANSLATORS
    | frozenset(PPP_PROGRAMS)
    | frozenset(TUN_PROGRAMS)
    | {"NetworkManager", "tailscaled"}
)
"""Names of processes, as the kernel keeps them: at most 15 characters."""


def running(host: Host) -> frozenset[str] | Unavailable:
    """The names in `KNOWN` that run.

    Returns:
        Unavailable when processes cannot be listed, or not all of them are in sight.
    """
    if isinstance(host.read("/proc/1/comm"), Unavailable) and not host.elevated:
        # proc(5), hidepid: the first process is then missing like all the others.
        detail = "the programs that other users run are hidden"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
    found = every_process(host)
    if isinstance(found, Unavailable):
        return found
    return KNOWN & {process.name for process in found}
