"""Rows that the operator marked, to do something with all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice

from backend.core.listing import Listing
from tui.format.lines import Look
from tui.widgets.listview import RowView
from tui.widgets.rows import RowT

MOST = 10_000
"""Marks there can be; nobody reads a preview of more."""


class Marking(RowView[RowT], inherit_bindings=False):
    """A list whose rows can have marks."""

    @dataclass
    class Marked(RowView.Told):
        """Other rows are marked than before; `refused` is why not all that were meant are."""

        refused: str = ""

    def __init__(
        self, listing: Listing[RowT], look: Callable[[], Look], *, id: str | None = None
    ) -> None:
        super().__init__(listing, look, id=id)
        self.marked: dict[int, None] = {}
        """The keys that are marked, in the order they were; a pane may give one that lives
        longer than the table."""

    def mark(self, keys: Collection[int], on: bool) -> None:
        """Set or take marks."""
        refused = ""
        if on and len(self.marked.keys() | set(keys)) > MOST:
            refused = f"at most {MOST:,} rows can be marked; a filter leaves fewer"
        elif on:
            self.marked.update(dict.fromkeys(keys))
        else:
            for key in keys:
                self.marked.pop(key, None)
        self.repaint_keys(set(keys))
        self.post_message(self.Marked(self, refused))

    def unmark_all(self) -> bool:
        """Take all marks; False when there are none."""
        if not self.marked:
            return False
        self.mark(list(self.marked), on=False)
        return True

    def action_mark_toggle(self) -> None:
        """Mark the row under the cursor, or not, and go on to the next."""
        if not (key := self.cursor_key):
            return
        if key in self.source.ghosts and key not in self.marked:
            self.post_message(self.Marked(self, "not marked: it is no longer listed"))
        else:
            self.mark([key], on=key not in self.marked)
        self.move_to(self.aim + 1)

    def action_mark_range(self) -> None:
        """Mark all rows from the last mark to the cursor."""
        last = next(reversed(self.marked), self.cursor_key)
        start = self.source.index(last, self.cursor)
        if not self.cursor_key or start is None:
            return
        first, end = sorted((start, self.cursor))
        keys = self.source.keys[first : end + 1]
        self.mark([key for key in keys if key not in self.source.ghosts], on=True)

    def action_mark_all(self) -> None:
        """Mark all rows that are listed, or take their marks when all have one."""
        if self.shown is None:
            return
        listed = (key for key in self.source.keys if key not in self.source.ghosts)
        keys = list(islice(listed, MOST + 1))
        self.mark(keys, on=any(key not in self.marked for key in keys))
