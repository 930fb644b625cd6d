"""The canonical form of a policy: the same bytes however its file is laid out."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from enum import StrEnum


def plain(value: object) -> object:
    """A frozen noun in JSON's own types: fields by name, tuples as lists, enums as words."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def sha256(value: object) -> str:
    """SHA-256, lower-case hexadecimal, of the value's JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
