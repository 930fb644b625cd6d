"""The report as one page: no script, nothing loaded from anywhere, readable without its style.

- Every text of a report is escaped; none stands in an attribute, a style or a link.
- The slot for the envelope is empty and stands once.
"""

from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from hipaaguard.model import Report, Status
from hipaaguard.report.notices import TITLE, VERIFY, notices
from hipaaguard.report.slot import SLOT_CLOSE, SLOT_OPEN
from hipaaguard.report.view import CheckView, view

_CLASSES = {
    Status.FAIL: "fail",
    Status.UNKNOWN: "unknown",
    Status.PASS: "pass",
    Status.NOT_APPLICABLE: "none",
}


def render(report: Report) -> str:
    """The report as an HTML page with an empty slot, UTF-8, line feeds at line ends."""
    seen = view(report)
    return _template().render(seen=seen, notices=notices(seen.keep_until))


@lru_cache(maxsize=4096)
def _article(check: CheckView, kind: str, heading: str) -> Markup:
    """One result; remembered, because most results are the same to the letter in many reports."""
    text = (
        _environment().get_template("article.html").render(check=check, kind=kind, heading=heading)
    )
    return Markup(text)  # noqa: S704 - rendered by a template, which escapes


@cache
def _template() -> Template:
    """The page's template, compiled once."""
    return _environment().get_template("report.html")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    style = _part("report.css")
    environment.globals.update(
        article=_article,
        title=TITLE,
        verify=VERIFY,
        classes=_CLASSES,
        style=Markup(style),  # noqa: S704 - our own file
        style_digest=b64encode(sha256(style.encode()).digest()).decode(),
        slot=Markup((SLOT_OPEN + SLOT_CLOSE).decode()),  # noqa: S704 - a constant
    )
    return environment


def _part(name: str) -> str:
    """A file of the templates; line feeds at line ends, however it was checked out."""
    return files("hipaaguard.report").joinpath("templates", name).read_text("utf-8")
