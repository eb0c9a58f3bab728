"""A box over the screen with a text in it: messages, an explanation, the help."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.format.lines import Build, Line, Look, blank
from tui.widgets.strips import safe
from tui.widgets.text import TextPanel


def _nothing(typed: str) -> Collection[str]:
    return ()


def _headed(lines: Iterable[Line], entries: set[str]) -> Iterator[Line]:
    """The lines of these keys below their headings, which have none."""
    head: Line | None = None
    for one in lines:
        if not one.key:
            head = one
        elif one.key in entries:
            if head is not None and head.text:
                yield head
            head = None
            yield one


class Overlay(ModalScreen[None]):
    """Shows what a `Build` makes of its width; `esc` closes. With `filtered`, what is typed
    leaves only lines that contain it, those of the same key and the headings over them; what it
    is the name of comes first, of which `named` gives the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("backspace", "erase", show=False),
    ]

    def __init__(
        self,
        title: str,
        build: Build,
        look: Callable[[], Look],
        *,
        filtered: bool = False,
        named: Callable[[str], Collection[str]] = _nothing,
    ) -> None:
        super().__init__()
        self._named = named
        self._title, self._build, self._look = safe(title), build, look
        self._filtered, self._typed = filtered, ""

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield TextPanel(self._look, id="text")

    def on_mount(self) -> None:
        self._say_how()
        self.query_one(TextPanel).show(self._lines)

    def _lines(self, look: Look) -> Iterable[Line]:
        lines = list(self._build(look))
        self.query_one(TextPanel).styles.height = min(len(lines), max(1, self.size.height - 4))
        if not self._typed:
            return lines
        entries = {one.key for one in lines if self._typed.lower() in one.text.lower()} - {""}
        named = entries.intersection(self._named(self._typed))
        first = [*_headed(lines, named)]
        return [*first, *([blank()] if first else []), *_headed(lines, entries - named)]

    def _say_how(self) -> None:
        box = self.query_one("#box")
        box.border_title = Content(self._title)
        find = f"find: {self._typed}_   " if self._typed else "type to find   "
        leave = "esc clears" if self._typed else "esc closes"
        box.border_subtitle = Content((find if self._filtered else "") + leave)

    def on_key(self, event: events.Key) -> None:
        """Typing narrows the lines down; without that `q` closes."""
        if self._filtered and event.is_printable and event.character:
            event.stop()
            self._type(self._typed + event.character)
        elif event.key == "q" and not self._filtered:
            event.stop()
            self.dismiss(None)

    def _type(self, text: str) -> None:
        self._typed = text
        self._say_how()
        self.query_one(TextPanel).show(self._lines, home=True)

    def action_erase(self) -> None:
        """Take the last character back."""
        if self._typed:
            self._type(self._typed[:-1])

    def action_leave(self) -> None:
        """First out of the search, then away."""
        if self._typed:
            self._type("")
        else:
            self.dismiss(None)
