"""Installed programs: applications in the folders for them, and Homebrew's formulae.

Only the names of what lies in these folders are listed, and of an application that is asked for its
own `Info.plist` is read. None of the folders is one that macOS asks the person about.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from hipaaguard.collect import Probe, browsers, installs
from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.installs import Finding, Install, make_finding
from hipaaguard.collect.macos.plists import Dictionary, read_settings, text
from hipaaguard.collect.software_names import Product
from hipaaguard.model import Fact, Unavailable

SOURCE = "folders of applications"
HOMEBREW = "Homebrew"
APPLICATIONS = "/Applications"
FOLDERS = (APPLICATIONS, "/Applications/Utilities", "/System/Applications")
CELLARS = ("/opt/homebrew/Cellar", "/usr/local/Cellar")
MAX_VERSION = 60

_FORMULA = re.compile(r"[a-z0-9][a-z0-9@._+-]{0,63}")
# Homebrew counts its own changes to a version behind an underscore.
_REVISION = re.compile(r"_\d+")


def wanted_apps(product: Product) -> frozenset[str]:
    """The names that this product's application may have, with `.app`, in lower case."""
    return frozenset(f"{name}.app".casefold() for name in (*product.names, *product.apps))


def parse_app(settings: Dictionary) -> Install:
    """The install that an application's own file describes.

    Returns:
        With an empty version where none is told.

    Raises:
        ParseError: A value is of another type.

    Source: Apple's "Information Property List", `CFBundleShortVersionString`.
    """
    version = (text(settings, "CFBundleShortVersionString") or "").strip()
    return Install(version if version.isprintable() and len(version) <= MAX_VERSION else "", SOURCE)


def find(host: Host, products: tuple[Product, ...]) -> Mapping[str, Finding]:
    """What is known of each product, by its name."""
    gaps: list[Unavailable] = []
    places = _apps(host, gaps)
    found: list[tuple[str, Install | Unavailable]] = []
    for product in products:
        names = wanted_apps(product)
        found += [
            (product.name, _app(host, path)) for name, path in places if name.casefold() in names
        ]
        found += [(product.name, it) for it in _formulae(host, product)]
    return {product.name: make_finding(product.name, found, gaps) for product in products}


def _apps(host: Host, gaps: list[Unavailable]) -> list[tuple[str, str]]:
    """The name and the path of whatever lies in the folders of applications."""
    found = []
    for folder in (*FOLDERS, f"{host.person.home}{APPLICATIONS}"):
        names = host.names(folder)
        if isinstance(names, Unavailable):
            if folder == APPLICATIONS or not is_absent(names):
                gaps.append(names)
            continue
        found += [(name, posixpath.join(folder, name)) for name in names]
    return found


def _app(host: Host, path: str) -> Install | Unavailable:
    settings = read_settings(host, f"{path}/Contents/Info.plist")
    return settings if isinstance(settings, Unavailable) else attempt(parse_app, settings)


def _formulae(host: Host, product: Product) -> Iterator[Install | Unavailable]:
    """What Homebrew keeps under the product's own names, each version in a folder."""
    names = {name.casefold() for name in product.names}
    for path in (f"{cellar}/{name}" for cellar in CELLARS for name in sorted(names)):
        if not _FORMULA.fullmatch(posixpath.basename(path)):
            continue
        versions = host.names(path)
        if isinstance(versions, Unavailable):
            if not is_absent(versions):
                yield versions
            continue
        kept = [version for version in versions if not version.startswith(".")]
        yield from (Install(_REVISION.sub("", version), HOMEBREW) for version in kept)


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of installed programs."""
    del now
    return installs.tell(host, keys, find, SOURCE)


def collect_browsers(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of web browsers; Safari, which comes with macOS, is updated with it."""
    return browsers.tell(host, keys, now, find, SOURCE)


PROBE = Probe("installed programs", ("software.installed", "software.version"), collect)
BROWSERS = Probe("web browsers", ("browsers.outdated",), collect_browsers)
