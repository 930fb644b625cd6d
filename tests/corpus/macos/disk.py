"""FileVault and volumes in the corpus; diskutil's texts are turned into its property lists."""

import re
from typing import Any

from hipaaguard.collect.macos.disk.filevault import State, parse_status
from hipaaguard.collect.macos.disk.volumes import Cover, Volume, parse_volumes
from hipaaguard.collect.macos.plists import Dictionary
from tests.corpus import Case, Reader

INTERNAL: Dictionary = {"Internal": True, "RemovableMedia": False}


def read_status(case: Case) -> None:
    state = parse_status(case.text)
    if case.facts.get("in_progress"):
        assert state is State.CONVERTING
        return
    assert state is {"on": State.ON, "off": State.OFF}[case.facts["filevault"]]


def _value(text: str, name: str) -> str:
    found = re.search(rf"^[| ]*{re.escape(name)}: +(.*?) *$", text, re.MULTILINE)
    return found[1] if found else ""


def _apfs_volume(text: str) -> tuple[dict[str, Any], str]:
    """A volume of `diskutil apfs list` and its mount point."""
    device, role = _value(text, "APFS Volume Disk (Role)").rstrip(")").split(" (")
    place = _value(text, "Mount Point")
    filevault = _value(text, "FileVault").startswith("Yes")
    volume = {"DeviceIdentifier": device, "Roles": [role], "FileVault": filevault}
    return volume, "" if place == "Not Mounted" else place


def _listed_apfs(text: str) -> tuple[Volume, ...]:
    head, *parts = text.split("+-> Volume ")
    volumes = [_apfs_volume(part) for part in parts]
    store = _value(head, "APFS Physical Store Disk")
    container: dict[str, Any] = {
        "ContainerReference": _value(head, "APFS Container Reference"),
        "PhysicalStores": [{"DeviceIdentifier": store}],
        "Volumes": [volume for volume, _ in volumes],
    }
    synthesized: dict[str, Any] = {
        "DeviceIdentifier": container["ContainerReference"],
        "APFSPhysicalStores": container["PhysicalStores"],
        "APFSVolumes": [{**volume, "MountPoint": place} for volume, place in volumes],
    }
    disk: dict[str, Any] = {
        "DeviceIdentifier": "disk0",
        "Partitions": [{"DeviceIdentifier": store, "Content": "Apple_APFS"}],
    }
    listed: dict[str, Any] = {"AllDisksAndPartitions": [disk, synthesized]}
    return parse_volumes(listed, {"Containers": [container]}, {"disk0": INTERNAL})


def read_apfs_list(case: Case) -> None:
    facts = case.facts
    found = _listed_apfs(case.text)
    on = facts.get("filevault_on", facts.get("data_volume_filevault"))
    assert (Cover.KEY in {volume.cover for volume in found}) is on
    # The system's own volumes are left out, whatever their FileVault says.
    shown = facts.get("filevault", {})
    assert {it.device for it in found} <= set(shown) or not shown
    assert not (facts.get("role_volumes") and found)
    assert all(it.container and not it.external for it in found)


def read_info(case: Case) -> None:
    """What is said of one volume, as the property lists of its container and disk have it."""
    name, device = _value(case.text, "Volume Name"), _value(case.text, "Device Identifier")
    role = {"Macintosh HD": "System", "iSCPreboot": "Preboot"}.get(name, name)
    filevault = _value(case.text, "FileVault")
    assert filevault == case.facts.get("filevault", "No")
    info: Dictionary = {
        "Internal": _value(case.text, "Device Location") == "Internal",
        "RemovableMedia": _value(case.text, "Removable Media") != "Fixed",
    }
    container: dict[str, Any] = {
        "ContainerReference": _value(case.text, "APFS Container"),
        "PhysicalStores": [{"DeviceIdentifier": _value(case.text, "APFS Physical Store")}],
        "Volumes": [{"DeviceIdentifier": device, "Roles": [role], "FileVault": filevault == "Yes"}],
    }
    disk: dict[str, Any] = {"DeviceIdentifier": "disk0", "Partitions": container["PhysicalStores"]}
    listed: dict[str, Any] = {"AllDisksAndPartitions": [disk]}
    found = parse_volumes(listed, {"Containers": [container]}, {"disk0": info})
    assert [it.device for it in found] == ([device] if role == "Data" else [])
    assert all(it.cover is Cover.NOTHING and not it.external for it in found)


def read_list(case: Case) -> None:
    """Linux beside macOS: a partition that macOS cannot look into is not understood."""
    rows = re.findall(r"^ +\d+: +(.+?) [\u2068+].* (disk\d+s\d+)$", case.text, re.MULTILINE)
    parts: list[Any] = [
        {"DeviceIdentifier": device, "Content": content}
        for content, device in rows
        if device.startswith("disk0")
    ]
    stores = [part["DeviceIdentifier"] for part in parts if part["Content"] == "Apple_APFS"]
    containers: list[Any] = [
        {"ContainerReference": f"disk{number}", "PhysicalStores": [{"DeviceIdentifier": store}]}
        for number, store in enumerate(stores, start=3)
    ]
    listed: dict[str, Any] = {
        "AllDisksAndPartitions": [{"DeviceIdentifier": "disk0", "Partitions": parts}]
    }
    found = parse_volumes(listed, {"Containers": containers}, {"disk0": INTERNAL})
    assert [(it.device, it.cover) for it in found] == [("disk0s7", Cover.UNKNOWN)]


READERS: dict[str, Reader] = {
    "diskutil-apfs-list": read_apfs_list,
    "diskutil-info": read_info,
    "diskutil-list": read_list,
    "fdesetup-status": read_status,
}
UNUSED = {
    "diskutil-apfs-listusers": "Who can unlock a volume is no fact of ours.",
    "fdesetup-isactive": "It says true while the disk is still being encrypted; the status tells.",
    "fdesetup-list": "It names persons, and only to administrators.",
    "mount": "The list of disks tells mount points together with the disks.",
}
