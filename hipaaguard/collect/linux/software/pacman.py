"""What pacman has installed: Arch, Manjaro, EndeavourOS and their relatives, the AUR included."""

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.linux.homes import is_there
from hipaaguard.collect.linux.software.install import Found, lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

DATABASE = "/var/lib/pacman/local"
_SETTINGS = "/etc/pacman.conf"


def parse_entry(name: str) -> tuple[str, str]:
    """The package and its version in the name of a folder of pacman's database.

    Returns:
        The package's name, and `[EPOCH:]VERSION-RELEASE`.

    Raises:
        ParseError: Not of the form NAME-VERSION-RELEASE.

    Source: libalpm's `be_local.c` (alpm_splitname).
    """
    parts = name.rsplit("-", 2)
    if len(parts) != 3 or not all(parts):
        raise ParseError("pacman's list holds an entry that is not a package")
    return parts[0], f"{parts[1]}-{parts[2]}"


def find(host: Host, products: tuple[Product, ...]) -> Found | Unavailable | None:
    """What pacman has installed of these.

    Returns:
        None where this system does not use pacman.

    Raises:
        ParseError: Its list holds what is not a package.
    """
    entries = host.names(DATABASE)
    if is_absent(entries):
        return _without_database(host)
    if isinstance(entries, Unavailable):
        return entries
    names = lookup(products, "arch")
    # `ALPM_DB_VERSION` is the one file beside the packages' folders.
    packages = [parse_entry(entry) for entry in entries if entry != "ALPM_DB_VERSION"]
    return tuple(
        (names[package], make_install(version, DATABASE, revision=True))
        for package, version in packages
        if package in names
    )


def _without_database(host: Host) -> Unavailable | None:
    settings = is_there(host, _SETTINGS)
    if settings is True:
        return Unavailable(Reason.FAILED, "pacman is set up, but its list of packages is not there")
    return settings if isinstance(settings, Unavailable) else None
