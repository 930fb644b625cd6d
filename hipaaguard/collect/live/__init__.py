"""This machine as a host: the only package that starts programs and reads the system."""

import sys
from collections.abc import Mapping

from hipaaguard.collect.host import Host

if sys.platform == "win32":
    from hipaaguard.collect.live.windows import WindowsHost as ThisHost
elif sys.platform == "darwin":
    from hipaaguard.collect.live.macos import MacHost as ThisHost
else:
    from hipaaguard.collect.live.linux import LinuxHost as ThisHost


def this_machine(environ: Mapping[str, str], *, network: bool = False) -> Host:
    """The machine that this process runs on.

    Args:
        environ: the environment that HipaaGuard was started in.
        network: whether it may be used.

    Returns:
        The host; a Linux one where the system is some other Unix.
    """
    return ThisHost(environ, network=network)
