"""The tables of the Linux corpus, one module a subject."""

from types import ModuleType

TABLES: tuple[ModuleType, ...] = ()
