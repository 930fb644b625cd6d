"""A host that remembers every question and its answer, and writes them as a recording."""

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml

from hipaaguard.collect.host import (
    Cell,
    Entry,
    Handshake,
    Host,
    Output,
    Person,
    RegistryKey,
    RegistryValue,
    Row,
)
from hipaaguard.collect.recording import FILE_NAME
from hipaaguard.collect.redact import Redactor
from hipaaguard.collect.replay import address_key
from hipaaguard.model import Platform, Unavailable

# Longer answers stand in a file of their own, so that `recording.yaml` stays readable.
MAX_INLINE_BYTES = 4096

# Values of the registry that are nobody's business, wherever they lie.
SECRET = re.compile(
    "password|secret|credential|productid|productkey|owner|licen[cs]e|serial", re.IGNORECASE
)

_VERSION = re.compile(r"\d{1,10}(\.\d{1,10}){0,3}")

Question = tuple[tuple[str, ...], int | None]


@dataclass
class Heard:
    """Everything a host was asked, and what it answered."""

    commands: dict[Question, Output | Unavailable] = field(default_factory=dict)
    files: dict[str, bytes | Unavailable] = field(default_factory=dict)
    folders: dict[str, tuple[str, ...] | Unavailable] = field(default_factory=dict)
    links: dict[str, str | Unavailable] = field(default_factory=dict)
    entries: dict[str, Entry | Unavailable] = field(default_factory=dict)
    env: dict[str, str | None] = field(default_factory=dict)
    handshakes: dict[str, Handshake | Unavailable] = field(default_factory=dict)
    registry: dict[str, RegistryKey | Unavailable] = field(default_factory=dict)
    queries: dict[str, tuple[Row, ...] | Unavailable] = field(default_factory=dict)


class RecordingHost:
    """Passes every question to another host and remembers the answer."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = threading.Lock()
        self.heard = Heard()

    @property
    def platform(self) -> Platform:
        """The other host's."""
        return self._host.platform

    @property
    def elevated(self) -> bool:
        """The other host's."""
        return self._host.elevated

    @property
    def person(self) -> Person:
        """The other host's."""
        return self._host.person

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.run(program, *args, deadline_s=deadline_s, uid=uid)
        with self._lock:
            self.heard.commands[(program, *args), uid] = answer
        return answer

    def read(self, path: str) -> bytes | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.read(path)
        with self._lock:
            self.heard.files[path] = answer
        return answer

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.names(path)
        with self._lock:
            self.heard.folders[path] = answer
        return answer

    def resolve(self, path: str) -> str | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.resolve(path)
        with self._lock:
            self.heard.links[path] = answer
        return answer

    def entry(self, path: str) -> Entry | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.entry(path)
        with self._lock:
            self.heard.entries[path] = answer
        return answer

    def env(self, name: str) -> str | None:
        """The other host's answer, remembered."""
        answer = self._host.env(name)
        with self._lock:
            self.heard.env[name] = answer
        return answer

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.tls(name, port)
        with self._lock:
            self.heard.handshakes[address_key(name, port)] = answer
        return answer

    def registry(self, path: str) -> RegistryKey | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.registry(path)
        with self._lock:
            self.heard.registry[path] = answer
        return answer

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        """The other host's answer, remembered."""
        answer = self._host.query(name)
        with self._lock:
            self.heard.queries[name] = answer
        return answer

    def stop(self) -> None:
        """Passed on."""
        self._host.stop()


def recording_files(
    host: RecordingHost,
    redactor: Redactor,
    taken_at: datetime,
    origin: str,
    system: str = "",
) -> dict[str, bytes]:
    """The recording's files by name, redacted: `recording.yaml` and those beside it."""
    writer = _Writer(redactor)
    heard = host.heard
    document: dict[str, Any] = {
        "platform": str(host.platform),
        "origin": origin,
        "system": system,
        "taken_at": taken_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "elevated": host.elevated,
        "person": {"name": "user", "uid": host.person.uid, "home": redactor.home},
        "env": {k: redactor.text(v) for k, v in sorted(heard.env.items()) if v is not None},
        "files": {redactor.text(k): writer.file(v) for k, v in sorted(heard.files.items())},
        "folders": {redactor.text(k): writer.names(v) for k, v in sorted(heard.folders.items())},
        "links": {redactor.text(k): writer.link(v) for k, v in sorted(heard.links.items())},
        "entries": {redactor.text(k): writer.entry(v) for k, v in sorted(heard.entries.items())},
        "commands": [
            writer.command(question, heard.commands[question])
            for question in sorted(heard.commands, key=str)
        ],
        # The addresses are the policy's own words and stay.
        "handshakes": {k: writer.handshake(v) for k, v in sorted(heard.handshakes.items())},
        "registry": {redactor.text(k): writer.key(v) for k, v in sorted(heard.registry.items())},
        "queries": {k: writer.rows(v) for k, v in sorted(heard.queries.items())},
    }
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return {FILE_NAME: text.encode(), **writer.beside}


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks; nothing as an alias, which no recording may hold."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text.rstrip("\n") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


class _Writer:
    """Turns answers into the entries of a recording; long ones go into files beside it."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self.beside: dict[str, bytes] = {}

    def file(self, answer: bytes | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        inline, beside = self._contents(answer)
        return {"file": beside} if beside else inline

    def names(self, answer: tuple[str, ...] | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        return [self._redactor.text(name) for name in answer]

    def link(self, answer: str | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        return self._redactor.text(answer)

    def entry(self, answer: Entry | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        modified = datetime.fromtimestamp(answer.modified_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "kind": answer.kind,
            "size": answer.size,
            "modified": modified,
            "mode": f"{answer.mode:o}",
            "uid": answer.uid,
        }

    def handshake(self, answer: Handshake | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        return {"version": answer.version, "valid": answer.valid, "problem": answer.problem}

    def key(self, answer: RegistryKey | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        values = {
            self._redactor.text(name): self._value(name, value)
            for name, value in answer.values.items()
            if not SECRET.search(name)
        }
        return {"values": values, "keys": [self._redactor.text(name) for name in answer.keys]}

    def _value(self, name: str, value: RegistryValue) -> object:
        if isinstance(value, bytes):
            # No collector reads one, and it can hold anything.
            return {"hex": ""}
        if name.endswith("Version") and isinstance(value, str) and _VERSION.fullmatch(value):
            # Four numbers look like an address.
            return value
        return self._cell(value)

    def rows(self, answer: tuple[Row, ...] | Unavailable) -> object:
        if isinstance(answer, Unavailable):
            return self._refusal(answer)
        return [{name: self._cell(cell) for name, cell in row.items()} for row in answer]

    def _cell(self, cell: Cell) -> object:
        if isinstance(cell, str):
            return self._redactor.text(cell)
        return [self._cell(item) for item in cell] if isinstance(cell, tuple) else cell

    def command(self, question: Question, answer: Output | Unavailable) -> object:
        argv, uid = question
        entry: dict[str, object] = {"run": list(argv)}
        if uid is not None:
            entry["uid"] = uid
        if isinstance(answer, Unavailable):
            return entry | self._refusal(answer)
        if answer.exit_code:
            entry["exit"] = answer.exit_code
        for name, data in (("stdout", answer.stdout), ("stderr", answer.stderr)):
            inline, beside = self._contents(data)
            if inline:
                entry[name] = inline
            if beside:
                entry[f"{name}_file"] = beside
        return entry

    def _refusal(self, answer: Unavailable) -> dict[str, object]:
        entry: dict[str, object] = {"unavailable": str(answer.reason)}
        if answer.detail:
            entry["detail"] = self._redactor.text(answer.detail)
        return entry

    def _contents(self, data: bytes) -> tuple[str, str]:
        """The redacted text inline and no file name, or no text and the name of a file beside."""
        try:
            text = self._redactor.text(data.decode())
        except UnicodeDecodeError:
            # Every byte is a character of Latin-1, so nothing but what is redacted changes.
            return "", self._beside(self._redactor.text(data.decode("latin-1")).encode("latin-1"))
        if len(text) > MAX_INLINE_BYTES or not _is_plain(text):
            return "", self._beside(text.encode())
        return text, ""

    def _beside(self, data: bytes) -> str:
        name = f"answers/{len(self.beside) + 1:03}.txt"
        self.beside[name] = data
        return name


def _is_plain(text: str) -> bool:
    """Whether YAML can hold the text exactly and readably."""
    return all(character.isprintable() or character in "\n\t" for character in text)
