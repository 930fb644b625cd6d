"""One installed program, and its version as its maker writes it."""

import re

from hipaaguard.collect.installs import Install
from hipaaguard.collect.software_names import Product

MAX_VERSION = 60

_EPOCH = re.compile(r"[0-9]+:")
# `1.9+really1.8` is 1.8. wiki.debian.org/Versioning
_REALLY = re.compile(r".*\+really")
# What packagers append: `+dfsg`, `+linuxmint1`, Mint's `~linuxmint1+zara` of Chromium, Mozilla's
# `+build2` and `~build2`.
_APPENDED = re.compile(r"(\+[A-Za-z].*|~(build|linuxmint)[0-9].*)")
_LONG_TERM = "esr"


def make_install(raw: str, source: str, *, revision: bool) -> Install:
    """The install that a packager's version tells of.

    Args:
        raw: the packager's version: `1:156.0.8078.79-1~deb12u1`.
        source: who told.
        revision: whether what follows the last hyphen is the packager's own.

    Returns:
        With an empty version where it cannot be told.
    """
    version = maker_version(raw.rpartition("-")[0] if revision and "-" in raw else raw)
    long_term = version.endswith(_LONG_TERM)
    return Install(version.removesuffix(_LONG_TERM), source, long_term=long_term)


def maker_version(text: str) -> str:
    """A version without the packager's additions.

    Returns:
        `156.0.8078.79`, `153.7.0esr`; what could make it an older version than the numbers alone
        say (`~rc1`, `^git`) stays. Empty for what is too long or cannot be printed.
    """
    if len(text) > MAX_VERSION or not text.isprintable():
        return ""
    version = _REALLY.sub("", _EPOCH.sub("", text.strip(), count=1))
    version = _APPENDED.sub("", version)
    numbers = re.fullmatch(r"v([0-9].*)", version)
    return numbers[1] if numbers else version


def lookup(products: tuple[Product, ...], kind: str) -> dict[str, tuple[str, ...]]:
    """The products' names for each of the packager's names, in the order of the products.

    A package may be of several that were asked for: `docker.io` by itself and as Docker.
    """  # noqa: DOC201 - the first line says it
    names: dict[str, tuple[str, ...]] = {}
    for product in products:
        for package in dict.fromkeys(getattr(product, kind)):
            names[package] = (*names.get(package, ()), product.name)
    return names
