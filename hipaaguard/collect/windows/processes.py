"""The programs that run, by the numbers of their processes; every user's are in sight."""

from collections.abc import Mapping, Sequence

from hipaaguard.collect.host import Host, Row, attempt
from hipaaguard.collect.windows.rows import number, text
from hipaaguard.errors import ParseError
from hipaaguard.model import Unavailable

QUERY = "processes"
SOURCE = "Get-Process"


def parse_processes(rows: Sequence[Row]) -> Mapping[int, str]:
    """The names of the programs that run, without `.exe`, by the numbers of their processes.

    Args:
        rows: `Id` and `Name` each.

    Returns:
        Never empty. Letters that cannot be printed are `?`.

    Raises:
        ParseError: No process at all, or a property of another form.

    Source: Get-Process.
    """
    found = {}
    for row in rows:
        pid, name = number(row, "Id"), text(row, "Name")
        if pid is None or name is None:
            raise ParseError("Windows listed a program that runs without its name")
        found[pid] = "".join(char if char.isprintable() else "?" for char in name)
    if not found:
        raise ParseError("Windows listed no program that runs")
    return found


def find_processes(host: Host) -> Mapping[int, str] | Unavailable:
    """The names of the programs that run on this machine, by the numbers of their processes."""
    rows = host.query(QUERY)
    return rows if isinstance(rows, Unavailable) else attempt(parse_processes, rows)
