"""The dictionary of facts: consistent in itself, and with the collectors both ways."""

import pytest

from hipaaguard.collect import PLATFORMS, probes
from hipaaguard.dictionary import explain, page
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS, FactType, check_value, spec_of, split_key
from hipaaguard.model import Platform, Reason, Unavailable
from hipaaguard.words import say_duration, say_fact, say_list, say_value


@pytest.mark.parametrize("platform", list(Platform))
def test_every_promised_fact_has_one_collector_and_no_other(platform: Platform) -> None:
    promised = sorted(name for name, spec in FACTS.items() if platform in spec.platforms)
    collected = sorted(name for probe in probes(platform) for name in probe.names)
    assert collected == promised
    assert bool(collected) == (platform in PLATFORMS)


def test_names_are_sorted_and_say_what_they_are() -> None:
    assert list(FACTS) == sorted(FACTS)
    for name, spec in FACTS.items():
        assert spec.name == name
        assert spec.meaning.endswith("."), name
        assert spec.label, name
        assert spec.values == tuple(sorted(spec.values)) or name == "disk.encryption_state"
        assert not spec.unit or spec.type is FactType.INT, name
        assert name.endswith(f"_{spec.unit}" if spec.unit else ""), name


@pytest.mark.parametrize(
    "key",
    [
        "",
        "disk",
        "disk.",
        "Disk.x",
        "a.b.c",
        "vpn.carries()",
        "vpn.carries(a)b",
        "vpn.carries((a))",
    ],
)
def test_what_is_not_a_key(key: str) -> None:
    with pytest.raises(ParseError):
        split_key(key)


def test_keys_with_arguments() -> None:
    assert split_key("vpn.carries(10.0.0.0/8)") == ("vpn.carries", "10.0.0.0/8")
    assert spec_of("vpn.carries(2001:db8::/32)").type is FactType.BOOL
    with pytest.raises(ParseError, match="needs an argument"):
        spec_of("vpn.carries")
    with pytest.raises(ParseError, match="takes no argument"):
        spec_of("vpn.active(x)")
    with pytest.raises(ParseError, match="no fact named"):
        spec_of("vpn.fast")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("vpn.active", 1),
        ("vpn.active", "true"),
        ("screen_lock.idle_s", True),
        ("screen_lock.idle_s", 1.5),
        ("screen_lock.idle_s", -1),
        ("screen_lock.idle_s", "900"),
        ("os.name", None),
        ("firewall.manager", "iptables-nft"),
        ("disk.unencrypted_volumes", "/home"),
        ("disk.unencrypted_volumes", ["/home", 1]),
    ],
)
def test_values_of_another_type_are_refused(key: str, value: object) -> None:
    with pytest.raises(ParseError):
        check_value(key, value)


def test_values_that_fit() -> None:
    assert check_value("vpn.active", False) is False
    assert check_value("screen_lock.idle_s", 0) == 0
    assert check_value("firewall.manager", "ufw") == "ufw"
    assert check_value("disk.unencrypted_volumes", ["/a", "/b"]) == ("/a", "/b")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "no time"),
        (1, "1 second"),
        (300, "5 minutes"),
        (305, "5 minutes 5 seconds"),
        (3600, "1 hour"),
        (90_000, "1 day 1 hour"),
    ],
)
def test_durations_in_words(seconds: int, words: str) -> None:
    assert say_duration(seconds) == words


def test_values_in_words() -> None:
    assert say_value(1234) == "1,234"
    assert say_value(1, "days") == "1 day"
    assert say_value(12, "days") == "12 days"
    assert say_value(900, "s") == "15 minutes"
    assert say_value(True) == "yes"
    assert [say_list(("a", "b", "c")[:count]) for count in range(4)] == [
        "none",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert say_fact("screen_lock.idle_s", 60) == "1 minute"
    assert say_fact("screen_lock.idle_s", Unavailable(Reason.FAILED)) == "not determined"


@pytest.mark.parametrize("name", FACTS)
def test_an_entry_in_words(name: str) -> None:
    spec = FACTS[name]
    text = explain(spec, 60)
    assert text.startswith(name)
    assert spec.meaning.split()[0] in text
    assert all(len(line) <= 60 or len(line.split()) <= 2 for line in text.splitlines())
    assert all(trap.endswith(".") for trap in spec.traps)
    assert f"### `{name}" in page()
