"""What ostree, rpm-ostree and bootc say, as values: nothing here asks the machine.

The system is an image: a commit, deployed in a folder that bears its checksum and a serial number.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hipaaguard.collect.linux.updates.ini import Settings
from hipaaguard.errors import ParseError

_DEPLOYED = re.compile(
    r"(?:^|/)ostree/deploy/(?P<name>[^/\s]+)/deploy/(?P<checksum>[0-9a-f]{64})\.(?P<serial>\d+)"
)
_ENTRY = re.compile(r"^(?P<name>version|options)\s+(?P<value>.*)$", re.MULTILINE)
_OSTREE_OPTION = re.compile(r"(?:^|\s)ostree=(/ostree/boot\.[01](?:\.[01])?/[^\s/]+/[^\s/]+/\d+)")
_REFSPEC = re.compile(r"(?P<remote>[A-Za-z0-9._-]+):(?P<ref>[A-Za-z0-9._/-]+)")
# rpm-ostree's RpmOstreeAdvisoryKind.
_SECURITY = 1


@dataclass(frozen=True, slots=True, order=True)
class Deployment:
    """A system that is installed.

    Attributes:
        name: of the group of systems: `fedora`.
        checksum: of its commit, 64 hexadecimal digits.
        serial: tells apart several of one commit.
    """

    name: str
    checksum: str
    serial: int

    @property
    def folder(self) -> str:
        """Where it is."""
        return f"/ostree/deploy/{self.name}/deploy/{self.checksum}.{self.serial}"


def parse_deployment(path: str) -> Deployment:
    """The deployment that a path leads into.

    Args:
        path: `/sysroot/ostree/deploy/fedora/deploy/<checksum>.0`, or below it.

    Raises:
        ParseError: It leads into none.

    Source: ostree's docs/deployment.md.
    """  # noqa: DOC201 - the first line says it
    match = _DEPLOYED.search(path)
    if match is None:
        raise ParseError("this is not where a system is deployed")
    return Deployment(match["name"], match["checksum"], int(match["serial"]))


def parse_running(mounts: str) -> Deployment:
    """The deployment that runs.

    Args:
        mounts: `/proc/self/mountinfo`. The root is mounted from the deployment, or with composefs
            only `/etc` is.

    Raises:
        ParseError: Neither is.

    Source: proc_pid_mountinfo(5), field 4.
    """  # noqa: DOC201 - the first line says it
    for point in ("/", "/etc"):
        for line in mounts.splitlines():
            words = line.split(" ")
            if len(words) > 5 and words[4] == point and _DEPLOYED.search(words[3]):
                return parse_deployment(words[3])
    raise ParseError("the system that runs is not one that is deployed here")


def parse_default(entries: Mapping[str, str]) -> str:
    """The link to the deployment that the next start takes.

    Args:
        entries: the texts of `/boot/loader/entries/*.conf` by name.

    Returns:
        `/ostree/boot.1/fedora/<checksum>/0`, of the entry with the highest version.

    Raises:
        ParseError: No entry is one of ostree's.

    Source: the Boot Loader Specification; ostree's src/libostree/ostree-bootconfig-parser.c.
    """
    found: list[tuple[int, str]] = []
    for text in entries.values():
        fields = {match["name"]: match["value"].strip() for match in _ENTRY.finditer(text)}
        option = _OSTREE_OPTION.search(fields.get("options", ""))
        version = fields.get("version", "")
        if option is not None and version.isascii() and version.isdecimal():
            found.append((int(version[:9]), option[1]))
    if not found:
        raise ParseError("nothing tells which system the next start takes")
    return max(found)[1]


def parse_source(origin: Settings) -> tuple[str, bool]:
    """Where a deployment comes from, and whether packages were added to it.

    Args:
        origin: the settings of its `.origin` file.

    Returns:
        The path of the ref below `refs/remotes`; empty for a container image.

    Raises:
        ParseError: It names no source.

    Source: rpm-ostree's rust/src/origin.rs.
    """
    fields = origin.get("origin", {})
    sections = {"packages", "overrides", "modules", "rpmostree"}
    layered = any(value for name in sections for value in origin.get(name, {}).values())
    if "container-image-reference" in fields:
        return "", layered
    spec = fields.get("baserefspec") or fields.get("refspec") or ""
    match = _REFSPEC.fullmatch(spec)
    if match is None or ".." in match["ref"]:
        raise ParseError("nothing tells where updates of this system come from")
    return f"{match['remote']}/{match['ref']}", layered


def parse_status(text: str) -> int | None:
    """How many security advisories an update has that waits.

    Args:
        text: stdout of `rpm-ostree status --json`.

    Returns:
        None when no update is known; 0 also where nothing names advisories.

    Raises:
        ParseError: Not of that form.

    Source: rpm-ostree's src/app/rpmostree-builtin-status.cxx, src/daemon/rpmostreed-os.cxx.
    """
    data = _load(text)
    update = data.get("cached-update")
    if not isinstance(data.get("deployments"), list) or not isinstance(update, dict | None):
        raise ParseError("rpm-ostree does not answer in the form that this version knows")
    if not update:
        return None
    advisories = update.get("advisories") or []
    if not isinstance(advisories, list) or not all(isinstance(it, list) for it in advisories):
        raise ParseError("rpm-ostree does not answer in the form that this version knows")
    return sum(1 for it in advisories if len(it) > 1 and it[1] == _SECURITY)


def parse_bootc(text: str) -> bool | None:
    """Whether an image waits that is newer than those that are installed.

    Args:
        text: stdout of `bootc status --json`.

    Returns:
        None when none is known, as before the first look for one.

    Raises:
        ParseError: Not of that form.

    Source: bootc's docs/src/host-v1.schema.json.
    """
    status = _load(text).get("status")
    booted = status.get("booted") if isinstance(status, dict) else None
    if not isinstance(status, dict) or not isinstance(booted, dict):
        raise ParseError("bootc does not answer in the form that this version knows")
    known = _digest(booted.get("cachedUpdate"))
    if not known:
        return None
    staged = status.get("staged")
    images = [it.get("image") for it in (booted, staged) if isinstance(it, dict)]
    return known not in {_digest(image) for image in images}


def _digest(image: object) -> str:
    """The digest of an image; empty where there is none."""
    digest = image.get("imageDigest") if isinstance(image, dict) else None
    return digest if isinstance(digest, str) else ""


def _load(text: str) -> Mapping[str, object]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("the answer is not in JSON") from error
    if not isinstance(data, dict):
        raise ParseError("the answer has a form that this version does not know")
    return data
