r"""Installed programs: of the list of installed apps, and packages of the Microsoft Store.

Installers write themselves into the list under names with a version and an architecture in them:
`Mozilla Firefox (x64 en-US)`, `7-Zip 23.01 (x64)`. These are taken off, and the rest is compared
whole: `Zoom Outlook Plugin` is not Zoom.

Source: the `Uninstall` keys (64-bit, 32-bit and the person's own); the person's packages below
`AppModel\Repository\Packages`, whose full names are `Name_Version_Architecture_Resource_Publisher`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from hipaaguard.collect import Probe, browsers, installs
from hipaaguard.collect.host import Host, RegistryKey, attempt, is_absent
from hipaaguard.collect.installs import Finding, Install, make_finding
from hipaaguard.collect.software_names import Product
from hipaaguard.model import Fact, Unavailable

SOURCE = "list of installed apps"
STORE_SOURCE = "Microsoft Store"
MACHINE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
MACHINE_32 = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
PERSON = r"HKCU\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
PACKAGES = (
    r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion"
    r"\AppModel\Repository\Packages"
)
MAX_VERSION = 60

_ASIDE = re.compile(r"\([^()]*\)")
# Four digits are a year or, as Citrix has them, a year and a month.
_VERSION_WORD = re.compile(
    r"(-|\d{4}|v?\d+(\.\d+)+(-\S+)?|x64|x86|amd64|arm64|64-bit|32-bit)", re.IGNORECASE
)
_PACKAGE = re.compile(r"(?P<name>[A-Za-z0-9.-]{3,50})_(?P<version>\d+(\.\d+){3})_.*")


def plain_name(name: str) -> str:
    """The name without what is in parentheses, versions and architectures, in lower case."""
    words = _ASIDE.sub(" ", name).split()
    return " ".join(word for word in words if not _VERSION_WORD.fullmatch(word)).casefold()


def wanted_names(product: Product) -> frozenset[str]:
    """What Windows may list this product as."""
    return frozenset(plain_name(name) for name in (*product.names, *product.windows))


def parse_entry(key: RegistryKey) -> tuple[str, Install] | None:
    """The plain name of an installed app, and the install; None for an entry without a name.

    A version that is no text is not told: whatever one installer wrote says nothing of others.

    Raises:
        ParseError: The name is of another type.
    """  # noqa: DOC201 - the first line says it
    name = key.text("DisplayName")
    if not name:
        return None
    value = key.value("DisplayVersion")
    version = value.strip() if isinstance(value, str) else ""
    told = version if version.isprintable() and len(version) <= MAX_VERSION else ""
    return plain_name(name), Install(told, SOURCE, long_term="esr" in name.casefold().split())


def parse_packages(key: RegistryKey) -> tuple[tuple[str, Install], ...]:
    """The first part of each Store package's name, in lower case, and the install.

    Returns:
        In the order of the registry; a package comes once for each version and architecture.
    """
    matches = (_PACKAGE.fullmatch(full) for full in key.keys)
    return tuple(
        (match["name"].casefold(), Install(match["version"], STORE_SOURCE))
        for match in matches
        if match is not None
    )


def find(host: Host, products: tuple[Product, ...]) -> Mapping[str, Finding]:
    """What is known of each product, by its name."""
    gaps: list[Unavailable] = []
    found: list[tuple[str, Install | Unavailable]] = []
    listed = list(_listed(host, gaps))
    packages = list(_packages(host, gaps))
    for product in products:
        names = wanted_names(product)
        found += [(product.name, install) for name, install in listed if name in names]
        stored = {name.casefold() for name in (*product.store, *product.names)}
        found += [(product.name, it) for name, it in packages if name in stored]
    return {product.name: make_finding(product.name, found, gaps) for product in products}


def _listed(host: Host, gaps: list[Unavailable]) -> Iterator[tuple[str, Install]]:
    for path in (MACHINE, MACHINE_32, PERSON):
        key = host.registry(path)
        if isinstance(key, Unavailable):
            # Windows on a 32-bit computer, and a person who installed nothing, lack one.
            if path == MACHINE or not is_absent(key):
                gaps.append(key)
            continue
        for name in key.keys:
            entry = _entry(host, rf"{path}\{name}")
            if isinstance(entry, Unavailable):
                gaps.append(entry)
            elif entry is not None:
                yield entry


def _entry(host: Host, path: str) -> tuple[str, Install] | Unavailable | None:
    key = host.registry(path)
    if isinstance(key, Unavailable):
        # One that was removed since the list was read.
        return None if is_absent(key) else key
    return attempt(parse_entry, key)


def _packages(host: Host, gaps: list[Unavailable]) -> tuple[tuple[str, Install], ...]:
    key = host.registry(PACKAGES)
    if isinstance(key, Unavailable):
        # Windows 7, servers and the long-term channel have no Store.
        if not is_absent(key):
            gaps.append(key)
        return ()
    return parse_packages(key)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of installed programs."""
    del now
    return installs.tell(host, keys, find, SOURCE)


def collect_browsers(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of web browsers."""
    return browsers.tell(host, keys, now, find, SOURCE)


PROBE = Probe("installed programs", ("software.installed", "software.version"), collect)
BROWSERS = Probe("web browsers", ("browsers.outdated",), collect_browsers)
