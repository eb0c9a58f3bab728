"""A list to choose from by typing: actions, objects, places. What is off says why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import OptionList, Static

from backend.core.errors import BursarError
from tui.format import names
from tui.format.glyphs import UNICODE, Glyphs
from tui.format.lines import QUIET, line
from tui.widgets.options import Options
from tui.widgets.strips import safe

KEY = "bold $text-primary"
KEYS = 10
SHORTEST = 12
"""Cells below which nothing is said about an item."""
TYPING = 0.12
"""Seconds without typing before objects are searched."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to choose: its key if it has one, what it is called, what is said about it, and
    why it is off, `` when it is not."""

    id: str
    title: str
    key: str = ""
    note: str = ""
    why: str = ""

    def fits(self, words: Sequence[str]) -> bool:
        """True when every word is somewhere in it."""
        text = f"{self.key} {self.title} {self.note} {self.id}".casefold()
        return all(word in text for word in words)


Search = Callable[[str], Awaitable[Sequence[Item]]]


class Menu(ModalScreen[Item | None]):
    """Answers the item chosen, None when left. What is typed leaves the items that have it;
    `search`, if given, finds more of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("backspace", "erase", show=False),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[Item],
        glyphs: Glyphs = UNICODE,
        search: Search | None = None,
    ) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._title, self._items, self._search = safe(title), tuple(items), search
        self._found: Sequence[Item] = ()
        self._shown: list[Item] = []
        self._typed = ""
        self._waiting: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="menu"):
            yield Static(id="typed")
            yield Options(id="items")

    def renote(self, id: str, note: str) -> None:
        """Say something else about an item."""
        self._items = tuple(replace(one, note=note) if one.id == id else one for one in self._items)
        self._shown = [replace(one, note=note) if one.id == id else one for one in self._shown]
        self.query_one(Options).change([self._content(one) for one in self._shown])

    def on_resize(self) -> None:
        """Items are cut to the width there is."""
        self._show()

    def on_mount(self) -> None:
        self.query_one("#menu").border_title = Content(self._title)

    def on_key(self, event: events.Key) -> None:
        """Typing narrows the items down."""
        if event.is_printable and event.character:
            event.stop()
            self._type(self._typed + event.character)

    def on_paste(self, event: events.Paste) -> None:
        """The first line, like typed."""
        event.stop()
        self._type(self._typed + event.text.split("\n")[0])

    def action_erase(self) -> None:
        """Take the last character back."""
        self._type(self._typed[:-1])

    def action_leave(self) -> None:
        """First out of the search, then away."""
        if self._typed:
            self._type("")
        else:
            self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index])

    def _content(self, item: Item) -> Content:
        return content(item, self.query_one("#typed").size.width - 2, self._glyphs)

    def _type(self, text: str) -> None:
        self._typed, self._found = safe(text), ()
        if self._waiting is not None:
            self._waiting.stop()
        if self._search is not None and self._typed.strip():
            self._waiting = self.set_timer(TYPING, self._seek)
        self._show()

    def _seek(self) -> None:
        self.run_worker(self._find(self._typed), group="find", exclusive=True)

    async def _find(self, text: str) -> None:
        assert self._search is not None
        try:
            found = await self._search(text.strip())
        except BursarError as error:
            found = [Item("", str(error), why=error.title)]
        if self._typed == text:
            self._found = found
            self._show()

    def _show(self) -> None:
        words = self._typed.casefold().split()
        self._shown = [one for one in self._items if one.fits(words)] + [*self._found]
        self.query_one(Options).offer([self._content(one) for one in self._shown])
        typed = f"find: {self._typed}_" if self._typed else "type to find"
        nothing = "" if self._shown else "   nothing fits"
        self.query_one("#typed", Static).update(line("", (typed + nothing, QUIET)).content)
        count = f"{len(self._shown)}   " if self._typed else ""
        leave = "esc clears" if self._typed else "esc closes"
        self.query_one("#menu").border_subtitle = Content(f"{count}enter chooses   {leave}")


def content(item: Item, width: int, glyphs: Glyphs) -> Content:
    """One line, whatever is in it; what is said about it gives way first."""
    key = f"{item.key:<{KEYS - 1}} " if item.key else "  "
    note = f"   ({item.why})" if item.why else f"   {item.note}" if item.note else ""
    title = names.cut(item.title, max(8, width - cell_len(key) - 2), glyphs)
    room = width - cell_len(key) - cell_len(title) - 2
    shown = names.cut(note, room, glyphs) if room >= SHORTEST else ""
    return line("", (key, QUIET if item.why else KEY), (title, QUIET if item.why else ""),
                (shown, QUIET)).content  # fmt: skip
