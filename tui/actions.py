"""The one action registry: bindings, the key line, help and the README's table come from it.

A class takes `BINDINGS = bindings(Scope.X)` and writes one method `action_<id with _>` per
action, so `quotas.over` is `action_quotas_over`. `find` gives the action back to `check_action`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from tui.panes import PANES


class Scope(StrEnum):
    """Where an action exists: everywhere, on one kind of widget, or on one kind of screen."""

    APP = "app"
    TABLE = "table"
    TEXT = "text"
    LIST = "list"
    PROJECTS = "projects"
    PROJECT = "project"
    QUOTAS = "quotas"
    QUOTA = "quota"
    COMMISSIONS = "commissions"
    COMMISSION = "commission"
    AUDIT = "audit"
    ENTRY = "entry"
    REVIEW = "review"
    RAW = "raw"


class Group(StrEnum):
    """The columns of the help."""

    MOVE = "Move"
    FIND = "Find"
    ROW = "Row"
    VIEW = "View"
    DECIDE = "Change"
    SESSION = "Session"


_LIST = (Scope.LIST, Scope.TABLE, Scope.TEXT, Scope.APP)
_TEXT = (Scope.TEXT, Scope.APP)

REACH: Mapping[Scope, tuple[Scope, ...]] = {
    Scope.PROJECTS: (Scope.PROJECTS, *_LIST),
    Scope.PROJECT: (Scope.PROJECT, Scope.TABLE, *_TEXT),
    Scope.QUOTAS: (Scope.QUOTAS, *_LIST),
    Scope.QUOTA: (Scope.QUOTA, *_TEXT),
    Scope.COMMISSIONS: (Scope.COMMISSIONS, *_LIST),
    Scope.COMMISSION: (Scope.COMMISSION, *_TEXT),
    Scope.AUDIT: (Scope.AUDIT, *_LIST),
    Scope.ENTRY: (Scope.ENTRY, *_TEXT),
    Scope.REVIEW: (Scope.REVIEW, *_TEXT),
    Scope.RAW: (Scope.RAW, *_TEXT),
}
"""Every kind of screen, and the scopes whose keys work on it, the closest first."""

DETAILS = (Scope.PROJECT, Scope.QUOTA, Scope.COMMISSION, Scope.ENTRY)
LISTS = (Scope.PROJECTS, Scope.QUOTAS, Scope.COMMISSIONS, Scope.AUDIT)


@dataclass(frozen=True, slots=True)
class Action:
    """Something the operator can do. `id` is `pane.action`, the name it is remapped by;
    `title` the words in help and on wide terminals, `short` those of a narrow key line;
    `footer` its place in the key line, 0 for none."""

    id: str
    keys: tuple[str, ...]
    title: str
    scopes: tuple[Scope, ...]
    group: Group
    tooltip: str = ""
    short: str = ""
    footer: int = 0
    changes_data: bool = False
    call: str = ""
    priority: bool = False

    @property
    def method(self) -> str:
        """What Textual calls: `quotas_over` runs `action_quotas_over`."""
        return self.call or self.id.replace(".", "_")

    @property
    def key_text(self) -> str:
        """The keys as people write them."""
        return " ".join(key_name(key) for key in self.keys)


_NAMES = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
    "shift+tab": "S-tab",
}


def key_name(key: str) -> str:
    """`^d` for ctrl+d, `pgdn` for pagedown."""
    return f"^{key[5:]}" if key.startswith("ctrl+") else _NAMES.get(key, key)


def _panes() -> Iterator[Action]:
    for pane in PANES:
        yield Action(
            f"pane.{pane.digit}",
            (pane.digit,),
            pane.title,
            (Scope.APP,),
            Group.MOVE,
            tooltip=f"Go to the pane {pane.title}",
            call=f"pane('{pane.id}')",
        )


_T, _X, _B = (Scope.TABLE,), (Scope.TEXT,), (Scope.TABLE, Scope.TEXT)

_MOVING = (
    Action("list.down", ("j", "down"), "down", _B, Group.MOVE, "One line down"),
    Action("list.up", ("k", "up"), "up", _B, Group.MOVE, "One line up"),
    Action("list.first", ("g", "home"), "first", _B, Group.MOVE, "To the first line"),
    Action("list.last", ("G", "end"), "last", _B, Group.MOVE, "To the last line"),
    Action("list.page_down", ("pagedown",), "page down", _B, Group.MOVE, "One screen down"),
    Action("list.page_up", ("pageup",), "page up", _B, Group.MOVE, "One screen up"),
    Action("list.half_down", ("ctrl+d",), "half page down", _B, Group.MOVE, "Half a screen down"),
    Action("list.half_up", ("ctrl+u",), "half page up", _B, Group.MOVE, "Half a screen up"),
    Action("list.left", ("h", "left"), "columns left", _T, Group.MOVE, "Back to columns before"),
    Action("list.right", ("l", "right"), "columns right", _T, Group.MOVE, "To hidden columns"),
)

_FINDING = (
    Action("list.filter", ("/",), "filter", (Scope.LIST,), Group.FIND,
           "Show rows that fit a filter; tab completes, enter keeps it, esc clears it", footer=50),
    Action("list.sort", ("s",), "sort", (Scope.LIST,), Group.FIND,
           "Choose the column to sort by", footer=60),
    Action("list.reverse", ("S",), "reverse sort", (Scope.LIST,), Group.FIND,
           "Turn the order round"),
    Action("raw.next", ("n",), "next hit", (Scope.RAW,), Group.FIND, "The next place found"),
    Action("raw.wrap", ("w",), "wrap", (Scope.RAW,), Group.VIEW,
           "Break long lines at the edge, or cut them", footer=20),
    Action("raw.find", ("/",), "find", (Scope.RAW,), Group.FIND, "Find a text", footer=10),
)  # fmt: skip

_ROWS = (
    Action("row.open", ("enter",), "open", (Scope.LIST,), Group.ROW,
           "Open what the cursor is on", footer=1),
    Action("row.detail", ("d",), "detail", (Scope.LIST,), Group.ROW,
           "Show or hide the detail; full screen on narrow terminals", footer=70),
    Action("row.raw", ("y",), "JSON", (Scope.LIST, *DETAILS, Scope.REVIEW), Group.ROW,
           "What the system's own API shows of it", footer=75),
    Action("row.copy", ("c",), "copy id", (Scope.LIST, *DETAILS, Scope.REVIEW, Scope.RAW),
           Group.ROW, "Send its id to the terminal's clipboard", footer=80),
    Action("copy.menu", ("C",), "copy ...", (Scope.LIST, *DETAILS, Scope.REVIEW), Group.ROW,
           "Copy the id, the row as CSV or JSON, or a request as curl without its token"),
    Action("list.export", ("x",), "export", (Scope.LIST,), Group.VIEW,
           "Write what is on screen, or all pages, to a file as CSV, JSON or JSON lines"),
)  # fmt: skip

_VIEWS = (
    Action("quotas.over", ("o",), "over only", (Scope.QUOTAS,), Group.VIEW,
           "Only holders over their effective limit", footer=10),
    Action("quotas.group", ("t",), "members / pools", (Scope.QUOTAS,), Group.VIEW,
           "Holders, or the pools of projects", short="pools", footer=30),
    Action("quotas.explain", ("i",), "explain", (Scope.QUOTAS, Scope.QUOTA), Group.VIEW,
           "The effective limit as a sum in words", footer=40),
    Action("projects.view", ("t",), "which projects", (Scope.PROJECTS,), Group.VIEW,
           "All, waiting, expired, terminated ...", short="view", footer=30),
    Action("audit.view", ("t",), "all / decisions", (Scope.AUDIT,), Group.VIEW,
           "With what services do to commissions, or decisions only", short="all", footer=30),
    Action("commissions.tail", ("t",), "tail", (Scope.COMMISSIONS,), Group.VIEW,
           "Follow what happens, newest first", footer=40),
    Action("view.units", ("u",), "units", (Scope.APP,), Group.VIEW,
           "Amounts as 24G, in bytes with separators, or raw", footer=65),
    Action("review.previous", ("[",), "previous", (Scope.REVIEW,), Group.MOVE,
           "The waiting application before this one", short="prev", footer=40),
    Action("review.next", ("]",), "next", (Scope.REVIEW,), Group.MOVE,
           "The next waiting application", footer=41),
)  # fmt: skip

_DECISIONS = (
    Action("project.review", ("a",), "review application", (Scope.PROJECTS, Scope.PROJECT),
           Group.DECIDE, "Look at the waiting application; changes nothing",
           short="review", footer=2),
    Action("project.suspend", ("Z",), "suspend / unsuspend", (Scope.PROJECTS, Scope.PROJECT),
           Group.DECIDE, "Stop a project from taking more, or let it again",
           short="suspend", footer=90, changes_data=True),
    Action("project.terminate", ("T",), "terminate", (Scope.PROJECTS, Scope.PROJECT),
           Group.DECIDE, "End a project; its name becomes free", footer=91, changes_data=True),
    Action("project.reinstate", ("R",), "reinstate", (Scope.PROJECTS, Scope.PROJECT),
           Group.DECIDE, "Bring a terminated project back", footer=92, changes_data=True),
    Action("review.approve", ("A",), "approve", (Scope.REVIEW,), Group.DECIDE,
           "Approve after a preview", footer=1, changes_data=True),
    Action("review.deny", ("X",), "deny", (Scope.REVIEW,), Group.DECIDE,
           "Deny with a reason", footer=2, changes_data=True),
    Action("review.dismiss", ("D",), "dismiss", (Scope.REVIEW,), Group.DECIDE,
           "Put a denied application away", footer=3, changes_data=True),
    Action("commissions.accept", ("A",), "accept", (Scope.COMMISSIONS, Scope.COMMISSION),
           Group.DECIDE, "Make a pending commission final", footer=2, changes_data=True),
    Action("commissions.reject", ("X",), "reject", (Scope.COMMISSIONS, Scope.COMMISSION),
           Group.DECIDE, "Take a pending commission back", footer=3, changes_data=True),
    Action("member.accept", ("A",), "accept", (Scope.PROJECT,), Group.DECIDE,
           "Accept a person who wants to join, or to leave", footer=10, changes_data=True),
    Action("member.reject", ("X",), "reject", (Scope.PROJECT,), Group.DECIDE,
           "Refuse a person who wants to join, or to leave", footer=11, changes_data=True),
    Action("member.remove", ("delete",), "remove", (Scope.PROJECT,), Group.DECIDE,
           "Take a person out of the project", footer=12, changes_data=True),
)  # fmt: skip

_SESSION = (
    Action("focus.next", ("tab",), "next part of the screen", (Scope.APP,), Group.MOVE,
           "From the list to the detail and back", call="focus_next"),
    Action("focus.previous", ("shift+tab",), "part before", (Scope.APP,), Group.MOVE,
           "The other way round", call="focus_previous"),
    Action("live.refresh", ("r",), "refresh", (Scope.APP,), Group.SESSION, "Read again now"),
    Action("live.pause", ("p",), "pause", (Scope.APP,), Group.SESSION,
           "Stop following changes, or go on"),
    Action("messages", ("m",), "messages", (Scope.APP,), Group.SESSION,
           "What was said lately"),
    Action("command", (":",), "command", (Scope.APP,), Group.SESSION,
           "Type a command; tab completes, up brings back those before"),
    Action("help", ("?",), "help", (Scope.APP,), Group.SESSION,
           "Every key that works here; type to search", footer=99),
    Action("redraw", ("ctrl+l",), "redraw", (Scope.APP,), Group.SESSION,
           "Draw the whole screen again"),
    Action("out", ("escape",), "one step out", (Scope.APP,), Group.SESSION,
           "Out of a line, a filter or a screen; never quits", short="back"),
    Action("leave", ("q",), "back / quit", (Scope.APP,), Group.SESSION,
           "Close this screen, and the console from a pane", short="quit"),
    Action("interrupt", ("ctrl+c",), "how to quit", (Scope.APP,), Group.SESSION,
           "Says how to leave"),
    Action("quit", ("ctrl+q",), "quit", (Scope.APP,), Group.SESSION,
           "Leave the console from anywhere", call="quit", priority=True),
)  # fmt: skip

ACTIONS = (*_panes(), *_MOVING, *_FINDING, *_ROWS, *_VIEWS, *_DECISIONS, *_SESSION)

_BY_METHOD = {(scope, a.method): a for a in ACTIONS for scope in a.scopes}


def of(scope: Scope) -> list[Action]:
    """The actions of one scope alone."""
    return [action for action in ACTIONS if scope in action.scopes]


def bindings(*scopes: Scope) -> list[BindingType]:
    """What a class of these scopes puts into BINDINGS."""
    return [
        Binding(
            ",".join(action.keys),
            action.method,
            action.title,
            show=False,
            tooltip=action.tooltip,
            id=action.id,
            priority=action.priority,
        )
        for scope in scopes
        for action in of(scope)
    ]


def reachable(screen: Scope) -> list[Action]:
    """Every action that works on a screen, its own first."""
    found = dict.fromkeys(action for scope in REACH[screen] for action in of(scope))
    return list(found)


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


def footer(screen: Scope) -> list[Action]:
    """The actions for the key line, the most useful first."""
    return sorted((a for a in reachable(screen) if a.footer), key=lambda a: a.footer)


def key_table() -> str:
    """All keys as a Markdown table for the README."""
    rows = ["| Keys | What it does | Where | Changes data |", "|---|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key_name(key)}`" for key in action.keys)
        where = "everywhere" if action.scopes == (Scope.APP,) else ", ".join(action.scopes)
        told = action.tooltip or action.title
        rows.append(f"| {keys} | {told} | {where} | {'yes' if action.changes_data else ''} |")
    return "\n".join(rows)
