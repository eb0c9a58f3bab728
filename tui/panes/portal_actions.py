"""What can be done with an allocation of OpenPortal, from the list and from its own screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on

from backend.core.errors import Invalid
from backend.openportal.model import (
    UNLIMITED,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    PortalRow,
    PullAllocation,
    SetNodeLimit,
    State,
    UnlinkAllocation,
)
from tui.actions import Action, editing
from tui.asking import Asked, Fault
from tui.format.names import shorten
from tui.panes.pane import Pane
from tui.widgets.prompt import MessageRow

if TYPE_CHECKING:
    from backend.core.plan import Command
    from tui.forms.form import Form

LIMIT = "node limit of "
"""What a line asks for; the name follows."""
NAMED = 30
"""Cells of a name in a line."""
MOST = 2**63 - 1
GIVES = {
    "alloc.limit": ("SetNodeLimit",),
    "alloc.unlink": ("UnlinkAllocation",),
    "alloc.delete": ("DeleteAllocation",),
    **editing("ModifyAllocation"),
}
"""The commands that actions give for an allocation of OpenPortal."""
_SETTLED = (State.OK, State.ERRED)
STATES = {
    "alloc.limit": (*_SETTLED, State.UPDATE_SCHEDULED),
    "alloc.pull": _SETTLED,
    "alloc.delete": _SETTLED,
    "row.edit": (State.OK,),
    "row.editor": (State.OK,),
}
"""The states in which something can be done (spec openportal §2.3); all else can in any."""


def limit_of(text: str) -> int:
    """A node limit as typed: whole node-hours, or inf. Raises ValueError."""
    text = text.strip().lower().replace(",", "")
    if text in ("inf", "∞", "-1"):
        return UNLIMITED
    if not text.isascii() or not text.isdigit() or int(text) > MOST:
        raise ValueError("no whole number, nor inf")
    return int(text)


def limit_text(number: int | None) -> str:
    """The same as one would type it."""
    return "" if number is None else "inf" if number == UNLIMITED else str(number)


class LimitLine(Asked):
    """A node limit."""

    def fault(self, text: str, *, entered: bool) -> Fault | None:
        """What is no limit."""
        if not text.strip() and not entered:
            return None
        try:
            limit_of(text)
        except ValueError as error:
            return Fault(0, str(error))
        return None


class PortalActions(Pane, inherit_bindings=False):
    """Edit, set the limit of, pull, mark, unlink and delete the allocation of `portal_row`."""

    def portal_row(self) -> PortalRow | None:
        """The allocation, None when there is none or it is of another system."""
        raise NotImplementedError

    def decide(self, make: Callable[[PortalRow], Command]) -> None:
        """Preview what `make` says for the allocation, or for each that is marked."""
        raise NotImplementedError

    def portal_refusal(self, action: Action, row: PortalRow) -> str:
        """Why an action is off for an allocation of OpenPortal, `` when it is not."""
        if action.id == "alloc.move":
            return "only what a provider of Placement gives is moved"
        return "" if self.marks() and action.changes_data else refusal(action.id, row)

    def _command(self, kind: type[PullAllocation | MarkOk | MarkErred | UnlinkAllocation
                                    | DeleteAllocation], row: PortalRow) -> Command:  # fmt: skip
        return kind(actor=self.session.connection.actor, allocation=row.uuid)

    def action_alloc_pull(self) -> None:
        """Read it anew."""
        self.decide(lambda row: self._command(PullAllocation, row))

    def action_alloc_ok(self) -> None:
        """Say that it is well."""
        self.decide(lambda row: self._command(MarkOk, row))

    def action_alloc_erred(self) -> None:
        """Say that it has failed."""
        self.decide(lambda row: self._command(MarkErred, row))

    def unlink(self) -> None:
        """Forget it here."""
        self.decide(lambda row: self._command(UnlinkAllocation, row))

    def deletion(self, row: PortalRow) -> Command:
        """What deletes it there and here."""
        return self._command(DeleteAllocation, row)

    # The limit

    def ask_limit(self, rows: Sequence[PortalRow]) -> None:
        """Type another limit, the same for all, in place of the one they have if it is one."""
        if not rows:
            return
        name = rows[0].name if len(rows) == 1 else f"{len(rows):,} marked"
        limits = {row.node_limit for row in rows}
        text = limit_text(limits.pop()) if len(limits) == 1 else ""
        sign = f"{LIMIT}{shorten(name, NAMED, self.session.look().glyphs)}: "
        self.ask_line(sign, text, LimitLine(), self.session.typed.get(LIMIT, ()))

    @on(MessageRow.Closed)
    def _limit_typed(self, event: MessageRow.Closed) -> None:
        if event.sign.startswith(LIMIT) and event.kept:
            number = limit_of(event.text)
            self.session.remember(LIMIT, event.text)
            self.decide(lambda row: self._limiting(row, number))

    def _limiting(self, row: PortalRow, number: int) -> Command:
        if row.node_limit == number and row.state is State.OK:
            raise Invalid(f"{row.name} has this limit already")
        actor = self.session.connection.actor
        return SetNodeLimit(actor=actor, allocation=row.uuid, node_limit=number)

    # The project, the record

    def action_alloc_name(self) -> None:
        """Type a short name for the project."""
        self.fill_in(self.name_form)

    async def name_form(self) -> Form | None:
        """What names the project of the allocation. Raises BursarError."""
        from tui.forms.portal import PortalForms

        if (row := self.portal_row()) is None:
            return None
        keys = [self.session.key(one) for one in ("alloc.delete", "alloc.new")]
        return await PortalForms(self.session.backend, self.session.look()).names(row, keys)

    async def portal_form(self) -> Form | None:
        """What changes the record of the allocation. Raises BursarError."""
        from tui.forms.portal import PortalForms

        if (row := self.portal_row()) is None:
            return None
        found = await self.session.backend.openportal.allocation(row.key)
        forms = PortalForms(self.session.backend, self.session.look())
        return forms.record(found, self.session.key("alloc.limit"))


def refusal(action: str, row: PortalRow) -> str:
    """What the state of an allocation forbids."""
    states = STATES.get(action)
    if states is not None and row.state not in states and row.state is not State.UNKNOWN:
        return f"it is {row.state}; that takes {' or '.join(states)}"
    if action == "alloc.pull" and not row.backend_id:
        return "the service does not have it: there is no backend id"
    return ""


def named(row: PortalRow) -> str:
    """An allocation in a list of several."""
    return f"{row.name} on {row.service_name}"
