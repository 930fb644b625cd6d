"""The strict YAML reader: plain data with places, or one sentence with a place; nothing else."""

import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from hipaaguard import strict_yaml
from hipaaguard.errors import ParseError
from hipaaguard.strict_yaml import MAX_BYTES, load

REFUSED = [
    (b"", "f:1:1: the file is empty"),
    (b"\n", "f:1:1: the file is empty"),
    (b"a: 1\nb: 2\na: 3\n", "f:3:1: the key 'a' stands here twice"),
    (b'a: 1\n"a": 3\n', "f:2:1: the key 'a' stands here twice"),
    (b"a: &x 1\n", "f:1:4: anchors are not allowed"),
    (b"a: *x\n", "f:1:4: aliases are not allowed"),
    (b"a: !!python/object/apply:os.system ['id']\n", "f:1:4: tags are not allowed"),
    (b"!!map {a: 1}\n", "f:1:1: tags are not allowed"),
    (b"a: 1\n---\nb: 2\n", "f:2:1: only one document is allowed in a file"),
    (b"? [a, b]\n: 1\n", "f:1:3: a key must be a plain text"),
    (b"a: [1, 2\nb: 3\n", "f:2:2: expected ',' or ']', but got ':'"),
    (b"a: 'never closed\n", "f:2:1: found unexpected end of stream"),
    (b"a: b: c\n", "f:1:5: mapping values are not allowed here"),
    (b"a: \x07\n", "f:1:1: the file holds a character that YAML does not allow"),
    (b'a: "\\ud800"\n', "f:1:4: an escape here is half of a character"),
    (b'"\\udc00": 1\n', "f:1:1: an escape here is half of a character"),
    (b'a: "\\UFFFFFFFF"\n', "f:1:1: the file holds an escape that is no character"),
    (b"a: 1\nb: \xff\n", "f:2:1: the file is not UTF-8 text"),
    (b"[" * 100_000, "f:1:41: nested deeper than 40 levels"),
    (b"{a: " * 100_000, "f:1:161: nested deeper than 40 levels"),
    (b"- " * 100_000, "f:1:81: nested deeper than 40 levels"),
    (b"a: " + b"x" * MAX_BYTES, "f:1:1: the file is larger than 1 MiB"),
]

READ = [
    (b"on", "on"),
    (b"yes", "yes"),
    (b"true", True),
    (b"True", "True"),
    (b"'true'", "true"),
    (b"1", 1),
    (b"-5", -5),
    (b"0x10", "0x10"),
    (b"010", "010"),
    (b"1_000", "1_000"),
    (b"1:30", "1:30"),
    (b"24.04", 24.04),
    (b"1.0.0", "1.0.0"),
    (b"1" * 400, "1" * 400),
    (b"2026-11-23", "2026-11-23"),
    (b"<<", "<<"),
    (b"~", None),
    (b"[]", []),
    (b"{}", {}),
    (b"a:", {"a": None}),
    (b"\xef\xbb\xbfa: 1", {"a": 1}),
    (b"a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    (b"a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
    (b"1: {true: x}", {"1": {"true": "x"}}),
]


@pytest.fixture(params=["C", "Python"])
def parser(request, monkeypatch):
    """Both parsers give the same, whichever the installation has."""
    if request.param == "Python":
        monkeypatch.setattr(strict_yaml, "_LOADER", yaml.SafeLoader)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML was built without libyaml")


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[repr(text[:20]) for text, _ in REFUSED])
def test_refused_with_its_place(text: bytes, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        load(text, "f")
    assert str(caught.value) == message


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(("text", "data"), READ, ids=[repr(text[:20]) for text, _ in READ])
def test_data(text: bytes, data: object) -> None:
    found = load(text, "f").data
    assert found == data
    assert type(found) is type(data)


@pytest.mark.usefixtures("parser")
def test_places() -> None:
    document = load(b"a: 1\nb:\n  - x\n  - {c: y}\n", "f")
    assert document.place(("a",)) == "f:1:1"
    assert document.place(("b", 0)) == "f:3:5"
    assert document.place(("b", 1, "c")) == "f:4:6"
    assert document.place(("b", 1, "missing", 4)) == "f:4:5"
    assert document.place(()) == "f:1:1"


YAMLISH = st.lists(
    st.sampled_from(
        [*"abc019:-?,[]{}&*!|>'\"%@`#~ \t\n", "\n  ", "\n- ", ": ", "---\n", "...\n", "é", "\u2028"]
    ),
    max_size=40,
).map("".join)


ANY_TEXT = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(str.encode),
    YAMLISH.map(str.encode),
)


@given(ANY_TEXT)
@example(b"%YAML 9.9\n---\na")
@example(b"\t")
@example(b"\x00")
@example(b"? ")
def test_any_text_gives_data_or_one_sentence(text: bytes) -> None:
    try:
        document = load(text, "some.yaml")
    except ParseError as error:
        message = str(error)
    else:
        message = "some.yaml: read"
        assert all(line >= 1 and column >= 1 for line, column in document.places.values())
    assert message.startswith("some.yaml:")
    assert "\n" not in message


PLAIN_TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=12)
PLAIN_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN_DATA)
def test_json_is_read_as_what_it_says(data: object) -> None:
    assert load(json.dumps(data, ensure_ascii=False).encode(), "f").data == data


@given(YAMLISH)
def test_both_parsers_agree(text: str) -> None:
    outcomes = []
    for loader in (strict_yaml._LOADER, yaml.SafeLoader):
        try:
            outcomes.append(repr(strict_yaml._read(text, "f", loader).data))
        except (yaml.YAMLError, ParseError):
            outcomes.append("refused")
    assert outcomes[0] == outcomes[1] or "refused" in outcomes
