"""Updates by dnf, zypper, rpm-ostree and bootc: the parsers, and that asking leaves no trace."""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import Host, Output
from hipaaguard.collect.linux.updates import (
    apart,
    dnf,
    dnf_automatic,
    images,
    ini,
    redhat,
    rpm,
    suse_automatic,
    xml,
    zypper,
)
from hipaaguard.collect.linux.updates.rpm_order import (
    compare_full,
    compare_versions,
    newer_kernel,
)
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable
from tests.conftest import TESTS, needs

TRAPS = {
    "dnf: no security advice on sources without advisories": "updates-dnf4-no-advisories",
    "dnf: only another maker's source has advisories": "updates-dnf4-advisories-of-others-only",
    "dnf: check-update's exit code 100 means updates": "updates-dnf4-updates-waiting",
    "dnf5: another output": "updates-dnf5-security-waiting",
    "dnf5: releases that print no JSON": "updates-dnf5-first-releases",
    "dnf5: another place of dnf-automatic's settings": "updates-dnf5-in-order",
    "dnf: a missing list is answered with nothing waits": "updates-dnf5-one-list-missing",
    "dnf: stale lists": "updates-dnf5-lists-stale",
    "dnf-automatic: installed and not applying": "updates-dnf5-timer-without-apply",
    "dnf-automatic: a timer that only notifies": "updates-dnf4-notify-only",
    "zypper: exit codes 100 and 101": "updates-zypper-exit-101",
    "zypper: a source left out": "updates-zypper-source-skipped",
    "zypper: stale lists": "updates-zypper-lists-stale",
    "rolling releases mark no security update": "updates-zypper-tumbleweed",
    "rpm-ostree: age of the deployment": "updates-rpm-ostree-nothing-newer-for-long",
    "bootc: no known update is not no update": "updates-bootc-nothing-known",
    "reboot: a mark": "updates-zypper-reboot-mark",
    "reboot: needs-restarting": "updates-dnf5-library-replaced",
    "reboot: the running kernel is not the newest": "updates-dnf5-newer-kernel",
    "a fresh program is no update": "updates-dnf5-new-program-is-no-update",
    "asking leaves no trace": "test_the_closed_room_keeps_everything_in",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_is_tested(name: str) -> None:
    recording = TESTS / "recordings" / "linux" / name / "recording.yaml"
    assert recording.is_file() or callable(getattr(sys.modules[__name__], name, None))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.0", "1.1"),
        ("1.9", "1.10"),
        ("1.0a", "1.0b"),
        ("1.0", "1.0a"),
        ("1.a", "1.1"),
        ("1.0~rc1", "1.0"),
        ("1.0~rc1", "1.0~rc2"),
        ("1.0", "1.0^git1"),
        ("1.0^git1", "1.0.1"),
        ("1.0^20260101", "1.0.1"),
        ("5.5p1", "5.5p10"),
        ("10xyz", "10.1xyz"),
        ("xyz10", "xyz10.1"),
        ("2.0", "2.0.1"),
        ("fc9", "fc43"),
    ],
)
def test_order_of_versions(older: str, newer: str) -> None:
    assert compare_versions(older, newer) < 0 < compare_versions(newer, older)


@pytest.mark.parametrize(
    ("one", "other"), [("1.0", "1_0"), ("1.01", "1.1"), ("", ""), ("1.", "1"), ("2_0", "2.0")]
)
def test_versions_that_are_the_same(one: str, other: str) -> None:
    assert compare_versions(one, other) == 0


@pytest.mark.parametrize(
    ("older", "newer"),
    [("9-9", "1:1-1"), ("1.0-1", "1.0-2"), ("1.0-9", "1.1-1"), ("0:1-1", "1-2"), ("1", "1-1")],
)
def test_order_with_epoch_and_release(older: str, newer: str) -> None:
    assert compare_full(older, newer) < 0 < compare_full(newer, older)


@given(st.text("019ab~^._-:"), st.text("019ab~^._-:"))
def test_order_turns_round(one: str, other: str) -> None:
    assert compare_full(one, other) == -compare_full(other, one)


@pytest.mark.parametrize(
    ("running", "others", "expected"),
    [
        ("6.17.4-200.fc43.x86_64", ["6.17.10-200.fc43.x86_64"], True),
        ("6.17.10-200.fc43.x86_64", ["6.17.4-200.fc43.x86_64"], False),
        ("6.17.4-200.fc43.x86_64", ["6.17.4-201.fc43.x86_64"], True),
        ("6.17.4-200.fc43.x86_64", ["6.18.0-1.fc43.x86_64+debug"], False),
        ("6.17.4-200.fc43.x86_64+rt", ["6.17.5-200.fc43.x86_64+rt"], True),
        ("6.4.0-150600.23.73-default", ["6.4.0-150600.23.100-default"], True),
        ("6.4.0-150600.23.73-default", ["6.5.0-1-azure"], False),
        ("6.18.0-custom", [], False),
        ("built by hand", [], None),
    ],
)
def test_newer_kernel(running: str, others: list[str], expected: bool | None) -> None:
    assert newer_kernel(running, (running, *others)) is expected


def test_a_kernel_that_is_not_installed_is_not_compared() -> None:
    assert newer_kernel("6.17.4-200.fc43.x86_64", ("6.17.3-200.fc43.x86_64",)) is None


def advice(name: str, evr: str = "1-1") -> dnf.Advice:
    return dnf.Advice(name, evr, "x86_64")


@pytest.mark.parametrize(
    ("found", "waiting"),
    [
        ([], 0),
        ([advice("a"), advice("a", "2-1"), advice("b")], 2),
        ([advice("kernel-core", "6.17.4-200.fc43")], 0),
        ([advice("kernel-core", "6.17.5-200.fc43")], 1),
        ([advice("kernel-modules-core", "6.17.3-200.fc43")], 0),
        ([advice("kernel-rt-core", "6.17.3-200.fc43")], 0),
        ([advice("kernel-tools", "6.17.3-200.fc43")], 1),
    ],
)
def test_what_waits_for_a_security_fix(found: list[dnf.Advice], waiting: int) -> None:
    assert dnf.still_waiting(tuple(found), "6.17.4-200.fc43") == waiting


def test_without_a_known_kernel_every_advice_counts() -> None:
    assert dnf.still_waiting((advice("kernel-core", "1-1"),), "") == 1


@pytest.mark.parametrize(
    "text",
    [
        "Error: Cache-only enabled but no cache for 'updates'\n",
        "a.x86_64  1-1\n",
        "a.x86_64  1-1  updates  and-more\n",
        "a  1-1  updates\n",
        "a.x86_64  1  updates\n",
        "Mises à niveau disponibles\na.x86_64  1-1  updates\n",
    ],
    ids=["error", "cut", "too long", "no architecture", "no release", "French"],
)
def test_a_list_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        dnf.parse_updates(text)


@pytest.mark.parametrize(
    "data",
    ["", "[]", '{"upgrades": null}', '{"upgrades": [1]}', '{"updates": []}', '{"upgrades": [{}]}'],
)
def test_json_of_another_form_is_refused(data: str) -> None:
    with pytest.raises(ParseError):
        dnf.parse_updates_json(data)


@pytest.mark.parametrize("data", ["{}", "", '[{"type": "security"}]', '[{"type": 1, "nevra": ""}]'])
def test_advice_of_another_form_is_refused(data: str) -> None:
    with pytest.raises(ParseError):
        dnf.parse_advice_json(data)


def test_advice_of_an_unknown_package_form_is_refused_whatever_its_type() -> None:
    with pytest.raises(ParseError):
        dnf.parse_advice_json('[{"type": "security", "nevra": "no-architecture"}]')
    with pytest.raises(ParseError):
        dnf.parse_advice("RHSA-1 Important/Sec. nonsense\n")


def test_the_core_of_the_system_has_to_be_there() -> None:
    with pytest.raises(ParseError, match="every system has"):
        rpm.parse_installed("package glibc is not installed\nsystemd 1-1 1700000000\n")
    with pytest.raises(ParseError, match="form"):
        rpm.parse_installed("error: cannot open Packages database\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[commands]\napply_updates = yes\n", True),
        ("[commands]\napply_updates=1\n", True),
        ("[commands]\napply_updates = no\n", False),
        ("[commands]\n# apply_updates = yes\n", False),
        ("[emitters]\napply_updates = yes\n", False),
        ("", False),
        ("[commands]\napply_updates = yes\napply_updates = no\n", False),
    ],
)
def test_whether_settings_install(text: str, expected: bool) -> None:
    assert dnf_automatic.applies(ini.parse_settings(text)) is expected


def test_a_value_that_goes_on_in_the_next_line() -> None:
    settings = ini.parse_settings("[main]\nexcludepkgs = kernel*\n  firefox\n")
    assert settings["main"]["excludepkgs"] == "kernel* firefox"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, False),
        ({"AOU_ENABLE_CRONJOB": "true"}, None),
        ({"AOU_ENABLE_CRONJOB": "true", "AOU_SKIP_INTERACTIVE_PATCHES": "false"}, True),
        ({"AOU_ENABLE_CRONJOB": "true", "AOU_PATCH_CATEGORIES": "recommended"}, False),
    ],
)
def test_online_update(settings: dict[str, str], expected: bool | None) -> None:
    assert suse_automatic.yast_installs(settings) is expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<stream/>",
        "<stream><update-status/></stream>",
        '<stream><message type="warning">x</message>'
        "<update-status><update-list/></update-status></stream>",
        "<stream><update-status><update-list><update/></update-list></update-status></stream>",
        '<!DOCTYPE a [<!ENTITY x "y">]><stream/>',
    ],
)
def test_an_answer_that_zypper_did_not_finish_is_refused(body: str) -> None:
    with pytest.raises(ParseError):
        zypper.parse_updates(body)


ENTRY = "version {}\noptions root=UUID=0 ostree=/ostree/boot.{}/fedora/{}/0 quiet\n"


def test_the_entry_with_the_highest_version_starts() -> None:
    entries = {"a": ENTRY.format(9, 1, "old"), "b": ENTRY.format(10, 0, "new"), "c": "title x\n"}
    assert images.parse_default(entries) == "/ostree/boot.0/fedora/new/0"


def test_source_of_updates_leads_nowhere_else() -> None:
    with pytest.raises(ParseError):
        images.parse_source({"origin": {"refspec": "fedora:../../etc/passwd"}})


@pytest.mark.parametrize(
    ("cached", "staged", "expected"),
    [
        (None, None, None),
        ("1", None, False),
        ("2", None, True),
        ("2", "2", False),
        ("3", "2", True),
    ],
)
def test_bootc_knows_of_a_newer_image(
    cached: str | None, staged: str | None, expected: bool | None
) -> None:
    booted = {"image": {"imageDigest": "1"}, "cachedUpdate": cached and {"imageDigest": cached}}
    status = {"booted": booted, "staged": staged and {"image": {"imageDigest": staged}}}
    assert images.parse_bootc(json.dumps({"status": status})) is expected


PARSERS: tuple[Callable[[str], object], ...] = (
    dnf.parse_updates,
    dnf.parse_updates_json,
    dnf.parse_advice,
    dnf.parse_advice_json,
    dnf.parse_content,
    ini.parse_settings,
    ini.parse_switch,
    images.parse_bootc,
    images.parse_deployment,
    images.parse_running,
    images.parse_status,
    lambda text: images.parse_default({"ostree-1.conf": text}),
    lambda text: images.parse_source(ini.parse_settings(text)),
    lambda text: dnf.find_repositories((ini.parse_settings(text),)),
    lambda text: zypper.find_repositories((ini.parse_settings(text),)),
    lambda text: dnf_automatic.only_security(ini.parse_settings(text)),
    lambda text: suse_automatic.yast_installs(suse_automatic.parse_sysconfig(text)),
    rpm.parse_installed,
    rpm.parse_start,
    xml.parse_xml,
    zypper.parse_updates,
)
PIECES = st.lists(
    st.sampled_from(
        [
            *("[main]", "enabled=", "=", "0", "1", "a.x86_64", "1-1", "updates", "\n", " ", "\t"),
            *("FEDORA-1", "security", "Important/Sec.", "a-1-1.x86_64", "version ", "options "),
            *(
                "ostree=/ostree/boot.0/a/b/0",
                "btime ",
                "99999999999",
                "glibc 1-1 5",
                "systemd 1-1 ",
            ),
            *("<stream>", "</stream>", "<update-status>", "<a b='c'/>", "{", "}", "null", '"a":'),
            *(
                '{"deployments":[],"cached-update":{"advisories":[[1]]}}',
                '{"status":{"booted":{}}}',
            ),
            *("[origin]\n", "refspec=a:b", "/ostree/deploy/a/deploy/" + "0" * 64 + ".0", "²", "٣"),
        ]
    )
).map("".join)


@given(st.one_of(st.text(), PIECES))
def test_parsers_raise_nothing_else_on_rubbish(text: str) -> None:
    for parse in PARSERS:
        with suppress(ParseError):
            parse(text)


def in_room(host: Host, *command: str) -> Output:
    answer = apart.in_room(host, *command, installer="")
    assert not isinstance(answer, Unavailable), answer
    if b"bwrap: " in answer.stderr:
        pytest.skip("nobody may make a closed room here")
    return answer


def test_the_closed_room_keeps_everything_in(tmp_path: Path) -> None:
    needs("bwrap")
    tmp_path.chmod(0o777)
    traces = [tmp_path / "trace", Path("/var/tmp/hg-trace"), Path("/etc/hg-trace")]  # noqa: S108 - where programs leave traces
    tries = "; ".join(f"echo x > {trace}" for trace in traces)
    answer = in_room(LinuxHost({}), "sh", "-c", f"{tries}; id -u; cat /proc/net/dev")
    assert not [trace for trace in traces if trace.exists()]
    user, *network = answer.text.splitlines()
    assert user == str(apart.NOBODY_UID)
    assert [line.split(":")[0].strip() for line in network[2:]] == ["lo"]
    assert b"/etc/hg-trace" in answer.stderr


def test_dnf_is_never_told_to_fetch() -> None:
    for version in (redhat.DNF4, redhat.DNF5):
        questions = [question for question, _ in (*version.updates, *version.advice)]
        assert questions
        assert not {"makecache", "--refresh", "upgrade", "update"} & {it[0] for it in questions}
