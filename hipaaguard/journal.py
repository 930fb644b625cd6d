"""This machine's own history: one line for every report that it signed, each naming the one before.

- A line is written before its report is put in place, under a lock: no two reports have the same
  sequence number. A crash in between leaves a gap in the numbers, never a double.
- The file only ever grows by whole lines.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
from filelock import FileLock, Timeout

from hipaaguard.errors import StoreError
from hipaaguard.files import prepared, read_limited, reason, write_whole
from hipaaguard.model import Chain

JOURNAL_NAME = "journal.jsonl"
MAX_JOURNAL_BYTES = 64 << 20
LOCK_TIMEOUT_S = 30
# The largest number that a report may carry: every JSON reader knows it exactly.
MAX_SEQUENCE = (1 << 53) - 1


class JournalEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One signed report.

    Attributes:
        sequence: from 1, without doubles.
        digest: SHA-256 of the report's file, lower-case hexadecimal.
        signed_at: when it was signed.
        policy: id of the policy.
        passed: number of checks that passed; likewise the others.
    """

    sequence: Annotated[int, msgspec.Meta(ge=1, lt=MAX_SEQUENCE)]
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    signed_at: datetime
    policy: str
    passed: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A report that is ready to be put in place: its bytes and what the journal says of it."""

    page: bytes
    signed_at: datetime
    policy: str
    passed: int
    failed: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in this data folder; it need not exist yet."""

    folder: Path

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self.folder / JOURNAL_NAME

    def entries(self) -> tuple[JournalEntry, ...]:
        """Every entry, oldest first.

        Returns:
            The entries; none when nothing has been signed.

        Raises:
            StoreError: The file is damaged.
        """
        if not self.path.exists():
            return ()
        data = read_limited(self.path, MAX_JOURNAL_BYTES, "a journal")
        try:
            lines = data.splitlines()
            return tuple(msgspec.json.decode(line, type=JournalEntry) for line in lines)
        except msgspec.DecodeError as error:
            raise StoreError(
                f"the journal {self.path} is damaged",
                hint="keep it, but move it elsewhere; the next report then starts a new series",
            ) from error

    def write(self, report: Path, sign: Callable[[Chain], Signed]) -> Chain:
        """Signs a report as the next of the series and puts it in place.

        Args:
            report: where it shall lie.
            sign: makes the report for its place in the series.

        Returns:
            The report's place.

        Raises:
            StoreError: It could not be written, or another audit holds the journal for too long.
        """
        with self._locked():
            entries = self.entries()
            last = entries[-1] if entries else None
            chain = Chain(last.sequence + 1 if last else 1, last.digest if last else "")
            signed = sign(chain)
            with prepared(report, signed.page):
                self._append(entries, _entry(chain, signed))
        return chain

    def _append(self, entries: tuple[JournalEntry, ...], entry: JournalEntry) -> None:
        lines = [msgspec.json.encode(item) + b"\n" for item in (*entries, entry)]
        write_whole(self.path, b"".join(lines), 0o600)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = FileLock(self.folder / ".lock", timeout=LOCK_TIMEOUT_S, mode=0o600).acquire()
        except Timeout as error:
            raise StoreError("another audit is still writing its report") from error
        except OSError as error:
            raise StoreError(
                f"cannot use the data folder {self.folder}: {reason(error)}",
                hint="choose another folder with --data-folder",
            ) from error
        with held:
            yield


def _entry(chain: Chain, signed: Signed) -> JournalEntry:
    return JournalEntry(
        chain.sequence,
        sha256(signed.page).hexdigest(),
        signed.signed_at,
        signed.policy,
        signed.passed,
        signed.failed,
        signed.unknown,
    )
