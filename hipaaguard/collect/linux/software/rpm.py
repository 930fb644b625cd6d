"""What RPM has installed: Fedora, openSUSE, RHEL and their relatives, image-based ones too.

`rpm` is asked only where its database is there: it would make an empty one.
"""

import re

from hipaaguard.collect.host import Host, Output, attempt, is_absent, is_there
from hipaaguard.collect.installs import Found
from hipaaguard.collect.linux.software.install import lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "rpm -q"
# rpm's own folder, and where Fedora and openSUSE have moved it.
_DATABASES = tuple(
    f"{folder}/{name}"
    for folder in ("/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm")
    for name in ("rpmdb.sqlite", "Packages.db", "Packages")
)
_FORMAT = r"%{NAME}\t%{VERSION}\n"
_ABSENT = re.compile(r"package (\S+) is not installed")


def parse_answer(text: str, asked: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    r"""The versions that `rpm -q --qf '%{NAME}\t%{VERSION}\n' NAME…` prints.

    Args:
        text: a line a package, or `package NAME is not installed`, untranslated.
        asked: the names asked for.

    Returns:
        The versions of every name that was asked for; none for one that is not installed.

    Raises:
        ParseError: Another line, or no answer for a name.

    Source: rpm(8).
    """
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if absent := _ABSENT.fullmatch(line):
            found.setdefault(absent[1], ())
            continue
        name, tab, version = line.partition("\t")
        if not tab or name not in asked:
            raise ParseError("rpm printed a line that is not a package")
        found[name] = (*found.get(name, ()), version)
    if any(name not in found for name in asked):
        raise ParseError("rpm did not answer for every package")
    return {name: found[name] for name in asked}


def find(host: Host, products: tuple[Product, ...]) -> Found | Unavailable | None:
    """What RPM has installed of these; None where this system does not use RPM."""
    present = is_there(host, *_DATABASES)
    if isinstance(present, Unavailable):
        return present
    if not present:
        return _without_database(host)
    names = lookup(products, "rpm")
    asked = tuple(names) or ("rpm",)
    answer = host.run("rpm", "-q", "--qf", _FORMAT, *asked)
    if is_absent(answer):
        return Unavailable(Reason.FAILED, "RPM's list of packages is there, but no rpm")
    if isinstance(answer, Unavailable):
        return answer
    versions = attempt(_parse, answer, asked)
    return versions if isinstance(versions, Unavailable) else _by_product(versions, names)


def _parse(answer: Output, asked: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    # NOTE: rpm says "is not installed" of every package when it cannot open its database.
    if b"error" in answer.stderr.lower():
        raise ParseError("rpm could not read the list of packages")
    return parse_answer(answer.text, asked)


def _by_product(versions: dict[str, tuple[str, ...]], names: dict[str, tuple[str, ...]]) -> Found:
    return tuple(
        (product, make_install(raw, SOURCE, revision=False))
        for package, products in names.items()
        for product in products
        for raw in versions[package]
    )


def _without_database(host: Host) -> Unavailable | None:
    """Only where another package manager rules may rpm be there without a database."""
    tool, others = (
        is_there(host, "/usr/bin/rpm"),
        is_there(host, "/var/lib/dpkg", "/etc/pacman.conf"),
    )
    if tool is True and others is not True:
        return Unavailable(Reason.FAILED, "rpm is there, but its list of packages was not found")
    return tool if isinstance(tool, Unavailable) else None
