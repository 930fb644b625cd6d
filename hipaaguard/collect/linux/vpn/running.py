"""Which of the programs that make or know VPNs run now; no other process is looked at."""

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, Output, attempt
from hipaaguard.collect.linux.vpn.tunnels import PPP_LINES, PPP_PROGRAMS, TUN_PROGRAMS
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

IPSEC_PROGRAMS = frozenset({"charon", "charon-nm", "charon-systemd", "iked", "pluto", "racoon"})
"""The key exchanges of strongSwan, Libreswan and others, which need no interface of their own."""

KNOWN = tuple(
    sorted(
        IPSEC_PROGRAMS
        | PPP_LINES
        | frozenset(PPP_PROGRAMS)
        | frozenset(TUN_PROGRAMS)
        | {"NetworkManager", "tailscaled"}
    )
)
"""Names of processes, as the kernel keeps them: at most 15 characters."""


def running(host: Host) -> frozenset[str] | Unavailable:
    """The names in `KNOWN` that run.

    Returns:
        Unavailable when processes cannot be listed, or those of other users are hidden.
    """
    if isinstance(host.read("/proc/1/comm"), Unavailable):
        # proc(5), hidepid: the first process is then missing like all the others.
        detail = "the programs that other users run are hidden"
        return Unavailable(Reason.NOT_PERMITTED, detail, "" if host.elevated else AS_ADMINISTRATOR)
    output = host.run("ps", "-o", "comm=", "-C", ",".join(KNOWN))
    return output if isinstance(output, Unavailable) else attempt(parse_names, output)


def parse_names(output: Output) -> frozenset[str]:
    """The names of those processes asked for that run.

    Args:
        output: of `ps -o comm= -C …`: a name a line; exit code 1 and nothing when there are none.

    Returns:
        Each name once, of those in `KNOWN`; may be empty.

    Raises:
        ParseError: It failed, or answered in another form.

    Source: ps(1), procps-ng 4.0; the `ps` of BusyBox has no `-C` and says so.
    """
    names = frozenset(output.text.split())
    if output.stderr or output.exit_code != (0 if names else 1) or not names <= set(KNOWN):
        raise ParseError("ps could not tell which programs run")
    return names
