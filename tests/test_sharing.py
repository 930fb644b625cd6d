"""What is offered to others: Samba, NFS, CUPS and the servers told by their running."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.linux.processes import Process
from hipaaguard.collect.linux.sharing.cups import (
    Access,
    parse_cupsd_conf,
    parse_listen,
)
from hipaaguard.collect.linux.sharing.nfs import Export, parse_etab
from hipaaguard.collect.linux.sharing.servers import has_dav, is_media_server
from hipaaguard.collect.linux.sharing.smb_conf import (
    Share,
    accepts_smb1,
    allows_guests,
    list_shares,
    parse_smb_conf,
    parse_usershare,
    parse_version,
    usershare_folder,
)
from hipaaguard.collect.printers_conf import parse_shared
from hipaaguard.errors import ParseError
from tests.conftest import TESTS

TRAPS = {
    "shares that no server offers": "sharing-smb-not-running",
    "guests need no map to guest": "sharing-smb-guest-share-not-mapped",
    "a default for every share": "sharing-smb-guests-by-default",
    "a person's own share": "sharing-smb-usershare-for-guests",
    "own shares that may not be listed are not none": "sharing-smb-usershares-not-readable",
    "settings in the registry": "sharing-smb-registry",
    "settings that depend on the client": "sharing-smb-depends-on-the-client",
    "an old name of a setting": "sharing-smb-version-1-allowed",
    "an old Samba's default": "sharing-smb-version-1-by-default",
    "a server in a container has other settings": "sharing-smb-in-a-container",
    "NFS asks for no password": "sharing-nfs-for-the-home-network",
    "a server with nothing to share": "sharing-nfs-nothing-exported",
    "a comment or Off is not WebDAV": "sharing-webdav-off",
    "shared printers that nobody can reach": "sharing-printers-shared-on-loopback-only",
    "looking for printers is not sharing": "sharing-printers-browsed-only",
    "printers' list is the administrator's": "sharing-printers-shared-not-root",
    "rules for administration are not for printing": "sharing-printers-refused-by-the-rules",
    "a program's name with spaces": "sharing-media-plex",
}


def smb(text: str):
    return parse_smb_conf(text, lambda path: "")


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    assert (TESTS / "recordings/linux" / name).is_dir()


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("", []),
        ("[global]\nworkgroup = X", []),
        ("[a]\npath = /a", [False]),
        ("[A]\nGuest OK=Yes", [True]),
        ("[a]\n# guest ok = yes\n; guest ok = yes", [False]),
        ("[a]\nguest ok = yes\nguest ok = no", [False]),
        ("[a]\npath = /a\n[ A ]\npublic = 1", [True]),
        ("[a]\nguest \\\n ok = true", [True]),
        ("guest ok = on\n[a]", [True]),
        ("[printers]\nguest ok = yes", []),
        ("[p]\nprint ok = yes\nguest ok = yes", []),
        ("[a]\navailable = no", []),
        ("[homes]\n[print$]\nguest ok = no", [False]),
        ("[print$]\nguest ok = yes", [True]),
    ],
)
def test_shares(text: str, guests: list[bool]) -> None:
    assert [share.guests for share in list_shares(smb(text))] == guests


@pytest.mark.parametrize(
    "text",
    [
        "[a\npath = /a",
        "include = registry",
        "[global]\nconfig backend = registry",
        "registry shares = Yes",
        "include = /etc/samba/%I.conf",
        "include = more.conf",
        "[a]\ncopy = b",
        "config file = /srv/smb.conf",
        "[a]\nguest ok = perhaps",
    ],
)
def test_settings_that_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        list_shares(smb(text))


def test_included_files_go_on_in_their_section() -> None:
    texts = {"/a": "guest ok = yes\n[b]\n", "/c": "include = /c"}
    found = parse_smb_conf("[a]\ninclude = /a\nguest ok = yes", texts.__getitem__)
    assert list_shares(found) == (Share(guests=True), Share(guests=True))
    with pytest.raises(ParseError, match="too many files"):
        parse_smb_conf("include = /c", texts.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("server min protocol = default", None),
        ("server min protocol = SMB2_02", False),
        ("min protocol = smb3", False),
        ("server min protocol = NT1", True),
        ("server min protocol = LANMAN2", True),
        ("server max protocol = NT1\nserver min protocol = CORE", True),
        ("protocol = NT1", True),
        ("client min protocol = NT1", None),
    ],
)
def test_protocols(text: str, expected: bool | None) -> None:
    assert accepts_smb1(smb(text)) is expected


def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ParseError):
        accepts_smb1(smb("server min protocol = SMB9"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Version 4.10.16", True),
        ("Version 3.6.25", True),
        ("Version 4.11.0", False),
        ("Version 4.22.4-Debian-4.22.4+dfsg-1", False),
    ],
)
def test_versions_of_samba(text: str, expected: bool) -> None:
    assert parse_version(text) is expected


def test_own_shares() -> None:
    text = "#VERSION 2\npath=/home/user/Public\nguest_ok=y\n"
    assert parse_usershare(text, guests_allowed=True) == Share(guests=True)
    assert parse_usershare(text, guests_allowed=False) == Share(guests=False)
    assert allows_guests(smb("usershare allow guests = yes"))
    assert usershare_folder(smb("usershare max shares = 0")) == ""
    assert usershare_folder(smb("usershare path = /srv/u")) == "/srv/u"
    with pytest.raises(ParseError):
        parse_usershare("path=/home/user/Public", guests_allowed=True)


@pytest.mark.parametrize(
    ("line", "export"),
    [
        ("/srv\t192.168.1.0/24(rw,sync,sec=sys,rw)", Export("192.168.1.0/24", True)),
        ("/srv\t*(ro,sec=krb5p:sys)", Export("*", True)),
        ("/srv\t@trusted(ro,sec=krb5)", Export("@trusted", False)),
        ("/my\\040files\t(ro)", Export("*", True)),
    ],
)
def test_exports(line: str, export: Export) -> None:
    assert parse_etab(line + "\n") == (export,)


CONF = "Listen {}\n<Location />\nOrder allow,deny\n{}\n</Location>\n"


@pytest.mark.parametrize(
    ("listen", "rule", "access"),
    [
        ("localhost:631", "", Access(frozenset(), False)),
        ("/run/cups/cups.sock", "Allow all", Access(frozenset(), True)),
        ("*:631", "Allow @LOCAL", Access(frozenset({631}), True)),
        ("192.0.2.1", "Allow from 192.0.2.*", Access(frozenset({631}), True)),
        ("[::1]:8631", "Allow localhost", Access(frozenset(), False)),
        ("[::]:8631", "Allow none", Access(frozenset({8631}), False)),
        ("*:631", "Order Deny,Allow", Access(frozenset({631}), True)),
        ("*:631", "# Allow all", Access(frozenset({631}), False)),
    ],
)
def test_who_may_print(listen: str, rule: str, access: Access) -> None:
    assert parse_cupsd_conf(CONF.format(listen, rule)) == access


def test_a_port_alone_waits_everywhere() -> None:
    assert parse_listen("631") == {631}


@pytest.mark.parametrize("text", ["", "Port 631\n", "<Location />\n", "Listen a:b\n"])
def test_rules_that_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_cupsd_conf(text)


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("", False),
        ("<Printer A>\nShared No\n</Printer>", False),
        ("<Printer A>\nShared No\n</Printer>\n<DefaultPrinter B>\nShared Yes\n</Printer>", True),
        ("<Class All>\nState Idle\n</Class>", True),
        ("Shared Yes", False),
    ],
)
def test_shared_printers(text: str, shared: bool) -> None:
    assert parse_shared(text) is shared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Dav On", True),
        ("DAV svn", True),
        ("Dav Off", False),
        ("# Dav On", False),
        ("DavLockDB /var/lib/dav", False),
        ("dav_methods PUT DELETE;", True),
        ("dav_methods off;", False),
        ('webdav.activate = "enable"', True),
    ],
)
def test_webdav(text: str, expected: bool) -> None:
    assert has_dav(text) is expected


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("/usr/sbin/minidlnad",), True),
        (("/usr/bin/java", "-cp", "/opt/serviio/lib/serviio.jar", "org.serviio.MediaServer"), True),
        (("/usr/bin/kodi",), False),
    ],
)
def test_media_servers(argv: tuple[str, ...], expected: bool) -> None:
    assert is_media_server(Process(9, argv[0].rsplit("/", 1)[-1], 1000, argv)) is expected


def own_share(text: str) -> Share:
    return parse_usershare(text, guests_allowed=True)


def shares(text: str) -> object:
    return list_shares(smb(text)), accepts_smb1(smb(text))


@pytest.mark.parametrize(
    "parse",
    [shares, own_share, parse_version, parse_etab, parse_cupsd_conf, parse_listen, parse_shared],
)
@given(
    text=st.text()
    | st.lists(
        st.sampled_from(
            [
                *("[", "]", "a", "=", "yes", "\n", "\\\n", "include", "%", "/"),
                *("<Location />", "</Location>", "Listen ", "*:", "6", "<Printer x>", "Shared "),
                *("(", ")", "sec=", ","),
            ]
        )
    ).map("".join)
)
def test_nothing_but_a_parse_error_escapes(parse, text: str) -> None:
    with contextlib.suppress(ParseError):
        parse(text)
