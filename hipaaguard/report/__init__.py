"""From a report to a text: every format is a pure function; the same report, the same bytes.

A format is imported when it is first used, so that a report's data costs no template engine.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from hipaaguard.model import Report

Render = Callable[[Report], str]


def _lazily(module: str) -> Render:
    def render(report: Report) -> str:
        text: str = import_module(module).render(report)
        return text

    return render


FORMATS: Mapping[str, Render] = MappingProxyType(
    {
        "html": _lazily("hipaaguard.report.html"),
        "json": _lazily("hipaaguard.report.json_v1"),
        "text": _lazily("hipaaguard.report.text"),
    }
)
"""Every format by name, sorted by name."""
