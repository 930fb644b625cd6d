"""Hosts that stand between a collector and a recording."""

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
from hipaaguard.model import Platform, Reason, Unavailable

T = TypeVar("T")
Question = tuple[object, ...]


class Without:
    """Another host, of which one question is refused; keeps what was asked, in its order."""

    def __init__(self, host: Host, missing: Question = (), why: Reason = Reason.FAILED) -> None:
        self._host = host
        self._missing = missing
        self._why = why
        self.asked: dict[Question, None] = {}

    @property
    def platform(self) -> Platform:
        return self._host.platform

    @property
    def elevated(self) -> bool:
        return self._host.elevated

    @property
    def person(self) -> Person:
        return self._host.person

    def _answer(self, question: Question, answer: T) -> T | Unavailable:
        self.asked[question] = None
        return Unavailable(self._why, "removed") if question == self._missing else answer

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        answer = self._host.run(program, *args, deadline_s=deadline_s, uid=uid)
        return self._answer(("run", program, args, uid), answer)

    def read(self, path: str) -> bytes | Unavailable:
        return self._answer(("read", path), self._host.read(path))

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        return self._answer(("names", path), self._host.names(path))

    def resolve(self, path: str) -> str | Unavailable:
        return self._answer(("resolve", path), self._host.resolve(path))

    def entry(self, path: str) -> Entry | Unavailable:
        return self._answer(("entry", path), self._host.entry(path))

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        return self._answer(("tls", name, port), self._host.tls(name, port))

    def registry(self, path: str) -> RegistryKey | Unavailable:
        return self._answer(("registry", path), self._host.registry(path))

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        return self._answer(("query", name), self._host.query(name))

    def env(self, name: str) -> str | None:
        return self._host.env(name)

    def stop(self) -> None:
        self._host.stop()
