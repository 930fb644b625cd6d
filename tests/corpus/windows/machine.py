"""The computer itself in the corpus, where it is Windows."""

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.machine import parse_model, parse_secure_boot
from tests.corpus import Case
from tests.corpus.windows.vpn import blocks

# What the command throws where the firmware is of the old kind: STATUS_NOT_IMPLEMENTED.
_NOT_SUPPORTED = "0xC0000002"


def read_secure_boot(case: Case) -> None:
    """Where the firmware can, the registry has the answer as a number; else it lacks the key."""
    if case.facts.get("supported", True):
        key = RegistryKey({"UEFISecureBootEnabled": int(case.text.strip() == "True")})
        assert parse_secure_boot(key) is case.facts["secure_boot"]
    else:
        assert case.text.strip().endswith(_NOT_SUPPORTED)


def read_computer_system(case: Case) -> None:
    (shown,) = (block for block in blocks(case) if "Manufacturer" in block)
    values = {"SystemManufacturer": shown["Manufacturer"], "SystemProductName": shown["Model"]}
    assert parse_model(RegistryKey(values)) is False


READERS = {
    "confirm-securebootuefi": read_secure_boot,
    "wmi-win32-computersystem": read_computer_system,
}
_CHIP = "The chip is found among the devices, which everybody may read, in any language."
UNUSED = {
    "get-securebootpolicy": "It needs rights and does not say whether Secure Boot is on.",
    "get-tpm": f"It needs rights and does not tell the version. {_CHIP}",
    "tpmtool-getdeviceinformation": _CHIP,
}
