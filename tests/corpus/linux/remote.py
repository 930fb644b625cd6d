"""Real outputs about the SSH server."""

import re

from hipaaguard.collect.linux.remote.ssh_server import parse_ports
from hipaaguard.collect.sshd_config import Settings, parse_settings
from hipaaguard.collect.sshd_login import parse_login
from tests.corpus import Case, Reader

NO_CASE = frozenset[str]()


def _settings(case: Case) -> Settings:
    return parse_settings(case.text, lambda pattern: ())


def read_effective(case: Case) -> None:
    # What `sshd -T` prints has the form of the file, every setting with its value.
    settings = _settings(case)
    printed = dict(re.findall(r"^(\w+) (\S+)", case.text, re.MULTILINE))
    for name in ("passwordauthentication", "permitrootlogin", "usepam"):
        assert settings.first((name,), "absent", NO_CASE) == printed.get(name, "absent")
    assert 22 in parse_ports(settings)
    login = parse_login(settings, frozenset({"root"}))
    assert login.password is True
    assert login.root is True


def read_file(case: Case) -> None:
    settings = _settings(case)
    login = parse_login(settings, frozenset({"root"}))
    # Both say `PasswordAuthentication yes` in some spelling, and nothing of the administrator.
    assert settings.first(("passwordauthentication",), "", NO_CASE) == "yes"
    assert settings.first(("kbdinteractiveauthentication",), "unset", NO_CASE) == "unset"
    assert login.password is True
    assert login.root is True


READERS: dict[str, Reader] = {"sshd-T": read_effective, "sshd-config": read_file}
UNUSED: dict[str, str] = {}
