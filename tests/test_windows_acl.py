"""Who may read a file on Windows, from the text form of its list."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.windows_acl import OPEN, closed_sddl, judge_sddl

OWN = "S-1-5-21-1004336348-1177238915-682003330-1001"
OTHER = "S-1-5-21-1004336348-1177238915-682003330-1002"
INHERITED = f"D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;{OWN})"


@pytest.mark.parametrize(
    ("sddl", "weakness"),
    [
        (f"O:{OWN}{INHERITED}", ""),
        (f"O:{OWN}G:{OWN}{INHERITED}S:AI(ML;;NW;;;ME)", ""),
        (f"O:BA{INHERITED}", ""),
        (f"O:{OWN}{closed_sddl(OWN)}", ""),
        (f"O:{OWN}D:PAI(D;;FA;;;WD)(A;;FA;;;{OWN})", ""),
        ("O:LAD:P(A;;FA;;;LA)", "belongs to another user"),
        (f"O:{OTHER}{INHERITED}", "belongs to another user"),
        (INHERITED, "belongs to another user"),
        ("", "belongs to another user"),
        (f"O:{OWN}", OPEN),
        (f"O:{OWN}D:NO_ACCESS_CONTROL", OPEN),
        (f"O:{OWN}{INHERITED}(A;ID;0x1200a9;;;BU)", OPEN),
        (f"O:{OWN}{INHERITED}(A;;FR;;;WD)", OPEN),
        (f"O:{OWN}{INHERITED}(A;;FR;;;{OTHER})", OPEN),
        (f'O:{OWN}{INHERITED}(XA;;FX;;;S-1-1-0;(@User.Title=="PM"))', OPEN),
        (f"O:{OWN}{INHERITED}(A;;FA)", OPEN),
    ],
)
def test_only_we_and_the_system_may_be_named(sddl: str, weakness: str) -> None:
    assert judge_sddl(sddl, OWN) == weakness


def test_the_built_in_administrator_goes_by_a_short_name() -> None:
    assert judge_sddl("O:LAD:P(A;;FA;;;LA)", "LA") == ""


@given(st.text(alphabet="ODGSP:();AIFBUYW-0123456789", max_size=80))
def test_other_texts_are_never_safe(text: str) -> None:
    assert judge_sddl(text, OWN) or text.startswith(("O:BA", "O:SY"))


if sys.platform == "win32":
    from hipaaguard.owner_only import close, weakness

    def test_a_closed_file_is_closed(tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_bytes(b"")
        close(file)
        assert weakness(file) == ""
