"""Real outputs about shared folders."""

from hipaaguard.collect.linux.sharing.smb_conf import (
    accepts_smb1,
    list_shares,
    parse_smb_conf,
)
from tests.corpus import Case, Reader


def read_smb_conf(case: Case) -> None:
    # `testparm -s` prints the file with all settings, after lines for people that no file has.
    sections = parse_smb_conf(case.text, lambda path: "")
    assert "homes" in sections
    assert sections["global"]["serverschannel"] == "Yes"
    assert [share.guests for share in list_shares(sections)] == [False]
    assert accepts_smb1(sections) is None


READERS: dict[str, Reader] = {"smb-conf": read_smb_conf}
UNUSED: dict[str, str] = {}
