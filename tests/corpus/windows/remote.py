"""Remote access and sharing of Windows in the corpus."""

import re

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.remote.desktop import parse_denied
from hipaaguard.collect.windows.sharing.smb import parse_smb1
from tests.corpus import Case


def read_terminal_server(case: Case) -> None:
    values = re.findall(r"^\s+(\w+)\s+REG_DWORD\s+(0x[0-9a-f]+)", case.text, re.MULTILINE)
    key = RegistryKey({name: int(number, 16) for name, number in values})
    assert parse_denied(None, key) is not case.facts["rdp_enabled"]


def read_server(case: Case) -> None:
    """What the cmdlet shows of the setting, as the registry has it."""
    shown = dict(re.findall(r"^(\w+) +: (\w+)", case.text, re.MULTILINE))
    server = RegistryKey({"SMB1": int(shown["EnableSMB1Protocol"] == "True")})
    assert parse_smb1(RegistryKey({"Start": 3}), server) is case.facts["smb1"]


READERS = {
    "get-smbserverconfiguration": read_server,
    "reg-query-terminal-server": read_terminal_server,
}
UNUSED = {
    "net-share": "A table in the system's language; the shares are read from the registry.",
    "reg-rms": "It tells passwords and settings; the service and the list of programs are enough.",
    "reg-teamviewer": "It tells ids and settings; the service and the list of programs are enough.",
}
