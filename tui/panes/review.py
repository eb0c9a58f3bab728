"""The review of an application: what is asked, what approving would do, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from backend.core.plan import Receipt
from backend.projects.model import (
    ApplicationReview,
    ApplicationState,
    ApproveApplication,
    DenyApplication,
    DismissApplication,
)
from tui.actions import EDITS, Action, Scope, bindings, editing
from tui.format.review import left, right, single, state_words
from tui.panes import frame
from tui.panes.project_forms import NEW_IS_NOT_EDITED
from tui.panes.queue import QueuePane, Waiting, Waits, waiting
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.text import TextPanel

if TYPE_CHECKING:
    from tui.forms.form import Form


class ReviewPane(QueuePane, inherit_bindings=False):
    """One application of the queue; after a decision the next one."""

    SCOPE = Scope.REVIEW
    GIVES = {
        "review.approve": ("ApproveApplication",),
        "review.deny": ("DenyApplication",),
        **editing("SubmitApplication"),
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.REVIEW)

    def __init__(self, session: Session, application: int) -> None:
        super().__init__(session)
        self.application = application
        self.review: ApplicationReview | None = None

    def here(self) -> Waiting:
        """The application."""
        return Waiting(Waits.APPLICATION, self.application)

    def decided(self) -> str:
        """Its state."""
        return state_words(self.review.application.state) if self.review else ""

    # What it says

    def path(self) -> Sequence[str]:
        """The project and the application."""
        review = self.review
        name = (review.application.name or review.project.realname) if review else ""
        number = f"#{self.application}"
        step = f"application {number}" if self.size.width >= frame.WIDE else number
        return ("Projects", *([name] if name else []), step)

    def refusal(self, action: Action) -> str:
        """A decision needs an application in the right state."""
        why = super().refusal(action) or _refusal(action.id, self.review)
        return why or self.turn_refusal(action.id)

    def offers(self, action: Action) -> bool:
        """What comes after a denial is not a third way to decide."""
        denied = self.review and self.review.application.state is ApplicationState.DENIED
        return action.id != "review.dismiss" or bool(denied)

    async def refresh_data(self) -> None:
        """Read the application and what approving would do now."""
        wanted = self.application
        review = await self.session.backend.projects.review(wanted)
        queue = await waiting(self.session)
        if wanted == self.application:  # else this answer was overtaken by another application
            self._take(review, queue)

    def _take(
        self, review: ApplicationReview, queue: Sequence[Waiting], *, home: bool = False
    ) -> None:
        """What is shown and what keys decide about is the same application at any moment."""
        self.review, self.application = review, review.application.id
        self.queued(queue)
        self.draw(home=home)
        self.show_chrome()

    def draw(self, *, home: bool = False) -> None:
        """What is asked for, and what it would do."""
        review = self.review
        if review is None:
            return
        asked, effect = self.query_one("#asked", TextPanel), self.query_one("#effect", TextPanel)
        build = left if self.is_wide else single
        asked.show(lambda look: build(review, look), home=home)
        effect.show(lambda look: right(review, look), home=home)

    # Deciding

    def action_review_approve(self) -> None:
        """Preview approving."""
        actor = self.session.connection.actor
        self.change(ApproveApplication(actor=actor, application=self.application))

    def action_review_deny(self) -> None:
        """Preview denying."""
        actor = self.session.connection.actor
        self.change(DenyApplication(actor=actor, application=self.application))

    def action_review_dismiss(self) -> None:
        """Preview putting a denied application away."""
        actor = self.session.connection.actor
        self.change(DismissApplication(actor=actor, application=self.application))

    def action_row_edit(self) -> None:
        """Edit what is asked for, by a form."""
        self.fill_in(self._replacement)

    def action_row_editor(self) -> None:
        """Edit what is asked for, as a text."""
        self.fill_in(self._replacement, editor=True)

    async def _replacement(self) -> Form | None:
        from tui.forms import of_session

        forms = await of_session(self.session)
        return forms.replacement(self.review) if self.review else None

    def changed(self, receipt: Receipt) -> None:
        """Show what replaced the application; after a decision what waits next."""
        if replacing := receipt.created.get("application"):
            self.start(self.turn, int(replacing), group="next")
        else:
            super().changed(receipt)

    async def turn(self, key: int) -> None:
        """Another application."""
        review = await self.session.backend.projects.review(key)
        self._take(review, await waiting(self.session), home=True)

    # Beside the decision

    def action_row_raw(self) -> None:
        """The request that approving would send, else the application itself."""
        review = self.review
        if review is None:
            return
        found = review.approve.request if review.approve else review.application
        self.app.push_screen(RawPane(self.session, self.PANE, self.path(), asdict(found)))

    def action_row_copy(self) -> None:
        """Copy the number."""
        self.copy(str(self.application))

    async def copies(self) -> Sequence[tuple[str, str]]:
        """The number, the waiting application's row, and what approving would send."""
        from tui import clipboard
        from tui.cli.applications import Applications

        review, number = self.review, str(self.application)
        if review is None:
            return ()
        key = review.project.id
        row = (await Applications(self.session.backend).rows([key])).get(key)
        waits = row is not None and row.number == self.application
        found = clipboard.of_row("applications", number, row) if waits else [("id", number)]
        return [*found, *(clipboard.of_request(review.approve.request) if review.approve else ())]


def _refusal(action: str, review: ApplicationReview | None) -> str:
    if review is None:
        waits = action.startswith("review.") or action in EDITS
        return "it is still being read" if waits else ""
    state = review.application.state
    if (
        action in ("review.approve", "review.deny", *EDITS)
        and state is not ApplicationState.PENDING
    ):
        return f"the application is {state.value}"
    if action in EDITS and review.is_new:
        return NEW_IS_NOT_EDITED
    if action == "review.approve":
        return review.refusal
    if action == "review.dismiss" and state is not ApplicationState.DENIED:
        return "only denied applications are dismissed"
    return ""
