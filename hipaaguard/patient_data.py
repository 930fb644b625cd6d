"""Words that look like a patient's: refused wherever a person writes freely."""

import re

MAX_FREE_TEXT = 300

_FORMS = (
    (
        "a Social Security number",
        re.compile(r"(?<![0-9])[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}(?![0-9])"),
    ),
    ("a number of nine digits", re.compile(r"(?<![0-9])[0-9]{9}(?![0-9])")),
    (
        "a Medicare number",
        # The form that CMS gives for the Medicare Beneficiary Identifier.
        re.compile(
            r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?"
            r"[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "a record number",
        re.compile(
            r"\b(mrn|medical record|chart|patient|encounter|claim|member|account)\b"
            r"[^0-9]{0,20}[0-9][0-9-]{3,}",
            re.IGNORECASE,
        ),
    ),
    (
        "a date of birth",
        re.compile(r"\b(dob|d\.o\.b|born|birth ?da(y|te)|date of birth)\b", re.IGNORECASE),
    ),
    (
        "a date of birth",
        re.compile(r"(?<![0-9])[0-9]{1,2}[/.][0-9]{1,2}[/.]([0-9]{4}|[0-9]{2})(?![0-9])"),
    ),
    ("a date of birth", re.compile(r"(?<![0-9])(19[0-9]{2}|200[0-9])-[0-9]{2}-[0-9]{2}(?![0-9])")),
)


def looks_like(text: str) -> str:
    """What of a patient the text seems to hold; empty when nothing was recognised."""
    # It knows forms of numbers and dates, and no names: what passes may still be a patient's.
    return next((name for name, form in _FORMS if form.search(text)), "")


def refusal(text: str, limit: int = MAX_FREE_TEXT) -> str:
    """Why a person's free text cannot be taken, a sentence; empty when it can.

    Args:
        text: what they wrote.
        limit: how many characters it can have.

    Returns:
        The reason, which repeats nothing of the text.
    """
    if not text.strip():
        return "An empty answer says nothing."
    if len(text) > limit:
        return f"That is longer than {limit} characters."
    if not text.isprintable():
        return "Write it on one line, without special signs."
    found = looks_like(text)
    return f"That looks like {found}. Leave out everything about patients." if found else ""
