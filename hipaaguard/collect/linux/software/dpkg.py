"""What dpkg has installed: Debian, Ubuntu, Mint and their relatives."""

import re
from dataclasses import dataclass

from hipaaguard.collect.host import Host, Output, attempt, is_absent
from hipaaguard.collect.installs import Found, Install
from hipaaguard.collect.linux.software.install import lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "dpkg-query"
_DATABASE = "/var/lib/dpkg/status"
_FORMAT = r"${db:Status-Abbrev}\t${Package}\t${Version}\t${binary:Summary}\n"
# dpkg-query(1): the second letter is the state.
_INSTALLED = frozenset("itW")
_NOT_INSTALLED = frozenset("nc")
# Ubuntu's packages of browsers that only fetch the snap: the snap is asked for by itself.
_LEADS_TO_SNAP = re.compile(r"transitional|.*\binstalls \S+ snap\b", re.IGNORECASE)
_SNAP_VERSION = re.compile(r"([0-9]+:)?[0-9]+snap[0-9]")


@dataclass(frozen=True, slots=True)
class Package:
    """One package that dpkg knows.

    Attributes:
        name: without the architecture.
        state: dpkg's letter: `i` installed, `c` only its settings are left, `n` not installed, …
        version: with epoch and revision; may be empty.
        summary: what it says of itself, in English.
    """

    name: str
    state: str
    version: str
    summary: str

    @property
    def is_itself(self) -> bool:
        """Whether the program is in it, and not only a way to the snap of that name."""
        led = _LEADS_TO_SNAP.match(self.summary) or _SNAP_VERSION.match(self.version)
        return led is None


def parse_packages(text: str) -> tuple[Package, ...]:
    """The packages that dpkg-query prints, state, name, version and summary with tabs between.

    Returns:
        In its order; a package of two architectures is there twice; may be empty.

    Raises:
        ParseError: Another line.

    Source: dpkg-query(1).
    """
    return tuple(_parse_line(line) for line in text.splitlines() if line)


def _parse_line(line: str) -> Package:
    fields = line.split("\t", 3)
    if len(fields) != 4 or len(fields[0]) not in (2, 3) or not fields[1]:
        raise ParseError("dpkg-query printed a line that is not a package")
    return Package(fields[1], fields[0][1], fields[2], fields[3])


def installed(package: Package) -> Install | Unavailable | None:
    """The install that a package is; None where the program is not in it or it is not installed."""
    if package.state in _NOT_INSTALLED or not package.is_itself:
        return None
    if package.state not in _INSTALLED:
        return Unavailable(Reason.UNRECOGNISED, "a package of it is only half installed")
    return make_install(package.version, SOURCE, revision=True)


def find(host: Host, products: tuple[Product, ...]) -> Found | Unavailable | None:
    """What dpkg has installed of these; None where this system does not use dpkg."""
    names = lookup(products, "deb")
    answer = host.run("dpkg-query", "-W", "-f", _FORMAT, *(names or ("dpkg",)))
    if is_absent(answer):
        return _without_program(host)
    if isinstance(answer, Unavailable):
        return answer
    packages = attempt(_parse, answer)
    if isinstance(packages, Unavailable):
        return packages
    seen = ((package.name, installed(package)) for package in packages)
    return tuple(
        (product, install)
        for package, install in seen
        if install
        for product in names.get(package, ())
    )


def _parse(answer: Output) -> tuple[Package, ...]:
    # 1: some of the names are not known. dpkg-query(1)
    complaints = [line for line in answer.stderr.splitlines() if b"no packages found" not in line]
    if answer.exit_code not in (0, 1) or complaints:
        raise ParseError("dpkg-query could not read the list of packages")
    return parse_packages(answer.text)


def _without_program(host: Host) -> Unavailable | None:
    database = host.entry(_DATABASE)
    if is_absent(database):
        return None
    return Unavailable(Reason.FAILED, "dpkg's list of packages is there, but no dpkg-query")
