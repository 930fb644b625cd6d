"""Every real output of the corpus is read by its parser, or a table says why no collector does."""

import pytest

from tests.conftest import CORPUS
from tests.corpus import Case, Reader, cases, folders
from tests.corpus import linux as linux_tables
from tests.corpus import macos as macos_tables
from tests.corpus import windows as windows_tables

TABLES = {
    "linux": linux_tables.TABLES,
    "macos": macos_tables.TABLES,
    "windows": windows_tables.TABLES,
}

PLACES = [(platform, folder) for platform in TABLES for folder in folders(platform)]
CASES = [
    pytest.param(platform, case, id=f"{platform}/{folder}/{case.name}")
    for platform, folder in PLACES
    for case in cases(platform, folder)
]
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")


def readers(platform: str) -> dict[str, Reader]:
    return {name: reader for table in TABLES[platform] for name, reader in table.READERS.items()}


def unused(platform: str) -> dict[str, str]:
    return {name: why for table in TABLES[platform] for name, why in table.UNUSED.items()}


@needs_corpus
@pytest.mark.parametrize("platform", TABLES)
def test_every_folder_is_answered_for_once(platform: str) -> None:
    answered = [name for table in TABLES[platform] for name in (*table.READERS, *table.UNUSED)]
    assert sorted(answered) == folders(platform)
    assert all(why.endswith(".") for why in unused(platform).values())


@needs_corpus
@pytest.mark.parametrize(("platform", "case"), CASES)
def test_case(platform: str, case: Case) -> None:
    reader = readers(platform).get(case.path.parent.name)
    if reader is not None:
        reader(case)
