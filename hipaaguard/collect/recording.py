"""Recordings: a machine's exact answers in a folder or `.zip`, read whole.

A recording holds `recording.yaml` and, beside it, the files that it names; the form is described in
`tests/recordings/README.md`. It is hostile input: sizes are limited, no path leads out of it, no
link is followed.
"""

import posixpath
import re
import stat as stat_module
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hipaaguard import strict_yaml
from hipaaguard.collect.recorded import Bytes, Contents, Recorded
from hipaaguard.errors import CommandError, ParseError

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
    values = (value for key in recorded.registry.values() for value in key.values.values())
    if not all(_is_hex(value.hex) for value in values if isinstance(value, Bytes)):
        raise ParseError(f"{name}: hex must be pairs of hexadecimal digits")
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


def _is_hex(text: str) -> bool:
    return re.fullmatch("([0-9a-fA-F]{2})*", text) is not None
