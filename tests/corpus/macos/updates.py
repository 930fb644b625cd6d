"""Updates of macOS in the corpus."""

import re

import pytest

from hipaaguard.collect.macos.updates import judge_automatic, parse_pending
from hipaaguard.errors import ParseError
from tests.corpus import Case, Reader


def read_settings(case: Case) -> None:
    settings = {name: int(value) for name, value in re.findall(r"(\w+) = (\d+);", case.text)}
    wanted = ("auto_check", "auto_download", "auto_install_macos", "critical")
    assert all(case.facts[name] == 1 for name in wanted)
    assert judge_automatic(settings, {}) is True
    # The excerpt leaves the list out, without which its count says nothing.
    assert settings["LastRecommendedUpdatesAvailable"] == case.facts["recommended_available"]
    with pytest.raises(ParseError):
        parse_pending(settings, "15.7.7")


READERS: dict[str, Reader] = {"defaults-softwareupdate": read_settings}
UNUSED = {
    "softwareupdate-l": "It asks Apple over the network for half a minute, in translated words.",
    "softwareupdate-schedule": "The setting that it tells is read from its file.",
}
