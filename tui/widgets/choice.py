"""A small overlay to choose one of a few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList

from tui.widgets.options import Options
from tui.widgets.strips import safe


class Choice(ModalScreen[str | None]):
    """Offers (value, words) and answers the value, None when left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("j", "step(1)", show=False),
        Binding("k", "step(-1)", show=False),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], chosen: str = "") -> None:
        super().__init__()
        self._title, self._options, self._chosen = title, options, chosen

    def compose(self) -> ComposeResult:
        yield Options([Content(safe(words)) for _, words in self._options], id="choice")

    def on_mount(self) -> None:
        choice = self.query_one(OptionList)
        choice.border_title = Content(safe(self._title))
        values = [value for value, _ in self._options]
        choice.highlighted = values.index(self._chosen) if self._chosen in values else 0

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._options[event.option_index][0])

    def action_step(self, step: int) -> None:
        """Another option, by the keys of lists."""
        choice = self.query_one(OptionList)
        if step > 0:
            choice.action_cursor_down()
        else:
            choice.action_cursor_up()

    def action_leave(self) -> None:
        """Nothing chosen."""
        self.dismiss(None)
