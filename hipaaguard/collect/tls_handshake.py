"""A TLS handshake with another computer: how it encrypts, and whether its certificate is accepted.

The only module that uses the network; nothing but the handshake is sent. The server is hostile:
all of it, the name look-up too, has one deadline.

- The first handshake verifies, with what this system deems strong.
- A server that it cannot agree with is tried again with what the library can still do.
- Where the certificate is refused, a handshake that does not look at it tells the version.
"""

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from hipaaguard.collect.host import Handshake
from hipaaguard.model import Reason, Unavailable

_Place = tuple[int, tuple[object, ...]]
"""A family of addresses and an address of it, as sockets take them."""

DEADLINE_S = 10

# Where distributions keep the certificates of authorities that the system trusts. The environment
# (SSL_CERT_FILE) is not asked: it is the user's and not the system's.
TRUST_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
VERSIONS = {
    "TLSv1.3": "tls1.3",
    "TLSv1.2": "tls1.2",
    "TLSv1.1": "tls1.1",
    "TLSv1": "tls1.0",
    "SSLv3": "ssl3",
}
"""What `ssl.SSLSocket.version` says, and the words of `tls.version`."""

# X509_V_ERR_… of OpenSSL's x509_vfy.h.
_PROBLEMS = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is signed by itself alone",
    19: "the certificate comes from an authority that this system does not trust",
    20: "the certificate comes from an authority that this system does not trust",
    21: "the certificate comes from an authority that this system does not trust",
    23: "the certificate has been revoked",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
    66: "the certificate's key is too weak",
    68: "the certificate's signature is too weak",
}
_UNTRUSTED = "the certificate is not accepted"


def shake_hands(
    name: str,
    port: int,
    *,
    trust: str | None = None,
    deadline_s: float = DEADLINE_S,
    own: bool = False,
) -> Handshake | Unavailable:
    """What comes of a TLS handshake.

    Args:
        name: a host name in ASCII, or an IP address without brackets.
        port: 1 to 65535.
        trust: a file of trusted authorities instead of the system's.
        deadline_s: seconds for all of it.
        own: whether this computer itself may be the other end. Else a connection could start a
            service that waits to be called.

    Returns:
        The handshake; unavailable when there was none.
    """
    store = trust or next((path for path in TRUST_STORES if Path(path).is_file()), None)
    if store is None:
        detail = "this system has no list of certificate authorities that it trusts"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    answers: list[Handshake | Unavailable] = []
    attempt = _Attempt(name, port, store, time.monotonic() + deadline_s, own=own)
    thread = threading.Thread(target=lambda: answers.append(attempt.answer()), daemon=True)
    thread.start()
    # Looking a name up cannot be interrupted, so the thread is left to itself.
    thread.join(deadline_s)
    return answers[0] if answers else _LATE


_LATE = Unavailable(Reason.TIMED_OUT, "the server did not answer in time")
_OWN = Unavailable(
    Reason.UNRECOGNISED, "the address is this computer's own, to which nothing is connected"
)


class _Attempt:
    """One server, tried until it is known how it encrypts."""

    def __init__(self, name: str, port: int, store: str, end: float, *, own: bool) -> None:
        self._name = name
        self._port = port
        self._store = store
        self._end = end
        self._own = own

    def answer(self) -> Handshake | Unavailable:
        """What came of it."""
        try:
            strong = _strong(self._store)
        except OSError:
            return Unavailable(
                Reason.FAILED,
                "this system's list of trusted certificate authorities could not be read",
            )
        try:
            return self._answer(strong)
        except socket.gaierror:
            return Unavailable(Reason.FAILED, "the server's name could not be looked up")
        except TimeoutError:
            return _LATE
        except ssl.SSLError:
            return Unavailable(Reason.FAILED, "the server does not answer with TLS")
        except (OSError, ValueError):
            # ValueError: what the ssl module says of names that it cannot send.
            return Unavailable(Reason.FAILED, "the server could not be reached")

    def _answer(self, strong: ssl.SSLContext) -> Handshake | Unavailable:
        # Looked up once: a hostile name server may name this computer the second time.
        found = socket.getaddrinfo(self._name, self._port, type=socket.SOCK_STREAM)
        addresses = [(family, address) for family, _, _, _, address in found]
        if not self._own and any(_is_own(*it) for it in addresses):
            return _OWN
        try:
            try:
                return self._shake(addresses, strong)
            except ssl.SSLCertVerificationError:
                raise
            except ssl.SSLError:
                return self._shake(addresses, _any(self._store))
        except ssl.SSLCertVerificationError as error:
            problem = _PROBLEMS.get(error.verify_code, _UNTRUSTED)
            return self._shake(addresses, _any(None), problem)

    def _shake(
        self, addresses: Sequence[_Place], context: ssl.SSLContext, problem: str = ""
    ) -> Handshake | Unavailable:
        with (
            self._connect(addresses) as plain,
            context.wrap_socket(plain, server_hostname=self._name) as shaken,
        ):
            said = shaken.version() or ""
        version = VERSIONS.get(said)
        if version is None:
            return Unavailable(Reason.UNRECOGNISED, "the server agreed on an unknown version")
        return Handshake(version, not problem, problem)

    def _connect(self, addresses: Sequence[_Place]) -> socket.socket:
        """A connection to the first address that takes one."""
        last = OSError("the name has no address")
        for index, (family, address) in enumerate(addresses):
            plain = socket.socket(family, socket.SOCK_STREAM)
            try:
                # A share of the time: where IPv6 is broken, its addresses come first and are mute.
                plain.settimeout(self._left() / (len(addresses) - index))
                plain.connect(address)
                plain.settimeout(self._left())
            except OSError as error:
                plain.close()
                last = error
            else:
                return plain
        raise last

    def _left(self) -> float:
        return max(0.01, self._end - time.monotonic())


def _is_own(family: int, address: tuple[object, ...]) -> bool:
    """Whether an address is this computer's: packets to it leave from itself or the loopback."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(address)
        source = str(probe.getsockname()[0])
        return source == probe.getpeername()[0] or ip_address(source).is_loopback
    return False


def _strong(store: str) -> ssl.SSLContext:
    """Verifies chain, name and dates, with the system's idea of what is strong."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=store)
    return context


def _any(store: str | None) -> ssl.SSLContext:
    """Whatever the library can still do; verifies only where it is given a store."""
    context = _strong(store) if store else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    if store is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
