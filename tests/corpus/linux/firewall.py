"""Real outputs about the firewall."""

from hipaaguard.collect.host import Output, attempt
from hipaaguard.collect.linux.firewall import firewalld
from hipaaguard.collect.linux.firewall.inbound import Fate, judge
from hipaaguard.collect.linux.firewall.iptables import parse_save
from hipaaguard.collect.linux.firewall.managers import manager_of
from hipaaguard.collect.linux.firewall.nftables import parse_ruleset
from hipaaguard.collect.linux.firewall.probe import refusal
from hipaaguard.model import Reason, Unavailable
from tests.corpus import Case


def read_zones(case: Case) -> None:
    zones = attempt(firewalld.parse_zones, case.text)
    if "zone" not in case.facts and "active_zone" not in case.facts:
        assert isinstance(zones, Unavailable)
        return
    assert not isinstance(zones, Unavailable)
    name = case.facts.get("zone") or case.facts["active_zone"]
    assert zones[name].target == case.facts.get("target", "default")
    active = {zone.name for zone in zones.values() if zone.interfaces}
    if case.facts.get("active") or "active_zone" in case.facts:
        assert active == {name}
    if "interfaces" in case.facts:
        assert list(zones[name].interfaces) == case.facts["interfaces"]


def read_default_zone(case: Case) -> None:
    zone = firewalld.Zone(case.facts["zone"], "default", (), (), ())
    assert firewalld.judge({zone.name: zone}, case.text.strip()) == "deny"


def read_iptables_save(case: Case) -> None:
    if case.facts.get("readable") is False:
        assert refusal("iptables-save", Output(4, b"", case.data)).reason is Reason.NOT_PERMITTED
        return
    saved = attempt(parse_save, case.text, v6=False)
    if case.name == "insights-special.txt":
        # A text made up by its author, with two programs' headers in one.
        assert saved is not None
        return
    assert not isinstance(saved, Unavailable)
    fate = judge(saved.packets, None).v4
    if case.facts.get("empty"):
        assert not saved.tables
    if case.facts.get("managed_by"):
        assert manager_of(saved.packets, (), ()) == case.facts["managed_by"]
    if case.facts.get("input_policy") == "DROP":
        assert fate is Fate.CLOSED
    if case.facts.get("rules") == 0:
        assert fate is Fate.OPEN


def read_nft(case: Case) -> None:
    found = parse_ruleset(case.text)
    drops = {base.drops for base in found.packets.bases if base.chain[3].lower() == "input"}
    if case.facts.get("rules") == 0:
        assert judge(found.packets, None).v4 is Fate.OPEN
    if case.facts.get("input_policy"):
        assert drops == {case.facts["input_policy"] == "drop"}


READERS = {
    "firewall-cmd-get-default-zone": read_default_zone,
    "firewall-cmd-list-all": read_zones,
    "firewall-cmd-list-all-zones": read_zones,
    "iptables-save": read_iptables_save,
    "nft-j-list-ruleset": read_nft,
}

_RULES = "The rules are read from `nft -j` and the save programs, which print them whole."
UNUSED = {
    "firewall-cmd-get-active-zones": "The list of all zones says which are active.",
    "firewall-cmd-query-panic": "Panic mode shows in the rules in force.",
    "firewall-cmd-state": "systemd says whether firewalld runs, without asking firewalld.",
    "iptables-L": _RULES,
    "iptables-S": _RULES,
    "nft-list-chain": _RULES,
    "nft-list-ruleset": _RULES,
    "systemctl-status-firewalld": "`systemctl show` prints the same for programs to read.",
    "ufw-status": "It needs administrator rights, and then the rules in force can be read.",
}
