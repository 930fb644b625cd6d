"""Files that are no policies: each is refused with `file:line:column` and one sentence."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hipaaguard.errors import PolicyError
from hipaaguard.policy import load_policy
from hipaaguard.policy.fields import POLICY

HEAD = "id: a\nversion: 1.0.0\ntitle: A\ndescription: A.\n"
PLACED = re.compile(r"p\.yaml:\d+:\d+: \S")
GARBAGE = random.Random(1).randbytes(1 << 20)  # noqa: S311 - no secret


@pytest.mark.parametrize(
    "text",
    [
        GARBAGE,
        GARBAGE[:5_000],
        b"\x00" * (1 << 20),
        b"[" * 100_000,
        b"{a: " * 100_000,
        b"- " * 200_000,
        b"a: &x 1\nb: *x\n",
        b"a: &x [*x]\n",
        ("a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(99))).encode(),
        b"!!python/object/apply:os.system [id]\n",
        b"--- a\n--- b\n",
        b"\xff\xfe\x00",
        b"",
        b"42",
        b"[]",
        b"{}",
        f"{HEAD}checks: 5\n".encode(),
        f"{HEAD}checks: [[disk-home]]\n".encode(),
        f"{HEAD}checks: [no-such-check]\n".encode(),
        f"{HEAD}extends: a\n".encode(),
        f"{HEAD}extends: nobody\n".encode(),
        f"{HEAD}extends: minimal\nsettings: {{screen_lock_max_s: soon}}\n".encode(),
        f"{HEAD}extends: minimal\nsettings: {{screen_lock_max_s: 1.5}}\n".encode(),
        f"{HEAD}extends: minimal\nsoftware: [Zoom]\n".encode(),
        f"{HEAD}extends: minimal\nquestions: rooms\n".encode(),
        (HEAD + "title: again\nextends: minimal\n").encode(),
        ("id: a\n" * 40_000).encode(),
        ("x" * (1 << 20)).encode(),
    ],
    ids=range(28),
)
def test_refused_with_a_place(text: bytes) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(text, "p.yaml")
    assert PLACED.match(str(caught.value))
    assert len(str(caught.value)) < 1_000
    assert "\n" not in str(caught.value)


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_KEYS = st.sampled_from((*POLICY.required, *POLICY.optional, "x"))
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=12))
def test_any_mapping_is_a_policy_or_refused_with_a_place(data: dict[str, object]) -> None:
    import json

    whole = {"id": "a", "version": "1", "title": "A", "description": "A.", "extends": "minimal"}
    for tried in (data, {**whole, **data}):
        try:
            load_policy(json.dumps(tried).encode(), "p.yaml")
        except PolicyError as error:
            assert PLACED.match(str(error))  # noqa: PT017 - either is right
