"""What can be done with an award of another portal, from the list and from its review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work

from backend.core.errors import BursarError
from backend.core.listing import Query
from backend.openportal.model import (
    ApproveAward,
    AttachAward,
    AwardCommand,
    AwardRow,
    AwardState,
    DeleteAward,
    DetachAward,
    NoteAward,
    RejectAward,
)
from tui.actions import Action, Group
from tui.format.awards import place
from tui.panes.pane import Pane
from tui.panes.related import quoted
from tui.widgets.prompt import MessageRow

if TYPE_CHECKING:
    from backend.core.plan import Command

NOTE = "note about the award: "
"""What a line asks for."""
OFFERED = 40
"""Projects that are offered before anything is typed."""
APPROVES = ("review.approve", "award.approve")
DECIDES = (*APPROVES, "review.deny", "award.deny")


class AwardActions(Pane, inherit_bindings=False):
    """Approve, reject, attach, note and forget the award of `award_row`."""

    GIVES = {"review.approve": ("ApproveAward",), "review.deny": ("RejectAward",)}

    def award_row(self) -> AwardRow | None:
        """The award, None when there is none."""
        raise NotImplementedError

    def decide(self, make: Callable[[AwardRow], Command]) -> None:
        """Preview what `make` says for the award, or for each that is marked."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be one, and a decision needs one that waits."""
        why = super().refusal(action)
        if why or action.group is not Group.DECIDE or action.id == "undo":
            return why
        row = self.award_row()
        if row is None:
            return "" if self.marks() else "no award is selected"
        return "" if self.marks() else refusal(action.id, row)

    def action_review_approve(self) -> None:
        """Preview taking it."""
        self._give(ApproveAward)

    def action_review_deny(self) -> None:
        """Preview refusing it."""
        self._give(RejectAward)

    action_award_approve = action_review_approve
    action_award_deny = action_review_deny

    def action_award_delete(self) -> None:
        """Preview forgetting it."""
        self._give(DeleteAward)

    def _give(self, kind: type[AwardCommand]) -> None:
        actor = self.session.connection.actor
        self.decide(
            lambda row: kind(
                actor=actor, identifier=row.award.identifier, destination=row.award.destination
            )
        )

    # A note

    def action_award_note(self) -> None:
        """Type one."""
        self.ask_line(NOTE)

    @on(MessageRow.Closed)
    def _noted(self, event: MessageRow.Closed) -> None:
        row, text = self.award_row(), event.text.strip()
        if event.sign == NOTE and event.kept and text and row is not None:
            self.change(
                NoteAward(
                    actor=self.session.connection.actor,
                    identifier=row.award.identifier,
                    destination=row.award.destination,
                    text=text,
                )
            )

    # Its project

    def action_award_attach(self) -> None:
        """Choose its project, or take that from it again."""
        if (row := self.award_row()) is None:
            return
        if row.award.project:
            actor, award = self.session.connection.actor, row.award
            self.change(
                DetachAward(actor=actor, identifier=award.identifier, destination=award.destination)
            )
        else:
            self._attaching(row)

    @work(group="change", exclusive=True)
    async def _attaching(self, row: AwardRow) -> None:
        try:
            project = await self._project(row)
        except BursarError as error:
            self.session.told(error)
            return
        if not project:
            return
        command = AttachAward(
            actor=self.session.connection.actor,
            identifier=row.award.identifier,
            destination=row.award.destination,
            project=project,
        )
        if (receipt := await self.consent(command)) is not None:
            await self._done(receipt)

    async def _project(self, row: AwardRow) -> str:
        """The uuid of a project, found by typing; `` when none was chosen."""
        from tui.widgets.menu import Item, Menu

        listing, known = self.session.backend.openportal.projects, set[str]()

        async def search(text: str) -> Sequence[Item]:
            rows = await listing.page(Query(quoted(text) if text else ""), OFFERED)
            new = [one for one in rows if one.project.uuid not in known]
            known.update(one.project.uuid for one in new)
            return [Item(one.project.uuid, one.project.name, note=one.customer_name) for one in new]

        glyphs = self.session.settings.glyphs
        offered = await self.waiting(search(""))
        menu = Menu(f"Attach {row.award.identifier} to", offered, glyphs, search)
        chosen = await self.chosen(menu)
        return "" if chosen is None else chosen.id


def refusal(action: str, row: AwardRow) -> str:
    """What the state of an award forbids."""
    if action in DECIDES and row.award.state is not AwardState.PENDING:
        return f"the award is {row.award.state}"
    if action in APPROVES and row.embargoed:
        return "it may not be approved yet: it is embargoed"
    return ""


def named(row: AwardRow) -> str:
    """An award in a list of several."""
    return f"{row.award.identifier} for {place(row.award.destination)}"
