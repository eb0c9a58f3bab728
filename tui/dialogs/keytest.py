"""The key tester: which keys the terminal delivers, and what they mean here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.actions import Action, key_name
from tui.format.lines import QUIET, Line, Look, line
from tui.widgets.text import TextPanel

KEPT = 12
NAMED = 16

Meant = Callable[[str, str | None], Action | None]
"""The action of a key (its name, its character) on the screen below."""


class KeyTester(ModalScreen[None]):
    """Tells every key that arrives; `esc` twice leaves."""

    def __init__(self, look: Callable[[], Look], meant: Meant) -> None:
        super().__init__()
        self._look, self._meant = look, meant
        self._pressed: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield TextPanel(self._look, id="text")

    def on_mount(self) -> None:
        box = self.query_one("#box")
        box.border_title = Content("Which keys arrive")
        box.border_subtitle = Content("esc esc closes")
        panel = self.query_one(TextPanel)
        panel.can_focus = False
        panel.styles.height = KEPT + 1
        panel.show(self._lines)

    def on_key(self, event: events.Key) -> None:
        """Every key is shown and does nothing."""
        event.stop()
        event.prevent_default()
        if event.key == "escape" and self._pressed and self._pressed[-1][0] == "escape":
            self.dismiss(None)
            return
        self._pressed = [*self._pressed[1 - KEPT :], (event.key, event.character)]
        self.query_one(TextPanel).show(self._lines)

    def _lines(self, look: Look) -> Iterable[Line]:
        if not self._pressed:
            yield line("", ("Press keys. What does not show up, the terminal keeps.", QUIET))
        for n, (key, character) in enumerate(reversed(self._pressed)):
            meant = self._meant(key, character)
            sign = character if character and character.isprintable() else ""
            told = f"{meant.id}: {meant.title}" if meant else "nothing here"
            yield line(str(n), f"{key_name(key):<{NAMED}}{sign:<4}", (told, QUIET))
