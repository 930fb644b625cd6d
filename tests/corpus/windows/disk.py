"""BitLocker and volumes of Windows in the corpus, turned into the rows that collectors read."""

import re

import pytest

from hipaaguard.collect.host import Row
from hipaaguard.collect.windows.batch import Fault, refusal
from hipaaguard.collect.windows.disk.bitlocker import (
    PROTECTORS,
    State,
    judge_told,
    parse_protectors,
    parse_told,
)
from hipaaguard.collect.windows.disk.volumes import FIXED, parse_volumes
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason
from tests.corpus import Case
from tests.corpus.windows.vpn import blocks

# What the tools print, in English and German, for the numbers of GetConversionStatus.
_CONVERSIONS = {
    "FullyDecrypted": 0,
    "FullyEncrypted": 1,
    "EncryptionInProgress": 2,
    "Fully Decrypted": 0,
    "Used Space Only Encrypted": 1,
    "Encryption in Progress": 2,
    "Vollständig entschlüsselt": 0,
}
_PROTECTIONS = {
    "On": 1,
    "Off": 0,
    "Protection On": 1,
    "Protection Off": 0,
    "Der Schutz ist deaktiviert.": 0,
}


def read_bitlocker_volume(case: Case) -> None:
    if case.facts.get("encrypted"):
        shown = dict(re.findall(r"^(\w+) +: (.*)", case.text, re.MULTILINE))
        rows = [(shown["VolumeStatus"], shown["ProtectionStatus"])]
    else:
        rows = re.findall(
            r"^(?:Data|OperatingSystem) .*? (\w+) +\d+ .* (\w+)$", case.text, re.MULTILINE
        )
    states = [judge_told(_PROTECTIONS[on], _CONVERSIONS[status]) for status, on in rows]
    assert (State.ON in states) is case.facts.get("encrypted", False)
    assert len(states) == len(case.facts.get("volumes", [1]))
    converting = list(case.facts.get("volumes", {}).values()).count("EncryptionInProgress")
    assert states.count(State.CONVERTING) == converting


def read_status(case: Case) -> None:
    facts = case.facts
    if facts.get("readable") is False:
        denied = refusal(Fault(hresult=case.entry["exit_code"]))
        assert denied.reason is Reason.NOT_PERMITTED
        return
    found = re.findall(
        r"^ +(?:Conversion Status|Konvertierungsstatus): +(.*)", case.text, re.MULTILINE
    )
    on = re.findall(r"^ +(?:Protection Status|Schutzstatus): +(.*)", case.text, re.MULTILINE)
    if facts.get("locked"):
        with pytest.raises(ParseError, match="no known state"):
            judge_told(2, _CONVERSIONS.get(found[0].strip()))
        return
    states = [
        judge_told(_PROTECTIONS[protection.strip()], _CONVERSIONS[conversion.strip()])
        for conversion, protection in zip(found, on, strict=True)
    ]
    assert {it is State.ON for it in states} == {facts["encrypted"] and facts["protected"]}
    assert len(states) == facts.get("volumes", 1)
    assert (State.CONVERTING in states) is facts.get("in_progress", False)


def read_protectors(case: Case) -> None:
    """What the tool calls the kinds of keys, as numbers of GetKeyProtectorType."""
    shown = {"TPM": 1, "Numerical Password": 3}
    kinds = [shown[name] for name in re.findall(r"^    ([A-Z][\w ]+):$", case.text, re.MULTILINE)]
    assert [*shown] == case.facts["protectors"]
    row: Row = {"DeviceID": "c", "Protectors": tuple(kinds)}
    assert parse_protectors([row], "c") == tuple(sorted(PROTECTORS[it] for it in shown.values()))


def read_encryptable_volume(case: Case) -> None:
    """Its properties hold the same numbers as the methods, from an earlier moment."""
    (shown,) = blocks(case)
    row: Row = {
        "DeviceID": shown["DeviceID"],
        "Protection": int(shown["ProtectionStatus"]),
        "Conversion": int(shown["ConversionStatus"]),
    }
    protected = case.facts["encrypted"] and case.facts["protected"]
    (state,) = parse_told([row]).values()
    assert (state is State.ON) is protected


def read_volumes(case: Case) -> None:
    rows = [
        {
            **{name: shown[name] or None for name in ("DeviceID", "Name", "DriveLetter")},
            "FileSystem": shown["FileSystem"],
            "DriveType": int(shown["DriveType"]),
            "Capacity": int(shown["Capacity"]),
            "BootVolume": shown["BootVolume"] == "TRUE",
            "SystemVolume": shown["SystemVolume"] == "TRUE",
        }
        for shown in blocks(case)
    ]
    system, recovery, start = parse_volumes(rows)
    assert (system.holds_windows, system.letter, system.path) == (True, "C:", "C:\\")
    assert not recovery.path
    assert start.starts_windows
    assert {it.type for it in (system, recovery, start)} == {FIXED}
    with pytest.raises(ParseError, match="from which volume"):
        parse_volumes(rows[1:])


READERS = {
    "get-bitlockervolume": read_bitlocker_volume,
    "manage-bde-protectors": read_protectors,
    "manage-bde-status": read_status,
    "wmi-win32-encryptablevolume": read_encryptable_volume,
    "wmi-win32-volume": read_volumes,
}
UNUSED = {
    "wmi-win32-logicaldisk": "It lists drive letters alone; volumes in folders count as well.",
}
