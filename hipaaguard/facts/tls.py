"""How servers encrypt: asked only where the user allows the network to be used."""

from hipaaguard.facts.spec import BOOL, STR, FactSpec

_SERVER = "a server's name and port: portal.example.org:443, [2001:db8::7]:443"
_PROXY = "A proxy is not used: where only a proxy leads out, it is not determined."

SPECS = (
    FactSpec(
        "tls.valid",
        BOOL,
        "The server's certificate is accepted by this system's trust store: chain, name and dates.",
        "Certificate accepted",
        parameter=_SERVER,
        private=True,
        needs_network=True,
        traps=(
            "Whether the certificate was revoked is not asked.",
            "A program that reads all traffic (some antivirus programs, some companies) has its own"
            " authority in the trust store, and then its certificate is what is accepted.",
            "Browsers keep a trust store of their own.",
            _PROXY,
        ),
    ),
    FactSpec(
        "tls.version",
        STR,
        "The version of TLS that the server and this computer agreed on.",
        "TLS version",
        values=("ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3"),
        parameter=_SERVER,
        private=True,
        needs_network=True,
        traps=(
            "It is the best that both can do: the server may accept older versions from others.",
            "It says nothing of the certificate: ask `tls.valid` as well.",
            "What this system's library cannot do any more is never agreed on: a server that knows"
            " nothing newer is not determined.",
            _PROXY,
        ),
    ),
)
