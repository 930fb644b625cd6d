"""A program that was started: its output up to a limit, and nothing left running after it."""

import os
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

from hipaaguard.collect.host import MAX_OUTPUT_BYTES, Output
from hipaaguard.model import Reason, Unavailable

End = Callable[[subprocess.Popen[bytes]], None]
"""Ends a program and what it started."""


class Children:
    """The programs that are running for a host, which can all be ended at once."""

    def __init__(self, end: End) -> None:
        self._end = end
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called: nothing is to be started any more."""
        with self._lock:
            return self._stopped

    def wait(
        self, process: subprocess.Popen[bytes], program: str, deadline_s: int
    ) -> Output | Unavailable:
        """The program's output, or `failed` once `stop` was called."""
        self.add(process)
        answer = _wait(process, program, deadline_s, self._end)
        self.discard(process)
        return STOPPED if self.stopped else answer

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """The program is to be ended by `stop`, at once if that has been called."""
        with self._lock:
            self._running.add(process)
            stopped = self._stopped
        if stopped:
            self._end(process)

    def discard(self, process: subprocess.Popen[bytes]) -> None:
        """The program has ended."""
        with self._lock:
            self._running.discard(process)

    def stop(self) -> None:
        """Ends every program that is running, and every one that is still to be started."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        for process in running:
            self._end(process)


STOPPED = Unavailable(Reason.FAILED, "the audit was stopped")


def _wait(
    process: subprocess.Popen[bytes], program: str, deadline_s: int, end_all: End
) -> Output | Unavailable:
    """The output of a started program, none of whose group is left running."""
    end = time.monotonic() + deadline_s
    # Pipes, because Popen was asked for them.
    out = Drain(process, process.stdout, end_all)  # type: ignore[arg-type]
    err = Drain(process, process.stderr, end_all)  # type: ignore[arg-type]
    try:
        for drain in (out, err):
            drain.thread.join(max(0.0, end - time.monotonic()))
        if out.full or err.full:
            return Unavailable(Reason.UNRECOGNISED, f"{program} printed too much")
        code = process.wait(max(0.0, end - time.monotonic()))
        if out.thread.is_alive() or err.thread.is_alive():
            return _late(program, deadline_s)
    except subprocess.TimeoutExpired:
        return _late(program, deadline_s)
    finally:
        end_all(process)
        for drain in (out, err):
            drain.close()
    return Output(code, bytes(out.data), bytes(err.data))


def _late(program: str, deadline_s: int) -> Unavailable:
    return Unavailable(Reason.TIMED_OUT, f"{program} gave no answer within {deadline_s} seconds")


class Drain:
    """Reads a program's pipe to its end in a thread; past the limit it ends the program."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes], end: End) -> None:
        self.data = bytearray()
        self.full = False
        self._process = process
        self._pipe = pipe
        self._end = end
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        try:
            while chunk := os.read(self._pipe.fileno(), 1 << 16):
                self.data += chunk
                if len(self.data) > MAX_OUTPUT_BYTES:
                    self.full = True
                    self._end(self._process)
                    return
        except (OSError, ValueError):
            return

    def close(self) -> None:
        """Waits for the reader and lets go of the pipe."""
        self.thread.join(1.0)
        if not self.thread.is_alive():
            self._pipe.close()
