"""A question that is answered with y or n."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.dialogs.dialog import Dialog
from tui.format.lines import wrapped
from tui.session import Session


class Question(Dialog[bool | None]):
    """True for y, False for n, None for esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n", "answer(False)", show=False),
        Binding("escape,q", "answer(None)", show=False),
    ]

    def __init__(self, session: Session, title: str, text: str, keys: str) -> None:
        super().__init__(session)
        self._title, self._text, self._keys = title, text, keys

    def on_mount(self) -> None:
        """Show it."""
        self.frame(self._title, self._keys)
        self.show_text(lambda look: wrapped("question", self._text, look.width))

    def action_answer(self, answer: bool | None) -> None:
        """Close with an answer."""
        self.dismiss(answer)
