"""Real os-release files."""

from hipaaguard.collect.linux.release import parse_os_release
from tests.corpus import Case

FIELDS = {
    "id": "ID",
    "id_like": "ID_LIKE",
    "version_id": "VERSION_ID",
    "pretty_name": "PRETTY_NAME",
    "support_end": "SUPPORT_END",
    "variant_id": "VARIANT_ID",
    "build_id": "BUILD_ID",
    "version_codename": "VERSION_CODENAME",
}


def read_release(case: Case) -> None:
    release = parse_os_release(case.text)
    assert case.facts.keys() <= FIELDS.keys()
    assert case.facts
    assert {key: release.get(FIELDS[key], "") for key in case.facts} == case.facts


READERS = {"os-release": read_release}
UNUSED: dict[str, str] = {}
