"""Remote access: what OpenSSH's settings allow, compared with OpenSSH itself, and who waits."""

import contextlib
import itertools
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.remote.programs import PROGRAMS
from hipaaguard.collect.linux.remote.ssh_listening import is_open, parse_units
from hipaaguard.collect.linux.remote.ssh_server import (
    Start,
    parse_dropbear,
    parse_options,
    parse_ports,
    parse_start,
)
from hipaaguard.collect.sshd_config import parse_lines, parse_settings
from hipaaguard.collect.sshd_login import (
    Login,
    matches_list,
    parse_groups,
    parse_login,
)
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS
from tests.conftest import TESTS, needs

TRAPS = {
    "questions through PAM are passwords": "remote-ssh-questions-are-passwords",
    "the first value counts, also of an included file": "remote-ssh-included-file-counts-first",
    "a Match block may allow it": "remote-ssh-match-block-allows",
    "Match all counts before what stands above": "remote-ssh-match-all-overrides",
    "a method may need a key besides": "remote-ssh-methods-need-a-key",
    "the command line counts before the file": "remote-ssh-settings-on-the-command-line",
    "the server has another file": "remote-ssh-another-settings-file",
    "the package's settings lie elsewhere": "remote-ssh-vendor-settings",
    "prohibit-password lets the administrator in": "remote-ssh-debian-default",
    "systemd waits, no server runs": "remote-ssh-socket-activated",
    "the port is not 22": "remote-ssh-not-root-another-port",
    "port 22 is somebody's": "remote-ssh-not-root-port-22-of-unknown",
    "a server that waits on loopback": "remote-ssh-loopback-only",
    "a server in a container is not this one": "remote-ssh-server-in-a-container",
    "settings that may not be read are not absent": "remote-ssh-settings-not-readable",
    "GNOME's service runs and shares nothing": "remote-desktop-gnome-service-idle",
    "VNC on loopback is not remote": "remote-desktop-x11vnc-on-loopback-only",
    "a helper of the browser shares nothing": "remote-desktop-browser-helper-only",
    "remote control without an open port": "remote-desktop-by-way-of-a-company",
    "viewers are not servers": "remote-installed-viewers-only",
    "installed as a Flatpak or a snap": "remote-installed-snap-and-system-flatpak",
}

ROOT = frozenset({"root"})
USERS = ("root", "alice", "bob", "carol")


def login(text: str, groups: frozenset[str] = ROOT) -> Login:
    return parse_login(parse_settings(text, lambda pattern: ()), groups)


def options(text: str) -> object:
    return parse_options(tuple(text.split()), frozenset("fop"))


def start(text: str) -> Start | None:
    return parse_start(Process(1, "sshd", 0, tuple(text.split())))


def ports(text: str) -> frozenset[int]:
    return parse_ports(parse_settings(text, lambda pattern: ()))


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert callable(globals().get(name)) or (TESTS / "recordings/linux" / name).is_dir()


@pytest.mark.parametrize("fact", ["remote.control_installed", "remote.desktop_sharing"])
def test_the_dictionary_names_every_program(fact: str) -> None:
    assert [program.id for program in PROGRAMS] == sorted(program.id for program in PROGRAMS)
    marks = ("installed", "folders", "flatpaks") if fact == "remote.control_installed" else ("id",)
    for program in PROGRAMS:
        listed = any(getattr(program, mark) for mark in marks)
        words = FACTS[fact].meaning.replace(".", ",").replace(" and ", ", ").replace(" or ", ", ")
        named = {word.strip() for word in words.replace(" of ", ", ").split(",")}
        assert (program.id in {it.rsplit(" ", 1)[-1] for it in named}) == listed, program.id


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("# all defaults\n\n", ()),
        ("PasswordAuthentication=yes", (("passwordauthentication", ("yes",)),)),
        ('X11Forwarding = "yes"', (("x11forwarding", ("yes",)),)),
        ("\tUsePAM\tyes\t# as Debian has it", (("usepam", ("yes",)),)),
        ('AllowUsers "a b" c', (("allowusers", ("a b", "c")),)),
        ("UsePAM", (("usepam", ()),)),
    ],
)
def test_lines(text: str, lines: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    assert parse_lines(text) == lines


@pytest.mark.parametrize(
    ("text", "password", "root"),
    [
        ("", True, True),
        ("PermitRootLogin no", True, False),
        ("PasswordAuthentication no", False, True),
        ("PasswordAuthentication no\nChallengeResponseAuthentication yes\nUsePAM yes", True, True),
        ("PasswordAuthentication no\nPasswordAuthentication yes", False, True),
        ("PermitRootLogin without-password\nPubkeyAuthentication no", True, False),
        ("PermitRootLogin yes\nPubkeyAuthentication no", True, True),
        ("PermitRootLogin yes\nDenyUsers r*t", True, False),
        ("DenyUsers root@203.0.113.1", True, True),
        ("AllowUsers alice bob\nAllowUsers root@10.*", True, True),
        ("AllowGroups ssh-users", True, False),
        ("DenyGroups root", True, False),
        ("PermitRootLogin yes\nMatch User root\nPermitRootLogin no", True, False),
        ("PermitRootLogin no\nMatch User alice\nPermitRootLogin yes", True, False),
        ("PasswordAuthentication no\nMatch invalid-user\nPasswordAuthentication yes", False, True),
        ("AuthenticationMethods publickey,password", False, True),
        ("AuthenticationMethods publickey password", True, True),
        ("UsePAM yes\nAuthenticationMethods keyboard-interactive:pam", True, True),
    ],
)
def test_who_may_log_in(text: str, password: bool, root: bool) -> None:
    assert login(text) == Login(password, root)


def test_groups_of_the_administrator() -> None:
    groups = parse_groups("root:x:0:\nwheel:x:10:root,alice\nusers:x:100:alice\nbroken\n")
    assert groups == {"root", "wheel"}
    assert login("PermitRootLogin yes\nAllowGroups wheel", groups).root


@pytest.mark.parametrize(
    "text",
    [
        "PasswordAuthentication maybe",
        "PermitRootLogin sometimes",
        'AllowUsers "alice',
        "Match",
        "\n".join(f"Match Group g{number}\nUsePAM yes" for number in range(20)),
    ],
)
def test_settings_that_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        login(text)


def test_files_that_include_each_other_come_to_an_end() -> None:
    with pytest.raises(ParseError, match="too many files"):
        parse_settings("Include a", lambda pattern: ("Include b", "Include c"))


def test_a_block_ends_with_the_file_that_it_stands_in() -> None:
    found = parse_settings("Include a\nPasswordAuthentication no", lambda it: ("Match User x",))
    assert not parse_login(found, ROOT).password


def test_a_file_included_in_a_block_belongs_to_it() -> None:
    text = "PasswordAuthentication no\nMatch User nobody-else\nInclude a"
    found = parse_settings(text, lambda it: ("PasswordAuthentication yes",))
    assert [line.conditions for line in found.lines][-1] == ("user nobody-else",)


def test_ports() -> None:
    text = "Port 2222\nPort 22\nListenAddress [::]:2022\nListenAddress 192.0.2.1\n"
    assert ports(text) == {22, 2022, 2222}


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("/usr/sbin/sshd", "-D"), Start()),
        (("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",), Start()),
        (("sshd: /usr/sbin/sshd -D -p 2222 [listener] 1 of 10-100",), Start("", ("Port 2222",))),
        (("/usr/sbin/sshd", "-f/srv/c", "-oUsePAM=no"), Start("/srv/c", ("UsePAM=no",))),
        (("sshd: alice [priv]",), None),
        (("sshd: alice@pts/0",), None),
        ((), None),
    ],
)
def test_how_a_server_was_started(argv: tuple[str, ...], expected: Start | None) -> None:
    assert parse_start(Process(800, "sshd", 0, argv)) == expected


def test_options_of_dropbear() -> None:
    assert parse_dropbear(("-p", "2222", "-F")) == Login(password=True, root=True)
    assert parse_dropbear(("-Fsw",)) == Login(password=False, root=False)
    assert parse_dropbear(("-p", "-s")) == Login(password=True, root=True)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("[::]:22 (Stream)", True),
        ("0.0.0.0:22 (Stream)", True),
        ("[fe80::1]%eth0:22 (Stream)", True),
        ("127.0.0.1:22 (Stream)", False),
        ("[::1]:22 (Stream)", False),
        ("/run/ssh-unix-local/socket (Stream)", False),
        ("vsock::22 (Stream)", False),
        ("[::]:22 (Datagram)", False),
    ],
)
def test_addresses_of_systemd_sockets(address: str, expected: bool) -> None:
    assert is_open(address) is expected


def test_patterns() -> None:
    assert matches_list("root", ["*"])
    assert matches_list("root", ["r??t"])
    assert not matches_list("root", ["*", "!root"])
    assert not matches_list("root", ["[r]oot"])


@pytest.mark.parametrize(
    "parse",
    [
        login,
        parse_lines,
        parse_groups,
        parse_units,
        is_open,
        options,
        start,
        ports,
    ],
)
@given(
    text=st.text()
    | st.lists(
        st.sampled_from(
            ["Match", "Include", "UsePAM", "Port", "=", '"', "#", "\n", " ", "yes", "user", "Id="]
        )
    ).map("".join)
)
def test_nothing_but_a_parse_error_escapes(parse, text: str) -> None:
    with contextlib.suppress(ParseError):
        parse(text)


# OpenSSH itself.

LINES = st.one_of(
    st.builds(
        "{} {}".format,
        st.sampled_from(
            [
                "PasswordAuthentication",
                "KbdInteractiveAuthentication",
                "ChallengeResponseAuthentication",
                "PubkeyAuthentication",
            ]
        ),
        st.sampled_from(["yes", "no"]),
    ),
    st.builds(
        "PermitRootLogin {}".format,
        st.sampled_from(["yes", "no", "prohibit-password", "without-password"]),
    ),
    st.sampled_from(
        [
            "AuthenticationMethods publickey",
            "AuthenticationMethods publickey,password",
            "AuthenticationMethods publickey keyboard-interactive:pam",
        ]
    ),
)
HEADS = st.sampled_from(["UsePAM yes", "UsePAM = no", "usepam yes # as Debian has it", ""])
BLOCKS = st.lists(
    st.tuples(
        st.sampled_from([f"Match User {user}" for user in USERS[:3]] + ["Match all"]),
        st.lists(LINES, max_size=3),
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs("sshd")
    needs("ssh-keygen")
    needs("unshare")
    folder = tmp_path_factory.mktemp("sshd")
    key = folder / "key"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(command, check=True)
    return key


# The folder that sshd starts in is made by its service; here a file system of our own holds it.
ASK = """
mount -t tmpfs none /run && mkdir -m 755 /run/sshd || exit 77
for user in $2; do
  /usr/sbin/sshd -T -C "user=$user,host=client.example.org,addr=192.0.2.7" -h "$1" -f "$3" || exit 1
  echo
done
"""


def effective(key: Path) -> dict[str, dict[str, str]]:
    """What the real server would do for each user, from anywhere."""
    command = ["unshare", "-rm", "sh", "-c", ASK, "sh", str(key), " ".join(USERS)]
    command.append(str(key.parent / "conf"))
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode == 77 or "unshare failed" in answer.stderr:
        assert "CI" not in os.environ, "CI must allow namespaces"
        pytest.skip("may not make a namespace")
    if "cannot be satisfied" in answer.stderr:
        # It would not start with these settings.
        reject()
    assert answer.returncode == 0, answer.stderr
    printed = answer.stdout.rstrip("\n").split("\n\n")
    found = [dict(line.partition(" ")[::2] for line in it.splitlines()) for it in printed]
    return dict(zip(USERS, found, strict=True))


def real_password(found: dict[str, str]) -> bool:
    known = {
        "password": found["passwordauthentication"] == "yes",
        "keyboard-interactive": found["kbdinteractiveauthentication"] == "yes"
        and found["usepam"] == "yes",
    }
    methods = found["authenticationmethods"]
    if methods == "any":
        return any(known.values())
    lists = (it.split(",") for it in methods.split())
    return any(all(known.get(step.split(":")[0], False) for step in it) for it in lists)


def real_root(found: dict[str, str]) -> bool:
    value = found["permitrootlogin"]
    keys = found["pubkeyauthentication"] == "yes"
    return value != "no" and (keys or (value == "yes" and real_password(found)))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(head=HEADS, lines=st.lists(LINES, max_size=5), blocks=BLOCKS)
def test_the_real_server_agrees(
    sshd: Path, head: str, lines: list[str], blocks: list[tuple[str, list[str]]]
) -> None:
    parts = [head, *lines, *itertools.chain.from_iterable((it[0], *it[1]) for it in blocks)]
    text = "\n".join(parts) + "\n"
    (sshd.parent / "conf").write_text(text)
    found = effective(sshd)
    said = login(text)
    assert said.root == real_root(found["root"])
    really = any(real_password(it) for it in found.values())
    # Two blocks for different people never apply together, yet are both thought possible.
    several = len({condition for condition, _ in blocks} - {"Match all"}) > 1
    assert said.password == really or (several and said.password)
