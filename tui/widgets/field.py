"""Input of one line that takes what is pasted."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Input

from tui.format.glyphs import ASCII, Glyphs


class LineField(Input):
    """Several pasted lines become one, and what does not fit is cut and told."""

    @dataclass
    class Cut(Message):
        """Only the first `kept` characters of a paste went in."""

        kept: int

    def on_paste(self, event: events.Paste) -> None:
        """Take the text in place of Input's own way, which keeps the first line or nothing."""
        event.prevent_default()
        event.stop()
        text = " ".join(event.text.split())
        room = max(0, self.max_length - len(self.value)) if self.max_length else len(text)
        self.insert_text_at_cursor(text[:room])
        if len(text) > room:
            self.post_message(self.Cut(room))


class SecretField(LineField):
    """What is typed is shown as signs of one kind, which the terminal knows."""

    def __init__(self, glyphs: Glyphs, *, id: str, max_length: int) -> None:
        super().__init__(id=id, password=True, compact=True, max_length=max_length)
        self._sign = "*" if glyphs is ASCII else "•"

    @property
    def _value(self) -> Text:
        return Text(self._sign * len(self.value), no_wrap=True, overflow="ignore", end="")
