"""Real outputs about installed programs."""

import re

from hipaaguard.collect.installs import Install
from hipaaguard.collect.linux.software.dpkg import Package, installed
from hipaaguard.collect.linux.software.install import make_install
from hipaaguard.collect.linux.software.pacman import parse_answer as parse_pacman
from hipaaguard.collect.linux.software.rpm import parse_answer as parse_rpm
from tests.corpus import Case


def read_dpkg_list(case: Case) -> None:
    """A table for people: its states, names, versions and summaries, put as dpkg-query's lines."""
    rows = [line.split(maxsplit=4) for line in case.text.splitlines()[5:] if line]
    packages = [Package(row[1], row[0][1], row[2], "".join(row[4:])) for row in rows]
    found = {package.name: installed(package) for package in packages}
    assert len(found) > 500
    assert found["acpid"] == Install("2.0.28", "dpkg-query")
    # 3.20191021.1+really3…, which the table cuts off there: what follows `really` is meant.
    assert found["amd64-microcode"] == Install("3", "dpkg-query")
    left = [package.name for package in packages if package.state == "c"]
    assert left
    assert all(found[name] is None for name in left)


def read_rpm_information(case: Case) -> None:
    """Pages for people: their names and versions, put as the lines that are asked for."""
    names = re.findall(r"^Name +: (\S+)$", case.text, re.MULTILINE)
    versions = re.findall(r"^Version +: (\S+)$", case.text, re.MULTILINE)
    assert len(names) == len(versions) > 100
    lines = "".join(f"{name}\t{version}\n" for name, version in zip(names, versions, strict=True))
    found = parse_rpm(f"{lines}package zoom is not installed\n", (*set(names), "zoom"))
    # The epoch stands apart.
    assert found["make"] == ("3.82",)
    assert found["zoom"] == ()


def read_pacman_information(case: Case) -> None:
    """Pages for people: their names and versions, put as pacman answers for single packages."""
    names = re.findall(r"^Name +: (\S+)$", case.text, re.MULTILINE)
    versions = re.findall(r"^Version +: (\S+)$", case.text, re.MULTILINE)
    assert len(names) == len(versions) > 1
    packages = dict(zip(names, versions, strict=True))
    lines = "".join(f"{name} {version}\n" for name, version in packages.items())
    absent = "error: package 'zoom' was not found\n"
    # The absent one stands first: an answer that is a line off would give every version to another.
    assert parse_pacman(lines, absent, ("zoom", *packages)) == packages
    for name, version in packages.items():
        assert parse_pacman(f"{name} {version}\n", "", (name,)) == {name: version}
    assert make_install(versions[0], "", revision=True).version == versions[0].rpartition("-")[0]


READERS = {
    "dpkg-l": read_dpkg_list,
    "pacman-Q": read_pacman_information,
    "rpm-qa": read_rpm_information,
}
UNUSED = {
    "flatpak-list": "Flatpak's own folders tell the same of one application, without the whole"
    " list.",
    "snap-list": "Each snap's own description tells its version, and the daemon that prints the"
    " list need not be woken.",
}
