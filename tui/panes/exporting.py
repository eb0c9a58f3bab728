"""`x` on a list: ask what to export, write it beside everything else, say what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.core.listing import Query
from backend.core.text import counted
from tui import export
from tui.dialogs.export import ExportScreen
from tui.export import Wish
from tui.listings import LISTED
from tui.messages import WARN
from tui.panes.listpane import ListPane

SHOWN, MARKED, ALL = "shown", "marked", "all"
GROUP = "export"


def ask(pane: ListPane[Any]) -> None:
    """Let the operator say what to export, then export it."""
    if pane.session.doing:
        pane.session.tell(f"one at a time: {pane.session.doing}", WARN)
        return
    query, shown = pane.query_listed, on_screen(pane)
    chosen = {SHOWN: shown, MARKED: list(pane.state.marked)}

    def wished(wish: Wish | None) -> None:
        if wish is not None:
            pane.start(_export, pane, wish, query, chosen, group=GROUP)

    pane.app.push_screen(ExportScreen(pane.session, pane.NAME, offered(pane, shown)), wished)


def on_screen(pane: ListPane[Any]) -> list[int]:
    """The keys of the rows that are visible, those that just vanished left out."""
    first, last = pane.list.in_view()
    source = pane.list.source
    return [key for key in source.keys[first : last + 1] if key not in source.ghosts]


def offered(pane: ListPane[Any], shown: Sequence[int]) -> list[tuple[str, str]]:
    """What can be exported, and in which words."""
    total = pane.list.shown
    count = "all rows" if total is None else f"all pages, {counted(total, 'row')}"
    marked = len(pane.state.marked)
    some = [(MARKED, f"marked, {counted(marked, 'row')}")] if marked else []
    return [*some, (ALL, count), (SHOWN, f"on screen, {counted(len(shown), 'row')}")]


async def _export(
    pane: ListPane[Any], wish: Wish, query: Query, chosen: Mapping[str, Sequence[int]]
) -> None:
    session, listing = pane.session, pane.listing()

    def stop() -> None:
        pane.workers.cancel_group(pane, GROUP)
        session.doing = ""
        session.tell("export stopped; nothing was kept", WARN)

    def progress(done: int) -> None:
        session.doing = f"exporting to {wish.file}: {done:,} of {counted(len(keys), 'row')}"
        session.redraw()

    session.doing, session.stop = f"exporting to {wish.file}", stop
    try:
        keys = await listing.keys(query) if wish.what == ALL else chosen[wish.what]
        count = await export.to_file(listing, keys, LISTED[pane.SCOPE].name, wish, progress)
    finally:
        session.doing = ""
    session.tell(f"{counted(count, 'row')} exported to {wish.file}")
