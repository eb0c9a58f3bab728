"""Everything an operator can do, as data: the one place where an action is added."""

from __future__ import annotations

from collections.abc import Iterator

from tui.actions.action import DETAILS, Action, Group, Scope
from tui.panes import PANES


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

_MARKING = (
    Action("mark.toggle", ("space",), "mark", _T, Group.ROW,
           "Mark the row and go on; what changes data is then done with all marked rows"),
    Action("mark.range", ("v", "ctrl+@"), "mark range", _T, Group.ROW,
           "Mark all rows from the last mark to here"),
    Action("mark.all", ("*",), "mark all", _T, Group.ROW,
           "Mark all rows that are listed, or none; esc takes all marks"),
)  # fmt: skip

_FINDING = (
    Action("list.filter", ("/",), "filter", (Scope.LIST,), Group.FIND,
           "Show rows that fit a filter; tab completes, enter keeps it, esc clears it", footer=50),
    Action("facets", ("f",), "facets", (Scope.LIST,), Group.FIND,
           "Pick states and words to show only", footer=55),
    Action("list.sort", ("s",), "sort", (Scope.LIST,), Group.FIND,
           "Choose the column to sort by", footer=60),
    Action("sort.left", ("<",), "sort by the column before", (Scope.LIST,), Group.FIND,
           "Order by the sortable column before this one"),
    Action("sort.right", (">",), "sort by the next column", (Scope.LIST,), Group.FIND,
           "Order by the next sortable column"),
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
           "Write what is marked, on screen, or all pages, to a file as CSV, JSON or JSON lines"),
)  # fmt: skip

_HISTORY = (
    Action("nav.back", ("[",), "back", (Scope.LIST,), Group.FIND,
           "To what was listed before: its filter, order and cursor"),
    Action("nav.forward", ("]",), "forward", (Scope.LIST,), Group.FIND,
           "The other way round"),
    Action("views", ("V",), "saved views", (Scope.LIST,), Group.FIND,
           "Choose a list that was saved with :save NAME"),
    Action("nav.last", ("-",), "last pane", (Scope.LIST,), Group.MOVE,
           "To the list before this one; again comes back"),
)  # fmt: skip

_MENUS = (
    Action("actions", (".",), "actions", (Scope.LIST, *DETAILS, Scope.REVIEW), Group.ROW,
           "Everything that can be done here, and why some of it cannot", footer=45),
    Action("jump", ("J",), "jump", (Scope.LIST, *DETAILS, Scope.REVIEW), Group.ROW,
           "To lists of what it has to do with: project, holder, commissions, audit ...",
           footer=72),
    Action("palette", ("ctrl+p",), "palette", (Scope.APP,), Group.FIND,
           "Find any action, command, project or commission by its name"),
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
           "With what services do, or decisions only", short="all", footer=30),
    Action("commissions.tail", ("t",), "tail", (Scope.COMMISSIONS,), Group.VIEW,
           "Follow what happens, newest first", footer=40),
    Action("view.wide", ("w",), "wide columns", (Scope.LIST,), Group.VIEW,
           "All columns at their full width; h and l scroll them"),
    Action("view.zoom", ("z",), "zoom", (Scope.LIST,), Group.VIEW,
           "The list, or the detail where the focus is, on the whole screen"),
    Action("view.heat", ("M",), "heat map", (Scope.PROJECTS, Scope.QUOTAS), Group.VIEW,
           "The fullest projects and how full each of their resources is", footer=85),
    Action("constraints.view", ("t", "o"), "over only", (Scope.CONSTRAINTS,), Group.VIEW,
           "Every inventory, or only those over their capacity", short="over", footer=10),
    Action("verify.view", ("t",), "unexpected too", (Scope.VERIFY,), Group.VIEW,
           "With holdings that no project accounts for, or without", short="more", footer=30),
    Action("view.units", ("u",), "units", (Scope.APP,), Group.VIEW,
           "Amounts as 24G, in bytes with separators, or raw", footer=65),
    Action("review.previous", ("[",), "previous", (Scope.REVIEW,), Group.MOVE,
           "The waiting application before this one", short="prev", footer=40),
    Action("review.next", ("]",), "next", (Scope.REVIEW,), Group.MOVE,
           "The next waiting application", footer=41),
)  # fmt: skip

_PROJECT = (Scope.PROJECTS, Scope.PROJECT, Scope.EXPIRED)
_USER, _RESOURCE = (Scope.USERS, Scope.USER), (Scope.RESOURCES, Scope.RESOURCE)
_ALLOCATION = (Scope.ALLOCATIONS, Scope.ALLOCATION)
_STOCK = (Scope.CONSTRAINTS, Scope.CONSTRAINT, Scope.PROVIDERS, Scope.PROVIDER)
_EDITED = (Scope.PROJECTS, Scope.PROJECT, Scope.REVIEW, *_ALLOCATION, *_STOCK)
_EDITS = ("ModifyProject", "SubmitApplication", "ReplaceAllocations", "SetInventory")

_DECISIONS = (
    Action("project.review", ("a",), "review application", _PROJECT,
           Group.DECIDE, "Look at the waiting application; changes nothing",
           short="review", footer=2),
    Action("project.approve", ("A",), "approve", (Scope.PROJECTS,), Group.DECIDE,
           "Approve the waiting application, or those of all marked projects",
           footer=3, changes_data=True, gives=("ApproveApplication",)),
    Action("project.deny", ("X",), "deny", (Scope.PROJECTS,), Group.DECIDE,
           "Deny the waiting application, or those of all marked projects",
           footer=4, changes_data=True, gives=("DenyApplication",)),
    Action("row.edit", ("e",), "edit", _EDITED, Group.DECIDE,
           "Fill in a form; a preview follows", footer=85, gives=_EDITS),
    Action("row.editor", ("E",), "edit as text", _EDITED, Group.DECIDE,
           "Change it as a text in $EDITOR; a preview follows", gives=_EDITS),
    Action("row.new", ("n",), "new application", (Scope.PROJECTS,), Group.DECIDE,
           "Apply for a new project in somebody's name", short="new", footer=86,
           gives=("SubmitApplication",)),
    Action("project.suspend", ("Z",), "suspend / unsuspend", _PROJECT,
           Group.DECIDE, "Stop a project from taking more, or let it again",
           short="suspend", footer=90, changes_data=True, gives=("ChangeProjectState",)),
    Action("project.terminate", ("T",), "terminate", _PROJECT,
           Group.DECIDE, "End a project; its name becomes free", footer=91, changes_data=True,
           gives=("ChangeProjectState",)),
    Action("project.reinstate", ("R",), "reinstate", _PROJECT,
           Group.DECIDE, "Bring a terminated project back", footer=92, changes_data=True,
           gives=("ChangeProjectState",)),
    Action("expired.all", ("O",), "end all expired", (Scope.EXPIRED,), Group.DECIDE,
           "End every project that is past its end date", short="all", footer=3,
           changes_data=True, gives=("TerminateExpired",)),
    Action("user.accept", ("A",), "accept", _USER, Group.DECIDE,
           "Let a person in who waits for moderation", footer=2, changes_data=True,
           gives=("ChangeUser",)),
    Action("user.reject", ("X",), "reject", _USER, Group.DECIDE,
           "Turn a person away who waits for moderation", footer=3, changes_data=True,
           gives=("ChangeUser",)),
    Action("user.verify", ("Y",), "verify", _USER, Group.DECIDE,
           "Take a person's e-mail address as verified", footer=90, changes_data=True,
           gives=("ChangeUser",)),
    Action("user.deactivate", ("Z",), "deactivate", _USER, Group.DECIDE,
           "Shut a person out; what is owned is suspended", footer=91, changes_data=True,
           gives=("ChangeUser",)),
    Action("user.activate", ("R",), "activate", _USER, Group.DECIDE,
           "Let a person in again; what was suspended resumes", footer=92, changes_data=True,
           gives=("ChangeUser",)),
    Action("resource.base", ("D",), "base default", _RESOURCE, Group.DECIDE,
           "Type another default for base projects to come", short="base", footer=2,
           changes_data=True, gives=("ModifyResource",)),
    Action("resource.project", ("P",), "project default", _RESOURCE, Group.DECIDE,
           "Type another default for other projects to come", short="project", footer=3,
           changes_data=True, gives=("ModifyResource",)),
    Action("resource.api", ("I",), "show in API", _RESOURCE, Group.DECIDE,
           "Show a resource in the API, or hide it", short="API", footer=4, changes_data=True,
           gives=("ModifyResource",)),
    Action("resource.ui", ("U",), "show in UI", _RESOURCE, Group.DECIDE,
           "Show a resource in the UI, or hide it", short="UI", footer=5, changes_data=True,
           gives=("ModifyResource",)),
    Action("verify.fix", ("M",), "mend all", (Scope.VERIFY,), Group.DECIDE,
           "Set every limit to what its project says", short="mend", footer=2,
           changes_data=True, gives=("VerifyQuotas",)),
    Action("verify.counters", ("R",), "recount applications", (Scope.VERIFY,), Group.DECIDE,
           "Set the counters of waiting applications right", short="recount", footer=3,
           changes_data=True, gives=("ReconcilePendingApps",)),
    Action("review.approve", ("A",), "approve", (Scope.REVIEW,), Group.DECIDE,
           "Approve after a preview", footer=1, changes_data=True, gives=("ApproveApplication",)),
    Action("review.deny", ("X",), "deny", (Scope.REVIEW,), Group.DECIDE,
           "Deny with a reason", footer=2, changes_data=True, gives=("DenyApplication",)),
    Action("review.dismiss", ("D",), "dismiss", (Scope.REVIEW,), Group.DECIDE,
           "Put a denied application away", footer=3, changes_data=True,
           gives=("DismissApplication",)),
    Action("commissions.accept", ("A",), "accept", (Scope.COMMISSIONS, Scope.COMMISSION),
           Group.DECIDE, "Make a pending commission final", footer=2, changes_data=True,
           gives=("AcceptCommission",)),
    Action("commissions.reject", ("X",), "reject", (Scope.COMMISSIONS, Scope.COMMISSION),
           Group.DECIDE, "Take a pending commission back", footer=3, changes_data=True,
           gives=("RejectCommission",)),
    Action("member.accept", ("A",), "accept", (Scope.PROJECT,), Group.DECIDE,
           "Accept a person who wants to join, or to leave", footer=10, changes_data=True,
           gives=("ChangeMembership",)),
    Action("member.reject", ("X",), "reject", (Scope.PROJECT,), Group.DECIDE,
           "Refuse a person who wants to join, or to leave", footer=11, changes_data=True,
           gives=("ChangeMembership",)),
    Action("member.remove", ("delete",), "remove", (Scope.PROJECT,), Group.DECIDE,
           "Take a person out of the project", footer=12, changes_data=True,
           gives=("ChangeMembership",)),
    Action("alloc.move", ("M",), "move", _ALLOCATION, Group.DECIDE,
           "Ask of another provider what one gives a consumer", footer=3, changes_data=True,
           gives=("ReplaceAllocations",)),
    Action("alloc.unlink", ("U",), "take share", _ALLOCATION, Group.DECIDE,
           "Take away what one of its providers gives a consumer", short="share", footer=4,
           changes_data=True, gives=("ReplaceAllocations",)),
    Action("alloc.delete", ("delete",), "remove", _ALLOCATION, Group.DECIDE,
           "Remove all that a consumer holds, or all marked consumers, if nobody changed them"
           " meanwhile", footer=5, changes_data=True, gives=("ReplaceAllocations",)),
)  # fmt: skip

_UNDO = (
    Action("undo", ("B",), "take back", (Scope.LIST, *DETAILS, Scope.REVIEW), Group.DECIDE,
           "Take the last change back (undo), after a preview", changes_data=True),
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
    Action("help.all", ("F",), "all keys", (Scope.APP,), Group.SESSION,
           "Every key of every screen; type to search"),
    Action("help.keys", ("K",), "key tester", (Scope.APP,), Group.SESSION,
           "Which keys your terminal delivers, and what they mean here"),
    Action("redraw", ("ctrl+l",), "redraw", (Scope.APP,), Group.SESSION,
           "Draw the whole screen again"),
    Action("out", ("escape",), "one step out", (Scope.APP,), Group.SESSION,
           "Out of a line, a filter or a screen; never quits", short="back"),
    Action("leave", ("q",), "back / quit", (Scope.APP,), Group.SESSION,
           "Close this screen, and the console from a pane", short="quit"),
    Action("interrupt", ("ctrl+c",), "how to quit", (Scope.APP,), Group.SESSION,
           "Says how to leave"),
    Action("suspend", ("ctrl+z",), "suspend", (Scope.APP,), Group.SESSION,
           "Into the background of the shell; fg brings it back", priority=True),
    Action("quit", ("ctrl+q",), "quit", (Scope.APP,), Group.SESSION,
           "Leave the console from anywhere", call="quit", priority=True),
)  # fmt: skip

ACTIONS = (
    *_panes(),
    *_MOVING,
    *_MARKING,
    *_FINDING,
    *_ROWS,
    *_HISTORY,
    *_MENUS,
    *_VIEWS,
    *_DECISIONS,
    *_UNDO,
    *_SESSION,
)
