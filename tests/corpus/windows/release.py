"""The release of Windows in the corpus, as the values of the registry that say the same."""

import re

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.support import Support
from hipaaguard.collect.windows.machine import parse_model
from hipaaguard.collect.windows.release import Release, parse_release, support_of
from tests.conftest import NOW
from tests.corpus import Case
from tests.corpus.windows.vpn import blocks

# What Windows is called, and the edition that is called so.
_EDITIONS = {
    "Windows 10 Enterprise": "Enterprise",
    "Windows 10 Pro": "Professional",
    "Windows Server 2012 R2 Standard": "ServerStandard",
}
_PROFESSIONAL_SKU = "48"


def release(build: str, edition: str) -> Release:
    return parse_release(RegistryKey({"CurrentBuild": build, "EditionID": edition}))


def is_supported(found: Release) -> bool:
    support = support_of(found)
    assert isinstance(support, Support)
    return support.holds_on(NOW.date())


def read_systeminfo(case: Case) -> None:
    """The same lines in every language, each at its place; the title lines of one are cut off."""
    name = re.search(r"Microsoft (Windows .*?)\r?$", case.text, re.MULTILINE)
    build = re.search(r" \d+\.\d\.(\d+) ", case.text)
    assert name
    assert build
    found = release(build[1], _EDITIONS[name[1]])
    assert name[1].startswith(found.name)
    assert found.build == case.facts.get("build", found.build)
    assert found.is_server is case.facts.get("is_server", "Server" in name[1])
    assert not is_supported(found)
    values = [line.partition(": ")[2].strip() for line in case.text.strip().splitlines()]
    if len(values) > 3:
        key = RegistryKey({"SystemManufacturer": values[11], "SystemProductName": values[12]})
        virtual = "hypervisor_detected" in case.facts or values[12] == "Virtual Machine"
        assert parse_model(key) is virtual


def read_computer_info(case: Case) -> None:
    """It does not tell the edition."""
    shown = dict(re.findall(r"^(\w+) +: (.*?)\r?$", case.text, re.MULTILINE))
    assert shown["OsVersion"] == case.facts["os_version"]
    found = release(shown["OsVersion"].rpartition(".")[2], "Professional")
    assert (found.name, found.build) == ("Windows 10 Pro", 19043)
    assert not is_supported(found)


def read_operating_system(case: Case) -> None:
    (shown,) = (block for block in blocks(case) if "BuildNumber" in block)
    assert shown["OperatingSystemSKU"] == _PROFESSIONAL_SKU
    found = release(shown["BuildNumber"], "Professional")
    assert (found.build, found.name) == (case.facts["build"], "Windows 7 Pro")
    assert shown["Caption"].startswith("Microsoft Windows 7 Pro")
    assert not is_supported(found)


READERS = {
    "get-computerinfo": read_computer_info,
    "systeminfo": read_systeminfo,
    "wmi-win32-operatingsystem": read_operating_system,
}
UNUSED: dict[str, str] = {}
