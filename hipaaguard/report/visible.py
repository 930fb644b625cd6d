"""Text made safe to show: what would be invisible, or reorder its neighbours, becomes visible.

A label, a challenge or an answer of the system may have been chosen to deceive: a line break that
forges a line of a terminal, or a mark that turns the reading direction so that a word reads as
another.
"""

import re

# NOTE: a fixed list and not `str.isprintable`, whose answer differs with the version of Unicode
# that Python ships. Control and format characters (categories Cc, Cf, Zl, Zp), surrogates,
# non-characters and letters without a shape, of Unicode 15.0:
# https://www.unicode.org/Public/15.0.0/ucd/UnicodeData.txt
_RANGES = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),
    (0xFDD0, 0xFDEF),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_UNSAFE = re.compile("[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in _RANGES) + "]")


def show(text: str) -> str:
    r"""The text with each deceptive character as its escape: a line break as `\u000a`."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
