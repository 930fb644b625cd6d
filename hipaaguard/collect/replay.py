"""The host that answers from a recording.

- An answer that the recording does not hold is unavailable, unless it says `otherwise: absent`.
- Replaying starts no program and reads no file but the recording's own.
"""

import posixpath
from collections.abc import Iterator, Mapping
from typing import TypeVar

from hipaaguard.collect.host import (
    SILENCE,
    Entry,
    Handshake,
    Output,
    Person,
    RegistryKey,
    RegistryValue,
    Row,
)
from hipaaguard.collect.recorded import Bytes, Contents, Described, Key, Refusal
from hipaaguard.collect.recording import Recording
from hipaaguard.model import Platform, Reason, Unavailable

T = TypeVar("T")


class ReplayHost:
    """A host that answers from a recording."""

    def __init__(self, recording: Recording) -> None:
        recorded = recording.recorded
        self._recording = recording
        self._commands = {(command.run, command.uid): command for command in recorded.commands}
        self._files = {_clean(path): answer for path, answer in recorded.files.items()}
        self._folders = {_clean(path): answer for path, answer in recorded.folders.items()}
        self._links = {_clean(path): answer for path, answer in recorded.links.items()}
        self._entries = {_clean(path): answer for path, answer in recorded.entries.items()}
        self._registry = {path.casefold(): key for path, key in recorded.registry.items()}
        self._tree = _tree((*self._files, *self._folders, *self._links, *self._entries))

    @property
    def platform(self) -> Platform:
        """The recorded system."""
        return self._recording.recorded.platform

    @property
    def elevated(self) -> bool:
        """Whether it was recorded with administrator rights."""
        return self._recording.recorded.elevated

    @property
    def person(self) -> Person:
        """Whose machine it was."""
        owner = self._recording.recorded.person
        return Person(owner.name, owner.uid, owner.home)

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """The recorded answer to the same program, arguments and user."""
        del deadline_s
        command = self._commands.get(((program, *args), uid))
        if command is None:
            return self._not_held()
        if command.unavailable is not None:
            return Unavailable(command.unavailable, command.detail)
        return Output(
            command.exit,
            self._side(command.stdout_file, command.stdout),
            self._side(command.stderr_file, command.stderr),
        )

    def read(self, path: str) -> bytes | Unavailable:
        """The recorded contents; links of the recording are followed."""
        answer = self._follow(self._files, path)
        match answer:
            case None:
                return self._not_held()
            case str():
                return answer.encode()
            case Contents(unavailable=None):
                return self._side(answer.file, answer.text)
            case _:
                return _refused(answer)

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        """The recorded names; with `otherwise: absent`, also those that other entries imply."""
        answer = self._follow(self._folders, path)
        if isinstance(answer, Refusal):
            return _refused(answer)
        if answer is not None:
            return tuple(sorted(answer))
        implied = self._follow(self._tree, path) if self._absent else None
        return implied if isinstance(implied, tuple) else self._not_held()

    def resolve(self, path: str) -> str | Unavailable:
        """The recorded target, or the path itself where something recorded lies there."""
        target = self._target(path)
        if isinstance(target, Refusal):
            return _refused(target)
        if _clean(path) in self._links:
            return target
        held = target in self._tree or any(
            target in answers for answers in (self._files, self._folders, self._entries)
        )
        return target if held or target != _clean(path) else self._not_held()

    def entry(self, path: str) -> Entry | Unavailable:
        """The recorded description, or what the recorded contents imply."""
        for answers in (self._entries, self._files):
            answer = self._follow(answers, path)
            match answer:
                case Described(unavailable=None):
                    return self._entry(answer.kind, answer.size, answer)
                case Contents(unavailable=None):
                    size = len(self._side(answer.file, answer.text))
                    return self._entry("file", size, answer)
                case str():
                    return self._entry("file", len(answer.encode()), Described())
                case Described() | Contents() | Refusal():
                    return _refused(answer)
                case None:
                    continue
        if isinstance(self.names(path), tuple):
            return self._entry("folder", 0, Described(mode="755"))
        return self._not_held()

    def _entry(self, kind: str, size: int, answer: Described | Contents) -> Entry:
        modified = answer.modified or self._recording.recorded.taken_at
        return Entry(kind, size, int(modified.timestamp()), int(answer.mode, 8), answer.uid)

    def registry(self, path: str) -> RegistryKey | Unavailable:
        """The recorded key of this path, in whatever case; those above a recorded one are implied.

        A value or a key below that the recording does not hold is not there.
        """  # noqa: DOC201 - the first line says it
        wanted = path.casefold()
        answer = self._registry.get(wanted)
        if answer is not None and answer.unavailable is not None:
            return Unavailable(answer.unavailable, answer.detail)
        below = tuple(self._below(wanted))
        if answer is None and not below:
            return self._not_held()
        held = answer or Key()
        values = {name: _registry_value(value) for name, value in held.values.items()}
        return RegistryKey(values, tuple(sorted({*below, *held.keys})))

    def _below(self, path: str) -> Iterator[str]:
        """The keys below this path, as they are written in the recorded ones."""
        for written in self._recording.recorded.registry:
            if written.casefold().startswith(f"{path}\\"):
                yield written[len(path) + 1 :].split("\\")[0]

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        """The recorded rows of the query of this name."""
        answer = self._recording.recorded.queries.get(name)
        if answer is None:
            return self._not_held()
        return _refused(answer) if isinstance(answer, Refusal) else answer

    def env(self, name: str) -> str | None:
        """The recorded variable."""
        return self._recording.recorded.env.get(name)

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """The recorded handshake with the same address; nothing is sent."""
        answer = self._recording.recorded.handshakes.get(address_key(name, port))
        if answer is None:
            return Unavailable(Reason.FAILED, "the recording does not hold the answer")
        if answer.unavailable is not None:
            return Unavailable(answer.unavailable, answer.detail)
        return Handshake(answer.version, answer.valid, answer.problem)

    def stop(self) -> None:
        """Nothing runs, so nothing is to be ended."""

    @property
    def _absent(self) -> bool:
        return self._recording.recorded.otherwise == "absent"

    def _not_held(self) -> Unavailable:
        if self._absent:
            return Unavailable(Reason.NOT_INSTALLED, SILENCE[Reason.NOT_INSTALLED])
        return Unavailable(Reason.FAILED, "the recording does not hold the answer")

    def _side(self, name: str, inline: str) -> bytes:
        return self._recording.side_files[name] if name else inline.encode()

    def _target(self, path: str) -> str | Refusal:
        """The path with the recording's links followed, each at most once."""
        current = _clean(path)
        for _ in range(len(self._links) + 1):
            link = next((part for part in _prefixes(current) if self._leads_away(part)), None)
            if link is None:
                return current
            target = self._links[link]
            if isinstance(target, Refusal):
                return target
            current = _clean(target + current[len(link) :])
        return Refusal(Reason.FAILED, "the recording's links lead in a circle")

    def _leads_away(self, path: str) -> bool:
        return self._links.get(path, path) != path

    def _follow(self, answers: Mapping[str, T], path: str) -> T | Refusal | None:
        exact = answers.get(_clean(path))
        if exact is not None:
            return exact
        target = self._target(path)
        return target if isinstance(target, Refusal) else answers.get(target)


def address_key(name: str, port: int) -> str:
    """How a recording names the other end of a handshake."""
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _refused(answer: Refusal | Contents | Described) -> Unavailable:
    return Unavailable(answer.unavailable or Reason.FAILED, answer.detail)


def _registry_value(value: int | str | tuple[str, ...] | Bytes) -> RegistryValue:
    return bytes.fromhex(value.hex) if isinstance(value, Bytes) else value


def _clean(path: str) -> str:
    r"""The path in one spelling, with slashes also where it begins with `C:\`."""
    on_windows = path[1:2] == ":"
    return posixpath.normpath(path.replace("\\", "/") if on_windows else path)


def _prefixes(path: str) -> tuple[str, ...]:
    """The path and the folders above it, shortest first: `/a`, `/a/b`, `/a/b/c`."""
    parts = path.split("/")
    return tuple("/".join(parts[:end]) for end in range(2, len(parts) + 1))


def _tree(paths: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Every folder that the paths imply, with the names in it."""
    names: dict[str, set[str]] = {}
    for path in paths:
        for prefix in _prefixes(path):
            folder, name = posixpath.split(prefix)
            names.setdefault(folder, set()).add(name)
    return {folder: tuple(sorted(found)) for folder, found in names.items()}
