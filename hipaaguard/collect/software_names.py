"""The names table that ships with the program: what each packager calls a product.

The table is `software_names.yaml` beside this module, dated by its `as_of`. A name that it does not
list is taken as the name of a package itself.
"""

import re
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from hipaaguard import strict_yaml
from hipaaguard.errors import ParseError

FILE_NAME = "software_names.yaml"

_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+@-]{0,63}")
# What Debian, RPM and Arch allow between them; nothing that a program could take for an option or a
# pattern. See deb-control(5).
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{1,63}")
_FLATPAK = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_-]*){2,}")
# Snap names are lower-case letters, digits and hyphens
_SNAP = re.compile(r"[a-z0-9-]{2,40}")
_LISTS = ("deb", "rpm", "arch", "nix")


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product and what it is called by those who package it; each list may be empty.

    Attributes:
        name: what people call it.
        source: where its maker or packager says so.
        also: other names that people use for it.
        deb: packages of Debian, Ubuntu and their relatives.
        rpm: packages of Fedora, openSUSE and their relatives.
        arch: packages of Arch and the AUR.
        nix: programs that it puts on the path.
        flatpak: application ids.
        snap: names in the Snap store.
        opt: programs that its maker's own installer puts there.
        windows: what Windows lists it as among installed apps, without version and architecture.
        store: the first part of its package's name in the Microsoft Store.
        apps: names of its application on macOS, without `.app`.
    """

    name: str
    source: str
    also: tuple[str, ...] = ()
    deb: tuple[str, ...] = ()
    rpm: tuple[str, ...] = ()
    arch: tuple[str, ...] = ()
    nix: tuple[str, ...] = ()
    flatpak: tuple[str, ...] = ()
    snap: tuple[str, ...] = ()
    opt: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    store: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What people call it."""
        return (self.name, *self.also)


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The names table: the day that it was compiled, and its products."""

    as_of: date
    products: tuple[Product, ...]


def parse_names(text: bytes, name: str) -> Names:
    """The names table in this YAML text.

    Returns:
        The table; every name is in it once, whatever its case.

    Raises:
        ParseError: Not such a table, a name twice, or one that no package can have.
    """
    document = strict_yaml.load(text, name)
    try:
        table = msgspec.convert(document.data, Names)
    except msgspec.ValidationError as error:
        raise ParseError(f"{name}: {error}") from error
    seen: set[str] = set()
    for product in table.products:
        _check(product, name)
        for known in product.names:
            if known.casefold() in seen:
                raise ParseError(f"{name}: {known!r} is listed twice")
            seen.add(known.casefold())
    return table


def _check(product: Product, name: str) -> None:
    patterns = {**dict.fromkeys(_LISTS, _PACKAGE), "flatpak": _FLATPAK, "snap": _SNAP}
    for kind, pattern in patterns.items():
        for item in getattr(product, kind):
            if not pattern.fullmatch(item):
                raise ParseError(f"{name}: {item!r} of {product.name!r} cannot be such a name")
    if not all(path.startswith("/opt/") for path in product.opt):
        raise ParseError(f"{name}: a program of {product.name!r} is not below /opt")
    if not any(getattr(product, kind) for kind in (*patterns, "opt")):
        raise ParseError(f"{name}: {product.name!r} has no names")


@cache
def shipped_names() -> Names:
    """The names table that ships with the program."""
    return parse_names(files("hipaaguard.collect").joinpath(FILE_NAME).read_bytes(), FILE_NAME)


def find_product(name: str, table: Names | None = None) -> Product:
    """What to look for when this product is asked for.

    Args:
        name: as a policy writes it.
        table: the names table; None for the one that ships.

    Returns:
        The table's entry, whatever the case of the name; else the name as that of a package.

    Raises:
        ParseError: It is neither in the table nor a name that a package can have.
    """
    wanted = name.casefold()
    for product in (table or shipped_names()).products:
        if wanted in {known.casefold() for known in product.names}:
            return product
    if not _PRODUCT.fullmatch(name):
        raise ParseError("the name of a program has letters, digits, spaces and . _ + - @ only")
    product = _as_package(name)
    if not any(getattr(product, kind) for kind in (*_LISTS, "flatpak", "snap")):
        raise ParseError(
            "this version does not know a product of that name, and no package can be called so"
        )
    return product


def _as_package(name: str) -> Product:
    package = (name,) if _PACKAGE.fullmatch(name) else ()
    lower = tuple(item.lower() for item in package)
    return Product(
        name,
        "",
        deb=lower,
        # RPM tells upper from lower case.
        rpm=tuple(dict.fromkeys((*package, *lower))),
        arch=lower,
        nix=tuple(dict.fromkeys((*package, *lower))),
        flatpak=(name,) if _FLATPAK.fullmatch(name) else (),
        snap=(name.lower(),) if _SNAP.fullmatch(name.lower()) else (),
    )
