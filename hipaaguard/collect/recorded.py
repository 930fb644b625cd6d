"""The form of `recording.yaml`, as `tests/recordings/README.md` describes it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from hipaaguard.collect.host import Cell
from hipaaguard.model import Platform, Reason


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Instead of an answer: why there is none."""

    unavailable: Reason
    detail: str = ""


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file's contents, inline or in a `file` beside, with what else is known of it."""

    text: str = ""
    file: str = ""
    modified: datetime | None = None
    mode: str = "644"
    uid: int = 0
    unavailable: Reason | None = None
    detail: str = ""


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One program that was run, and its answer; texts are UTF-8, `*_file` names a file beside."""

    run: tuple[str, ...]
    uid: int | None = None
    exit: int = 0
    stdout: str = ""
    stderr: str = ""
    stdout_file: str = ""
    stderr_file: str = ""
    unavailable: Reason | None = None
    detail: str = ""


class Shaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a TLS handshake, or why there was none."""

    version: str = ""
    valid: bool = False
    problem: str = ""
    unavailable: Reason | None = None
    detail: str = ""


class Bytes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A binary value of the registry, in hexadecimal digits."""

    hex: str


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the registry: values, and names of keys below it that have no entry of their own."""

    values: Mapping[str, int | str | tuple[str, ...] | Bytes] = {}
    keys: tuple[str, ...] = ()
    unavailable: Reason | None = None
    detail: str = ""


class Owner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person of the recording."""

    name: str = "user"
    uid: int = 1000
    home: str = "/home/user"


class Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one file without its contents; `mode` in octal digits."""

    kind: str = "file"
    size: int = 0
    modified: datetime | None = None
    mode: str = "644"
    uid: int = 0
    unavailable: Reason | None = None
    detail: str = ""


class Recorded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`recording.yaml`.

    Attributes:
        platform: the recorded system.
        origin: where it comes from: OS and build, or "made by hand" and after what.
        taken_at: when it was recorded.
        note: what is worth knowing about the case.
        elevated: whether it was recorded with administrator rights.
        person: whose machine it was.
        env: variables of the environment.
        files: contents by absolute path.
        folders: names by absolute path.
        links: absolute target by absolute path, links along the way already followed.
        entries: what is known of files that are not in `files`.
        commands: what was run.
        handshakes: what came of TLS handshakes, by `name:port`, IPv6 addresses in brackets.
        registry: keys of the Windows registry by path; the keys above each are implied.
        queries: rows that Windows told to the queries of the batch, by the query's name.
        system: the version of the system in few words, as `Windows 11 24H2 Home` or `macOS 15`;
            every recording of Windows or macOS has one.
        otherwise: `unknown` or `absent`: what every question is answered that is not listed.
        facts: what the collectors must make of it; used by tests alone.
    """

    platform: Platform
    origin: str
    taken_at: datetime
    note: str = ""
    elevated: bool = False
    person: Owner = Owner()
    env: Mapping[str, str] = {}
    files: Mapping[str, str | Contents] = {}
    folders: Mapping[str, tuple[str, ...] | Refusal] = {}
    links: Mapping[str, str | Refusal] = {}
    entries: Mapping[str, Described] = {}
    commands: tuple[Command, ...] = ()
    handshakes: Mapping[str, Shaken] = {}
    registry: Mapping[str, Key] = {}
    queries: Mapping[str, tuple[Mapping[str, Cell], ...] | Refusal] = {}
    system: str = ""
    otherwise: str = "unknown"
    facts: Mapping[str, bool | int | str | tuple[str, ...] | Refusal] = {}
