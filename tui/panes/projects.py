"""The Projects pane: who has a project, what waits for a decision, what is nearly full."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import BindingType

from backend.core.text import counted
from backend.projects import model
from backend.projects.model.rows import ProjectRow
from backend.projects.model.states import ProjectState
from tui.actions import Scope, bindings
from tui.format import ages, names
from tui.format.lines import BAD, QUIET, WARN, Look, Part, fitting
from tui.format.units import UNKNOWN, amount, known, percent
from tui.panes.project_actions import ProjectActions, answering
from tui.panes.project_list import ProjectList
from tui.panes.queried import Wider
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

if TYPE_CHECKING:
    from backend.core.plan import Command

WAITING, WIDEST = "pending", "everything"
VIEWS = (
    ("all", "all alive and new projects"),
    (WAITING, "with a waiting application"),
    ("new", "new, waiting"),
    ("modified", "modifications, waiting"),
    ("expired", "past their end date"),
    ("suspended", "suspended"),
    ("terminated", "terminated"),
    ("over", "over quota"),
    ("system", "base projects"),
    (WIDEST, "everything"),
)
_STATES = {"Active": "", "Pending": WARN}


def _state(row: ProjectRow, look: Look) -> Cell:
    return row.display_state, _STATES.get(row.display_state, QUIET)


def _application(row: ProjectRow, look: Look) -> Cell:
    return (f"#{row.pending_app}", WARN) if row.pending_app else ""


def _ends(row: ProjectRow, look: Look) -> Cell:
    if row.is_base:
        return ("-", QUIET)
    late = row.state in (ProjectState.ACTIVE, ProjectState.SUSPENDED) and row.end_date < look.now
    return ages.day(row.end_date), WARN if late else ""


def _members(row: ProjectRow, look: Look) -> Cell:
    return f"{known(row.members_known, f'{row.members:,}')}/{amount(row.max_members)}"


def _tightest(row: ProjectRow, look: Look) -> Cell:
    nothing = "-" if row.usage_known else UNKNOWN
    return fitting((fullness(one, look) for one in row.tightest), look.width, nothing)


def fullness(pool: tuple[str, int, int], look: Look) -> tuple[str, str]:
    """`vm 85%`, its tone; the share stays whole, whatever the name is."""
    resource, usage, limit = pool
    full = usage >= limit
    name, share = resource.rpartition(".")[2], percent(usage, limit) + "!" * full
    if limit <= 0 < usage and cell_len(name) + len(" limit 0!") <= look.width:
        share = "limit 0!"
    room = max(1, look.width - cell_len(share) - 1)
    text = f"{names.cut(name, room, look.glyphs)} {share}"
    return text, BAD if usage > limit else WARN if full else ""


COLUMNS: tuple[Column[ProjectRow], ...] = (
    Column("name", "NAME", lambda row, look: row.name, 13, 28, enough=14, sort="name",
           middle=True),
    Column("owner", "OWNER", lambda row, look: names.brief_person(row.owner), 12, 24, enough=13,
           sort="owner", middle=True),
    Column("state", "STATE", _state, 12, sort="state", news=True),
    Column("app", "APP", _application, 5, sort="app",
           bare=lambda row: not row.pending_app),
    Column("ends", "ENDS", _ends, 10, sort="ends", drop=20),
    Column("members", "MEMB", _members, 7, right=True, sort="members", drop=25,
           figure=lambda row: row.members if row.members_known else None),
    Column("tightest", "TIGHTEST", _tightest, 10, 30, sort="tightest", drop=10),
)  # fmt: skip


class ProjectsPane(ProjectActions, ProjectList, inherit_bindings=False):
    """Projects, their waiting applications and what can be done with them."""

    REVIEWS_ANY = True
    SCOPE = Scope.PROJECTS
    NAME = "Projects"
    EVERYTHING = WIDEST
    SORT = "name"
    READS_DETAIL = True  # it says which actions are on
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.PROJECTS, Scope.LIST)

    _answering = 0
    """The project whose application was to be answered last."""

    def columns(self) -> Sequence[Column[ProjectRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def project_row(self) -> ProjectRow | None:
        """The project under the cursor."""
        return self.list.cursor_row

    def allowed(self) -> Mapping[str, str]:
        """What was read of the project under the cursor, once the cursor rests there."""
        found = self._found
        return found.allowed if found and found.row.key == self.list.cursor_key else {}

    def decided_rows(self) -> Sequence[ProjectRow]:
        """The marked ones that are here, else the one under the cursor."""
        marked = [row for key in self.list.marked if (row := self.list.source.get(key))]
        return marked or super().decided_rows()

    def decide(self, make: Callable[[ProjectRow], Command]) -> None:
        """About all that are marked, or the one under the cursor."""
        from tui.panes import bulk

        bulk.decide(self, self.list, make, lambda row: row.name)

    def unanswerable(self, row: ProjectRow) -> str:
        """After its decision a row stays until one goes on."""
        return "" if self._answered() else super().unanswerable(row)

    def _answered(self) -> str:
        """The project under the cursor, if its application was decided just now; else ``."""
        row = self.list.cursor_row
        if row is None or row.pending_app or self.marks():
            return ""
        return row.name if row.key == self._answering == self.list.held else ""

    def action_project_approve(self) -> None:
        """Approve what waits."""
        self._answer(model.ApproveApplication)

    def action_project_deny(self) -> None:
        """Deny what waits."""
        self._answer(model.DenyApplication)

    def _answer(self, command: type[model.ApplicationCommand]) -> None:
        if name := self._answered():
            self.start(self._next_waiting, name, group="next")
            return
        row, actor = self.list.cursor_row, self.session.connection.actor
        self._answering = row.key if row is not None and row.pending_app else 0
        self.decide(lambda row: answering(command, actor, row))

    async def _next_waiting(self, name: str) -> None:
        """Go on from a decided project to the next of the list that waits."""
        keys, here = list(self.list.source.keys), self.list.cursor
        waits = {*await self.listing().keys(replace(self.query_listed, view=WAITING))}
        found = next((key for key in keys[here + 1 :] + keys[:here] if key in waits), 0)
        if found:
            self.list.go_to(found)
        others = "this is the next" if found else "no other waits here"
        self.session.tell(f"{name}: nothing waits any more; {others}")

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "APP = application waiting for review   TIGHTEST = fullest resource"

    def nothing(self) -> Sequence[str]:
        """Another view may have some."""
        if self.query_shown.view and not self.query_shown.text:
            return (
                "No project is like that.",
                f"{self.session.key('projects.view')} chooses what is listed",
            )
        if self.query_shown.text or self.session.connection.empty:
            return super().nothing()
        chooses = self.session.key("projects.view")
        return ("No ordinary projects yet.", f"{chooses} lists base projects, too")

    def wider(self) -> Wider | None:
        """Everything, base projects and those that ended, too."""
        view = self.query_shown.view or "all"
        if view == WIDEST:
            return None
        here, there = f"in the view {view}", f"in the view {WIDEST}"
        return Wider(WIDEST, here, there, "projects.view", "chooses")

    def review_row(self) -> ProjectRow | None:
        """The row under the cursor, which is there before its detail is read."""
        return self.list.cursor_row

    def view_facts(self) -> Iterable[Part]:
        """What is listed, unless it is the usual."""
        view = self.query_shown.view
        if view and view != "all":
            yield f"view {view}", WARN

    def hint(self) -> Part:
        """How many applications wait, and how many awards, which other lists have."""
        if name := self._answered():
            goes = self.session.key("project.approve")
            return f"{name}: nothing waits any more   {goes} goes on to the next that does"
        if (badges := self.session.badges) is None:
            return ""
        told: list[str] = []
        if badges.waiting:
            told.append(f"{counted(badges.waiting, 'application')} waiting")
            if self.query_shown.view != WAITING:
                told.append(f"{self.session.key('projects.view')} enter lists them")
        if badges.awards:
            told.append(f"{counted(badges.awards, 'award')} waiting")
            told.append(":awards lists them" if len(told) == 1 else ":awards")
        return ("   ".join(told), WARN) if told else ""

    def action_projects_view(self) -> None:
        """Choose which projects are listed."""
        from tui.widgets.choice import Choice

        waiting = self.session.badges is not None and self.session.badges.waiting > 0
        chosen = self.query_shown.view or (WAITING if waiting else "all")
        self.app.push_screen(Choice("Which projects", VIEWS, chosen), self._view_chosen)

    def _view_chosen(self, view: str | None) -> None:
        if view is not None:
            self.ask(view="" if view == "all" else view)
