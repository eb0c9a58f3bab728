"""What all dialogs share: a frame over the pane, in the signs of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from backend.core.errors import BursarError
from backend.core.text import display
from tui.format.failures import failure
from tui.format.glyphs import ASCII
from tui.format.lines import WARN, Build, Line, Look, joined, wrapped
from tui.session import PASSING, Session
from tui.widgets.text import TextPanel

ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT]):
    """A frame around `body()`; `#text` in it gets the rows it needs, as far as there are any."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [Path(__file__).parent / "dialogs.tcss"]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._gone = False
        self._noticed: Build = _nothing
        self.set_class(session.settings.glyphs is ASCII, "-ascii")

    def compose(self) -> ComposeResult:
        """The frame with the text first."""
        with Vertical(id="dialog"):
            yield TextPanel(self.session.look, id="text")
            yield from self.body()

    def body(self) -> ComposeResult:
        """What stands below the text."""
        yield from ()

    def on_resize(self) -> None:
        """More or fewer rows."""
        self.call_after_refresh(self.fit_unless_closed)

    def on_text_panel_overflow(self) -> None:
        """The text was laid out after it was given its rows."""
        self.call_after_refresh(self.fit_unless_closed)

    def show_text(self, build: Build) -> None:
        """Show a text and make room for it."""
        self.query_one(TextPanel).show(build)
        self.call_after_refresh(self.fit_unless_closed)

    def notice(self, build: Build) -> None:
        """Say something in `#notice`, which is only there while it says something."""
        self._noticed = build
        self._show_notice()
        self.call_after_refresh(self.fit_unless_closed)

    def _show_notice(self) -> None:
        width = self.query_one(TextPanel).size.width
        lines = list(self._noticed(replace(self.session.look(), width=max(20, width))))
        for notice in self.query("#notice").results(Static):
            notice.display = bool(lines)
            notice.styles.height = len(lines)  # else its rows are known only once it was laid out
            notice.update(joined(lines))

    def warn(self, text: str) -> None:
        """Say there what is wrong; nothing for ``."""
        told = f"! {text}"
        self.notice(lambda look: wrapped("notice", told, look.width, style=WARN) if text else ())

    def failed(self, error: BursarError, keys: str = "") -> None:
        """Say there what went wrong, and which keys go on from there."""
        self._gone = isinstance(error, PASSING)
        self.notice(lambda look: failure(error, look.width, keys))

    def regained(self) -> None:
        """The server answers: that it does not is said no longer, if it was."""
        if self._gone:
            self._gone = False
            told = f"{self.session.connection.place} answers again."
            self.notice(lambda look: wrapped("notice", told, look.width))

    def frame(self, title: str, keys: str) -> None:
        """The words in the border: what this is, and which keys it has."""
        dialog = self.query_one("#dialog")
        dialog.border_title = Content(display(title))
        dialog.border_subtitle = Content(display(keys))

    def fit_unless_closed(self) -> None:
        """What waits for a refresh is done by the screen on top, be this one gone by then."""
        if self in self.app.screen_stack:
            self._show_notice()
            self.fit()

    def fit(self) -> None:
        """Give the text the rows that the rest leaves, and no more than it has."""
        self.query_one(TextPanel).styles.height = self.rows()

    def rows(self) -> int:
        """How many those are."""
        rows = sum(_height(one) + one.styles.margin.height for one in self.besides())
        lines = self.query_one(TextPanel).lines
        return max(1, min(len(lines), self.size.height - rows - 2))

    def besides(self) -> Iterator[Widget]:
        """What takes rows from the text."""
        found = self.query("#dialog > *")
        return (one for one in found if one.id != "text" and one.display)


def _height(one: Widget) -> int:
    """The rows that it was given, else those that it has."""
    given = one.styles.height
    return (given.cells if given else None) or one.outer_size.height


def _nothing(look: Look) -> Iterable[Line]:
    """What a notice says that is not there."""
    return ()
