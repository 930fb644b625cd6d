"""One running program that answers many queries, each as soon as it is done with it."""

import logging
import subprocess
import threading
import time
from typing import IO

from hipaaguard.collect.host import Row
from hipaaguard.collect.live.child import End
from hipaaguard.collect.windows import batch
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

log = logging.getLogger(__name__)

LATE = Unavailable(Reason.TIMED_OUT, "Windows took too long to answer")
MISSING = Unavailable(Reason.FAILED, "PowerShell ended without an answer")


class BatchProcess:
    """A program that answers query after query; it is ended at its deadline.

    Args:
        process: started with pipes for what it prints.
        end: ends it.
        deadline_s: seconds that it has from now.
    """

    def __init__(self, process: subprocess.Popen[bytes], end: End, deadline_s: float) -> None:
        self._process = process
        self._end = end
        self._until = time.monotonic() + deadline_s
        self._answers: dict[str, tuple[Row, ...] | Unavailable] = {}
        self._done = False
        self._late = False
        self._changed = threading.Condition()
        # Pipes, because Popen was asked for them.
        for read, pipe in ((self._read, process.stdout), (_discard, process.stderr)):
            threading.Thread(target=read, args=(pipe,), daemon=True).start()

    def answer(self, name: str) -> tuple[Row, ...] | Unavailable:
        """The answer to the query of this name, as soon as there is one."""
        with self._changed:
            while name not in self._answers and not self._done:
                left = self._until - time.monotonic()
                if left <= 0:
                    self._late = self._done = True
                    self._end(self._process)
                else:
                    self._changed.wait(left)
            return self._answers.get(name, LATE if self._late else MISSING)

    def _read(self, pipe: IO[bytes]) -> None:
        try:
            while line := pipe.readline(batch.MAX_LINE_BYTES):
                self._take(line)
        except (OSError, ValueError) as error:
            log.debug("PowerShell's answers broke off: %s", error)
        finally:
            with self._changed:
                self._done = True
                self._changed.notify_all()
            self._end(self._process)

    def _take(self, line: bytes) -> None:
        try:
            name, answer = batch.parse_line(line)
        except ParseError:
            return
        with self._changed:
            self._answers[name] = answer
            self._changed.notify_all()


def _discard(pipe: IO[bytes]) -> None:
    try:
        while pipe.read(1 << 16):
            pass
    except (OSError, ValueError):
        return
