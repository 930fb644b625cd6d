"""The JSON Schema of policy files, for editors; made from the types that the reader uses.

An editor that knows it completes keys and fact names. It is looser than the reader, which alone
decides: it cannot see whether a setting exists or an example comes out as said.
"""

import json
from enum import StrEnum
from typing import Any

from hipaaguard.facts import FACTS, FactSpec, FactType
from hipaaguard.model import Platform, Reason, Role, Severity, Status
from hipaaguard.policy import fields
from hipaaguard.policy.kinds import OPERANDS, Kind, fact_kind
from hipaaguard.policy.nouns import CHOOSING_FACTS, Basis, Op, SettingType, Stricter
from hipaaguard.policy.read_setting import UNITS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_SENTENCE: Schema = {"type": "string", "pattern": "[.?!]\\s*$"}
_SENTENCES: Schema = {"type": "array", "items": _SENTENCE, "minItems": 1}
_VALUE: Schema = {"type": ["boolean", "integer", "string", "array"], "items": {"type": "string"}}
_SETTING_NAME: Schema = {"type": "string", "pattern": "^\\$[a-z][a-z0-9_]*$"}
_ID: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 60}

_LITERALS: dict[FactType, Schema] = {
    FactType.BOOL: {"type": "boolean"},
    FactType.INT: {"type": "integer", "minimum": 0},
    FactType.STR: _TEXT,
    FactType.STRINGS: _TEXTS,
}


def render() -> str:
    """The schema as JSON with two spaces of indentation and a final line end."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """The schema of a policy file, JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "HipaaGuard policy",
        **_ref("policy"),
        "$defs": {
            "policy": _policy(),
            "setting": _setting(),
            "check": _check(),
            "example": _example(),
            "condition_found": _condition("found"),
            "condition_otherwise": _condition("otherwise"),
            "step": _mapping(fields.STEP, {"step": _SENTENCE, "only": _ref("only")}),
            "only": _only(),
        },
    }


def _policy() -> Schema:
    value_or_definition = {"anyOf": [_VALUE, _ref("setting")]}
    return _mapping(
        fields.POLICY,
        {
            "id": _ID,
            "checks": {"type": "array", "minItems": 1, "items": {"anyOf": [_ID, _ref("check")]}},
            "settings": {"type": "object", "additionalProperties": value_or_definition},
            "extends": _ID,
            "removed": {"type": "object", "minProperties": 1, "additionalProperties": _SENTENCE},
            "software": _mapping(fields.SOFTWARE, {"required": _TEXTS, "forbidden": _TEXTS}),
            "basis": _words(Basis),
            "questions": {"type": "array", "minItems": 1, "items": _ID, "uniqueItems": True},
            "not_covered": _SENTENCES,
        },
    )


def _setting() -> Schema:
    return _mapping(
        fields.SETTING,
        {
            "type": _words(SettingType),
            "default": _VALUE,
            "meaning": _SENTENCE,
            "source": _SENTENCE,
            "unit": {"enum": list(UNITS)},
            "minimum": _LITERALS[FactType.INT],
            "maximum": _LITERALS[FactType.INT],
            "choices": _TEXTS,
            "stricter": {"enum": [*(word.value for word in Stricter), True, False]},
        },
    )


def _check() -> Schema:
    steps = {"type": "array", "minItems": 1, "items": {"anyOf": [_SENTENCE, _ref("step")]}}
    fix = {platform.value: steps for platform in Platform}
    return _mapping(
        fields.CHECK,
        {
            "id": _ID,
            "why": _SENTENCE,
            "severity": _words(Severity),
            "platforms": {"type": "array", "minItems": 1, "items": _words(Platform)},
            "expect": _ref("condition_found"),
            "met": _SENTENCE,
            "fix": {"type": "object", "properties": fix, "additionalProperties": False},
            "citations": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": _words(Role),
            },
            "examples": {"type": "array", "minItems": 3, "items": _ref("example")},
            "when": _ref("condition_otherwise"),
            "needs": _TEXTS,
            "sources": _SENTENCES,
            "changes": _SENTENCE,
            "undo": _SENTENCE,
        },
    )


def _only() -> Schema:
    """A condition that chooses steps: few facts, and no sentences."""
    inner = _ref("only")
    several = {"type": "array", "minItems": 1, "items": inner}
    facts = {name: _fact(FACTS[name], "") for name in sorted(CHOOSING_FACTS)}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"all": several, "any": several, "not": inner, **facts},
        "additionalProperties": False,
    }


def _example() -> Schema:
    unavailable = _mapping(fields.UNAVAILABLE, {"unavailable": _words(Reason)})
    return _mapping(
        fields.EXAMPLE,
        {
            "outcome": _words(Status),
            "facts": {"type": "object", "additionalProperties": {"anyOf": [_VALUE, unavailable]}},
            "settings": {"type": "object", "additionalProperties": _VALUE},
            "says": _SENTENCE,
        },
    )


def _condition(sentence: str) -> Schema:
    inner = _ref(f"condition_{sentence}")
    several = {"type": "array", "minItems": 1, "items": inner}
    plain = {name: spec for name, spec in FACTS.items() if not spec.parameter}
    taking = {name: spec for name, spec in FACTS.items() if spec.parameter}
    facts = {name: _fact(spec, sentence) for name, spec in plain.items()}
    patterns = {
        f"^{name.replace('.', '[.]')}\\([^()]+\\)$": _fact(spec, sentence)
        for name, spec in taking.items()
    }
    any_setting = _comparison(dict.fromkeys(Op, _VALUE), sentence)
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"all": several, "any": several, "not": inner, **facts},
        "patternProperties": {**patterns, "^\\$[a-z][a-z0-9_]*$": any_setting},
        "additionalProperties": False,
    }


def _fact(spec: FactSpec, sentence: str) -> Schema:
    kind = fact_kind(spec)
    operands = {op: _operand(op, wanted, kind) for op, wanted in OPERANDS[spec.type].items()}
    return {"description": spec.meaning, **_comparison(operands, sentence)}


def _operand(op: Op, wanted: FactType, kind: Kind) -> Schema:
    literal = _LITERALS[wanted]
    if kind.values and op is not Op.VERSION_AT_LEAST:
        word: Schema = {"enum": list(kind.values)}
        literal = {**_TEXTS, "items": word} if wanted is FactType.STRINGS else word
    return {"anyOf": [literal, _SETTING_NAME]}


def _comparison(operands: dict[Op, Schema], sentence: str) -> Schema:
    properties = {op.value: operand for op, operand in operands.items()}
    said = {sentence: _SENTENCE} if sentence else {}
    return {
        "type": "object",
        "required": list(said),
        "properties": {**properties, **said},
        "minProperties": 1 + len(said),
        "maxProperties": 1 + len(said),
        "additionalProperties": False,
    }


def _mapping(keys: fields.Keys, shapes: dict[str, Schema]) -> Schema:
    meanings = {**keys.required, **keys.optional}
    return {
        "type": "object",
        "required": list(keys.required),
        "properties": {
            key: {"description": meaning, **shapes.get(key, _TEXT)}
            for key, meaning in meanings.items()
        },
        "additionalProperties": False,
    }


def _words(words: type[StrEnum]) -> Schema:
    return {"enum": [word.value for word in words]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
