"""The accounts of Windows in the corpus, turned into the rows that collectors read."""

import json
import re

from hipaaguard.collect.host import RegistryKey, Row
from hipaaguard.collect.windows.accounts import parse_accounts, parse_autologin, parse_policy
from tests.corpus import Case
from tests.corpus.windows.screen_lock import queried
from tests.corpus.windows.vpn import blocks


def read_adsi(case: Case) -> None:
    users = json.loads(case.text)
    rows: list[Row] = [{"SID": user["uid"], "Disabled": user["disabled"]} for user in users]
    assert parse_accounts(rows) == {500: True, 501: False}
    for user in users:
        policy = {"Lockout": user["maxbadpasswords"], "Length": user["minpasswordlength"]}
        assert parse_policy([policy]) == (0, 0)


def read_local_user(case: Case) -> None:
    """A table without the identifier, which was in the question."""
    sid = re.search(r"-SID (\S+)", case.entry["command"])
    line = re.search(r"^(\w+) +(True|False) ", case.text, re.MULTILINE)
    assert sid
    assert line
    assert line[1] == case.facts["name"]
    found = parse_accounts([{"SID": sid[1], "Disabled": line[2] != "True"}])
    assert found == {500: case.facts["enabled"]}


def read_user_account(case: Case) -> None:
    users = [block for block in blocks(case) if "SID" in block]
    rows: list[Row] = [
        {"SID": user["SID"], "Disabled": user["Disabled"] == "TRUE"} for user in users
    ]
    names = {int(user["SID"].rpartition("-")[2]): user["Name"] for user in users}
    found = parse_accounts(rows)
    assert sorted(names[it] for it, on in found.items() if on) == case.facts["enabled"]
    assert sorted(names[it] for it, on in found.items() if not on) == case.facts["disabled"]
    assert found[501] is False


def read_net_accounts(case: Case) -> None:
    """The fourth and the sixth line; where nothing locks, the tool says so in words."""
    shown = [line.rpartition(":")[2].strip() for line in case.text.splitlines()]
    length, lockout = shown[3], shown[5]
    assert lockout == case.facts["lockout_threshold"]
    row = {"Lockout": 0 if lockout == "Never" else int(lockout), "Length": int(length)}
    found = parse_policy([row])
    assert found == (row["Lockout"], case.facts["min_length"])


def read_winlogon(case: Case) -> None:
    shown = queried(case)
    assert ("DefaultPassword" in shown) is case.facts["default_password_present"]
    assert parse_autologin(RegistryKey(shown)) is bool(case.facts["auto_admin_logon"])


READERS = {
    "adsi-users": read_adsi,
    "get-localuser": read_local_user,
    "net-accounts": read_net_accounts,
    "reg-query-winlogon": read_winlogon,
    "wmi-win32-useraccount": read_user_account,
}
UNUSED = {
    "auditpol": "What the system writes into its log, for administrators alone; no fact asks.",
    "dsregcmd-status": "Whether the computer belongs to an organisation, which no fact is about.",
    "reg-logonui": "It names the person who came last, which no collector may tell.",
    "secedit-export": "Only administrators may export it; ADSI tells the same to everybody.",
}
