"""The network: name look-ups."""

from hipaaguard.facts.spec import BOOL, LINUX, WINDOWS, FactSpec

SPECS = (
    FactSpec(
        "network.dns_encrypted",
        BOOL,
        "Name look-ups leave this machine only encrypted, whichever of its servers is asked.",
        "Name look-ups encrypted",
        # macOS tells nobody which of a profile's, an app's and the network's settings it uses.
        platforms=LINUX + WINDOWS,
        traps=(
            "`opportunistic` is not enough: it sends look-ups in the clear where encryption fails.",
            "Look-ups that a VPN carries do not count as encrypted by that: the VPN has facts of"
            " its own.",
            "Look-ups of a browser that encrypts them itself (DNS over HTTPS) are not seen.",
            "Windows 10 looks names up in the clear; on Windows 11 a server that is found to"
            " encrypt by itself, without a setting, is not seen.",
            "A router that encrypts what it sends on does not count: the way to it is in the clear."
            " Names of the home network, asked of everyone in it, are not looked at.",
        ),
    ),
)
