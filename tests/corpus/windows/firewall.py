"""The firewall of Windows in the corpus."""

import re

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.firewall.profiles import NAMES, judge_settings, parse_active
from tests.corpus import Case


def read_profiles(case: Case) -> None:
    """The profiles that are shown; one that its author left out is taken to be on."""
    rows = {name: {"Name": name, "Enabled": "True", "Inbound": "Block"} for name in NAMES}
    for block in re.split(r"\n\s*\n", case.text.replace("\r", "")):
        shown = dict(re.findall(r"^(\w+) +: (.*?) *$", block, re.MULTILINE))
        if shown:
            inbound = shown["DefaultInboundAction"]
            given = {"Name": shown["Name"], "Enabled": shown["Enabled"], "Inbound": inbound}
            rows[shown["Name"]] = given
    found = parse_active(list(rows.values()))
    for name, on in case.facts.items():
        assert found[name.title()].enabled is on
        assert found[name.title()].denies is on


def read_registry(case: Case) -> None:
    text = case.data.decode("utf-16")
    values = re.findall(
        r'^"(\w+)"=dword:([0-9a-f]{8})\r?$', text.split("\\Logging]")[0], re.MULTILINE
    )
    profile = judge_settings([RegistryKey({name: int(number, 16) for name, number in values})])
    assert profile.enabled is (case.facts["enable_firewall"] == 1)
    assert profile.denies is profile.enabled


READERS = {
    "get-netfirewallprofile": read_profiles,
    "reg-firewall-policy": read_registry,
}
UNUSED = {
    "netsh-advfirewall": "Its words are in the system's language, and it leaves out policies.",
}
