"""`:remote-projects`: our awards to other portals, and what those say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType

from backend.openportal.model import ModifyRemoteProject, RemoteProjectRow, ResendRequest
from tui.actions import Action, Group, Scope, bindings, editing
from tui.format import ages, awards, portal
from tui.format.lines import QUIET, WARN, Build, Look
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.panes.rowpane import RowPane
from tui.widgets.columns import Column
from tui.widgets.prompt import MessageRow
from tui.widgets.strips import Cell

if TYPE_CHECKING:
    from tui.forms.form import Form

NOTE = "note to the award: "
"""What a line asks for."""


def _pending(row: RemoteProjectRow, look: Look) -> Cell:
    one = row.remote_project
    if not one.pending_allocation:
        return look.glyphs.none, QUIET
    return [
        portal.awarded(one.pending_allocation, look),
        (f"  {ages.age(one.pending_since, look.now)}", QUIET),
    ]


def _contact(row: RemoteProjectRow, look: Look) -> Cell:
    at = row.remote_project.last_contact_at
    return ages.age_in(look.width, at, look.now) if at else ("never", WARN)


def _current(row: RemoteProjectRow, look: Look) -> Cell:
    told = portal.awarded(row.remote_project.current_allocation, look)
    return told or (look.glyphs.none, QUIET)


COLUMNS: tuple[Column[RemoteProjectRow], ...] = (
    Column("project", "PROJECT", lambda row, look: row.project_name, 14, 30, sort="project",
           middle=True),
    Column("destination", "TO", lambda row, look: awards.goes_to(row), 12, 26, sort="destination",
           middle=True),
    Column("identifier", "IDENTIFIER", lambda row, look: row.remote_project.identifier, 12, 24,
           drop=20, middle=True),
    Column("state", "STATE", lambda row, look: awards.remote_state(row), 8, sort="state",
           news=True),
    Column("current", "AWARDED", _current, 11, 16),
    Column("pending", "WAITS FOR", _pending, 16, 24, ages=True),
    Column("contact", "CONTACT", _contact, 8, right=True, sort="contact", drop=10, ages=True),
)  # fmt: skip


class RemoteProjectActions(Pane, inherit_bindings=False):
    """Change, send and note the award of `award_row`."""

    GIVES = editing("ModifyRemoteProject")

    def award_row(self) -> RemoteProjectRow | None:
        """The award, None when there is none."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be one."""
        why = super().refusal(action)
        if why or action.group is not Group.DECIDE or action.id == "undo":
            return why
        return "" if self.award_row() is not None else "no award is selected"

    def action_remote_resend(self) -> None:
        """Send it again."""
        self._send(reset=False)

    def action_remote_reset(self) -> None:
        """Send it again as one that was never answered."""
        self._send(reset=True)

    def _send(self, *, reset: bool) -> None:
        if (row := self.award_row()) is not None:
            actor, uuid = self.session.connection.actor, row.remote_project.uuid
            self.change(ResendRequest(actor=actor, remote_project=uuid, reset=reset))

    def action_remote_note(self) -> None:
        """Type a note."""
        self.ask_line(NOTE)

    @on(MessageRow.Closed)
    def _noted(self, event: MessageRow.Closed) -> None:
        row, text = self.award_row(), event.text.strip()
        if event.sign == NOTE and event.kept and text and row is not None:
            actor, uuid = self.session.connection.actor, row.remote_project.uuid
            self.change(ModifyRemoteProject(actor=actor, remote_project=uuid, note=text))

    def action_row_edit(self) -> None:
        """Change what goes with it, by a form."""
        self.fill_in(self._form)

    def action_row_editor(self) -> None:
        """The same as a text."""
        self.fill_in(self._form, editor=True)

    async def _form(self) -> Form | None:
        from tui.forms.portal import PortalForms

        row = self.award_row()
        forms = PortalForms(self.session.backend, self.session.look())
        return None if row is None else forms.remote_project(row)


class RemoteProjectsPane(RemoteProjectActions, ListPane[RemoteProjectRow], inherit_bindings=False):
    """Awards of ours."""

    SCOPE = Scope.REMOTE_PROJECTS
    PANE = "allocations"
    NAME = "Remote projects"
    SORT = "project"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.REMOTE_PROJECTS, Scope.LIST)

    def columns(self) -> Sequence[Column[RemoteProjectRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def award_row(self) -> RemoteProjectRow | None:
        """The one under the cursor."""
        return self.list.cursor_row

    async def detail(self, row: RemoteProjectRow) -> Build:
        """How it stands over there."""
        return lambda look: awards.remote_project(row, look)

    def open_row(self, row: RemoteProjectRow) -> None:
        """The same on the whole screen."""
        self.app.push_screen(RemoteProjectPane(self.session, row.key))

    def raw(self, row: RemoteProjectRow) -> None:
        """As it is kept."""
        data = asdict(row.remote_project)
        self.app.push_screen(RawPane(self.session, self.PANE, (self.NAME, row.project_name), data))

    def copied(self, row: RemoteProjectRow) -> str:
        """The uuid."""
        return row.remote_project.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "pending = people decide over there   stale = nothing heard for 12 h"
        yield "STATE is that of the award; :allocations has those of allocations"


class RemoteProjectPane(RemoteProjectActions, RowPane[RemoteProjectRow], inherit_bindings=False):
    """One award of ours on the whole screen."""

    SCOPE = Scope.REMOTE_PROJECT
    PANE = "allocations"
    NAME = "Remote projects"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.REMOTE_PROJECT)

    def award_row(self) -> RemoteProjectRow | None:
        """This one, once read."""
        return self.row

    async def built(self, row: RemoteProjectRow) -> Build:
        """How it stands over there."""
        return lambda look: awards.remote_project(row, look)

    def called(self, row: RemoteProjectRow) -> str:
        """Whose it is."""
        return row.project_name

    def copied(self, row: RemoteProjectRow) -> str:
        """The uuid."""
        return row.remote_project.uuid

    def data(self, row: RemoteProjectRow) -> Mapping[str, object]:
        """As it is kept."""
        return asdict(row.remote_project)
