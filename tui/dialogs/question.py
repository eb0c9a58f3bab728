"""Questions that are answered with one key."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.dialogs.dialog import Dialog
from tui.format.lines import wrapped
from tui.session import Session


class Answered(Dialog[bool | None]):
    """True for y, None for esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("escape,q", "answer(None)", show=False),
    ]

    def __init__(self, session: Session, title: str, text: str, keys: str) -> None:
        super().__init__(session)
        self._title, self._text, self._keys = title, text, keys

    def body(self) -> ComposeResult:
        """What is said of keys that are no answer."""
        yield Static(id="notice")

    def on_key(self, event: events.Key) -> None:
        """A key that is no answer was meant for what comes after it, and is lost."""
        typed = event.is_printable or event.key in ("enter", "backspace", "ctrl+u")
        if typed and event.key not in self._bindings.key_to_bindings:
            self.warn("What is typed goes nowhere before this is answered.")

    def on_mount(self) -> None:
        """Show it."""
        self.frame(self._title, self._keys)
        self.show_text(lambda look: wrapped("question", self._text, look.width))

    def action_answer(self, answer: bool | None) -> None:
        """Close with an answer."""
        self.dismiss(answer)


class Question(Answered):
    """False for n."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "answer(False)", show=False)]


class Offer(Answered):
    """Of something kept, which is thrown away for del (False): never by a letter, for it may be
    the one that led here, pressed twice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("delete", "answer(False)", show=False)]
