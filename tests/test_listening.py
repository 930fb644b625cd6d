"""Open ports: the kernel's tables, whose a port is, and what does not count."""

import contextlib
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import is_absent
from hipaaguard.collect.linux import listening
from hipaaguard.collect.linux.listening import (
    Listener,
    find_listening,
    is_passing,
    parse_address,
    parse_owners,
    parse_port_range,
    parse_sockets,
    shown_name,
)
from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.errors import ParseError
from tests.conftest import TESTS, needs

TRAPS = {
    "IPv4 loopback written as IPv6": "listening-nothing-beyond-loopback",
    "an address of one link is beyond loopback": "listening-link-local-and-mapped",
    "passing UDP ports and DHCP's are no servers": "listening-as-root-with-programs",
    "a connected UDP socket is a client": "test_a_connected_udp_socket_does_not_wait",
    "systemd waits in place of a server": "listening-socket-activated",
    "without rights the programs are hidden": "listening-not-root-programs-hidden",
    "a container has ports of its own": "listening-container",
    "an absent IPv6 table is no proof of no IPv6": "listening-ipv6-table-missing",
    "the kernel cuts names": "listening-name-cut-by-the-kernel",
    "ss makes the kernel load modules": "test_no_program_is_asked_but_find",
}

HEADING = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
    "  timeout inode"
)


def row(local: str, state: str, inode: int = 1) -> str:
    zeros = "0" * len(local.split(":")[0])
    return (
        f"   0: {local} {zeros}:0000 {state} 00000000:00000000 00:00000000 00000000     0"
        f"        0 {inode} 1 0000000000000000 100 0 0 10 0"
    )


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert callable(globals().get(name)) or (TESTS / "recordings/linux" / name).is_dir()


@pytest.mark.parametrize(
    ("digits", "address"),
    [
        ("0100007F", "127.0.0.1"),
        ("1701A8C0", "192.168.1.23"),
        ("00000000", "0.0.0.0"),  # noqa: S104 - an address to read, not to wait at
        ("00000000000000000000000001000000", "::1"),
        ("0000000000000000FFFF00000100007F", "127.0.0.1"),
        ("000080FE000000000000000001000000", "fe80::1"),
    ],
)
def test_addresses(digits: str, address: str) -> None:
    assert str(parse_address(digits)) == address


def test_only_sockets_that_wait() -> None:
    rows = (row("00000000:0016", "0A", 7), row("1701A8C0:0016", "01"), row("0100007F:0277", "0A"))
    found = parse_sockets("\n".join((HEADING, *rows)), "tcp")
    assert found == (Listener("tcp", 22, False, 0, 7), Listener("tcp", 631, True, 0, 1))


def test_a_connected_udp_socket_does_not_wait() -> None:
    rows = (row("00000000:14E9", "07"), row("1701A8C0:B001", "01"))
    assert [it.port for it in parse_sockets("\n".join((HEADING, *rows)), "udp")] == [5353]


@pytest.mark.parametrize(
    "text", ["", "tcp 0 0 0.0.0.0:22", f"{HEADING}\nnonsense", f"{HEADING}\n{row('0:0016', '0A')}"]
)
def test_another_table_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_sockets(text, "tcp")


def test_passing_ports_are_those_of_udp_alone() -> None:
    passing = parse_port_range("32768\t60999\n")
    cases = {("udp", 32768): True, ("udp", 60999): True, ("udp", 61000): False, ("udp", 68): True}
    cases |= {("udp", 53): False, ("tcp", 40000): False, ("tcp", 68): False}
    for (protocol, port), expected in cases.items():
        assert is_passing(Listener(protocol, port, False, 0, 1), passing) is expected


@pytest.mark.parametrize(
    ("name", "argv", "shown"),
    [
        ("sshd", ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",), "sshd"),
        ("gnome-remote-de", ("/usr/libexec/gnome-remote-desktop-daemon",), None),
        ("exactly-15-byte", ("/usr/bin/another",), "exactly-15-byte"),
        ("bad\x1b[2Jname", ("/usr/bin/x",), "bad?[2Jname"),
    ],
)
def test_names_of_programs(name: str, argv: tuple[str, ...], shown: str | None) -> None:
    assert shown_name(Process(1, name, 0, argv)) == (shown or "gnome-remote-desktop-daemon")


@pytest.mark.parametrize(
    "parse",
    [lambda text: parse_sockets(text, "udp"), parse_owners, parse_port_range, parse_address],
)
@given(text=st.text() | st.text().map(lambda text: f"{HEADING}\n{text}"))
def test_nothing_but_a_parse_error_escapes(parse, text: str) -> None:
    with contextlib.suppress(ParseError):
        parse(text)


def test_no_program_is_asked_but_find() -> None:
    source = Path(listening.__file__).read_text()
    assert source.count("host.run(") == 1
    assert listening.OWNERS[0] == "find"


def test_the_real_ports_of_this_machine() -> None:
    needs("find")
    host = LinuxHost(os.environ)
    with contextlib.suppress(PermissionError):
        # The first process may be looked into by root alone.
        if Path("/proc/self/ns/net").readlink() != Path("/proc/1/ns/net").readlink():
            pytest.skip("runs in a network namespace of its own")
    with socket.create_server(("", 0)) as open_one, socket.create_server(("127.0.0.1", 0)) as own:
        found = find_listening(host)
        wanted, hidden = (it.getsockname()[1] for it in (open_one, own))
    if not isinstance(found, listening.Listening):
        # As in a container.
        assert not is_absent(found)
        return
    mine = [it for it in found.tcp() if it.port == wanted]
    assert len(mine) == 1
    assert {process.pid for process in found.owners[mine[0].inode]} == {os.getpid()}
    assert hidden not in {it.port for it in found.tcp()}
