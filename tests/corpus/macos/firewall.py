"""The firewall of macOS in the corpus."""

import pytest

from hipaaguard.collect.macos.firewall import State, parse_settings, parse_state
from hipaaguard.collect.macos.plists import parse_plist
from hipaaguard.errors import ParseError
from tests.corpus import Case, Reader


def read_state(case: Case) -> None:
    state = parse_state(case.data)
    assert state == case.facts["state"]
    assert (state is not State.OFF) is case.facts["enabled"]


def read_all(case: Case) -> None:
    """With the other answers after it, of which no number is read."""
    assert (parse_state(case.data) is not State.OFF) is case.facts["firewall"]


def read_usage(case: Case) -> None:
    assert case.facts["readable"] is False
    with pytest.raises(ParseError):
        parse_state(case.data)


def read_default(case: Case) -> None:
    state = parse_settings({"globalstate": int(case.text)})
    assert state == case.facts["globalstate"]
    assert (state is not State.OFF) is case.facts["enabled"]


def read_plist_file(case: Case) -> None:
    settings = parse_plist(case.data)
    assert isinstance(settings, dict)
    assert parse_settings(settings) == case.facts["globalstate"]


READERS: dict[str, Reader] = {
    "defaults-alf-globalstate": read_default,
    "plist-com-apple-alf": read_plist_file,
    "socketfilterfw-all": read_all,
    "socketfilterfw-getallowsigned": read_usage,
    "socketfilterfw-getglobalstate": read_state,
}
UNUSED = {
    "socketfilterfw-getblockall": "Its words changed; the state 2 says the same as a number.",
    "socketfilterfw-getstealthmode": "Whether the Mac answers a ping is no fact of ours.",
}
