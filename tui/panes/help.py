"""The help: every key that works on a screen, with the reason why some are off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import Any

from rich.cells import cell_len

from tui.actions import ACTIONS, Action, Group, Scope, key_name, reachable
from tui.commands import COMMANDS
from tui.format.lines import HEAD, QUIET, Line, Look, blank, line, wrapped
from tui.panes.frame import KEY
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.session import Session
from tui.widgets.overlay import Overlay

_KEYS = 12
_TITLE = 20
_USAGE = 28


ORDER = (Group.DECIDE, Group.ROW, Group.VIEW, Group.FIND, Group.SESSION, Group.MOVE)
"""What is particular to a screen first."""


def of(pane: Pane) -> Overlay:
    """The help of a screen."""
    session, build = pane.session, partial(help_lines, pane)
    named = partial(_named, session, reachable(pane.SCOPE))
    title = f"Help: {pane.path()[0]}"
    return Overlay(title, build, session.look, filtered=True, named=named)


def of_all(session: Session) -> Overlay:
    """The keys of all screens."""
    build, named = partial(all_lines, session), partial(_named, session, ACTIONS)
    return Overlay("All keys", build, session.look, filtered=True, named=named)


def _named(session: Session, known: Iterable[Action], key: str) -> Collection[str]:
    """What a key does, as people write it."""
    return [one.id for one in known if key in map(key_name, session.keyed(one).keys)]


def help_lines(pane: Pane, look: Look) -> Iterable[Line]:
    """One line per action, in the groups of the registry."""
    known = reachable(pane.SCOPE)
    for group in ORDER:
        found = [action for action in known if action.group is group]
        if found:
            yield line("", (group.value.upper(), HEAD))
            for action in found:
                keyed = pane.named(pane.session.keyed(action))
                yield from _lines(keyed, pane.refusal(action), look)
            yield blank()
    yield line("", ("COMMANDS", HEAD))
    for command in COMMANDS:
        yield from _told(command.usage, command.help, look)
    yield blank()
    if isinstance(pane, ListPane):
        yield from _filter_lines(pane, look)
    yield line("", ("Dim keys are off now, for the reason that follows them.", QUIET))


def all_lines(session: Session, look: Look) -> Iterable[Line]:
    """One line per action of every screen, and where it works."""
    for action in map(session.keyed, ACTIONS):
        where = "everywhere" if action.scopes == (Scope.APP,) else ", ".join(action.scopes)
        told = f"{action.title:<{_TITLE}} {action.tooltip}   "
        yield line(action.id, "  ", (f"{action.key_text:<{_KEYS}}", KEY), told, (where, QUIET))


def _filter_lines(pane: ListPane[Any], look: Look) -> Iterator[Line]:
    """What the list can be filtered by."""
    yield line("", ("FILTER", HEAD))
    for spec in pane.listing().fields:
        yield from _told(spec.example, spec.help, look)
    yield blank()


def _told(usage: str, told: str, look: Look) -> Iterator[Line]:
    yield from _entry(usage, usage, _USAGE, told, look)


def _lines(action: Action, why: str, look: Look) -> Iterator[Line]:
    told = action.tooltip or action.title
    text = f"{told}  ({why})" if why else told
    yield from _entry(action.id, action.key_text, _KEYS, text, look, off=bool(why))


def _entry(
    key: str, keys: str, column: int, told: str, look: Look, *, off: bool = False
) -> Iterator[Line]:
    """Keys, and beside them what they do, on as many lines as that takes."""
    column = max(column, cell_len(keys) + 1) if cell_len(keys) < look.width // 2 else column
    texts = [one.text for one in wrapped(key, told, look.width - column - 2)]
    for n, text in enumerate(texts):
        name = keys if not n else ""
        gap = " " * (column - cell_len(name))
        yield line(key, "  ", (name, QUIET if off else KEY), gap, (text, QUIET if off else ""))
