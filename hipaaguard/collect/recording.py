"""Recordings: a machine's exact answers in a folder or `.zip`, and the host that replays them.

A recording holds `recording.yaml` and, beside it, the files that it names; the form is described in
`tests/recordings/README.md`. It is hostile input: sizes are limited, no path leads out of it, no
link is followed.

- An answer that it does not hold is unavailable, unless the recording says `otherwise: absent`.
- Replaying starts no program and reads no file but the recording's own.
"""

import posixpath
import re
import stat as stat_module
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from hipaaguard import strict_yaml
from hipaaguard.collect.host import SILENCE, Entry, Handshake, Output, Person
from hipaaguard.collect.recorded import (
    Command,
    Contents,
    Described,
    Owner,
    Recorded,
    Refusal,
    Shaken,
)
from hipaaguard.errors import CommandError, ParseError
from hipaaguard.model import Platform, Reason, Unavailable

__all__ = (
    "FILE_NAME",
    "MAX_SIDE_FILES",
    "MAX_SIDE_FILE_BYTES",
    "MAX_TOTAL_BYTES",
    "Command",
    "Contents",
    "Described",
    "Owner",
    "Recorded",
    "Recording",
    "Refusal",
    "ReplayHost",
    "Shaken",
    "address_key",
    "read_recording",
)

FILE_NAME = "recording.yaml"
MAX_SIDE_FILE_BYTES = 16 << 20
MAX_TOTAL_BYTES = 64 << 20
MAX_SIDE_FILES = 2000

# What the zip reader raises for damaged, encrypted and exotic archives.
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that has been read whole.

    Attributes:
        recorded: its description.
        side_files: contents of the files beside it, by name.
    """

    recorded: Recorded
    side_files: Mapping[str, bytes]


def read_recording(path: Path) -> Recording:
    """The recording in this folder or `.zip`.

    Returns:
        The description, and every file beside it.

    Raises:
        CommandError: There is no such folder or archive.
        ParseError: It is not a recording, or larger than a recording may be.
    """
    contents = _read_zip(path) if path.is_file() else _read_folder(path)
    name = str(path / FILE_NAME)
    text = contents.pop(FILE_NAME, None)
    if text is None:
        raise ParseError(f"{path} is not a recording: it has no {FILE_NAME}")
    document = strict_yaml.load(text, name)
    try:
        recorded = msgspec.convert(document.data, Recorded, strict=True)
    except msgspec.ValidationError as error:
        raise ParseError(f"{name}: {error}") from error
    recording = Recording(recorded, contents)
    _check(recording, name)
    return recording


def _check(recording: Recording, name: str) -> None:
    recorded = recording.recorded
    if recorded.otherwise not in ("unknown", "absent"):
        raise ParseError(f"{name}: otherwise must be unknown or absent")
    if recorded.taken_at.tzinfo is None:
        raise ParseError(f"{name}: taken_at needs a time zone")
    described = (*recorded.files.values(), *recorded.entries.values())
    if not all(isinstance(it, str) or re.fullmatch("[0-7]{1,4}", it.mode) for it in described):
        raise ParseError(f"{name}: mode must be octal digits")
    named = {answer.file for answer in recorded.files.values() if isinstance(answer, Contents)}
    for command in recorded.commands:
        named |= {command.stdout_file, command.stderr_file}
    missing = sorted(named - {""} - set(recording.side_files))
    if missing:
        raise ParseError(f"{name}: names the file {missing[0]!r}, which is not in the recording")


def _read_folder(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        raise CommandError(f"there is no recording at {path}")
    contents: dict[str, bytes] = {}
    total = 0
    for file in sorted(path.rglob("*")):
        if file.is_symlink():
            raise ParseError(f"{file}: a recording must not contain links")
        if not file.is_file():
            continue
        size = file.stat().st_size
        total += size
        _check_size(str(file), size, total, len(contents))
        contents[file.relative_to(path).as_posix()] = file.read_bytes()
    return contents


def _read_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_members(archive, path)
    except _ZIP_FAULTS as error:
        raise ParseError(f"{path} is not a readable zip archive") from error


def _read_members(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = 0
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_SIDE_FILES:
        raise ParseError(f"{path}: more than {MAX_SIDE_FILES} files")
    for member in members:
        name = member.filename
        where = f"{path}: {name!r}"
        if stat_module.S_ISLNK(member.external_attr >> 16):
            raise ParseError(f"{where}: a recording must not contain links")
        if "\\" in name or posixpath.isabs(name) or ".." in name.split("/") or name in contents:
            raise ParseError(f"{where}: not a name that a recording can hold")
        # The size in the directory is a claim; what is read is bounded too.
        with archive.open(member) as stream:
            data = stream.read(MAX_SIDE_FILE_BYTES + 1)
        total += len(data)
        _check_size(where, len(data), total, len(contents))
        contents[name] = data
    # An archive of a folder has that folder's name before every file.
    roots = {name.split("/", 1)[0] for name in contents}
    if FILE_NAME not in contents and len(roots) == 1:
        root = f"{roots.pop()}/"
        contents = {name.removeprefix(root): data for name, data in contents.items()}
    return contents


def _check_size(where: str, size: int, total: int, count: int) -> None:
    if size > MAX_SIDE_FILE_BYTES:
        raise ParseError(f"{where}: larger than {MAX_SIDE_FILE_BYTES >> 20} MiB")
    if total > MAX_TOTAL_BYTES:
        raise ParseError(f"{where}: the recording is larger than {MAX_TOTAL_BYTES >> 20} MiB")
    if count >= MAX_SIDE_FILES:
        raise ParseError(f"{where}: the recording has more than {MAX_SIDE_FILES} files")


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


def _clean(path: str) -> str:
    return posixpath.normpath(path)


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
