"""What Windows is asked in PowerShell: only what reads, in a grammar that really is PowerShell's.

The grammar knows lists of bare words badly: write `Select-Object 'A','B'`, with quotes.
"""

import re
from collections.abc import Callable, Iterator

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from hipaaguard.collect.windows import batch
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable
from tests.conftest import ROOT

PARSER = Parser(Language(tree_sitter_powershell.language()))

ALLOWED = {
    "ask": "the frame's own function",
    "convertto-json": "turns what it is given into text",
    "find-netroute": "looks up a route; nothing is sent",
    "foreach-object": "goes through what it is given",
    "get-ciminstance": "reads objects of the system's own description",
    "get-netconnectionprofile": "reads which kind of network each link is",
    "get-netfirewallprofile": "reads the firewall's profiles",
    "get-netipinterface": "reads interfaces",
    "get-netroute": "reads routes",
    "get-nettcpconnection": "reads connections",
    "get-netudpendpoint": "reads open ports",
    "get-netudpsetting": "reads settings",
    "get-printer": "reads printers",
    "get-process": "reads the running programs",
    "get-service": "reads services",
    "get-vpnconnection": "reads the VPN connections that Windows itself has",
    "invoke-cimmethod": "calls only the methods of ALLOWED_CIM_METHODS",
    "new-object": "only the COM objects of ALLOWED_COM",
    "select-object": "picks properties",
    "sort-object": "sorts",
    "where-object": "picks from what it is given",
}
"""Commands that queries may use, and why each only reads."""

ALLOWED_CIM_METHODS = {
    "getconversionstatus": "reads how far a volume is encrypted",
    "getkeyprotectors": "reads the numbers of protectors, not their secrets",
    "getkeyprotectortype": "reads the kind of a protector",
    "getprotectionstatus": "reads whether a volume is protected",
}
ALLOWED_COM = {
    "microsoft.update.autoupdate": "settings and last results of updates",
    "microsoft.update.session": "the history of updates, and what the last search found",
    "microsoft.update.systeminfo": "whether a restart is due",
    "shell.application": "the properties that Explorer shows of a drive",
}
ALLOWED_METHODS = {
    "createupdatesearcher": "an object to search with",
    "extendedproperty": "reads a property of a drive",
    "getallnetworkinterfaces": "reads interfaces",
    "getcurrent": "who asks",
    "getconnectionprofiles": "reads network profiles",
    "getinternetconnectionprofile": "reads a network profile",
    "getipproperties": "reads an interface",
    "getipstatistics": "reads an interface",
    "getipv4properties": "reads an interface",
    "getipv6properties": "reads an interface",
    "getnetworkconnectivitylevel": "reads a network profile",
    "gettotalhistorycount": "reads the history of updates",
    "namespace": "a drive as Explorer has it",
    "parsename": "an item of a folder, as Explorer has it",
    "queryhistory": "reads the history of updates",
    "replace": "of a text in memory",
    "search": "looks through what the last search found; queries must say Online=$false",
    "startswith": "of a text in memory",
    "supports": "reads an interface",
    "tostring": "turns a value into text",
    "touniversaltime": "turns a time into UTC",
    "writeline": "the frame's own answer",
}
NAMES = sorted(batch.bodies())


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def words(node: Node | None) -> str:
    assert node is not None
    assert node.text is not None
    return node.text.decode()


def tree(script: str) -> Node:
    found = PARSER.parse(f"{script}\n".encode()).root_node
    faults = [words(node) for node in nodes(found) if node.is_error or node.is_missing]
    assert not faults, f"not PowerShell, or not as the grammar knows it: {faults}"
    return found


def faults(script: str) -> list[str]:
    """What in the script is not known to do nothing but read."""
    found = []
    for node in nodes(tree(script)):
        check = CHECKS.get(node.type)
        if check is not None:
            found += [f"{node.type}: {words(node)[:80]}" for good in [check(node)] if not good]
    return found


def is_known_command(node: Node) -> bool:
    name = next((words(it) for it in node.children if it.type == "command_name"), "")
    text = words(node).lower()
    if name.lower() == "new-object":
        return any(text.startswith(f"new-object -comobject {it}") for it in ALLOWED_COM)
    if name.lower() == "invoke-cimmethod":
        method = re.search(r"-methodname '?(\w+)'?", text)
        return method is not None and method[1] in ALLOWED_CIM_METHODS
    # `&` runs what it is given; the frame alone does, with the queries' own blocks.
    return name.lower() in ALLOWED or text == "& $body"


def is_known_method(node: Node) -> bool:
    name = next((words(it) for it in node.children if it.type == "member_name"), "")
    return name.lower() in ALLOWED_METHODS


def sets_a_variable(node: Node) -> bool:
    left = words(node).split("=")[0].strip().rstrip("+")
    return re.fullmatch(r"\$[A-Za-z]\w*", left) is not None or left in (
        "$searcher.Online",
        "$ErrorActionPreference",
        "$ProgressPreference",
    )


CHECKS: dict[str, Callable[[Node], bool]] = {
    "command": is_known_command,
    "invokation_expression": is_known_method,
    "assignment_expression": sets_a_variable,
    "redirection": lambda node: False,
    "expandable_here_string_literal": lambda node: False,
    "verbatim_here_string_characters": lambda node: False,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_query_only_reads(name: str) -> None:
    assert faults(batch.bodies()[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_query_says_what_it_tells(name: str) -> None:
    first = batch.bodies()[name].splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith(".")


def test_the_whole_script_only_reads() -> None:
    assert faults(batch.script(batch.bodies())) == []


@pytest.mark.parametrize(
    "script",
    [
        "Remove-Item 'C:/x'",
        "& 'calc.exe'",
        "calc.exe",
        "Get-Process > 'C:/x'",
        "New-Object -ComObject WScript.Shell",
        "New-Object Net.WebClient",
        "Invoke-CimMethod -MethodName 'Decrypt'",
        "[IO.File]::Delete('C:/x')",
        "$env:PATH='C:/x'",
        "$global:x.Start()",
        "Invoke-Expression $x",
        "Get-Process|ForEach-Object {Stop-Process $_}",
    ],
)
def test_what_does_more_than_read_is_noticed(script: str) -> None:
    assert faults(script)


def test_a_search_for_updates_stays_off_the_network() -> None:
    for name, body in batch.bodies().items():
        if ".search(" in body.lower():
            assert re.search(r"(?i)\$searcher\.online\s*=\s*\$false", body), name


def test_the_script_fits_a_command_line() -> None:
    arguments = batch.arguments(batch.bodies())
    assert sum(len(it) + 1 for it in arguments) + 100 <= batch.MAX_COMMAND_LINE - 700


def test_every_query_is_asked_for_and_every_question_is_a_query() -> None:
    sources = (ROOT / "hipaaguard" / "collect" / "windows").rglob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r'\.query\("([a-z0-9-]+)"\)', text))
    asked |= {name for name in NAMES if f'"{name}"' in text}
    assert asked - {batch.POWER} == set(NAMES)


def test_slow_queries_come_last() -> None:
    slow = [name for name in batch.bodies() if name in batch.LAST]
    assert list(batch.bodies())[len(NAMES) - len(slow) :] == slow
    assert set(batch.LAST) <= set(NAMES)


def test_comments_and_indentation_are_left_out() -> None:
    assert batch.script(
        {"x": "# Says what.\n  Get-Process |\n\n    Select-Object 'Id'\n"}
    ).endswith("Ask 'x' {\nGet-Process |\nSelect-Object 'Id'\n}")


@pytest.mark.parametrize(
    ("line", "name", "answer"),
    [
        (b'{"name":"a","rows":[]}', "a", ()),
        (b'{"rows":[{"A":1,"B":"x\\u00e9","C":null,"D":[1,2]}],"name":"a"}\r\n', "a", None),
        (b'{"name":"a","fault":{"hresult":-2147024891}}', "a", Reason.NOT_PERMITTED),
        (b'{"name":"a","fault":{"status":2147749891}}', "a", Reason.NOT_PERMITTED),
        (b'{"name":"a","fault":{"native":2}}', "a", Reason.NOT_PERMITTED),
        (b'{"name":"a","fault":{"category":18}}', "a", Reason.NOT_PERMITTED),
        (b'{"name":"a","fault":{"hresult":-2147221164}}', "a", Reason.NOT_INSTALLED),
        (b'{"name":"a","fault":{"native":3}}', "a", Reason.NOT_INSTALLED),
        (b'{"name":"a","fault":{"id":"CommandNotFoundException"}}', "a", Reason.NOT_INSTALLED),
        (b'{"name":"a","fault":{"hresult":-2146233088}}', "a", Reason.FAILED),
        (b'{"name":"a","fault":{}}', "a", Reason.FAILED),
    ],
)
def test_an_answer_is_rows_or_a_reason(line: bytes, name: str, answer: object) -> None:
    found, rows = batch.parse_line(line)
    assert found == name
    if answer is None:
        assert rows == ({"A": 1, "B": "xé", "C": None, "D": (1, 2)},)
    else:
        assert (rows.reason if isinstance(rows, Unavailable) else rows) == answer


@given(st.binary(max_size=200) | st.text(max_size=50).map(lambda text: f'{{"name":{text}'.encode()))
def test_other_lines_are_refused(line: bytes) -> None:
    try:
        batch.parse_line(line)
    except ParseError:
        return
