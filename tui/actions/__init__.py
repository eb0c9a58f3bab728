"""The one action registry: bindings, the key line, help, the palette and the README's table come
from it.

A class takes `BINDINGS = bindings(Scope.X)` and writes one method `action_<id with _>` per
action, so `quotas.over` is `action_quotas_over`. `find` gives the action back to `check_action`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from textual.binding import Binding, BindingType

from tui.actions.action import DETAILS, EDITS, REACH, Action, Group, Scope, editing, key_name
from tui.actions.table import ACTIONS

_BY_METHOD = {(scope, a.method): a for a in ACTIONS for scope in a.scopes}


def of(scope: Scope) -> list[Action]:
    """The actions of one scope alone."""
    return [action for action in ACTIONS if scope in action.scopes]


def bindings(*scopes: Scope, first: bool = False) -> list[BindingType]:
    """What a class of these scopes puts into BINDINGS; `first` when its keys do not wait until
    all that is around it has seen them."""
    return [
        Binding(
            ",".join(action.keys),
            action.method,
            action.title,
            show=False,
            tooltip=action.tooltip,
            id=action.id,
            priority=first or action.priority,
        )
        for scope in scopes
        for action in of(scope)
    ]


@cache
def reachable(screen: Scope) -> Sequence[Action]:
    """Every action that works on a screen, its own first."""
    return tuple(dict.fromkeys(action for scope in REACH[screen] for action in of(scope)))


def find(screen: Scope, method: str) -> Action | None:
    """The action behind a Textual action name on this screen."""
    for scope in REACH[screen]:
        if action := _BY_METHOD.get((scope, method)):
            return action
    return None


def on_key(
    screen: Scope, key: str, character: str | None, keyed: Callable[[Action], Action]
) -> Action | None:
    """The action that a key means on this screen; `keyed` gives an action the keys it has."""
    for action in map(keyed, reachable(screen)):
        if key in action.keys or (character and character in action.keys):
            return action
    return None


@cache
def footer(screen: Scope) -> Sequence[Action]:
    """The actions for the key line, the most useful first."""
    placed = (action for action in reachable(screen) if action.place(screen))
    return sorted(placed, key=lambda action: action.place(screen))


def key_table() -> str:
    """All keys as a Markdown table for the README."""
    rows = ["| Keys | What it does | Where | Changes data |", "|---|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key_name(key)}`" for key in action.keys)
        where = "everywhere" if action.scopes == (Scope.APP,) else ", ".join(action.scopes)
        told = action.tooltip or action.title
        rows.append(f"| {keys} | {told} | {where} | {'yes' if action.changes_data else ''} |")
    return "\n".join(rows)


__all__ = [
    "ACTIONS",
    "DETAILS",
    "EDITS",
    "REACH",
    "Action",
    "Group",
    "Scope",
    "bindings",
    "editing",
    "find",
    "footer",
    "key_name",
    "key_table",
    "of",
    "on_key",
    "reachable",
]
