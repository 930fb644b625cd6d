"""What a person sees on the terminal: progress, and a report in words or JSON."""

import json
import os
import shutil
import sys
from types import TracebackType
from typing import TYPE_CHECKING

import click

from hipaaguard.model import Report

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

MIN_WIDTH, MAX_WIDTH, PIPED_WIDTH = 40, 100, 80


class Progress:
    """A live display of what is still being looked at, on a terminal; nothing elsewhere."""

    def __init__(self, subjects: tuple[str, ...]) -> None:
        self._left = list(subjects)
        self._total = len(subjects)
        self._display: RichProgress | None = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            # Imported only where someone watches: it takes longer than many a check.
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as RichProgress

            columns = (TextColumn("{task.description}"), BarColumn(bar_width=20))
            self._display = RichProgress(*columns, console=Console(stderr=True), transient=True)
            self._display.add_task(self._words(), total=self._total)
            self._display.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._display is not None:
            self._display.stop()

    def finished(self, subject: str) -> None:
        """One subject is done; may be called from any thread."""
        self._left.remove(subject)
        if self._display is not None:
            task = self._display.task_ids[0]
            self._display.update(task, advance=1, description=self._words())

    def _words(self) -> str:
        return f"Looking at {self._left[0]}" if self._left else "Judging"


def width() -> int:
    """How wide text may be: the terminal's width within reason, 80 when piped."""
    if not sys.stdout.isatty():
        return PIPED_WIDTH
    return max(MIN_WIDTH, min(MAX_WIDTH, shutil.get_terminal_size().columns))


def print_report(report: Report, *, as_json: bool, full: bool = True) -> None:
    """The report on standard output, as JSON for programs or as text for people."""
    if as_json:
        from hipaaguard.report import json_v1

        click.echo(json_v1.render(report), nl=False)
        return
    from hipaaguard.report import text

    click.echo(text.render(report, width(), brief=not full), nl=False)


def say_json(data: object) -> None:
    """The data on standard output as one line of JSON with sorted keys, in ASCII."""
    # In ASCII, because a file's name need not be text, and no terminal acts on it.
    click.echo(json.dumps(data, sort_keys=True, separators=(",", ":")))
