"""The line at the bottom where the operator types: a filter or a text to find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from backend.core.text import display


class Prompt(Horizontal):
    """A sign, an input, and what it came to: `Changed` while typing, `Closed` at the end."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "drop", show=False)]
    DEFAULT_CSS = """
    Prompt { height: 1; layout: horizontal; }
    Prompt Label { width: auto; padding: 0 0 0 1; }
    Prompt Input { width: 1fr; border: none; padding: 0; height: 1; background: $surface; }
    """

    @dataclass
    class Changed(Message):
        """The text is different."""

        text: str

    @dataclass
    class Closed(Message):
        """Done: `kept` with enter, not with esc."""

        text: str
        kept: bool

    def __init__(self, sign: str, text: str = "") -> None:
        super().__init__()
        self._sign, self._text = sign, text

    def compose(self) -> ComposeResult:
        yield Label(Content(self._sign))
        yield Input(self._text, compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """A pasted control character must not reach the terminal through the field."""
        event.stop()
        if (safe := display(event.value)) != event.value:
            event.input.value = safe
        else:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed(event.value, kept=True))

    def action_drop(self) -> None:
        """Leave the line without what was typed."""
        self.post_message(self.Closed(self.query_one(Input).value, kept=False))
