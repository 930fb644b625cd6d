"""What snapd has installed, read from the snaps themselves: the daemon is not asked."""

import re

from hipaaguard.collect.host import Host, is_absent, read_text
from hipaaguard.collect.installs import Found, Install
from hipaaguard.collect.linux.software.install import lookup, make_install
from hipaaguard.collect.software_names import Product
from hipaaguard.model import Reason, Unavailable

SOURCE = "/snap"
# Debian and Ubuntu; Fedora, Arch and openSUSE.
_FOLDERS = ("/snap", "/var/lib/snapd/snap")
_VERSION = re.compile(r"^version:[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s#\"']+))", re.MULTILINE)


def parse_version(text: str) -> str:
    """The version in a `snap.yaml` (its `version`); empty when it states none."""
    match = _VERSION.search(text)
    return next(group for group in match.groups() if group is not None) if match else ""


def find(host: Host, products: tuple[Product, ...]) -> Found:
    """What snapd has installed of these."""
    found: list[tuple[str, Install | Unavailable]] = []
    for snap, names in lookup(products, "snap").items():
        answers = [_install(host, folder, snap) for folder in _FOLDERS]
        # Where both folders lead to the same snaps they answer alike.
        found += [
            (product, it) for it in dict.fromkeys(answers) if it is not None for product in names
        ]
    return tuple(found)


def _install(host: Host, folder: str, snap: str) -> Install | Unavailable | None:
    """The snap in this folder; None when it is not installed."""
    known, text = host.entry(f"{folder}/{snap}"), read_text(host, _description(folder, snap))
    if isinstance(text, str):
        return make_install(parse_version(text), SOURCE, revision=True)
    if not is_absent(text):
        return text
    if is_absent(known):
        return None
    if isinstance(known, Unavailable):
        return known
    return Unavailable(Reason.UNRECOGNISED, "its snap is there, but not in use")


def _description(folder: str, snap: str) -> str:
    return f"{folder}/{snap}/current/meta/snap.yaml"
