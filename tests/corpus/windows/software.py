"""Installed programs of Windows in the corpus: exports of the registry, lists of packages."""

import re
from collections.abc import Iterator

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.installs import Install
from hipaaguard.collect.software_names import find_product
from hipaaguard.collect.windows.software import parse_entry, parse_packages, wanted_names
from tests.corpus import Case

_FOUND = {
    "mssql-host.reg": {"Firefox": "57.0.2"},
    "win10-russian.reg": {},
    "warning-unable-to-download.txt": {},
}
_TEXT = re.compile(r'^"(\w+)"="(.*)"\r?$', re.MULTILINE)
_NUMBER = re.compile(r'^"(\w+)"=dword:([0-9a-f]{8})\r?$', re.MULTILINE)


def exported(case: Case) -> Iterator[RegistryKey]:
    """The keys that `reg export` wrote; texts and numbers alone."""
    for block in case.data.decode("utf-16").split("\n[")[1:]:
        texts = {name: text.replace("\\\\", "\\") for name, text in _TEXT.findall(block)}
        numbers = {name: int(number, 16) for name, number in _NUMBER.findall(block)}
        yield RegistryKey({**texts, **numbers})


def check(case: Case, found: list[tuple[str, Install]]) -> None:
    """That of the known products those are found that the list has, in their versions."""
    products = [find_product(name) for name in ("Firefox", "Firefox ESR", "VirtualBox", "Zoom")]
    versions = {
        product.name: install.version
        for product in products
        for name, install in found
        if name in wanted_names(product)
    }
    assert versions == _FOUND[case.name]


def read_uninstall(case: Case) -> None:
    entries = [parse_entry(key) for key in exported(case)]
    named = [entry for entry in entries if entry is not None]
    assert len(named) == case.data.decode("utf-16").count('"DisplayName"=')
    assert all(install.version for _, install in named)
    check(case, named)


def read_packages(case: Case) -> None:
    """Names that are those of the registry, without what comes before them in the list."""
    shown = re.findall(r"^(Name|Version) +: (.*?)\r?$", case.text, re.MULTILINE)
    pairs = list(zip(shown[::2], shown[1::2], strict=True))
    assert len(pairs) == case.facts["packages"]
    found = [
        parse_entry(RegistryKey({"DisplayName": name, "DisplayVersion": version}))
        for (_, name), (_, version) in pairs
    ]
    named = [entry for entry in found if entry is not None]
    # VirtualBox's additions are for its guests, and no VirtualBox.
    assert [name for name, _ in named] == ["oracle vm virtualbox guest additions", "vim"]
    check(case, named)


def read_store(case: Case) -> None:
    """The packages by their folders and publishers, whose names are in no language."""
    full = []
    for block in case.text.split("\n\n"):
        shown = dict(re.findall(r"^(\w+): (.*)$", block, re.MULTILINE))
        folder = shown.get("FOLDER", "").rpartition("\\")[2]
        if folder.endswith(f"_{shown.get('PUBID')}") and folder.count("_") == 1:
            name = folder.partition("_")[0]
            full.append(f"{name}_{shown['VERSION']}_{shown['ARCH']}__{shown['PUBID']}")
        elif folder:
            full.append(folder)
    found = dict(parse_packages(RegistryKey({}, tuple(full))))
    assert len(full) == case.text.count("FOLDER: ")
    assert found["microsoft.windows.sechealthui"].version == "10.0.19041.423"


READERS = {
    "appx-packages": read_store,
    "get-package": read_packages,
    "reg-uninstall": read_uninstall,
}
UNUSED: dict[str, str] = {}
