"""The screen lock of macOS in the corpus."""

import re

from hipaaguard.collect.macos.screen_lock.delay import parse_status
from hipaaguard.collect.macos.screen_lock.idle import parse_display, parse_saver
from tests.corpus import Case, Reader


def read_status(case: Case) -> None:
    assert case.facts["lock"] == "on"
    assert parse_status(case.text).seconds == case.facts["delay_seconds"]


def read_display(case: Case) -> None:
    minutes = case.facts["battery_displaysleep"], case.facts["ac_displaysleep"]
    assert parse_display(case.text) == tuple(60 * it for it in minutes)


def read_saver(case: Case) -> None:
    """Neither time nor password is set there, though the screen does lock."""
    settings = {name: int(value) for name, value in re.findall(r"(\w+) = (\d+);", case.text)}
    assert settings
    assert case.facts["idleTime_absent"]
    assert parse_saver(settings) is None


READERS: dict[str, Reader] = {
    "defaults-screensaver-byhost": read_saver,
    "pmset-g-custom": read_display,
    "sysadminctl-screenlock-status": read_status,
}
UNUSED = {
    "osascript-require-password": "It steers another program, for which macOS asks for leave.",
    "pmset-g": "It tells of the source of power in use alone; `custom` tells of each.",
    "system-profiler-power": "Its words are translated; pmset tells the same.",
}
