"""What Flatpak has installed, for everyone and for the person, read from its folders."""

import re

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.collect.installs import Found, Install
from hipaaguard.collect.linux.homes import find_home
from hipaaguard.collect.linux.software.install import lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.model import Reason, Unavailable
from hipaaguard.policy.condition import version_parts

SOURCE = "Flatpak's folders"
_SYSTEM = "/var/lib/flatpak"
_OF_PERSON = ".local/share/flatpak"
# AppStream: where an application describes itself, the newer folder first.
_DESCRIPTIONS = ("metainfo/{}.metainfo.xml", "appdata/{}.appdata.xml", "metainfo/{}.appdata.xml")
_RELEASE = re.compile(r"<release\b[^<>]*?\bversion=(?:\"([^\"<>]*)\"|'([^'<>]*)')")


def parse_version(text: str) -> str:
    """The newest version in what an application says of itself (AppStream).

    Returns:
        Of versions that can be compared the highest, else the first; empty when there is none.

    Source: AppStream specification, releases: newest first, but not everyone keeps to it.
    """
    versions: list[str] = [double or single for double, single in _RELEASE.findall(text)]
    numbers = [(parts, text) for text in versions if (parts := version_parts(text)) is not None]
    if versions and len(numbers) == len(versions):
        return max(numbers)[1]
    return versions[0] if versions else ""


def find(host: Host, products: tuple[Product, ...]) -> Found:
    """What Flatpak has installed of these."""
    names = lookup(products, "flatpak")
    if not names:
        return ()
    home = find_home(host)
    places = [_SYSTEM] if isinstance(home, Unavailable) else [_SYSTEM, home(_OF_PERSON)]
    found = [
        (product, install)
        for application, owners in names.items()
        for place in places
        if (install := _install(host, place, application)) is not None
        for product in owners
    ]
    if isinstance(home, Unavailable):
        found += [(product.name, home) for product in products if product.flatpak]
    return tuple(found)


def _install(host: Host, place: str, application: str) -> Install | Unavailable | None:
    """The installation of an application in this place; None when it has none."""
    folder = f"{place}/app/{application}"
    known, metadata = host.entry(folder), host.entry(f"{folder}/current/active/metadata")
    if not isinstance(metadata, Unavailable):
        return _described(host, f"{folder}/current/active/files/share", application)
    if not is_absent(metadata):
        return metadata
    if is_absent(known):
        return None
    if isinstance(known, Unavailable):
        return known
    return Unavailable(Reason.UNRECOGNISED, "Flatpak has installed it in a form not known here")


def _described(host: Host, folder: str, application: str) -> Install:
    for description in _DESCRIPTIONS:
        text = read_text(host, f"{folder}/{description.format(application)}")
        if isinstance(text, str):
            return make_install(parse_version(text), SOURCE, revision=True)
    return Install("", SOURCE)
