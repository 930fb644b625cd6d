"""What pacman has installed: Arch, Manjaro, EndeavourOS and their relatives, the AUR included.

pacman is asked for the wanted packages alone: its folder would name everything that is installed.
"""

import re

from hipaaguard.collect.host import Host, Output, attempt, decode, is_absent, is_there
from hipaaguard.collect.installs import Found
from hipaaguard.collect.linux.software.install import lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "pacman -Q"
# Without this file pacman would make a new, empty list.
_DATABASE = "/var/lib/pacman/local/ALPM_DB_VERSION"
_SETTINGS = "/etc/pacman.conf"
_ABSENT = re.compile(r"error: package '(\S+)' was not found")


def parse_answer(text: str, errors: str, asked: tuple[str, ...]) -> dict[str, str]:
    """The versions that `pacman -Q NAME…` prints.

    Args:
        text: stdout: `zoom 6.2.11-1`, a line a package, in the order in which was asked.
        errors: stderr: `error: package 'zoom' was not found`, untranslated.
        asked: the names asked for, each once.

    Returns:
        `[EPOCH:]VERSION-RELEASE` of those that are installed.

    Raises:
        ParseError: Another line or error, or not one answer for each name.

    Source: pacman(8), src/pacman/query.c.
    """
    absent = {match[1] for line in errors.splitlines() if (match := _ABSENT.fullmatch(line))}
    if errors.count("error:") != len(absent):
        raise ParseError("pacman could not read the list of packages")
    packages = [line.split(" ") for line in text.splitlines()]
    present = [name for name in asked if name not in absent]
    if len(packages) != len(present) or not all(len(it) == 2 and all(it) for it in packages):
        raise ParseError("pacman did not answer for every package")
    answered = zip(present, packages, strict=True)
    # For a name that is only provided by another package pacman prints that other one.
    return {name: version for name, (package, version) in answered if name == package}


def find(host: Host, products: tuple[Product, ...]) -> Found | Unavailable | None:
    """What pacman has installed of these; None where this system does not use pacman."""
    present = is_there(host, _DATABASE)
    if isinstance(present, Unavailable):
        return present
    if not present:
        return _without_database(host)
    names = lookup(products, "arch")
    asked = tuple(names) or ("pacman",)
    answer = host.run("pacman", "-Q", "--", *asked)
    if is_absent(answer):
        return Unavailable(Reason.FAILED, "pacman's list of packages is there, but no pacman")
    if isinstance(answer, Unavailable):
        return answer
    versions = attempt(_parse, answer, asked)
    if isinstance(versions, Unavailable):
        return versions
    return tuple(
        (product, make_install(version, SOURCE, revision=True))
        for package, version in versions.items()
        for product in names.get(package, ())
    )


def _parse(answer: Output, asked: tuple[str, ...]) -> dict[str, str]:
    # 1: some of the names are not known.
    if answer.exit_code not in (0, 1):
        raise ParseError("pacman could not read the list of packages")
    return parse_answer(answer.text, decode(answer.stderr), asked)


def _without_database(host: Host) -> Unavailable | None:
    settings = is_there(host, _SETTINGS)
    if settings is True:
        return Unavailable(Reason.FAILED, "pacman is set up, but its list of packages is not there")
    return settings if isinstance(settings, Unavailable) else None
