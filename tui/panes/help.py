"""The help: every key that works on a screen, with the reason why some are off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.cells import cell_len

from tui.actions import ACTIONS, Action, Group, Scope, reachable
from tui.commands import COMMANDS
from tui.format.lines import HEAD, QUIET, Line, Look, blank, line
from tui.panes.frame import KEY
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.session import Session

_KEYS = 12
_TITLE = 20
_USAGE = 28


def help_lines(pane: Pane, look: Look) -> Iterable[Line]:
    """One line per action, in the groups of the registry."""
    known = reachable(pane.SCOPE)
    for group in Group:
        found = [action for action in known if action.group is group]
        if found:
            yield line("", (group.value.upper(), HEAD))
            for action in found:
                keyed = pane.session.keyed(action)
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
    gap = " " * max(1, _USAGE - cell_len(usage))
    yield line(usage, "  ", (usage, KEY), f"{gap}{told}")


def _lines(action: Action, why: str, look: Look) -> Iterator[Line]:
    keys = action.key_text
    gap = " " * max(1, _KEYS - cell_len(keys))
    told = action.tooltip or action.title
    if not why:
        yield line(action.id, "  ", (keys, KEY), f"{gap}{told}")
        return
    text = f"  {keys}{gap}{told}"
    together = cell_len(text) + cell_len(why) + 4 <= look.width
    yield line(action.id, (f"{text}  ({why})" if together else text, QUIET))
    if not together:
        yield line(f"{action.id}.why", (f"  {' ' * _KEYS}({why})", QUIET))
