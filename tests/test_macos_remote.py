"""Remote access, sharing and open ports on macOS."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.macos.listening import (
    Listener,
    is_loopback,
    list_ports,
    parse_listeners,
    parse_names,
    parse_passing,
)
from hipaaguard.collect.macos.processes import Process
from hipaaguard.collect.macos.remote.desktop import judge_sharing
from hipaaguard.collect.macos.remote.programs import PROGRAMS
from hipaaguard.collect.macos.remote.ssh import (
    is_another,
    judge_listening,
    judge_login,
    parse_groups,
)
from hipaaguard.collect.macos.sharing import (
    judge_files,
    lets_guests_in,
    parse_guests,
    parse_shares,
)
from hipaaguard.collect.sshd_config import parse_settings
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from hipaaguard.model import Unavailable
from tests.conftest import TESTS

TRAPS = {
    "numbers of programs up to macOS 13": "listening-numbers-alone-macos13",
    "names with spaces, numbers and colons": "listening-names-with-spaces-and-numbers",
    "loopback in every form": "listening-loopback-in-every-form",
    "an empty table is no evidence": "listening-empty",
    "launchd holds the port until somebody comes": "remote-login-and-screen-sharing-on",
    "Screen Sharing while somebody is connected": "remote-screen-sharing-in-use",
    "looking at another Mac is not sharing": "remote-screen-sharing-looks-at-others",
    "a tunnel to another Mac": "remote-port-of-screen-sharing-on-loopback",
    "the agent of Remote Management runs, and nobody waits": (
        "remote-agent-of-management-runs-without-port"
    ),
    "Remote Management opens Screen Sharing's port": "remote-management-on",
    "another program at SSH's port": "remote-ssh-port-of-another-program",
    "SSH by launchd at a port of one's own": "remote-ssh-launchd-holds-an-unknown-port",
    "launchd's other ports are no SSH": "remote-ssh-launchd-holds-other-services",
    "a second server has settings of its own": "remote-ssh-of-homebrew",
    "questions through PAM are passwords": "remote-ssh-questions-are-passwords",
    "the first of the included files counts": "remote-ssh-own-file-after-that-of-macos",
    "the administrator is in the group of administrators": "remote-ssh-administrators-alone",
    "viewers are no remote control": "remote-viewers-only",
    "Chrome's broker runs for nobody": "remote-host-of-chrome-switched-off",
    "a person named like a program": "remote-person-named-like-a-program",
    "VNC on loopback": "remote-vnc-for-this-mac-only",
    "the public folder's guests may not connect": "sharing-files-guests-off",
    "guests may connect and find nothing": "sharing-guests-find-no-folder",
    "settings of a server that does not wait": "sharing-guests-on-server-off",
    "folders of others": "sharing-mounts-of-others",
    "the print server waits, and nothing is shared": "sharing-printers-none-shared",
    "the list of printers is closed": "sharing-printers-list-closed",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/macos" / name).is_dir()


HEADING = "Proto Recv-Q Send-Q  Local Address  Foreign Address  (state)  {}  state  options"
NAMED = HEADING.format("rxbytes txbytes rhiwat shiwat process:pid")
NUMBERED = HEADING.format("rhiwat shiwat pid epid")


@pytest.mark.parametrize(
    ("heading", "rest", "pid", "program"),
    [
        (NAMED, "0 0 131072 131072 launchd:1 00180 00000006", 1, "launchd"),
        (
            NAMED,
            "0 0 131072 131072 Code Helper (Plu:84517 00100 00000106",
            84517,
            "Code Helper (Plu",
        ),
        (NAMED, "0 0 131072 131072 2.1.198:60299 00102 00000008", 60299, "2.1.198"),
        (NAMED, "0 0 131072 131072 7:60299 00102 00000008", 60299, "7"),
        (NAMED, "0 0 131072 131072 :0 00100 00000006", 0, ""),
        (NUMBERED, "131072 131072 33784 0 0x0100 0x00000106", 33784, ""),
        (NUMBERED, "0 0 131072 131072 602 0 0x0100 0x00000106", 602, ""),
    ],
)
def test_whose_a_port_is(heading: str, rest: str, pid: int, program: str) -> None:
    text = f"{heading}\ntcp46      0      0  *.8080   *.*    LISTEN   {rest}\n"
    assert parse_listeners(text, "tcp") == (Listener("tcp", 8080, False, pid, program),)


@pytest.mark.parametrize(
    "row",
    [
        "tcp4 0 0 *.22 *.* LISTEN",
        "tcp4 0 0 *.22 *.* LISTEN something else",
        "tcp4 0 0 *.99999 *.* LISTEN 0 0 131072 131072 launchd:1 00180 00000006",
        "tcp4 0 0 *.0 *.* LISTEN 0 0 131072 131072 launchd:1 00180 00000006",
        "udp4 0 0 *.53 *.* 0 0 131072 131072 dns:1 00180 00000006",
        "Active LOCAL (UNIX) domain sockets",
        "",
    ],
)
def test_another_row_is_no_evidence(row: str) -> None:
    with pytest.raises(ParseError):
        parse_listeners(f"{NAMED}\n{row}\n", "tcp")


@pytest.mark.parametrize(
    ("address", "own"),
    [
        *(
            (it, True)
            for it in ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "fe80::1%lo0")
        ),
        *((it, False) for it in ("*", "192.0.2.1", "fe80::1%en0", "2001:db8:74d4:d0", "::", "lo0")),
    ],
)
def test_what_only_this_mac_can_reach(address: str, own: bool) -> None:
    assert is_loopback(address) is own


def at(port: int, program: str = "launchd", protocol: str = "tcp") -> Listener:
    return Listener(protocol, port, False, 1, program)


def test_ports_are_told_once_and_in_order() -> None:
    found = (at(22), at(22), at(5353, "mDNS", "udp"), at(68, "x", "udp"), at(50000, "y", "udp"))
    assert list_ports(found, range(49152, 65536)) == ("22/tcp launchd", "5353/udp mDNS")


MAYBE = object()


def or_maybe(value: object) -> object:
    return MAYBE if isinstance(value, Unavailable) else value


@pytest.mark.parametrize(
    ("listeners", "waits"),
    [
        ([], False),
        ([at(22)], True),
        ([at(2222, "sshd")], True),
        ([at(22, "")], MAYBE),
        ([at(22, "docker")], MAYBE),
        ([at(22, "docker"), at(22)], True),
        ([at(8022)], MAYBE),
        ([at(5000, "")], MAYBE),
        ([at(5900), at(445), at(3000, "node")], False),
    ],
)
def test_whether_an_ssh_server_waits(listeners: list[Listener], waits: object) -> None:
    assert or_maybe(judge_listening(tuple(listeners))) is waits


@pytest.mark.parametrize(
    ("listeners", "shared"),
    [
        ([], ()),
        ([at(5900)], ("screen-sharing",)),
        ([at(5900, "screensharingd")], ("screen-sharing",)),
        ([at(5900, "node")], ()),
        ([at(5900, "")], MAYBE),
        ([at(3283, "ARDAgent", "udp")], ("apple-remote-desktop",)),
        ([at(3283, "")], MAYBE),
        ([at(22)], ()),
    ],
)
def test_what_shares_the_screen(listeners: list[Listener], shared: object) -> None:
    assert or_maybe(judge_sharing((), tuple(listeners))) == shared


@pytest.mark.parametrize(
    ("path", "another"),
    [
        ("/usr/sbin/sshd", False),
        ("sshd", False),
        ("sshd: somebody [priv]", False),
        ("/usr/libexec/sshd-session", False),
        ("/opt/homebrew/sbin/sshd", True),
        ("/usr/local/sbin/dropbear", True),
    ],
)
def test_servers_other_than_that_of_macos(path: str, another: bool) -> None:
    assert is_another(Process(0, path)) is another


@pytest.mark.parametrize(
    ("text", "password", "root"),
    [
        ("UsePAM yes", True, True),
        ("", True, True),
        ("UsePAM yes\nPasswordAuthentication no", True, True),
        ("PasswordAuthentication no", MAYBE, MAYBE),
        ("UsePAM no\nPasswordAuthentication no", False, True),
        ("KbdInteractiveAuthentication no\nPasswordAuthentication no", False, True),
        ("UsePAM yes\nPermitRootLogin no", True, False),
    ],
)
def test_who_may_log_in(text: str, password: object, root: object) -> None:
    settings = parse_settings(text, lambda pattern: ())
    try:
        login = judge_login(settings, frozenset())
    except ParseError:
        assert password is root is MAYBE
    else:
        assert (login.password, login.root) == (password, root)


@pytest.mark.parametrize("fact", ["remote.control_installed", "remote.desktop_sharing"])
def test_the_dictionary_names_every_program(fact: str) -> None:
    ids = [program.id for program in PROGRAMS]
    assert ids == sorted(ids)
    words = FACTS[fact].meaning.replace(".", " ").replace(",", " ").split()
    assert set(ids) <= set(words)


def test_patterns_are_in_lower_case() -> None:
    for program in PROGRAMS:
        assert program.runs
        assert program.files
        assert all(it == it.lower() for it in (*program.runs, *program.files))


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ("2026-11-20 09:00:00.123 sysadminctl[1:2] SMB guest access disabled.\n", False),
        ("2026-11-20 09:00:00.123 sysadminctl[1:2] SMB guest access enabled.\n", True),
        ("smb guest access disabled", False),
        ("", MAYBE),
        ("SMB guest access", MAYBE),
        ("AFP guest access disabled.", MAYBE),
        ("SMB guest access enabled. SMB guest access disabled.", MAYBE),
    ],
)
def test_whether_guests_may_connect(said: str, allowed: object) -> None:
    try:
        assert parse_guests(said) is allowed
    except ParseError:
        assert allowed is MAYBE


@pytest.mark.parametrize(
    ("shares", "open_to_all"),
    [
        ([], False),
        ([(1, 1)], True),
        ([(0, 1), (1, 0)], False),
        ([(1, 0), (1, 1)], True),
    ],
)
def test_whether_guests_find_a_folder(shares: list[tuple[int, int]], open_to_all: bool) -> None:
    answer = {
        f"Folder {at}": {"path": "/x", "smb_shared": shared, "smb_guest_access": guests}
        for at, (shared, guests) in enumerate(shares)
    }
    assert lets_guests_in(parse_shares(json.dumps(answer).encode())) is open_to_all


@pytest.mark.parametrize("answer", [b"", b"[]", b"{", b'{"A": {}}', b'{"A": {"smb_shared": 1}}'])
def test_another_list_of_folders_is_no_evidence(answer: bytes) -> None:
    with pytest.raises(ParseError):
        parse_shares(answer)


@pytest.mark.parametrize(
    ("ports", "services"),
    [
        ([], ()),
        ([22, 5900, 631], ()),
        ([445], ("smb",)),
        ([139, 445, 548], ("afp", "smb")),
        ([21, 2049], ("ftp", "nfs")),
    ],
)
def test_what_offers_files(ports: list[int], services: tuple[str, ...]) -> None:
    assert judge_files(tuple(at(port) for port in ports)) == services


@given(
    st.text()
    | st.lists(
        st.sampled_from(["tcp4", "udp6", "*.22", "*.*", "LISTEN", "0", "a:1", "00180", "\n", " "])
    ).map(" ".join)
)
def test_only_parse_errors_escape(text: str) -> None:
    for body in (text, f"{NAMED}\n{text}", f"{NUMBERED}\n{text}"):
        for protocol in ("tcp", "udp"):
            with contextlib.suppress(ParseError):
                parse_listeners(body, protocol)
    for parse in (parse_names, parse_passing, parse_groups, parse_guests):
        with contextlib.suppress(ParseError):
            parse(text)
    with contextlib.suppress(ParseError):
        parse_shares(text.encode(errors="replace"))
    is_loopback(text)


@given(st.binary(max_size=40))
def test_only_parse_errors_escape_from_shared_folders(data: bytes) -> None:
    for answer in (data, b'{"A": ' + data + b"}"):
        with contextlib.suppress(ParseError):
            parse_shares(answer)
