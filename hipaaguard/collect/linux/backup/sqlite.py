"""A SQLite database read from its bytes alone: nothing is opened, locked, written or replayed.

What a program has committed but not yet moved into the file lies in a second one, `-wal`; both are
put together here in memory. Source: SQLite file format, sections 1.3 and 4.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing

from hipaaguard.errors import ParseError

_MAGIC = b"SQLite format 3\0"
_WAL_HEADER = 32
_FRAME_HEADER = 24
_WAL_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
# A hostile database can make one question last for ever.
_MAX_STEPS = 2_000_000

Value = str | int | float | bytes | None


def select_one(database: bytes, question: str) -> tuple[Value, ...]:
    """The first row that answers a question.

    Args:
        database: a whole database, at rest.
        question: an SQL SELECT that always gives a row.

    Returns:
        The row.

    Raises:
        ParseError: Not a database, without these tables, or one that takes too long.
    """
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(database)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.set_progress_handler(lambda: 1, _MAX_STEPS)
            row = connection.execute(question).fetchone()
    except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
        raise ParseError("a backup program's database could not be read") from error
    if not isinstance(row, tuple):
        raise ParseError("a backup program's database gave no answer")
    return row


def put_together(database: bytes, wal: bytes) -> bytes:
    """The database with what was committed to its write-ahead log.

    Args:
        database: the file.
        wal: the file beside it that ends in `-wal`; empty when there is none.

    Returns:
        A database at rest. A log that does not belong to it, or is torn, counts up to there.

    Raises:
        ParseError: The file is no database.
    """
    if len(database) < 100 or not database.startswith(_MAGIC):
        raise ParseError("a backup program's database is not in a known form")
    size = int.from_bytes(database[16:18], "big")
    size = 65536 if size == 1 else size
    pages = {index + 1: page for index, page in enumerate(_cut(database, size))}
    length = len(pages)
    pending: dict[int, bytes] = {}
    for number, committed, page in _frames(wal, size):
        pending[number] = page
        if committed:
            pages.update(pending)
            pending, length = {}, committed
    if length > len(pages) + 1:
        raise ParseError("a backup program's database has gaps")
    empty = bytes(size)
    whole = bytearray(b"".join(pages.get(number, empty) for number in range(1, length + 1)))
    # Versions 1 instead of 2: no write-ahead log is looked for.
    whole[18:20] = b"\x01\x01"
    return bytes(whole)


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    if size < 512 or size & (size - 1) or len(data) % size:
        raise ParseError("a backup program's database is cut off")
    return (data[start : start + size] for start in range(0, len(data), size))


def _frames(wal: bytes, size: int) -> Iterator[tuple[int, int, bytes]]:
    """The page's number, the database's length after a commit (else 0), and the page."""
    if len(wal) < _WAL_HEADER:
        return
    magic, _, page_size, _, *salt_and_sum = struct.unpack(">8I", wal[:_WAL_HEADER])
    salt, told = salt_and_sum[:2], tuple(salt_and_sum[2:])
    order = _WAL_MAGIC.get(magic)
    if order is None or page_size != size or _checksum((0, 0), wal[:24], order) != told:
        return
    sums = told
    step = _FRAME_HEADER + size
    for start in range(_WAL_HEADER, len(wal) - step + 1, step):
        frame = wal[start : start + step]
        number, committed, *rest = struct.unpack(">6I", frame[:_FRAME_HEADER])
        sums = _checksum(_checksum(sums, frame[:8], order), frame[_FRAME_HEADER:], order)
        if rest[:2] != salt or tuple(rest[2:]) != sums or not number:
            return
        yield number, committed, frame[_FRAME_HEADER:]


def _checksum(sums: tuple[int, ...], data: bytes, order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for left, right in zip(words[::2], words[1::2], strict=True):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return first, second
