"""People: who waits for moderation, who is in, and what shutting somebody out means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import ClassVar

from textual.binding import BindingType

from backend.core.plan import Command
from backend.projects.model import ChangeUser, PersonDetail, PersonRow, UserAction
from tui.actions import Action, Scope, bindings
from tui.format.lines import QUIET, Build, Look
from tui.format.units import UNKNOWN
from tui.panes import bulk
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.panes.person_text import WAITS, person
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.strips import Cell


def _state(row: PersonRow, look: Look) -> Cell:
    return str(row.state), WAITS.get(row.state, QUIET)


def _default(row: PersonRow, look: Look) -> Cell:
    if not row.user.known:
        return UNKNOWN, QUIET
    return row.default or ("(base)", QUIET)


COLUMNS: tuple[Column[PersonRow], ...] = (
    Column("email", "E-MAIL", lambda row, look: row.email, 20, 36, sort="email", middle=True),
    Column("name", "NAME", lambda row, look: row.user.name, 14, 26, sort="name", drop=20),
    Column("state", "STATE", _state, 11, sort="state", news=True),
    Column("projects", "OWNS", lambda row, look: f"{row.projects:,}", 5, right=True,
           sort="projects", figure=lambda row: row.projects),
    Column("memberships", "IN", lambda row, look: f"{row.memberships:,}", 4, right=True,
           sort="memberships", figure=lambda row: row.memberships),
    Column("default", "DEFAULT", _default, 12, 24, drop=10, middle=True),
)  # fmt: skip


class UserActions(Pane, inherit_bindings=False):
    """Moderate, activate and deactivate the person of `person_row`."""

    def person_row(self) -> PersonRow | None:
        """The person, None when there is none."""
        raise NotImplementedError

    def command(self, action: str, row: PersonRow) -> ChangeUser:
        """What an action of the console asks for."""
        meant = UserAction(action.removeprefix("user."))
        return ChangeUser(actor=self.session.connection.actor, user=row.user.uuid, action=meant)

    def refused(self, action: str, row: PersonRow) -> str:
        """Why it cannot be done with this person now, `` when it can."""
        return row.refused.get(action.removeprefix("user."), "")

    def decide(self, make: Callable[[PersonRow], Command]) -> None:
        """Preview what `make` says for the person, or for each that is marked."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """The backend says what the state of the person permits."""
        why = super().refusal(action)
        if why or self.marks() or not action.id.startswith("user."):
            return why
        row = self.person_row()
        return self.refused(action.id, row) if row else "nobody is selected"

    def _decide(self, action: str) -> None:
        self.decide(lambda row: self.command(action, row))

    def action_user_accept(self) -> None:
        """Let in."""
        self._decide("user.accept")

    def action_user_reject(self) -> None:
        """Turn away."""
        self._decide("user.reject")

    def action_user_verify(self) -> None:
        """Take the address as verified."""
        self._decide("user.verify")

    def action_user_activate(self) -> None:
        """Let in again."""
        self._decide("user.activate")

    def action_user_deactivate(self) -> None:
        """Shut out."""
        self._decide("user.deactivate")


class UsersPane(UserActions, ListPane[PersonRow], inherit_bindings=False):
    """People, those who wait for moderation first."""

    SCOPE = Scope.USERS
    PANE = "projects"
    NAME = "Users"
    SORT = "state"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.USERS, Scope.LIST)

    def columns(self) -> Sequence[Column[PersonRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: PersonRow) -> Build:
        """Where in, what owned, how much of what."""
        found = await self.session.backend.projects.person(row.key)
        return lambda look: person(found, look)

    def person_row(self) -> PersonRow | None:
        """The one under the cursor."""
        return self.list.cursor_row

    def decide(self, make: Callable[[PersonRow], Command]) -> None:
        """About all that are marked, or the one under the cursor."""
        bulk.decide(self, self.list, make, lambda row: row.email)

    def open_row(self, row: PersonRow) -> None:
        """Everything about a person, on the whole screen."""
        self.app.push_screen(UserPane(self.session, row.key))

    def raw(self, row: PersonRow) -> None:
        """The person as kept."""
        data = asdict(row.user)
        self.app.push_screen(RawPane(self.session, self.PANE, (self.NAME, row.email), data))

    def copied(self, row: PersonRow) -> str:
        """The uuid."""
        return row.user.uuid


class UserPane(UserActions, DetailPane, inherit_bindings=False):
    """One person on the whole screen."""

    SCOPE = Scope.USER
    PANE = "projects"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.USER)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: PersonDetail | None = None

    def person_row(self) -> PersonRow | None:
        """This one, once read."""
        return self.found.row if self.found else None

    def decide(self, make: Callable[[PersonRow], Command]) -> None:
        """About this one."""
        if (row := self.person_row()) is not None:
            self.change(make(row))

    def path(self) -> Sequence[str]:
        """The address."""
        return ("Users", self.found.row.email if self.found else f"user {self.key}")

    async def read(self) -> Build:
        """Everything about the person."""
        found = self.found = await self.session.backend.projects.person(self.key)
        return lambda look: person(found, look)

    def action_row_raw(self) -> None:
        """Everything as kept."""
        if self.found is not None:
            data = asdict(self.found)
            self.app.push_screen(RawPane(self.session, self.PANE, self.path(), data))

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the person's row."""
        return (self.found.row.user.uuid, self.found.row) if self.found else None
