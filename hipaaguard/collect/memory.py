"""A host that asks another one each question once, and answers repeats from memory."""

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from hipaaguard.collect.host import (
    Entry,
    Handshake,
    Host,
    Output,
    Person,
    RegistryKey,
    Row,
)
from hipaaguard.model import Platform, Unavailable

T = TypeVar("T")


class RememberingHost:
    """Another host, asked each question once in one run, also when threads ask at the same time.

    So all probes see the machine in one state, and none pays for what another asked before.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._answers: dict[Hashable, _Answer] = {}
        self._lock = threading.Lock()

    @property
    def platform(self) -> Platform:
        """That of the other host."""
        return self._host.platform

    @property
    def elevated(self) -> bool:
        """That of the other host."""
        return self._host.elevated

    @property
    def person(self) -> Person:
        """That of the other host."""
        return self._host.person

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """What the program answered the first time."""

        def ask() -> Output | Unavailable:
            return self._host.run(program, *args, deadline_s=deadline_s, uid=uid)

        return self._once(("run", program, args, uid), ask)

    def read(self, path: str) -> bytes | Unavailable:
        """What the file held the first time."""
        return self._once(("read", path), lambda: self._host.read(path))

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        """What the folder held the first time."""
        return self._once(("names", path), lambda: self._host.names(path))

    def resolve(self, path: str) -> str | Unavailable:
        """Where the path led the first time."""
        return self._once(("resolve", path), lambda: self._host.resolve(path))

    def entry(self, path: str) -> Entry | Unavailable:
        """What was known of the file the first time."""
        return self._once(("entry", path), lambda: self._host.entry(path))

    def registry(self, path: str) -> RegistryKey | Unavailable:
        """What the key held the first time."""
        return self._once(("registry", path), lambda: self._host.registry(path))

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        """What Windows told the first time."""
        return self._once(("query", name), lambda: self._host.query(name))

    def env(self, name: str) -> str | None:
        """The variable of the environment."""
        return self._host.env(name)

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """What came of the handshake the first time."""
        return self._once(("tls", name, port), lambda: self._host.tls(name, port))

    def stop(self) -> None:
        """Passed on."""
        self._host.stop()

    def _once(self, question: Hashable, ask: Callable[[], T]) -> T:
        with self._lock:
            answer = self._answers.setdefault(question, _Answer())
        with answer.lock:
            if not answer.asked:
                answer.value, answer.asked = ask(), True
        # The question names the method, so the answer has that method's type.
        return answer.value  # type: ignore[return-value]


class _Answer:
    """One question's answer, once it was asked."""

    __slots__ = ("asked", "lock", "value")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked = False
        self.value: object = None
