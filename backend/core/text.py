"""The one sanitiser: data that people typed, made safe for a terminal, a log or a CSV. And counts
in words."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 500
ELLIPSIS = "…"

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What no database keeps: NUL and halves of surrogate pairs."""
_SAFE = re.compile(r"[ -~]*\Z")
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}


def display(value: object, *, limit: int = MAX_CHARS, multiline: bool = False) -> str:
    """Return `value` as text without anything a terminal would act on.

    NFC; control, bidi, zero-width, surrogate and separator characters become visible signs;
    new lines survive only with `multiline`; at most `limit` characters remain.
    """
    text = value if isinstance(value, str) else str(value)
    if len(text) <= limit and _SAFE.match(text):
        return text
    if multiline:
        text = text.replace("\r\n", "\n")
    cut = len(text) > limit
    shown = "".join(_visible(char, multiline) for char in _normalised(text[: limit + 1]))
    return shown[: limit - 1] + ELLIPSIS if cut or len(shown) > limit else shown


def counted(number: int, noun: str) -> str:
    """`1 member`, `2,000 members`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def age(seconds: int) -> str:
    """`3 s`, `12 m`, `3 h`, `2 d 4 h`, `131 d`."""
    hours = seconds // 3600
    if not hours:
        return f"{seconds} s" if seconds < 60 else f"{seconds // 60} m"
    if hours < 24:
        return f"{hours} h"
    days, rest = divmod(hours, 24)
    return f"{days} d {rest} h" if rest and days < 100 else f"{days} d"


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _visible(char: str, multiline: bool) -> str:
    if char == "\n":
        return "\n" if multiline else "␤"
    if unicodedata.category(char) not in _HIDDEN:
        return " " if char.isspace() else char
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"
