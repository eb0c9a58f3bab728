"""Input of one line that takes what is pasted."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Input


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
