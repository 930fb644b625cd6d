"""The tables of the Windows corpus: every module of this folder, one a subject."""

import importlib
import pkgutil

TABLES = tuple(
    importlib.import_module(f"{__name__}.{module.name}")
    for module in pkgutil.iter_modules(__path__)
)
