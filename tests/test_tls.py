"""TLS: names of servers, and real handshakes with servers on this machine."""

import datetime
import ipaddress
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect import collect
from hipaaguard.collect.host import NO_NETWORK, Handshake
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.collect.memory import RememberingHost
from hipaaguard.collect.recorder import RecordingHost, recording_files
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.redact import Redactor
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.collect.tls import parse_address
from hipaaguard.collect.tls_handshake import VERSIONS, shake_hands
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Reason, Unavailable
from tests.conftest import NOW, TESTS

TRAPS = {
    "nothing is sent without leave": "test_without_leave_nothing_is_sent",
    "this computer's own services are not called": "test_this_computer_is_not_connected_to",
    "an old certificate": "test_certificates_that_are_not_accepted",
    "a server that never answers": "test_a_server_that_never_answers",
    "the environment names other authorities": "test_the_environment_does_not_name_authorities",
    "an address with a user's name": "test_what_is_no_server",
}
DAY = datetime.timedelta(days=1)


class Authority:
    """Makes certificates; `file` is its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            self._start(self._name, self._key, now - 9 * DAY, now + DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _start(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        start: datetime.datetime,
        end: datetime.datetime,
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )

    def server(self, *, name: str = "localhost", starts: int = -2, ends: int = 1) -> ssl.SSLContext:
        """A server's side, with a certificate for a name and 127.0.0.1, valid for these days."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names: list[x509.GeneralName] = [x509.DNSName(name)]
        if name == "localhost":
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        certificate = (
            self._start(who, key, now + starts * DAY, now + ends * DAY)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        path = self._folder / "server.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def serving(context: ssl.SSLContext | None, reply: bytes = b"") -> Iterator[int]:
    """A server on the loopback that speaks TLS, or only says something; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                with suppress(OSError), listener.accept()[0] as plain:
                    plain.settimeout(2)
                    if context is None:
                        plain.sendall(reply)
                        stop.wait(2 if not reply else 0)
                        continue
                    with context.wrap_socket(plain, server_side=True) as shaken:
                        shaken.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join()


def shake(authority: Authority, port: int, name: str = "localhost") -> Handshake | Unavailable:
    return shake_hands(name, port, trust=str(authority.file), own=True)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize(
    ("newest", "expected"),
    [(ssl.TLSVersion.TLSv1_3, "tls1.3"), (ssl.TLSVersion.TLSv1_2, "tls1.2")],
)
def test_a_certificate_that_is_accepted(
    authority: Authority, name: str, newest: ssl.TLSVersion, expected: str
) -> None:
    context = authority.server()
    context.maximum_version = newest
    with serving(context) as port:
        assert shake(authority, port, name) == Handshake(expected, valid=True)


@pytest.mark.filterwarnings("ignore:.*TLSv1.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("version", "word"), [("TLSv1_1", "tls1.1"), ("TLSv1", "tls1.0")])
@pytest.mark.parametrize("trusted", [True, False])
def test_versions_that_nobody_should_use(
    authority: Authority, tmp_path: Path, version: str, word: str, *, trusted: bool
) -> None:
    context = authority.server()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion[version]
    context.set_ciphers("ALL:@SECLEVEL=0")
    trust = authority if trusted else Authority(tmp_path)
    with serving(context) as port:
        found = shake(trust, port)
    assert isinstance(found, Handshake)
    assert (found.version, found.valid) == (word, trusted)


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        ({"starts": -9, "ends": -1}, "the certificate has expired"),
        ({"starts": 1, "ends": 2}, "the certificate is not valid yet"),
        ({"name": "elsewhere.example.org"}, "the certificate is for another name"),
    ],
)
def test_certificates_that_are_not_accepted(
    authority: Authority, made: dict[str, int], problem: str
) -> None:
    with serving(authority.server(**made)) as port:  # type: ignore[arg-type] # of several types
        assert shake(authority, port) == Handshake("tls1.3", valid=False, problem=problem)


def test_an_authority_that_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    with serving(authority.server()) as port:
        found = shake(Authority(tmp_path), port)
    assert isinstance(found, Handshake)
    assert not found.valid
    assert found.problem


def test_the_environment_does_not_name_authorities(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with serving(authority.server()) as port:
        found = shake_hands("localhost", port, own=True)
    assert not isinstance(found, Handshake) or not found.valid


def test_a_server_without_tls(authority: Authority) -> None:
    with serving(None, b"220 hello\r\n" * 9) as port:
        found = shake(authority, port)
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.FAILED


def test_a_server_that_never_answers(authority: Authority) -> None:
    with serving(None) as port:
        trust = str(authority.file)
        found = shake_hands("127.0.0.1", port, trust=trust, deadline_s=0.3, own=True)
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.TIMED_OUT


def test_nobody_listens(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = shake(authority, port)
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.FAILED


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "127.9.9.9"])
def test_this_computer_is_not_connected_to(authority: Authority, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        found = shake_hands(name, port, trust=str(authority.file))
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.UNRECOGNISED


def test_without_leave_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    host = LinuxHost({})
    keys = ["tls.valid(portal.example.org:443)", "tls.version(portal.example.org:443)"]
    for fact in collect(host, keys, NOW).facts:
        assert fact.value == NO_NETWORK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("portal.example.org:443", ("portal.example.org", 443)),
        ("Portal.Example.ORG:65535", ("portal.example.org", 65535)),
        ("localhost:1", ("localhost", 1)),
        ("203.0.113.7:8443", ("203.0.113.7", 8443)),
        ("[2001:db8:0::7]:443", ("2001:db8::7", 443)),
        ("bücher.example.org:443", ("xn--bcher-kva.example.org", 443)),
        ("xn--bcher-kva.example.org:443", ("xn--bcher-kva.example.org", 443)),
    ],
)
def test_servers(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", ":443", "portal.example.org", "portal.example.org:", "portal.example.org:0"),
        *("portal.example.org:65536", "portal.example.org:0443", "portal.example.org:+443"),
        *("portal.example.org:https", "portal.example.org: 443", "portal.example.org:٤٤٣"),
        *("user@portal.example.org:443", "user:word@portal.example.org:443"),
        *("https://portal.example.org:443", "portal.example.org:443/x", "portal.example.org.:443"),
        *("-a.example.org:443", "a-.example.org:443", "a_b.example.org:443", "a..example.org:443"),
        *("127.1:443", "010.0.0.1:443", "1.2.3.4.5:443", "2130706433:443", "1.2.3.0x4:443"),
        *("2001:db8::7:443", "[2001:db8::7]", "[fe80::1%eth0]:443", "[203.0.113.7]:443", "[]:443"),
        *("straße.example.org:443", f"{'a' * 64}.example.org:443", f"{'a.' * 127}example:443"),
    ],
)
def test_what_is_no_server(text: str) -> None:
    with pytest.raises(ParseError):
        parse_address(text)


@given(st.one_of(st.text(max_size=40), st.text("a.:[]@%0123456789xn-é", max_size=24)))
def test_parsing_raises_nothing_else(text: str) -> None:
    with suppress(ParseError):
        name, port = parse_address(text)
        assert name.isascii()
        assert 0 < port < 65536
        # What was understood is understood the same way again.
        again = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        assert parse_address(again) == (name, port)


def test_versions_are_those_of_the_dictionary() -> None:
    assert FACTS["tls.version"].values == tuple(sorted(VERSIONS.values()))


def test_handshakes_are_recorded_and_replayed(tmp_path: Path) -> None:
    replay = ReplayHost(read_recording(TESTS / "recordings/linux/tls-servers"))
    host = RecordingHost(replay)
    asked = [("portal.example.org", 443), ("2001:db8::7", 443), ("slow.example.org", 443)]
    told = [host.tls(*address) for address in asked]
    redactor = Redactor(user="user", home="/home/user", host_name="host")
    for name, data in recording_files(host, redactor, NOW, "made by a test").items():
        (tmp_path / name).write_bytes(data)
    again = ReplayHost(read_recording(tmp_path))
    assert [again.tls(*address) for address in asked] == told


def test_two_facts_of_a_server_cost_one_handshake() -> None:
    host = RecordingHost(ReplayHost(read_recording(TESTS / "recordings/linux/tls-servers")))
    remembering = RememberingHost(host)
    first = remembering.tls("portal.example.org", 443)
    host.heard.handshakes.clear()
    assert remembering.tls("portal.example.org", 443) == first
    assert not host.heard.handshakes


POLICY = """
id: practice
version: 1.0.0
title: A practice
description: What the practice asks.
checks:
  - id: practice-portal
    title: The portal encrypts
    looks_at: the portal
    why: What is sent in the clear can be read.
    severity: high
    platforms: [linux]
    expect:
      tls.valid(127.0.0.1:9):
        equals: true
        found: "Its certificate is not accepted."
    met: "Its certificate is accepted."
    fix:
      linux: [Ask the practice.]
    citations: {164.312(e)(1): primary}
    examples:
      - {outcome: pass, facts: {tls.valid(127.0.0.1:9): true}}
      - outcome: fail
        facts: {tls.valid(127.0.0.1:9): false}
        says: "Its certificate is not accepted."
      - {outcome: unknown, facts: {}}
"""


@pytest.mark.parametrize(
    ("option", "reason"), [((), "not-permitted"), (("--allow-network",), "unrecognised")]
)
def test_the_option_is_the_leave(tmp_path: Path, option: tuple[str, ...], reason: str) -> None:
    """With leave it is found that the server is this computer, to which nothing is connected."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    command = [sys.executable, "-m", "hipaaguard", "facts", "--json", "--policy", str(policy)]
    done = subprocess.run([*command, *option], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["facts"]["tls.valid(127.0.0.1:9)"]["unavailable"] == reason


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert name in globals()
