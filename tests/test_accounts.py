"""Accounts: the parsers and rules; whole machines are recordings."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.linux import folders
from hipaaguard.collect.linux.accounts import (
    files,
    grants,
    logins,
    pam,
    passwords,
    sudoers,
    users,
)
from hipaaguard.collect.linux.accounts.passwords import PasswordFiles
from hipaaguard.collect.linux.accounts.sudoers import Caller, Grant
from hipaaguard.collect.recorded import Recorded
from hipaaguard.collect.recording import Recording
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Reason, Unavailable
from tests.conftest import NOW, TESTS

TRAPS = {
    "the disk's password is not the log-in's": "accounts-gdm-disk-unlocked-then-logs-in",
    "chosen by what is in use, not installed": "accounts-sddm-another-screen-is-set",
    "a later file counts more": "accounts-sddm-later-file-turns-it-off",
    "a commented example": "accounts-gdm-asks-for-the-password",
    "an empty password that nothing accepts": "accounts-empty-password-without-nullok",
    "credits shorten the length": "accounts-length-less-its-credits",
    "arguments count more than files": "accounts-length-arguments-win",
    "a setting that nothing reads": "accounts-length-set-but-not-used",
    "0 means never": "accounts-lock-out-of-zero-attempts",
    "counted but not asked": "accounts-lock-out-counted-but-not-asked",
    "asked but not counted": "accounts-lock-out-asked-but-not-counted",
    "only one of several services": "accounts-lock-out-not-at-the-desktop",
    "a group's name gives no rights": "accounts-wheel-without-a-rule",
    "another account's password": "accounts-sudo-target-password",
    "an authentication that is switched off": "accounts-sudo-authentication-off",
    "a file that sudo passes over": "accounts-sudo-file-with-a-dot",
    "absent key treated as 0": "test_a_missing_answer_is_not_an_absent_file",
    "accounts that are elsewhere": "accounts-people-in-a-directory",
    "guests by default, without their script": "accounts-lightdm-guests-without-their-script",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_has_its_test(name: str) -> None:
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


# --- files that need not be there


def host(**parts: object) -> ReplayHost:
    parts = {"otherwise": "absent"} | parts
    return ReplayHost(Recording(Recorded(Platform.LINUX, "made by hand", NOW, **parts), {}))  # type: ignore[arg-type]


def test_a_file_that_is_not_there() -> None:
    assert folders.read_if_there(host(files={"/etc/a": "x"}), "/etc/b") is None
    assert folders.read_if_there(host(files={"/etc/a": "x"}), "/etc/b.d/c") is None
    assert files.is_there(host(files={"/etc/a": "x"}), "/etc/b") is False
    assert folders.names_in(host(files={"/etc/a": "x"}), "/etc/b.d") == ()


def test_a_missing_answer_is_not_an_absent_file() -> None:
    listed = host(folders={"/etc": ("b",), "/": ("etc",)})
    for answer in (
        folders.read_if_there(listed, "/etc/b"),
        files.is_there(listed, "/etc/b"),
        folders.names_in(listed, "/etc/b"),
        folders.read_if_there(host(), "/etc/b"),
        folders.read_if_there(host(otherwise="unknown"), "/etc/b"),
    ):
        assert isinstance(answer, Unavailable)
        assert answer.reason in (Reason.FAILED, Reason.UNRECOGNISED, Reason.NOT_INSTALLED)


# --- accounts

PASSWD = "root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/user:\n"


def test_an_empty_shell_lets_in() -> None:
    assert [it.name for it in users.people(users.parse_passwd(PASSWD), range(1000, 2000))] == [
        "user"
    ]


@pytest.mark.parametrize("text", ["", "root\n", "+::::::\n", "a:x:b:0::/:/bin/sh\n", "a:b\n"])
def test_lists_of_accounts_that_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        users.parse_passwd(text)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("passwd: files systemd\n", set()),
        ("passwd: files [!UNAVAIL=return] ldap # comment\n", {"ldap"}),
        ("passwd:compat\npasswd_compat: nis\n", {"nis"}),
        ("group: files ldap\n# passwd: ldap\n", set()),
    ],
)
def test_where_accounts_come_from(text: str, foreign: set[str]) -> None:
    assert users.parse_foreign_sources(text) == foreign


def test_the_numbers_of_people() -> None:
    assert users.parse_uid_range("UID_MIN 500 # old\n#UID_MAX 7\n") == range(500, 60_001)
    with pytest.raises(ParseError):
        users.parse_uid_range("UID_MIN many\n")


# --- log-in screens


@pytest.mark.parametrize(
    ("text", "autologin"),
    [
        ("", False),
        ("[daemon]\nAutomaticLoginEnable=True\nAutomaticLogin=user\n", True),
        ("[daemon]\nAutomaticLoginEnable=1\nAutomaticLogin=user\n", True),
        ("[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=root\n", False),
        ("[security]\nAutomaticLoginEnable=true\nAutomaticLogin=user\n", False),
        ("[daemon]\nTimedLoginEnable=true\n", False),
    ],
)
def test_gdm(text: str, autologin: bool) -> None:
    assert logins.gdm((text,)).autologin is autologin


@pytest.mark.parametrize(
    ("text", "script", "screen"),
    [
        ("", True, (False, True)),
        ("[Seat:*]\nallow-guest=false\n", True, (False, False)),
        ("[SeatDefaults]\nautologin-guest=true\n", True, (True, True)),
        ("[SeatDefaults]\nautologin-guest=true\n", False, (False, False)),
        ("[Seat:*]\nallow-guest=false\n[Seat:seat1]\nallow-guest=true\n", True, (False, True)),
        ("[LightDM]\nautologin-user=user\n[Seat:*]\nallow-guest=false\n", True, (False, False)),
    ],
)
def test_lightdm(text: str, script: bool, screen: tuple[bool, bool]) -> None:
    assert logins.lightdm((text,), guest_script=script) == logins.Screen(*screen)


@pytest.mark.parametrize(
    ("command", "logs_in"),
    [
        ("-/sbin/agetty -o '-p -- \\\\u' --noclear - $TERM", False),
        ("-/sbin/agetty --autologin user --noclear %I $TERM", True),
        ("-/sbin/agetty --autologin=user %I", True),
        ("-/sbin/agetty -a user %I $TERM", True),
        ("-/usr/bin/login -f user", True),
        ("-/sbin/agetty -f /etc/issue.tty1 --noclear - $TERM", False),
        ("-/sbin/agetty --login-options '-p -f -- user' --skip-login %I", True),
        ("-/sbin/agetty -n -o '-f user' %I", True),
        ("@/nix/store/x/sbin/agetty agetty --login-program /nix/store/y/bin/login %I", False),
    ],
)
def test_text_consoles(command: str, logs_in: bool) -> None:
    unit = "[Service]\nExecStart=-/sbin/agetty %I\n"
    drop_in = f"[Service]\nExecStart=\nExecStart={command}\n"
    assert logins.parse_start_command((unit, drop_in)) is logs_in


@pytest.mark.parametrize(
    "command",
    ["/nix/store/x-autologin", "-/sbin/agetty -n -l /usr/local/bin/autologin %I", "'", "-"],
)
def test_text_consoles_of_which_nothing_is_known(command: str) -> None:
    with pytest.raises(ParseError):
        logins.parse_start_command((f"[Service]\nExecStart={command}\n",))


@pytest.mark.parametrize(
    ("line", "logs_in"),
    [
        ("~~:S:wait:/sbin/sulogin", False),
        ("tty1::respawn:/sbin/getty 38400 tty1", False),
        ("#tty1::respawn:/sbin/agetty -a user tty1", False),
        ("1:2345:off:/sbin/agetty -a user tty1", False),
        ("1:2345:respawn:/sbin/agetty -a user tty1", True),
        ("tty1::respawn:/bin/login -f root", True),
    ],
)
def test_inittab(line: str, logs_in: bool) -> None:
    assert logins.parse_inittab(f"::sysinit:/sbin/openrc sysinit\n{line}\n") is logs_in


@pytest.mark.parametrize(
    "session",
    [
        "",
        'command = "tuigreet --cmd sway"\nuser = "greeter"\n',
        'command = "tuigreet --cmd sway"\nuser = "user"\n',
        'command = "sway --config /etc/greetd/sway-config"\n',
        'command = "cosmic-comp"\nuser = "cosmic-greeter"\n',
    ],
)
def test_greetd_that_asks(session: str) -> None:
    assert logins.greetd((f"[default_session]\n{session}",)) == logins.Screen(autologin=False)


def test_greetd_whose_default_session_is_no_log_in_screen() -> None:
    with pytest.raises(ParseError, match="not known as a log-in screen"):
        logins.greetd(('[default_session]\ncommand = "sway"\nuser = "user"\n',))


def test_suse() -> None:
    assert logins.parse_suse('DISPLAYMANAGER_AUTOLOGIN="user"\n') is True
    assert (
        logins.parse_suse('DISPLAYMANAGER_AUTOLOGIN="user"\nDISPLAYMANAGER_AUTOLOGIN=\n') is False
    )
    assert logins.parse_suse("#DISPLAYMANAGER_AUTOLOGIN=user\n") is False


# --- PAM


def test_a_stack_takes_includes_in_their_places() -> None:
    texts = {
        "login": "auth required pam_a.so\nauth substack b\n@include c\naccount include b\n",
        "b": "auth [success=1 default=ignore] pam_b.so x [y z]\npassword required pam_x.so\n",
        "c": "-auth optional /lib/security/pam_c.so # comment\n",
    }
    lines = pam.stack("auth", "login", lambda name: pam.parse_pam(texts[name]))
    assert not isinstance(lines, Unavailable)
    assert [it.module for it in lines] == ["pam_a", "pam_b", "pam_c"]
    assert lines[1].args == ("x", "y z")
    assert lines[1].actions == {"success": "1", "default": "ignore"}


def test_a_stack_without_an_end_is_refused() -> None:
    with pytest.raises(ParseError, match="without an end"):
        pam.stack("auth", "a", lambda name: pam.parse_pam("auth include a\nauth include a\n"))


def test_a_stack_with_a_missing_file_is_refused() -> None:
    with pytest.raises(ParseError, match="not there"):
        pam.stack("auth", "a", lambda name: None)


@pytest.mark.parametrize("text", ["auth required\n", "nonsense a b\n", "auth\n"])
def test_rules_for_log_ins_that_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        pam.parse_pam(text)


def length(stack: str, *pwquality: str) -> int | None:
    return passwords.minimum_length(pam.parse_pam(stack), PasswordFiles(pwquality))


@pytest.mark.parametrize(
    ("stack", "files", "shortest"),
    [
        ("password requisite pam_pwquality.so\n", (), 8),
        ("password requisite pam_pwquality.so minlen=3\n", (), 6),
        ("password requisite pam_pwquality.so\n", ("minlen = 10\n", "minlen=12 # x\n"), 12),
        ("password requisite pam_pwquality.so\n", ("minlen 11\n",), 11),
        ("password requisite pam_pwquality.so\n", ("#minlen = 20\n",), 8),
        ("password requisite pam_pwquality.so minlen=10 dcredit=5 ucredit=5\n", (), 5),
        ("password requisite pam_pwquality.so minlen=8 dcredit=-5 ocredit=-5\n", (), 10),
        ("password [default=bad success=ok] pam_pwquality.so\n", (), 8),
        ("password optional pam_pwquality.so\n", (), None),
        ("password required pam_cracklib.so\n", (), 5),
        ("password required pam_unix.so minlen=9\n", (), 9),
        ("password required pam_unix.so\n", (), None),
        ("password required pam_unix_ng.so minlen=9\n", (), 9),
        ("password requisite pam_pwquality.so\npassword required pam_unix.so minlen=9\n", (), 9),
        ("password required pam_passwdqc.so enforce=none\n", (), None),
        ("password required pam_passwdqc.so min=disabled,24,12,12,12\n", (), 12),
    ],
)
def test_the_shortest_password(stack: str, files: tuple[str, ...], shortest: int | None) -> None:
    assert length(stack, *files) == shortest


@pytest.mark.parametrize(
    "stack",
    [
        "password requisite pam_pwquality.so minlen=ten\n",
        "password sufficient pam_x.so\npassword requisite pam_pwquality.so\n",
        "password [success=1 default=ignore] pam_x.so\npassword requisite pam_pwquality.so\n",
        "password requisite pam_passwdqc.so config=/elsewhere\n",
    ],
)
def test_lengths_that_cannot_be_told(stack: str) -> None:
    with pytest.raises(ParseError):
        length(stack)


FAILLOCK = """auth required pam_faillock.so preauth{0}
auth sufficient pam_unix.so
auth required pam_faillock.so authfail{1}
"""


@pytest.mark.parametrize(
    ("arguments", "settings", "after"),
    [
        (("", ""), "", 3),
        (("", ""), "deny = 6\n", 6),
        ((" deny=5", " deny=5"), "deny = 6\n", 5),
        ((" deny=5", " deny=9"), "", 9),
        (("", ""), "deny = 0\n", None),
    ],
)
def test_lock_out(arguments: tuple[str, str], settings: str, after: int | None) -> None:
    lines = pam.parse_pam(FAILLOCK.format(*arguments))
    assert passwords.lockout(lines, settings).after == after


def test_lock_out_by_the_first_example_of_the_manual() -> None:
    # pam_faillock(8): without preauth, by authfail and authsucc.
    text = (
        "auth [success=1 default=bad] pam_unix.so\nauth [default=die] pam_faillock.so authfail\n"
        "auth sufficient pam_faillock.so authsucc\nauth required pam_deny.so\n"
    )
    assert passwords.lockout(pam.parse_pam(text), "deny=4\n").after == 4


@pytest.mark.parametrize(
    "text",
    [
        "auth requisite pam_unix.so\nauth required pam_faillock.so authfail\n",
        FAILLOCK.format("", "").replace(
            "required pam_faillock.so preauth", "optional pam_faillock.so preauth"
        ),
        "auth required pam_tally2.so\nauth required pam_unix.so\n",
        "auth required pam_tally2.so deny=0\nauth required pam_unix.so\n",
        "auth required pam_unix.so\n",
    ],
)
def test_what_does_not_lock(text: str) -> None:
    assert passwords.lockout(pam.parse_pam(text), "").after is None


def test_exempt_accounts_make_it_unknown() -> None:
    with pytest.raises(ParseError, match="exempt"):
        passwords.lockout(pam.parse_pam(FAILLOCK.format("", "")), "admin_group = wheel\n")


# --- sudo, doas, polkit

USER = Caller("user", 1000, frozenset({"user", "wheel"}), frozenset({1000, 998}))
NOTHING, ALL, FREE = Grant(), Grant(everything=True), Grant(everything=True, without_password=True)


@pytest.mark.parametrize(
    ("rules", "given"),
    [
        ("", NOTHING),
        ("root ALL=(ALL) ALL\n", NOTHING),
        ("user ALL=(ALL:ALL) ALL\n", ALL),
        ("user ALL=ALL\n", ALL),
        ("#1000 ALL=ALL\n", ALL),
        ("# 1000 ALL=ALL\n", NOTHING),
        ("%wheel ALL=(ALL) ALL # comment\n", ALL),
        ("%#998 ALL=(ALL) ALL\n", ALL),
        ("%other ALL=(ALL) ALL\n", NOTHING),
        ("%wheel ALL=(ALL) NOPASSWD:ALL\n", FREE),
        ("%wheel ALL=(ALL) NOPASSWD: SETENV: ALL\n", FREE),
        ("%wheel\\\n   ALL=(ALL) NOPASSWD: \\\n ALL\n", FREE),
        ("user, other ALL = (ALL) ALL\n", ALL),
        ("ALL, !user ALL=(ALL) ALL\n", NOTHING),
        ("user ALL=(www-data) ALL\n", NOTHING),
        ("user ALL=(www-data, root) ALL\n", ALL),
        ("user ALL=(:adm) ALL\n", NOTHING),
        ("user ALL=(ALL) ALL, !/usr/bin/su\n", ALL),
        ("user ALL=(ALL) ALL\nuser ALL=(ALL) !ALL\n", NOTHING),
        ("Defaults !authenticate\nuser ALL=(ALL) ALL\n", FREE),
        ("Defaults:other !authenticate\nuser ALL=(ALL) ALL\n", ALL),
        ("Defaults:%wheel !authenticate\nuser ALL=(ALL) ALL\n", FREE),
        ("Defaults !authenticate\nuser ALL=(ALL) PASSWD: ALL\n", ALL),
        ("Defaults exempt_group=wheel\nuser ALL=(ALL) ALL\n", FREE),
        ("Defaults rootpw\nuser ALL=(ALL) ALL\n", NOTHING),
        ("Defaults targetpw\nuser ALL=(ALL) NOPASSWD: ALL\n", FREE),
        ("Defaults targetpw\nDefaults !targetpw\nuser ALL=(ALL) ALL\n", ALL),
        ("User_Alias A = user, B : C = other\nA ALL=(ALL) ALL\n", ALL),
        ("Host_Alias H = ALL\nRunas_Alias R = root\nuser H=(R) ALL\n", ALL),
        ("user ALL=(ALL) /usr/bin/vim\n", Grant(some=True)),
        ("user ALL=(ALL) NOPASSWD: /usr/bin/vim, PASSWD: ALL\n", ALL),
        ('Defaults secure_path="/a:/b, c"\nuser ALL=(ALL) ALL\n', ALL),
        ('Defaults env_keep += "A B", env_reset\nuser ALL=(ALL) ALL\n', ALL),
    ],
)
def test_what_sudo_gives(rules: str, given: Grant) -> None:
    assert sudoers.grant(sudoers.parse_sudoers(rules), USER) == given


@pytest.mark.parametrize(
    "rules",
    [
        "user ALL\n",
        "user ALL=\n",
        "nonsense\n",
        "user ALL=(ALL\n",
        "User_Alias lower = user\n",
        'user ALL=(ALL) "ALL\n',
        "+people ALL=(ALL) ALL\n",
        "user workstation=(ALL) ALL\n",
        "user ALL=(ALL) NOTAFTER=20270101000000Z ALL\n",
        "User_Alias A = B, B\nUser_Alias B = A, A\nA ALL=(ALL) ALL\n",
    ],
)
def test_rules_of_sudo_that_cannot_be_told(rules: str) -> None:
    with pytest.raises(ParseError):
        sudoers.grant(sudoers.parse_sudoers(rules), USER)


def test_includes() -> None:
    text = "Defaults env_reset\n@includedir /etc/sudoers.d\nroot ALL=ALL\n"
    assert sudoers.cut_at_include(text) == (
        "Defaults env_reset\n",
        "folder /etc/sudoers.d",
        "\nroot ALL=ALL\n",
    )
    assert sudoers.cut_at_include('#include "/etc/a b"\n')[1] == "file /etc/a b"
    assert sudoers.cut_at_include("# include a file\n") == ("# include a file\n", "", "")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", (False, False)),
        ("permit :wheel\n", (True, False)),
        ("permit persist :wheel as root\n", (True, False)),
        ("permit nopass keepenv user\n", (True, True)),
        ("permit nopass setenv { A=b } 1000\n", (True, True)),
        ("permit nopass user\ndeny user\n", (False, False)),
        ("permit nopass user cmd reboot\n", (False, False)),
        ("permit nopass user as www\n", (False, False)),
        ("permit nopass other\n", (False, False)),
    ],
)
def test_what_doas_gives(text: str, given: tuple[bool, bool]) -> None:
    assert grants.parse_doas(text, USER) == grants.DoasGrant(*given)


RULE = "polkit.addAdminRule(function(action, subject) {{ return [{}]; }});"


def test_administrators_of_polkit() -> None:
    names = '"unix-group:wheel", "unix-user:x"'
    assert grants.parse_admin_rule(RULE.format(names)) == ("group wheel", "user x")
    assert grants.parse_admin_rule(f"// {RULE.format(names)}") is None
    assert grants.parse_admin_rule("polkit.addRule(function() {});") is None
    with pytest.raises(ParseError, match="by a program"):
        grants.parse_admin_rule(RULE.format(names).replace("return", "if (x) return"))


def test_the_first_rule_of_polkit_counts_and_that_in_etc_before_others() -> None:
    rules = {
        "/usr/share/polkit-1/rules.d/50-default.rules": RULE.format('"unix-group:wheel"'),
        "/etc/polkit-1/rules.d/50-default.rules": RULE.format('"unix-group:ops"'),
        "/etc/polkit-1/rules.d/60-later.rules": RULE.format('"unix-group:late"'),
    }
    assert grants.first_admin_rule(rules) == ("group ops",)
    assert grants.is_named(("group wheel",), USER)
    assert not grants.is_named(("group ops", "user wheel"), USER)


# --- no parser raises anything else

PARSERS: tuple[Callable[[str], object], ...] = (
    lambda text: grants.parse_doas(text, USER),
    grants.parse_admin_identities,
    grants.parse_admin_rule,
    lambda text: logins.gdm((text,)),
    lambda text: logins.greetd((text,)),
    lambda text: logins.lightdm((text,), guest_script=True),
    lambda text: logins.lxdm((text,)),
    lambda text: logins.ly((text,)),
    logins.parse_inittab,
    lambda text: logins.parse_start_command((text,)),
    logins.parse_suse,
    lambda text: logins.sddm((text,)),
    pam.parse_pam,
    lambda text: passwords.lockout(pam.parse_pam(text), text),
    lambda text: passwords.minimum_length(pam.parse_pam(text), PasswordFiles((text,), text)),
    sudoers.cut_at_include,
    lambda text: sudoers.grant(sudoers.parse_sudoers(text), USER),
    users.parse_foreign_sources,
    users.parse_group,
    users.parse_passwd,
    users.parse_shadow,
    users.parse_uid_range,
)
WORDS = st.sampled_from(
    [
        *'=:,!%#@()[]"\\ \n',
        *("ALL", "user ", "Defaults", "authenticate", "NOPASSWD:", "User_Alias A", "x:0:0"),
        *("auth ", "password ", "required ", "pam_pwquality.so ", "pam_faillock.so ", "deny="),
        *("minlen=", "permit ", "nopass ", "[Seat:*]", "ExecStart=", "UID_MIN"),
    ]
)


@given(st.one_of(st.text(), st.lists(WORDS).map("".join)))
def test_parsers_raise_only_their_error(text: str) -> None:
    for parse in PARSERS:
        with contextlib.suppress(ParseError):
            parse(text)
