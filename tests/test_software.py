"""Installed and running programs: the names table, and every manager's own form."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.installs import Finding, Install
from hipaaguard.collect.linux.software import dpkg, elsewhere, flatpak, pacman, probe, rpm, snap
from hipaaguard.collect.linux.software.install import lookup, make_install, maker_version
from hipaaguard.collect.live.linux import LinuxHost
from hipaaguard.collect.software_names import Product, find_product, parse_names, shipped_names
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from hipaaguard.policy.condition import version_parts
from tests.conftest import TESTS, needs

TRAPS = {
    "a removed package whose settings remain is not installed": (
        "software-dpkg-removed-settings-left"
    ),
    "Ubuntu's package only fetches the snap": "software-dpkg-package-only-fetches-the-snap",
    "a database that cannot be opened says that nothing is installed": (
        "software-rpm-database-locked"
    ),
    "a package that only provides what another does": "software-pacman-provided-by-another",
    "a package asked for by two names": "software-dpkg-asked-by-two-names",
    "a program of the person that the system does not know": "software-flatpak-of-the-person",
    "a maker's own installer": "software-opt-installed",
    "root has another home folder": "software-root-alone",
    "a package manager that is not asked": "software-manager-unknown",
    "a container hides processes": "software-process-hidden",
    "an error is neither yes nor no": "software-dpkg-cannot-read",
    "epoch and revision are the packager's": "test_versions_as_their_makers_write_them",
    "a release candidate is older than its number": "software-release-candidate",
    "a name that could be an option or a pattern": "test_names_that_no_package_can_have",
}


@pytest.mark.parametrize("name", TRAPS.values())
def test_every_trap_has_its_test(name: str) -> None:
    assert name in globals() or (TESTS / "recordings" / "linux" / name).is_dir()


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        ("6.2.11.5069", "6.2.11.5069"),
        ("1:156.0.8078.79-1~deb12u1", "156.0.8078.79"),
        ("153.7.0esr-1~deb12u1", "153.7.0"),
        ("160.0~build2", "160.0"),
        ("160.0+build2-0ubuntu0.22.04.1~mt1", "160.0"),
        ("132.0+linuxmint1+xia", "132.0"),
        ("157.0.8100.60~linuxmint1+zara", "157.0.8100.60"),
        ("1.60.1+dfsg-2+b5", "1.60.1"),
        ("1.9+really1.8-1", "1.8"),
        ("v1.10", "1.10"),
        ("9.20~rc1-1", "9.20~rc1"),
        ("1.2^git20260101-1", "1.2^git20260101"),
        ("2026.11-rc-1", "2026.11-rc"),
        ("1.1.1w-0+deb12u1", "1.1.1w"),
        ("9" * 70, ""),
        ("1.0\x1b[31m", ""),
    ],
)
def test_versions_as_their_makers_write_them(raw: str, version: str) -> None:
    assert make_install(raw, "x", revision=True).version == version


@pytest.mark.parametrize("text", ["9.20~rc1", "1.2^git20260101", "2.0beta1", "1.1.1w"])
def test_versions_that_may_be_older_than_their_number_cannot_be_compared(text: str) -> None:
    assert version_parts(maker_version(text)) is None


def test_only_the_release_says_that_it_is_long_term() -> None:
    assert make_install("153.7.0esr-1", "x", revision=True).long_term
    assert not make_install("153.7.0-1", "x", revision=True).long_term


def test_products_are_found_by_any_of_their_names() -> None:
    assert find_product("zoom").deb == ("zoom",)
    assert find_product("ANYCONNECT").name == "Cisco Secure Client"
    assert find_product("Firefox").name != find_product("Firefox ESR").name


def test_other_names_are_those_of_packages() -> None:
    package = find_product("PackageKit")
    assert (package.deb, package.rpm) == (("packagekit",), ("PackageKit", "packagekit"))
    assert (package.flatpak, package.opt) == ((), ())
    assert find_product("org.gnome.Maps").flatpak == ("org.gnome.Maps",)


@pytest.mark.parametrize(
    "name",
    ["", "-W", "--root=/tmp", "zo*m", "a/b", "a,b", "a:i386", "x" * 65, "Practice Suite", "é"],
)
def test_names_that_no_package_can_have(name: str) -> None:
    with pytest.raises(ParseError):
        find_product(name)


@given(st.text(max_size=70))
def test_any_name_gives_only_names_that_are_safe_to_ask_for(name: str) -> None:
    try:
        product = find_product(name)
    except ParseError:
        return
    for kind in (product.deb, product.rpm, product.arch, product.nix, product.snap):
        for package in kind:
            assert not package.startswith("-")
            assert not set(package) & set("*?[]/:\\ ")


@pytest.mark.parametrize(
    "entry",
    [
        "{name: A, source: x}",
        "{name: A, deb: [a1]}",
        "{name: A, source: x, deb: [-a]}",
        '{name: A, source: x, deb: ["a*"]}',
        "{name: A, source: x, flatpak: [zoom]}",
        "{name: A, source: x, opt: [/usr/bin/a]}",
        "{name: A, source: x, also: [a], deb: [aa]}",
        "{name: A, source: x, debian: [aa]}",
    ],
)
def test_a_faulty_names_table_is_refused(entry: str) -> None:
    text = f"as_of: 2026-11-23\nproducts:\n  - {entry}\n"
    with pytest.raises(ParseError, match=r"names\.yaml"):
        parse_names(text.encode(), "names.yaml")


def test_the_shipped_names_have_sources() -> None:
    products = shipped_names().products
    assert len(products) > 30
    assert all(product.source.startswith("https://") for product in products)


def test_dpkg_lines() -> None:
    text = "ii \tzoom\t6.2\tZoom\nun \tfirefox\t\t\nhi \tzoom\t6.1\tZoom\n"
    packages = dpkg.parse_packages(text)
    assert [package.state for package in packages] == ["i", "n", "i"]
    for bad in ("zoom 6.2", "ii\tzoom", "iiii\tzoom\t1\tx"):
        with pytest.raises(ParseError):
            dpkg.parse_packages(bad)


@pytest.mark.parametrize(
    ("version", "summary", "itself"),
    [
        ("1:1snap1-0ubuntu5", "Transitional package - firefox -> firefox snap", False),
        ("1:1snap1-0ubuntu7", "Installs Firefox snap and provides some system integration", False),
        ("1:85.0.4183.83-0ubuntu2", "Transitional package - chromium-browser", False),
        ("160.0~build2", "Safe and easy web browser from Mozilla", True),
        ("1.0", "Makes a snapshot", True),
    ],
)
def test_packages_that_only_lead_to_a_snap(version: str, summary: str, itself: bool) -> None:
    assert dpkg.Package("x", "i", version, summary).is_itself is itself


def test_rpm_must_answer_for_every_name() -> None:
    assert rpm.parse_answer("a\t1\npackage b is not installed\n", ("a", "b")) == {
        "a": ("1",),
        "b": (),
    }
    for bad in ("a\t1\n", "a\t1\nc\t1\n", "warning: x\n"):
        with pytest.raises(ParseError):
            rpm.parse_answer(bad, ("a", "b"))


def test_pacman_answers_for_every_package_in_order() -> None:
    absent = "error: package 'b' was not found\n"
    assert pacman.parse_answer("a 1-1\n", absent, ("a", "b")) == {"a": "1-1"}
    assert pacman.parse_answer("x 1-1\n", absent, ("a", "b")) == {}
    for text, errors in (
        ("", absent),
        ("a 1-1\n", ""),
        ("a 1-1\nc 1-1\n", absent),
        ("a 1-1\n", f"error: could not open file\n{absent}"),
        ("a\n", absent),
    ):
        with pytest.raises(ParseError):
            pacman.parse_answer(text, errors, ("a", "b"))


def test_nix_names_begin_their_version_at_a_digit() -> None:
    store = f"/nix/store/{'0' * 32}"
    assert elsewhere.parse_store_path(f"{store}-google-chrome-157.0/bin/x")[0] == "google-chrome"
    assert elsewhere.parse_store_path(f"{store}-openssh/bin/ssh") == ("openssh", "")
    with pytest.raises(ParseError):
        elsewhere.parse_store_path("/usr/bin/firefox")


def test_versions_of_flatpaks_and_snaps() -> None:
    releases = "<release version='9.1'/><release date='x' version=\"10.0\"/>"
    assert flatpak.parse_version(releases) == "10.0"
    assert flatpak.parse_version('<release version="2-beta"/><release version="3"/>') == "2-beta"
    assert flatpak.parse_version('<translation version="9"/>') == ""
    assert snap.parse_version("name: x\nversion: '160.0-2'\n") == "160.0-2"
    assert snap.parse_version("name: x\n") == ""


@given(st.text())
def test_only_a_parse_error_escapes(text: str) -> None:
    for parse in (
        dpkg.parse_packages,
        lambda it: pacman.parse_answer(it, "", ("zoom",)),
        lambda it: pacman.parse_answer("", it, ("zoom",)),
        elsewhere.parse_store_path,
    ):
        try:
            parse(text)
        except ParseError:
            pass
    try:
        rpm.parse_answer(text, ("zoom",))
    except ParseError:
        pass
    assert isinstance(flatpak.parse_version(text), str)
    assert isinstance(snap.parse_version(f"version: {text}"), str)
    assert maker_version(text).isprintable()


@pytest.mark.parametrize("kind", ["deb", "rpm", "arch", "flatpak", "snap", "opt"])
def test_a_package_belongs_to_every_product_that_was_asked_for(kind: str) -> None:
    both = (Product("A", "", **{kind: ("x", "y")}), Product("x", "", **{kind: ("x", "x")}))
    assert lookup(both, kind) == {"x": ("A", "x"), "y": ("A",)}


GAP = Unavailable(Reason.FAILED, "x")


@pytest.mark.parametrize(
    ("finding", "installed", "version"),
    [
        (Finding((), ()), False, Reason.NOT_INSTALLED),
        (Finding((), (GAP,)), Reason.FAILED, Reason.FAILED),
        (Finding((Install("1.2", "a"),), (GAP,)), True, Reason.FAILED),
        (Finding((Install("", "a"),), ()), True, Reason.UNRECOGNISED),
        (Finding((Install("1.10", "a"), Install("1.9.1", "b")), ()), True, "1.9.1"),
        (Finding((Install("1.2", "a"), Install("1.2.0", "b")), ()), True, "1.2"),
        (Finding((Install("1.2", "a"), Install("1.2~rc", "b")), ()), True, Reason.UNRECOGNISED),
    ],
)
def test_what_several_answers_come_to(finding: Finding, installed: object, version: object) -> None:
    def plain(value: object) -> object:
        return value.reason if isinstance(value, Unavailable) else value

    assert plain(finding.installed) == installed
    found = plain(finding.version)
    assert found in (version, f"{version}.0")


def test_this_machine_knows_its_own_package(tmp_path: Path) -> None:
    """The real dpkg-query, with the format and the exit codes that it really has."""
    needs("dpkg-query")
    # Root alone would have no home folder to look into.
    host = LinuxHost({**os.environ, "HOME": str(tmp_path)})
    keys = frozenset({"software.installed(bash)", "process.running(no-such-program)"})
    found = {fact.key: fact.value for fact in probe.collect(host, keys, datetime.now(UTC))}
    assert found["software.installed(bash)"] is True
    assert found["process.running(no-such-program)"] is not True
    absent = dpkg.find(host, (find_product("Zoom"), find_product("no-such-package")))
    assert absent == ()
