"""The network ports that are open on this computer."""

from hipaaguard.facts.spec import LINUX, STRINGS, FactSpec

SPECS = (
    FactSpec(
        "network.listening",
        STRINGS,
        "The TCP ports, and the UDP ports other than passing ones of programs that only ask, that "
        "wait for traffic from other computers, with the program where it is visible: `22/tcp "
        "sshd`, `631/tcp`.",
        "Ports open to others",
        needs_rights=LINUX,
        private=True,
        traps=(
            "A port that the firewall closes is listed too: this says who waits, not who can be "
            "reached.",
            "Ports on addresses of a VPN or of virtual machines count like all beyond loopback.",
            "UDP ports of the range that the system hands out to programs that ask, and the port "
            "on which addresses are received (DHCP), are left out.",
            "On macOS the first 16 letters of a program are told, and a port that launchd holds "
            "until somebody comes is launchd's.",
            "On Windows the services that share a process are all called `svchost`.",
            "A container's port that the kernel forwards by itself has no program that waits, and "
            "is not listed.",
        ),
    ),
)
