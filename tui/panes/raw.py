"""The raw view: what the system's own API shows of an object, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from rich.cells import chop_cells
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from backend.core.text import display
from tui.actions import Scope, bindings
from tui.format.lines import Line, Look, Part, line
from tui.panes.pane import Pane
from tui.session import Session
from tui.widgets.prompt import MessageRow
from tui.widgets.text import TextPanel


class RawPane(Pane, inherit_bindings=False):
    """JSON on the whole screen, searchable."""

    SCOPE = Scope.RAW
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.RAW)

    def __init__(
        self, session: Session, pane: str, path: Sequence[str], data: Mapping[str, object]
    ) -> None:
        super().__init__(session)
        self.PANE = pane  # type: ignore[misc]
        self._path = (*path, "JSON")
        self._text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
        self._sought = ""
        self._wrap = False

    def body(self) -> ComposeResult:
        """The text alone."""
        yield TextPanel(self.session.look, id="text")

    def on_mount(self) -> None:
        """Show it."""
        super().on_mount()
        self.query_one(TextPanel).show(self._lines)

    def path(self) -> Sequence[str]:
        """Of what it is."""
        return self._path

    def facts(self) -> Iterable[Part]:
        """What is sought."""
        return (f"find {self._sought}",) if self._sought else ()

    def _lines(self, look: Look) -> Iterable[Line]:
        for n, text in enumerate(self._text.split("\n")):
            hit = bool(self._sought) and self._sought.lower() in text.lower()
            shown = display(text, limit=100_000)
            for part in (chop_cells(shown, look.width) if self._wrap else None) or [shown]:
                yield line(str(n), (part, "reverse" if hit else ""))

    def action_row_copy(self) -> None:
        """All of it."""
        self.copy(self._text)

    def action_raw_wrap(self) -> None:
        """Long lines broken at the edge, or cut."""
        self._wrap = not self._wrap
        self.query_one(TextPanel).redraw()

    def action_raw_find(self) -> None:
        """Type what to find."""
        self.ask_line("/", self._sought)

    def action_raw_next(self) -> None:
        """Scroll to the next line with it."""
        panel = self.query_one(TextPanel)
        hits = [n for n, one in enumerate(panel.lines) if self._sought.lower() in one.text.lower()]
        if self._sought and hits:
            panel.go_to(next((n for n in hits if n > panel.top), hits[0]))

    @on(MessageRow.Closed)
    def _found(self, event: MessageRow.Closed) -> None:
        if event.sign != "/":
            return
        self._sought = event.text if event.kept else ""
        panel = self.query_one(TextPanel)
        panel.show(self._lines)
        self.show_chrome()
        self.action_raw_next()
