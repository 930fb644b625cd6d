"""What is known of a product when everyone who could have installed it has been asked."""

from collections.abc import Callable, Mapping

from hipaaguard.collect.host import Host, attempt, is_there
from hipaaguard.collect.installs import Finding, Found, Install, make_finding
from hipaaguard.collect.linux.homes import explained
from hipaaguard.collect.linux.software import dpkg, elsewhere, flatpak, pacman, rpm, snap
from hipaaguard.collect.software_names import Product
from hipaaguard.model import Reason, Unavailable

SOURCE = "package managers"
_LISTS = "what is installed"
_Finder = Callable[[Host, tuple[Product, ...]], Found | Unavailable | None]
_OF_SYSTEM: tuple[_Finder, ...] = (dpkg.find, rpm.find, pacman.find, elsewhere.find_nix)
_BESIDE: tuple[_Finder, ...] = (flatpak.find, snap.find)
# Alpine, Gentoo, Void, Solus, Guix: their lists of packages are not read.
_NOT_READ = (
    "/lib/apk/db/installed",
    "/usr/lib/apk/db/installed",
    "/var/db/pkg",
    "/var/db/xbps",
    "/var/lib/eopkg",
    "/var/guix",
)


def find(host: Host, products: tuple[Product, ...]) -> Mapping[str, Finding]:
    """What is known of each product, by its name; each program is run once for all of them."""
    of_system = [attempt(finder, host, products) for finder in _OF_SYSTEM]
    beside = [attempt(finder, host, products) for finder in _BESIDE]
    found = [it for answer in (*of_system, *beside) if isinstance(answer, tuple) for it in answer]
    gaps = [it for it in (*of_system, *beside) if isinstance(it, Unavailable)]
    if all(answer is None for answer in of_system):
        detail = "HipaaGuard does not know this system's package manager"
        gaps.append(Unavailable(Reason.UNRECOGNISED, detail))
    gaps += _not_read(host)
    packaged = {name for name, install in found if isinstance(install, Install)}
    for name, install in elsewhere.find_opt(host, products):
        # A package, too, may lie below /opt: then the package tells the version.
        if name not in packaged or isinstance(install, Unavailable) or install.version:
            found.append((name, install))
    told = [(name, _told(host, install)) for name, install in found]
    gaps = [explained(host, gap, _LISTS) for gap in gaps]
    return {product.name: make_finding(product.name, told, gaps) for product in products}


def _told(host: Host, install: Install | Unavailable) -> Install | Unavailable:
    return install if isinstance(install, Install) else explained(host, install, _LISTS)


def _not_read(host: Host) -> list[Unavailable]:
    present = is_there(host, *_NOT_READ)
    if isinstance(present, Unavailable):
        return [present]
    detail = "HipaaGuard does not read the list of packages of this kind of system"
    return [Unavailable(Reason.UNRECOGNISED, detail)] if present else []
