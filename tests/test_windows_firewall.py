"""The firewall of Windows: from profiles and rules to what neighbours can reach."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.collect.host import RegistryKey
from hipaaguard.collect.windows.firewall.probe import State, judge_inbound, judge_manager
from hipaaguard.collect.windows.firewall.profiles import (
    NAMES,
    Profile,
    judge_settings,
    parse_active,
    parse_in_use,
)
from hipaaguard.collect.windows.firewall.rules import open_to_neighbours, parse_rule, parse_rules
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from tests.conftest import TESTS

TRAPS = {
    "all three profiles, the domain's too": "firewall-domain-off",
    "a profile that is not in use": "firewall-public-off",
    "nothing configured is refused": "firewall-stock-public",
    "on, and everything let in": "firewall-inbound-allowed",
    "an interface is left out": "firewall-interface-left-out",
    "the service is stopped whatever the settings say": "firewall-service-stopped",
    "the engine below is stopped": "firewall-engine-stopped",
    "the service does not come back": "firewall-service-disabled-runs-still",
    "a policy over the own settings": "firewall-policy-on-own-off",
    "a policy that switches off": "firewall-policy-off-own-on",
    "a policy that cannot be read": "firewall-policy-not-readable",
    "an absent policy is no pass": "firewall-profiles-from-registry-off",
    "own rules do not count": "firewall-policy-ignores-own-rules",
    "block everything": "firewall-blocks-everything",
    "another maker's is on": "firewall-another-on",
    "another maker's is off": "firewall-another-off",
    "another maker's is paused": "firewall-another-paused",
    "another maker's has run out": "firewall-another-run-out",
    "an antivirus without a firewall": "firewall-antivirus-without-firewall",
    "Windows Security does not answer": "firewall-another-not-told",
    "a server has no Windows Security": "firewall-server",
    "programs at any port": "firewall-programs-let-in",
    "rules for chosen addresses": "firewall-ports-for-one-address",
    "an empty list is no pass": "test_all_three_profiles_must_be_there",
}
HEAD = "v2.30|Action=Allow|Active=TRUE|Dir=In|"
ON, OFF = Profile(enabled=True, denies=True), Profile(enabled=False, denies=False)
PUBLIC = frozenset({"Public"})


@pytest.mark.parametrize("place", TRAPS.values())
def test_every_trap_has_its_case(place: str) -> None:
    recorded = (TESTS / "recordings" / "windows" / place / "recording.yaml").is_file()
    assert recorded or place in globals()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_all_three_profiles_must_be_there(count: int) -> None:
    rows = [{"Name": name, "Enabled": "True", "Inbound": "Block"} for name in NAMES[:count]]
    with pytest.raises(ParseError):
        parse_active(rows)


@pytest.mark.parametrize("others", [(), ("Contoso Firewall",)])
@pytest.mark.parametrize("runs", [True, False])
@pytest.mark.parametrize("off", [None, *NAMES])
def test_combinations(others: tuple[str, ...], runs: bool, off: str | None) -> None:
    state = State(others, runs, {name: OFF if name == off else ON for name in NAMES})
    denies = bool(others) or (runs and off is None)
    assert judge_inbound(state) == ("deny" if denies else "allow")
    own = "windows" if runs else "none"
    assert judge_manager(state) == ("third-party" if others else own)


def test_what_cannot_be_seen_is_no_verdict() -> None:
    unknown = Unavailable(Reason.FAILED, "unknown")
    off = dict.fromkeys(NAMES, OFF)
    assert judge_inbound(State(unknown, True, off)) is unknown
    assert judge_inbound(State((), unknown, off)) is unknown
    assert judge_inbound(State((), True, unknown)) is unknown
    assert judge_inbound(State(unknown, True, dict.fromkeys(NAMES, ON))) == "deny"


def test_the_strongest_setting_counts() -> None:
    policy, own = RegistryKey({"EnableFirewall": 0}), RegistryKey({"EnableFirewall": 1})
    assert not judge_settings([policy, own]).denies
    assert judge_settings([own, policy]).denies
    assert not judge_settings([own, RegistryKey({"DefaultInboundAction": 0})]).denies
    with pytest.raises(ParseError):
        judge_settings([])


@pytest.mark.parametrize(
    ("fields", "opened"),
    [
        ("Protocol=6|LPort=22|", ("22/tcp",)),
        ("Protocol=17|LPort=5000-5020|LPort=5353|", ("5000-5020/udp", "5353/udp")),
        ("Protocol=6|LPort=22|App=%SystemRoot%\\System32\\OpenSSH\\sshd.exe|", ("22/tcp",)),
        ("Protocol=6|App=C:\\Games\\game.exe|", ("game.exe",)),
        ("App=%ProgramFiles%\\Meet\\meet.exe|Name=@x.dll,-1|", ("meet.exe",)),
        ("Protocol=6|App=%SystemRoot%\\system32\\msra.exe|", ()),
        ("Protocol=6|", ("all",)),
        ("Protocol=256|", ("all",)),
        ("Protocol=1|ICMP4=8:*|", ()),
        ("Protocol=6|Svc=sync|", ("sync",)),
        ("Protocol=17|LPort=Teredo|", ()),
        ("Protocol=6|LPort=RPC-EPMap|", ("135/tcp",)),
        ("Protocol=6|LPort=22|RA4=LocalSubnet|", ("22/tcp",)),
        ("Protocol=6|LPort=22|RA4=10.0.0.0/255.0.0.0|", ("22/tcp",)),
        ("Protocol=6|LPort=22|RA4=192.168.1.2-192.168.1.9|", ("22/tcp",)),
        ("Protocol=6|LPort=22|RA6=fd00::/8|", ("22/tcp",)),
        ("Protocol=6|LPort=22|RA4=192.168.1.2|", ()),
        ("Protocol=6|LPort=22|RA42=Ply2Renders|", ()),
        ("Protocol=6|LPort=22|RA4=Novel|", ("22/tcp",)),
        ("Protocol=6|LPort=22|Profile=Private|", ()),
        ("Protocol=6|LPort=22|Profile=Private|Profile=Public|", ("22/tcp",)),
        ("Protocol=6|LPort=22|AppPkgId=S-1-15-2-1|", ()),
    ],
)
def test_what_a_rule_opens(fields: str, opened: tuple[str, ...]) -> None:
    assert open_to_neighbours(parse_rules([HEAD + fields]), PUBLIC) == opened


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Action=Allow|Active=TRUE|Dir=In|LPort=22|",
        "v2.30|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=22|",
        "v2.30|Action=Allow|Active=TRUE|Dir=Out|Protocol=6|LPort=22|",
        "v2.30|Action=ByPass|Active=TRUE|Dir=In|Protocol=6|LPort=22|",
    ],
)
def test_what_is_no_rule_in_force(value: str) -> None:
    assert parse_rule(value) is None


@pytest.mark.parametrize(
    ("block", "opened"),
    [
        ("Protocol=6|LPort=22|", ()),
        ("Protocol=6|", ()),
        ("", ()),
        ("Protocol=17|LPort=22|", ("22/tcp",)),
        ("Protocol=6|LPort=23|", ("22/tcp",)),
        ("Protocol=6|LPort=22|RA4=10.0.0.1|", ("22/tcp",)),
        ("Protocol=6|LPort=22|Profile=Private|", ("22/tcp",)),
        ("Protocol=6|LPort=22|App=C:\\x.exe|", ("22/tcp",)),
    ],
)
def test_a_rule_that_refuses_wins_where_it_covers(block: str, opened: tuple[str, ...]) -> None:
    rules = parse_rules([HEAD + "Protocol=6|LPort=22|", HEAD.replace("Allow", "Block") + block])
    assert open_to_neighbours(rules, PUBLIC) == opened


@given(st.text(alphabet="v2.30|=ActionLPRDrofelIn6:*", max_size=60))
def test_any_text_is_a_rule_or_none(text: str) -> None:
    for value in (text, HEAD + text):
        open_to_neighbours(parse_rules([value]), PUBLIC)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["Name", "Enabled", "Inbound", "Without", "Category", "Rules"]),
            st.none() | st.integers() | st.sampled_from([*NAMES, "True", "Block"]),
        ),
        max_size=4,
    )
)
def test_parsers_raise_only_their_own_error(rows: list[dict[str, int | str | None]]) -> None:
    for parse in (parse_active, parse_in_use):
        with suppress(ParseError):
            parse(rows)
