"""Leaving the console, unless something would be lost that nobody hears of."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import App

from tui.dialogs.question import Question
from tui.session import Session


def leave(app: App[None], session: Session) -> None:
    """At once where nothing is lost, else after a question."""
    lost = "\n".join(_unfinished(app, session))
    if not lost:
        app.exit()
        return
    asking = Question(session, "Quit bursar?", lost, "y quits   n or esc stays")
    app.push_screen(asking, lambda quits: app.exit() if quits else None)


def writes(app: App[None]) -> bool:
    """Whether a change is being written."""
    return any(one.group == "apply" and one.is_running for one in app.workers)


def _unfinished(app: App[None], session: Session) -> Iterator[str]:
    """What nobody would see the end of, in sentences."""
    if writes(app):
        yield "A change is being written; what becomes of it would be told here."
    if session.doing:
        yield f"It would be cut short: {session.doing}."
    if marked := sum(len(one.marked) for one in session.lists.values()):
        rows = "1 row is" if marked == 1 else f"{marked:,} rows are"
        yield f"{rows} marked, and marks are not kept."
