"""Choosing what a list is ordered by: by its columns, from the keys or from a menu."""

from __future__ import annotations

from tui.panes.queried import Queried
from tui.widgets.columns import rises
from tui.widgets.rows import RowT


class Sortable(Queried[RowT], inherit_bindings=False):
    """A list whose columns order it."""

    def sort_by(self, sort: str) -> None:
        """Order by a column, or turn the order round when it is that column's already."""
        query = self.query_shown
        turned = not query.descending if query.sort == sort else rises(sort, True)
        self.ask(sort=sort, descending=turned)

    def action_sort_left(self) -> None:
        """By the sortable column before."""
        self._sort_beside(-1)

    def action_sort_right(self) -> None:
        """By the next sortable column."""
        self._sort_beside(1)

    def _sort_beside(self, step: int) -> None:
        sorts = [column.sort for column in self.list.columns if column.sort]
        here = sorts.index(self.query_shown.sort) if self.query_shown.sort in sorts else -step
        there = sorts[(here + step) % len(sorts)]
        self.ask(sort=there, descending=rises(there, True))

    def action_list_reverse(self) -> None:
        """Turn the order round."""
        self.ask(descending=not self.query_shown.descending)

    def action_list_sort(self) -> None:
        """Choose the column to order by."""
        from tui.widgets.choice import Choice

        options = [(c.sort, c.title) for c in self.list.columns if c.sort]
        self.app.push_screen(Choice("Sort by", options, self.query_shown.sort), self._sort_chosen)

    def _sort_chosen(self, sort: str | None) -> None:
        if sort not in (None, self.query_shown.sort):
            self.sort_by(sort)
