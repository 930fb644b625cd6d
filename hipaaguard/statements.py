"""What the person of this computer stated, kept in the data folder until the next report.

Two JSON files of the program's own, `answers.json` and `decisions.json`. Each is replaced whole,
and leaves the computer only in a report.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from hipaaguard.errors import StoreError
from hipaaguard.files import read_limited, write_whole
from hipaaguard.model import Decision
from hipaaguard.stated import Given, Stated

MAX_BYTES = 1 << 20
_N = TypeVar("_N")


class _Answers(msgspec.Struct, forbid_unknown_fields=True):
    answers: tuple[Given, ...]


class _Decisions(msgspec.Struct, forbid_unknown_fields=True):
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements in this data folder; it need not exist yet."""

    folder: Path

    def stated(self) -> Stated:
        """Everything that was stated.

        Returns:
            The answers and decisions; none when nothing was stated.

        Raises:
            StoreError: A file is damaged.
        """
        answers = self._read("answers.json", _Answers)
        decisions = self._read("decisions.json", _Decisions)
        return Stated(answers.answers if answers else (), decisions.decisions if decisions else ())

    def answer(self, *given: Given) -> None:
        """Keeps answers, each in the place of an earlier one to the same question."""
        kept = {it.question_id: it for it in (*self.stated().answers, *given)}
        self._write("answers.json", _Answers(tuple(kept.values())))

    def decide(self, decision: Decision) -> None:
        """Keeps a decision in the place of an earlier one on the same check."""
        kept = {it.check_id: it for it in (*self.stated().decisions, decision)}
        self._write("decisions.json", _Decisions(tuple(kept.values())))

    def withdraw(self, check_id: str) -> bool:
        """Forgets the decision on a check; says whether there was one."""
        before = self.stated().decisions
        after = tuple(it for it in before if it.check_id != check_id)
        if len(after) < len(before):
            self._write("decisions.json", _Decisions(after))
        return len(after) < len(before)

    def _read(self, name: str, kind: type[_N]) -> _N | None:
        path = self.folder / name
        if not path.exists():
            return None
        data = read_limited(path, MAX_BYTES, "a file of statements")
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.DecodeError as error:
            raise StoreError(
                f"{path} is damaged", hint="move it elsewhere, and answer the questions again"
            ) from error

    def _write(self, name: str, kept: _Answers | _Decisions) -> None:
        data = msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot use the data folder {self.folder}") from error
        write_whole(self.folder / name, data, 0o600)
