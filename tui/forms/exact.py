"""Texts as they can be shown, typed and sent back without loss.

`shown` writes what a terminal would act on as `\\u{1b}`; `meant` reads it again, so that a text
of which another part was edited goes back exactly as it was stored.
"""

from __future__ import annotations

import re
import sys

_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}")
_BACKSLASH = r"\u{5c}"


def shown(text: str) -> str:
    """The text without anything that a terminal would act on; lines stay lines."""
    return hidden(_ESCAPE.sub(lambda found: _BACKSLASH + found[0][1:], text))


def meant(text: str) -> str:
    """What a shown or typed text stands for: `meant(shown(text)) == text`."""
    return _ESCAPE.sub(lambda found: _char(found[0], int(found[1], 16)), text)


def hidden(text: str) -> str:
    """A text as it is being typed: only what cannot be shown is written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else escape(c) for c in text)


def escape(char: str) -> str:
    """`\\u{1b}`."""
    return rf"\u{{{ord(char):x}}}"


def _char(written: str, code: int) -> str:
    if code > sys.maxunicode or 0xD800 <= code < 0xE000:
        return written
    return chr(code)
