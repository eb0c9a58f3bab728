"""The message row, which becomes a line to type in: a filter, or a text to find.

Neither is a widget put in place of another nor does the focus move: both repaint the whole
screen. The screen passes keys and pastes on while `asking`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from backend.core.text import display
from tui.format.lines import Look
from tui.widgets.chrome import Row
from tui.widgets.strips import Piece, clipped


class MessageRow(Row):
    """Says the last message; `ask` lets the operator type there instead."""

    @dataclass
    class Changed(Message):
        """What is typed is different."""

        text: str

    @dataclass
    class Closed(Message):
        """Typing is over: `kept` with enter, not with esc."""

        text: str
        kept: bool

    def __init__(self, look: Callable[[], Look], *, id: str) -> None:
        super().__init__(look, id=id)
        self._sign = ""
        self._text = ""
        self._at = 0

    @property
    def asking(self) -> bool:
        """True while the operator types."""
        return bool(self._sign)

    def ask(self, sign: str, text: str = "") -> None:
        """Let the operator type after a sign."""
        self._sign, self._text, self._at = sign, text, len(text)
        self.refresh()

    def close(self, *, kept: bool) -> None:
        """Typing is over."""
        self._sign = ""
        self.refresh()
        self.post_message(self.Closed(self._text, kept))

    def paste(self, text: str) -> None:
        """Only the first line, and nothing a terminal would act on."""
        self._insert(text.split("\n")[0])

    def type(self, event: events.Key) -> None:
        """A key, whatever it means elsewhere."""
        if event.key in ("enter", "escape"):
            self.close(kept=event.key == "enter")
        elif event.is_printable and event.character:
            self._insert(event.character)
        else:
            self._edit(event.key)

    def _insert(self, text: str) -> None:
        safe = display(text)
        self._set(self._text[: self._at] + safe + self._text[self._at :], self._at + len(safe))

    def _edit(self, key: str) -> None:
        text, at = self._text, self._at
        word = len(text[:at].rstrip().rpartition(" ")[0])
        results = {
            "backspace": (text[: max(0, at - 1)] + text[at:], max(0, at - 1)),
            "delete": (text[:at] + text[at + 1 :], at),
            "ctrl+u": (text[at:], 0),
            "ctrl+w": (text[:word] + text[at:], word),
            "left": (text, max(0, at - 1)),
            "right": (text, min(len(text), at + 1)),
            "home": (text, 0),
            "end": (text, len(text)),
        }
        self._set(*results.get(key, (text, at)))

    def _set(self, text: str, at: int) -> None:
        changed = text != self._text
        self._text, self._at = text, at
        self.refresh()
        if changed:
            self.post_message(self.Changed(text))

    def render_line(self, y: int) -> Strip:
        """The message, or the line with its cursor."""
        if not self.asking:
            return super().render_line(y)
        text, at = self._text + " ", self._at
        line: list[Piece] = [
            (f" {self._sign}{text[:at]}", ""),
            (text[at], "reverse"),
            (text[at + 1 :], ""),
        ]
        width = self.size.width
        return self.brush.strip(clipped(line, width, self.look().glyphs), width)
