"""What is installed by other means: Nix, and the folders that makers' own installers make."""

import re

from hipaaguard.collect.host import Host, attempt, is_absent, is_there, read_text
from hipaaguard.collect.installs import Found, Install
from hipaaguard.collect.linux.homes import find_home
from hipaaguard.collect.linux.software.install import lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NIX_SOURCE = "/nix/store"
_NIX_STORE = "/nix/store"
_NIX_FOLDERS = ("/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin")
_STORE_PATH = re.compile(r"/nix/store/[0-9a-z]{32}-([^/]+)/.+")
# nix's parseDrvName: the version begins at the first hyphen that no letter follows.
_VERSION_START = re.compile(r"-(?=[^A-Za-z])")
_INI_VERSION = re.compile(r"^Version=([0-9][^\s]*)$", re.MULTILINE)


def parse_store_path(path: str) -> tuple[str, str]:
    """The package and its version in a path of the Nix store.

    Returns:
        The package's name, and its version; empty when it has none.

    Raises:
        ParseError: Not a path below `/nix/store`.

    Source: Nix manual, parseDrvName.
    """
    match = _STORE_PATH.fullmatch(path)
    if match is None:
        raise ParseError("a program of Nix lies outside its store")
    name, *rest = _VERSION_START.split(match[1], maxsplit=1)
    return name, rest[0] if rest else ""


def find_nix(host: Host, products: tuple[Product, ...]) -> Found | Unavailable | None:
    """What Nix has put on the path of these; None where there is no Nix."""
    present = is_there(host, _NIX_STORE, "/nix/var/nix")
    if isinstance(present, Unavailable) or not present:
        return present or None
    home = find_home(host)
    if isinstance(home, Unavailable):
        return home
    own = (home(".nix-profile/bin"), home(".local/state/nix/profile/bin"))
    folders = (*_NIX_FOLDERS, *own, f"/etc/profiles/per-user/{host.person.name}/bin")
    return tuple(
        (product.name, install)
        for product in products
        for install in _on_path(host, product.nix, folders)
    )


def _on_path(
    host: Host, programs: tuple[str, ...], folders: tuple[str, ...]
) -> tuple[Install | Unavailable, ...]:
    """The versions of a program that lie in these folders, each once."""
    found: dict[Install | Unavailable, None] = {}
    for path in (f"{folder}/{program}" for folder in folders for program in programs):
        known, target = host.entry(path), host.resolve(path)
        if isinstance(target, str):
            version = attempt(parse_store_path, target)
            told = version if isinstance(version, Unavailable) else version[1]
            found[told if isinstance(told, Unavailable) else _of_nix(told)] = None
        elif not (is_absent(known) and is_absent(target)):
            found[Unavailable(Reason.FAILED, "a program of Nix could not be looked at")] = None
    return tuple(found)


def _of_nix(version: str) -> Install:
    return make_install(version, NIX_SOURCE, revision=False)


def find_opt(host: Host, products: tuple[Product, ...]) -> Found:
    """What makers' own installers have put below `/opt`."""
    found = ((names, _in_folder(host, path)) for path, names in lookup(products, "opt").items())
    return tuple(
        (name, install) for names, install in found if install is not None for name in names
    )


def _in_folder(host: Host, program: str) -> Install | Unavailable | None:
    """Mozilla's programs state their version in `application.ini` beside them; others do not."""
    known = host.entry(program)
    text = read_text(host, f"{program.rpartition('/')[0]}/application.ini")
    if isinstance(text, str):
        version = _INI_VERSION.search(text)
        return make_install(version[1] if version else "", "/opt", revision=False)
    if not is_absent(text):
        return text
    if is_absent(known):
        return None
    return known if isinstance(known, Unavailable) else Install("", "/opt")
