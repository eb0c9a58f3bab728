"""A fixed small Textual program that goals are measured against: four tabs, four DataTables.

`python bench/control_app.py`; q leaves, digits choose a tab. It uses stock widgets and default
animations, so a goal does not move with the machine.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header, TabbedContent, TabPane

KINDS = ("a", "b", "c", "d")
ROWS = 100


class ControlApp(App[None]):
    """Four tables of a hundred rows."""

    CSS = "TabbedContent, ContentSwitcher, TabPane, DataTable { height: 1fr; }"
    BINDINGS = [
        ("q", "quit", "quit"),
        *((str(n), f"tab('{kind}')", kind) for n, kind in enumerate(KINDS, start=1)),
    ]

    def compose(self) -> ComposeResult:
        """Tabs with a table each."""
        yield Header()
        with TabbedContent():
            for kind in KINDS:
                with TabPane(kind, id=f"tab-{kind}"):
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

    def action_tab(self, kind: str) -> None:
        """Go to a tab and into its table."""
        self.query_one(TabbedContent).active = f"tab-{kind}"
        self.query_one(f"#table-{kind}").focus()


if __name__ == "__main__":
    ControlApp().run()
