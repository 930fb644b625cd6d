"""The queries that Windows is asked in one PowerShell process, and the form of its answers.

- A query is a file of `queries/`: statements of Windows PowerShell 5.1 that output objects. All are
  joined into one script, because starting PowerShell takes longer than most of them.
- Each query answers with one line of JSON in ASCII, as soon as it is done; so a query that hangs
  costs only those after it, and no code page can spoil a letter.
- Nothing but numbers, truth values, ISO dates and makers' own names is asked for: never a text that
  Windows translates.
"""

import base64
from functools import cache
from importlib.resources import files

import msgspec

from hipaaguard.collect.host import Row
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

DEADLINE_S = 60
"""Seconds for all queries together; the ones that search for updates take most of them."""

MAX_COMMAND_LINE = 32_767
"""Characters that Windows passes to a program (CreateProcessW)."""

MAX_LINE_BYTES = 4 << 20

LAST = ("updates-history", "updates-pending", "bitlocker-shell")
"""Queries that can take long or hang, in the order in which they are asked after all others."""

POWER = "power-capabilities"
"""A question that the host answers by Windows' own API, without PowerShell: whether there is a lid
and a battery, and how the computer sleeps."""

_HEAD = r"""
$ErrorActionPreference='Stop'
$ProgressPreference='SilentlyContinue'
function Ask($name,$body){
try{$answer=@{name=$name;rows=@(& $body)}}
catch{
$e=$_.Exception
while($e.InnerException){$e=$e.InnerException}
$answer=@{name=$name;fault=@{
hresult=[int64]$e.HResult
status=[int64]$e.StatusCode
native=[int]$e.NativeErrorCode
category=[int]$_.CategoryInfo.Category
id=[string]$_.FullyQualifiedErrorId}}}
$json=ConvertTo-Json -InputObject $answer -Depth 4 -Compress
$json=[regex]::Replace($json,'[^ -~]',{'\u{0:x4}' -f [int][char]$args[0].Value})
[Console]::Out.WriteLine($json)
}
"""

_DENIED = frozenset({0x80070005, 0x80041003, 0x80041062, 0x80070522})
"""E_ACCESSDENIED, WBEM_E_ACCESS_DENIED, WBEM_E_PRIVILEGE_NOT_HELD, ERROR_PRIVILEGE_NOT_HELD."""

_MISSING = frozenset({0x80040154, 0x80041010, 0x8004100E})
"""REGDB_E_CLASSNOTREG, WBEM_E_INVALID_CLASS, WBEM_E_INVALID_NAMESPACE."""

# Of Microsoft.Management.Infrastructure.NativeErrorCode and of PowerShell's ErrorCategory.
_NATIVE_DENIED, _NATIVE_NAMESPACE, _NATIVE_CLASS = 2, 3, 5
_CATEGORY_DENIED = 18


class Fault(msgspec.Struct, frozen=True):
    """Why a query has no rows: numbers of the exception, zero where it has none."""

    hresult: int = 0
    status: int = 0
    native: int = 0
    category: int = 0
    id: str = ""


class Line(msgspec.Struct, frozen=True):
    """One query's answer: rows, or a fault."""

    name: str
    rows: tuple[Row, ...] = ()
    fault: Fault | None = None


@cache
def bodies() -> dict[str, str]:
    """The text of each query by its name, in the order in which they are asked."""
    found = {
        file.name.removesuffix(".ps1"): file.read_text(encoding="ascii")
        for file in files("hipaaguard.collect.windows").joinpath("queries").iterdir()
        if file.name.endswith(".ps1")
    }
    return {name: found[name] for name in sorted(found, key=_order)}


def _order(name: str) -> tuple[int, str]:
    return (LAST.index(name) + 1 if name in LAST else 0, name)


def script(queries: dict[str, str]) -> str:
    """One script that asks all these queries in turn, without comments and indentation."""
    asked = (f"Ask '{name}' {{\n{_shortened(body)}\n}}" for name, body in queries.items())
    return "\n".join((_shortened(_HEAD), *asked))


def _shortened(body: str) -> str:
    lines = (line.strip() for line in body.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def arguments(queries: dict[str, str]) -> tuple[str, ...]:
    """The arguments with which PowerShell runs the script, nothing of it left to quoting."""
    encoded = base64.b64encode(script(queries).encode("utf-16-le")).decode("ascii")
    return ("-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded)


def parse_line(data: bytes) -> tuple[str, tuple[Row, ...] | Unavailable]:
    """A query's name, and its rows or the reason why there are none.

    Raises:
        ParseError: The line is not such an answer.
    """  # noqa: DOC201 - the first line says it
    try:
        line = msgspec.json.decode(data, type=Line)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ParseError("what PowerShell printed is not an answer") from error
    return line.name, line.rows if line.fault is None else refusal(line.fault)


def refusal(fault: Fault) -> Unavailable:
    """Why a query has no rows, from the numbers of its exception."""
    codes = {fault.hresult & 0xFFFFFFFF, fault.status & 0xFFFFFFFF}
    denied = fault.native == _NATIVE_DENIED or fault.category == _CATEGORY_DENIED
    if codes & _DENIED or denied:
        return Unavailable(Reason.NOT_PERMITTED, "Windows tells this to administrators alone")
    missing = fault.native in (_NATIVE_NAMESPACE, _NATIVE_CLASS)
    if codes & _MISSING or missing or fault.id.startswith("CommandNotFoundException"):
        return Unavailable(Reason.NOT_INSTALLED, "this Windows has nothing that would tell")
    return Unavailable(Reason.FAILED, "Windows answered with an error")
