"""What zypper says, as values: nothing here asks the machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from hipaaguard.collect.linux.updates.ini import Settings, parse_switch
from hipaaguard.collect.linux.updates.xml import parse_xml
from hipaaguard.errors import ParseError


@dataclass(frozen=True, slots=True)
class Update:
    """One update that waits.

    Attributes:
        kind: `package` or `patch`.
        name: of the package or patch.
        arch: its architecture.
        category: of a patch: `security`, `recommended`, `feature`, …; empty for packages.
        needed: whether it applies; packages in the list always do.
    """

    kind: str
    name: str
    arch: str
    category: str
    needed: bool


def parse_updates(text: str) -> tuple[Update, ...]:
    """The updates that zypper lists.

    Args:
        text: stdout of `zypper --xmlout list-updates` or `list-patches`.

    Returns:
        In its order; may be empty.

    Raises:
        ParseError: Not of that form, zypper reports an error, or a list was left out.

    Source: zypper(8), `--xmlout`; zypper's src/output/OutXML.cc; tests/recordings updates-zypper-*.
    """
    root = parse_xml(text.strip())
    if root.tag != "stream" or root.find("update-status/update-list") is None:
        raise ParseError("zypper does not answer in the form that this version knows")
    if any(it.get("type") in {"error", "warning"} for it in root.iter("message")):
        raise ParseError("zypper left something out of its answer")
    # The second holds what waits until zypper itself is updated.
    kinds = ("update-list", "blocked-update-list")
    lists = [found for kind in kinds for found in root.findall(f"update-status/{kind}")]
    return tuple(_update(it.attrib) for found in lists for it in found.iter("update"))


def _update(fields: Mapping[str, str]) -> Update:
    try:
        kind, name, arch = fields["kind"], fields["name"], fields["arch"]
    except KeyError as error:
        raise ParseError("zypper names an update in a form that is not known") from error
    needed = fields.get("status", "needed") in {"needed", "unwanted"}
    return Update(kind, name, arch, fields.get("category", ""), needed)


def count_security(patches: tuple[Update, ...]) -> int:
    """How many of the patches fix security and apply to this machine."""
    found = {(it.name, it.arch) for it in patches if it.needed and it.category == "security"}
    return len(found)


def find_repositories(files: tuple[Settings, ...]) -> tuple[str, ...]:
    """The aliases of the repositories that are switched on, sorted.

    Args:
        files: the settings of `/etc/zypp/repos.d/*.repo`.

    Raises:
        ParseError: A switch is neither on nor off.

    Source: zypper(8), "Repository Management"; libzypp's zypp/parser/RepoFileReader.cc.
    """  # noqa: DOC201 - the first line says it
    pairs = [(name, values) for settings in files for name, values in settings.items()]
    return tuple(sorted(name for name, it in pairs if parse_switch(it.get("enabled", "1"))))
