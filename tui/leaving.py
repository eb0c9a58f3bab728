"""Leaving the console or its context, unless something would be lost that nobody hears of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.app import App

from tui.dialogs.question import Question
from tui.session import Session


def leave(app: App[None], session: Session) -> None:
    """End the console."""
    unless_lost(app, session, ("Quit bursar?", "y quits   n or esc stays"), app.exit)


def unless_lost(
    app: App[None], session: Session, words: tuple[str, str], go: Callable[[], None]
) -> None:
    """Go at once where nothing is lost, else after a question; `words` are what it asks, and
    its keys."""
    lost = "\n".join(_unfinished(app, session))
    if not lost:
        go()
        return
    asking = Question(session, words[0], lost, words[1])
    app.push_screen(asking, lambda agreed: go() if agreed else None)


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
