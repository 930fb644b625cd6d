"""The screen lock of Windows in the corpus: what `reg query` prints, as keys of the registry."""

import re

import pytest

from hipaaguard.collect.host import RegistryKey, RegistryValue
from hipaaguard.collect.windows.screen_lock.ways import Keys, idle_limit, saver, saver_is_fixed
from hipaaguard.errors import ParseError
from tests.corpus import Case

_SAVER: dict[str, RegistryValue] = {
    "ScreenSaveActive": "1",
    "ScreenSaverIsSecure": "1",
    "ScreenSaveTimeOut": "600",
    "SCRNSAVE.EXE": "scrnsave.scr",
}


def queried(case: Case) -> dict[str, RegistryValue]:
    """The values that `reg query` printed, with or without the indentation."""
    lines = re.findall(r"^ *(\S+) +REG_(SZ|DWORD) *(.*?)\r?$", case.text, re.MULTILINE)
    return {name: int(shown, 16) if kind == "DWORD" else shown for name, kind, shown in lines}


def keys(
    machine: RegistryKey | None = None,
    policy: RegistryKey | None = None,
    desktop: RegistryKey | None = None,
) -> Keys:
    return Keys(machine=machine, person=None, managed=None, desktop_policy=policy, desktop=desktop)


def read_limit(case: Case) -> None:
    found = RegistryKey(queried(case))
    assert idle_limit(keys(machine=found)) == case.facts["seconds"]


def read_saver(case: Case) -> None:
    """A whole policy alone; single values of the person's own among others that would lock."""
    facts, shown = case.facts, queried(case)
    if "timeout" in facts:
        found = keys(policy=RegistryKey(shown), desktop=RegistryKey({"ScreenSaverIsSecure": "0"}))
        assert saver(found) == facts["timeout"]
        assert saver_is_fixed(found)
    elif "secure" in facts:
        assert shown["ScreenSaverIsSecure"] == str(facts["secure"])
        assert saver(keys(desktop=RegistryKey({**_SAVER, **shown}))) is None
    else:
        assert facts["present"] is False
        assert not shown
        rest = {name: value for name, value in _SAVER.items() if name != "ScreenSaveTimeOut"}
        with pytest.raises(ParseError, match="no time that is known"):
            saver(keys(desktop=RegistryKey(rest)))


READERS = {
    "reg-query-inactivity": read_limit,
    "reg-query-screensaver": read_saver,
}
UNUSED = {
    "powercfg-q-videoidle": "A text in the system's language; the plan is read in the registry.",
    "query-user": "A table in the system's language of who is there, which no fact is about.",
}
