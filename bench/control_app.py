"""A fixed small Textual program that goals are measured against: four tabs, four DataTables.

`python bench/control_app.py` (q leaves). It uses stock widgets and default animations, so a
goal does not move with the machine.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header, TabbedContent, TabPane

KINDS = ("a", "b", "c", "d")
ROWS = 100


class ControlApp(App[None]):
    """Four tables of a hundred rows."""

    BINDINGS = [("q", "quit", "quit")]

    def compose(self) -> ComposeResult:
        """Tabs with a table each."""
        yield Header()
        with TabbedContent():
            for kind in KINDS:
                with TabPane(kind):
                    yield DataTable(id=f"table-{kind}", cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the tables."""
        for kind in KINDS:
            table: DataTable[str] = self.query_one(f"#table-{kind}", DataTable)
            table.add_columns("name", "owner", "state", "used", "limit", "left", "bar")
            for n in range(ROWS):
                bar = "#" * (n % 20)
                row = (f"proj-{kind}-{n:05}", f"user{n:05}", "Active", str(n), "100", str(100 - n))
                table.add_row(*row, bar)
        self.query_one("#table-a").focus()


if __name__ == "__main__":
    ControlApp().run()
