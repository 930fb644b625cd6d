"""The machine beneath the programs: its start, clock, logs, USB ports and lid."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.linux.boot import parse_lockdown, parse_variable
from hipaaguard.collect.linux.clock import parse_start
from hipaaguard.collect.linux.power import takes_the_lid
from hipaaguard.collect.linux.processes import Process, matches, parse_arguments, parse_uid
from hipaaguard.collect.linux.services import parse_units
from hipaaguard.collect.linux.system import parse_enforce, parse_hypervisor, parse_profiles
from hipaaguard.collect.linux.systemd_settings import parse_section
from hipaaguard.collect.linux.usb import is_refused
from hipaaguard.errors import ParseError

PARSERS: tuple[Callable[[str], object], ...] = (
    parse_lockdown,
    parse_enforce,
    parse_hypervisor,
    parse_profiles,
    parse_uid,
    parse_units,
    lambda text: parse_section(text, "Login"),
    lambda text: is_refused(text, "usb_storage"),
    takes_the_lid,
    lambda text: parse_start(text, "btime 1\n"),
    lambda text: parse_start("1 (a) " + "0 " * 20, text),
    lambda text: parse_variable(text.encode()),
    lambda text: parse_arguments(text.encode()),
)


@pytest.mark.parametrize("parse", PARSERS, ids=range(len(PARSERS)))
@given(text=st.text(max_size=200) | st.text(alphabet="[]() \n=:Uid01aenforc/", max_size=200))
def test_any_text_is_a_value_or_refused(parse: Callable[[str], object], text: str) -> None:
    with contextlib.suppress(ParseError):
        parse(text)


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ("install usb-storage /bin/false", True),
        ("install usb_storage /usr/bin/true\n", True),
        ("  install  usb-storage   /sbin/true ", True),
        ("blacklist usb-storage", False),
        ("# install usb-storage /bin/false", False),
        ("install usb-storage /bin/false --ignore-install", False),
        ("install usb-storage /sbin/modprobe --ignore-install usb-storage", False),
        ("install usb-storage-extra /bin/false", False),
    ],
)
def test_settings_of_modprobe(settings: str, refused: bool) -> None:
    assert is_refused(settings, "usb_storage") is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Login]\nHandleLidSwitch=ignore\n", {"HandleLidSwitch": "ignore"}),
        ("HandleLidSwitch=ignore\n[Login]\n", {}),
        ("[Login]\n;HandleLidSwitch=ignore\n#A=b\n", {}),
        ("[Login]\nA = b \nA=c\n[Other]\nA=d\n", {"A": "c"}),
        ("[Login]\nA=\n", {"A": ""}),
    ],
)
def test_sections(text: str, expected: dict[str, str]) -> None:
    assert parse_section(text, "Login") == expected


@pytest.mark.parametrize(
    ("process", "name", "same"),
    [
        (Process(1, "sshd", 0, ("/usr/sbin/sshd", "-D")), "sshd", True),
        (Process(1, "sshd", 0, ("sshd: user [priv]",)), "sshd", True),
        (
            Process(1, "systemd-timesyn", 0, ("/usr/lib/systemd/systemd-timesyncd",)),
            "timesyn",
            False,
        ),
        (
            Process(1, "systemd-timesyn", 0, ("/usr/lib/systemd/systemd-timesyncd",)),
            "systemd-timesyncd",
            True,
        ),
        (
            Process(1, "usbguard-daemon", 0, ("/usr/sbin/usbguard-daemon",)),
            "usbguard-daemons",
            False,
        ),
        (Process(2, "kthreadd", 0, ()), "kthreadd", True),
        (Process(9, "python3", 0, ("/usr/bin/python3", "/usr/bin/sshd")), "sshd", False),
        (
            Process(
                9, "gnome-tweak-too", 0, ("/usr/bin/python3", "/usr/libexec/gnome-tweak-tool-a")
            ),
            "gnome-tweak-tool-a",
            True,
        ),
        (
            Process(
                9, "gnome-tweak-too", 0, ("/usr/bin/python3", "/usr/libexec/gnome-tweak-tool-b")
            ),
            "gnome-tweak-tool-a",
            False,
        ),
    ],
)
def test_names_of_processes(process: Process, name: str, same: bool) -> None:
    assert matches(process, name) is same


def test_the_start_of_a_process_is_told_by_what_follows_its_name() -> None:
    fields = " ".join(str(number) for number in range(4, 30))
    assert parse_start(f"300 (odd) name) S {fields}", "cpu 1 2\nbtime 1000\n") == 1001
    with pytest.raises(ParseError):
        parse_start("300 (chronyd) S 1", "btime 1000\n")


@pytest.mark.parametrize(
    ("note", "taken"),
    [
        ("WHAT=handle-power-key:handle-lid-switch\nMODE=block\n", True),
        ("WHAT=handle-lid-switch\nMODE=block-weak\n", True),
        ("WHAT=handle-lid-switch\nMODE=delay\n", False),
        ("WHAT=sleep:shutdown\nMODE=block\nWHY=handle-lid-switch\n", False),
    ],
)
def test_notes_of_logind(note: str, taken: bool) -> None:
    assert takes_the_lid(note) is taken
