"""One project on the whole screen: everything about it, and its members as a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from backend.core.plan import Command
from backend.core.text import counted
from backend.projects.model import (
    ChangeMembership,
    MemberRow,
    MembershipAction,
    MembershipState,
    ProjectDetail,
    ProjectRow,
)
from backend.quotas.model import QuotaRow
from tui.actions import Action, Scope, bindings
from tui.format import ages, names
from tui.format.lines import BAD, QUIET, WARN, Look, Part, fitting
from tui.format.units import UNKNOWN, amount, percent
from tui.panes import bulk
from tui.panes.pane import MORE
from tui.panes.project_actions import ProjectActions
from tui.panes.project_text import everything, last_day
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.fixed import FixedListing
from tui.widgets.strips import Cell
from tui.widgets.table import ResourceTable
from tui.widgets.text import TextPanel

_WAIT = (MembershipState.REQUESTED, MembershipState.LEAVE_REQUESTED)
BESIDE = frozenset({"-normal", "-wide", "-vast"})
"""Widths at which the members stand beside the text."""
BORDER = 1
"""Lines above the members where they stand below the text."""
_MEMBER = {
    "member.accept": MembershipAction.ACCEPT,
    "member.reject": MembershipAction.REJECT,
    "member.remove": MembershipAction.REMOVE,
}


def _state(row: MemberRow, look: Look) -> Cell:
    return row.state.replace("_", " "), WARN if row.state in _WAIT else ""


def _allowed(row: MemberRow, look: Look) -> Cell:
    return ", ".join(row.allowed), QUIET


def _used(row: MemberRow, look: Look) -> Cell:
    """What takes most of the project first, with the share of its limit."""
    return fitting((_taken(one, look) for one in row.used), look.width)


def _taken(one: QuotaRow, look: Look) -> tuple[str, str]:
    name, used = one.resource.rpartition(".")[2], amount(one.usage, one.unit, look.units)
    if not one.known:
        return f"{name} {UNKNOWN}", QUIET
    share = percent(one.usage, one.project_limit)
    over = one.room_known and one.left < 0
    return f"{name} {used} {share}{'!' if over else ''}", BAD if over else ""


COLUMNS: tuple[Column[MemberRow], ...] = (
    Column("email", "MEMBER", lambda row, look: row.email, 18, 36, enough=22, middle=True),
    Column("state", "STATE", _state, 15, news=True),
    Column("used", "USES, OF PROJECT, ! OVER", _used, 24, 44),
    Column("since", "SINCE", lambda row, look: ages.day(row.since), 10, drop=20),
    Column("allowed", "MAY BE", _allowed, 10, 30, drop=30),
)


class ProjectPane(ProjectActions, inherit_bindings=False):
    """Summary, quota, applications and history to read; members to decide on."""

    SCOPE = Scope.PROJECT
    PANE = "projects"
    AUTO_FOCUS = "#about"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.PROJECT)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: ProjectDetail | None = None
        self._members: FixedListing[MemberRow] = FixedListing()

    def body(self) -> ComposeResult:
        """Text beside the members, above them on narrow terminals."""
        look = self.session.look
        self.members: ResourceTable[MemberRow] = ResourceTable(
            self._members, COLUMNS, look, id="members"
        )
        self.members.empty = ("Nobody is a member.",)
        with Container(id="project"):
            yield TextPanel(look, id="about")
            yield self.members

    def project_row(self) -> ProjectRow | None:
        """The project."""
        return self.found.row if self.found else None

    def decide(self, make: Callable[[ProjectRow], Command]) -> None:
        """About this one."""
        if (row := self.project_row()) is not None:
            self.change(make(row))

    def allowed(self) -> Mapping[str, str]:
        """As it was read."""
        return self.found.allowed if self.found else {}

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Projects", self.found.row.name if self.found else f"project {self.key}")

    def facts(self) -> Sequence[Part]:
        """How many members."""
        if self.found is None:
            return ()
        waiting = sum(row.state in _WAIT for row in self.found.members)
        row = self.found.row
        told: list[Part] = [counted(row.members, "member") if row.members_known else "? members"]
        return [*told, (f"{waiting:,} waiting", WARN)] if waiting else told

    def hint(self) -> Part:
        """Where the other half is."""
        more = f"   {MORE}" if self.query_one("#about", TextPanel).overflows else ""
        return (f"tab goes to the members and back{more}", QUIET)

    async def refresh_data(self) -> None:
        """Read everything about the project."""
        found = await self.session.backend.projects.detail(self.key)
        past = await last_day(self.session.backend, found)
        first, self.found = self.found is None, found
        self._members.replace(found.members)
        key = self.session.key("project.review")
        self.query_one("#about", TextPanel).show(lambda look: everything(found, past, look, key))
        if first:
            self.members.show(self.members.shows)
        else:
            await self.members.refresh_rows()
        self._fit()
        self.show_chrome()

    def on_resize(self) -> None:
        """It may be narrow now, or not any more."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Below each other, the text has what few members do not need."""
        lines = max(1, len(self.found.members) if self.found else 0)
        most = lines + self.members.HEAD + BORDER
        self.members.styles.max_height = None if BESIDE & self.classes else most

    def tick(self) -> None:
        """Ages grow, marks fade."""
        self.query_one("#about", TextPanel).redraw()
        self.members.tick()

    def redraw(self) -> None:
        """Units or signs changed."""
        self.tick()
        self.members.redraw()

    @on(ResourceTable.Moved, "#members")
    @on(ResourceTable.Marked, "#members")
    def _moved(self) -> None:
        self.show_chrome()

    def step_out(self) -> bool:
        """Take all marks."""
        return self.members.unmark_all()

    # Members

    def named(self, action: Action) -> Action:
        """A decision about a member says about whom."""
        row, many = self.members.cursor_row, len(self.members.marked)
        if action.id not in _MEMBER or (row is None and not many):
            return action
        in_full = f"{many:,} marked" if many or row is None else row.email
        who = in_full if many or row is None else names.person(row.email)
        return replace(action, title=f"{action.title} {in_full}", short=f"{action.title} {who}")

    def refusal(self, action: Action) -> str:
        """A member can be what the backend says."""
        wanted = _MEMBER.get(action.id)
        if why := super().refusal(action):
            return why
        if wanted is None:
            return ""
        if self.members.marked:
            return ""
        row = self.members.cursor_row
        if row is None:
            return "no member is selected"
        return "" if wanted in row.allowed else f"not possible: {row.email} is {row.state}"

    def action_member_accept(self) -> None:
        """Let somebody in, or out."""
        self._decide_on_member(MembershipAction.ACCEPT)

    def action_member_reject(self) -> None:
        """Do not."""
        self._decide_on_member(MembershipAction.REJECT)

    def action_member_remove(self) -> None:
        """Out."""
        self._decide_on_member(MembershipAction.REMOVE)

    def _decide_on_member(self, action: MembershipAction) -> None:
        actor = self.session.connection.actor
        bulk.decide(
            self,
            self.members,
            lambda row: ChangeMembership(actor=actor, membership=row.key, action=action),
            lambda row: row.email,
        )

    # Looking

    def action_row_raw(self) -> None:
        """The project as the system's API shows it."""
        self.start(self._show_raw, group="raw")

    async def _show_raw(self) -> None:
        data = await self.session.backend.projects.raw(self.key)
        self.app.push_screen(RawPane(self.session, self.PANE, self.path(), data))

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the project's row."""
        return (self.found.project.uuid, self.found.row) if self.found else None
