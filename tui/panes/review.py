"""The review of an application: what is asked, what approving would do, and the decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from backend.core.plan import Receipt
from backend.projects.model import (
    ApplicationReview,
    ApplicationState,
    ApproveApplication,
    DenyApplication,
    DismissApplication,
)
from tui.actions import Action, Scope, bindings
from tui.format import ages
from tui.format.lines import QUIET, Part
from tui.format.review import left, right, single, state_words
from tui.panes import frame
from tui.panes.pane import MORE, Pane
from tui.panes.project_forms import NEW_IS_NOT_EDITED
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.kept import Beside
from tui.widgets.text import TextPanel

if TYPE_CHECKING:
    from tui.forms.form import Form


class ReviewPane(Pane, inherit_bindings=False):
    """One application of the queue; after a decision the next one."""

    SCOPE = Scope.REVIEW
    PANE = "projects"
    CSS_PATH = Path(__file__).parents[1] / "styles" / "decisions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.REVIEW)

    def __init__(self, session: Session, application: int) -> None:
        super().__init__(session)
        self.application = application
        self.review: ApplicationReview | None = None
        self._after = 0
        """The application that followed this one while it waited."""

    def body(self) -> ComposeResult:
        """One column, or what is asked beside what it would do."""
        with Beside(id="columns"):
            yield TextPanel(self.session.look, id="asked")
            yield TextPanel(self.session.look, id="effect")

    def on_resize(self) -> None:
        """Two columns where there is room for them."""
        self.query_one("#effect").display = self._is_wide
        self._show()

    @property
    def _is_wide(self) -> bool:
        return self.size.width >= frame.FULL

    # What it says

    def path(self) -> Sequence[str]:
        """The project and the application."""
        review = self.review
        name = (review.application.name or review.project.realname) if review else ""
        number = f"#{self.application}"
        step = f"application {number}" if self.size.width >= frame.WIDE else number
        return ("Projects", *([name] if name else []), step)

    def facts(self) -> Iterable[Part]:
        """The place in the queue."""
        review = self.review
        if review is None:
            return
        if review.position:
            yield f"{review.position} of {review.waiting} pending"
            before = "[ previous" if self.size.width >= frame.WIDE else "[ prev"
            yield before if review.previous else (before, QUIET)
            yield "] next" if review.next else ("] next", QUIET)
        else:
            yield state_words(review.application.state)

    def hint(self) -> Part:
        """How old what is shown is, and whether there is more of it."""
        more = f"   {MORE}" if self.query_one("#asked", TextPanel).overflows else ""
        return (
            f"Preview computed from data read at {ages.clock(self.session.read_at)}Z{more}",
            QUIET,
        )

    def refusal(self, action: Action) -> str:
        """A decision needs an application in the right state."""
        why = super().refusal(action) or _refusal(action.id, self.review)
        return why or (self.session.forbidden() if action.id in _EDITS else "")

    def offers(self, action: Action) -> bool:
        """What comes after a denial is not a third way to decide."""
        denied = self.review and self.review.application.state is ApplicationState.DENIED
        return action.id != "review.dismiss" or bool(denied)

    async def refresh_data(self) -> None:
        """Read the application and what approving would do now."""
        wanted = self.application
        review = await self.session.backend.projects.review(wanted)
        if wanted == self.application:  # else this answer was overtaken by another application
            self._take(review)

    def _take(self, review: ApplicationReview, *, home: bool = False) -> None:
        """What is shown and what keys decide about is the same application at any moment."""
        self.review, self.application = review, review.application.id
        if review.position:
            self._after = review.next
        self._show(home=home)
        self.show_chrome()

    def tick(self) -> None:
        """Ages grow."""
        for panel in self.query(TextPanel):
            panel.redraw()

    redraw = tick

    def _show(self, *, home: bool = False) -> None:
        review = self.review
        if review is None:
            return
        asked, effect = self.query_one("#asked", TextPanel), self.query_one("#effect", TextPanel)
        build = left if self._is_wide else single
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
        """Show what replaced the application; after a decision the next waiting one, or go back
        when none is left."""
        if replacing := receipt.created.get("application"):
            self._turn(int(replacing))
        else:
            self.start(self._go_on, group="next")

    async def _go_on(self) -> None:
        queue = await self.session.backend.projects.queue()
        if queue:
            await self._go_to(self._after if self._after in queue else queue[0])
            return
        self.session.tell("No application is waiting any more.")
        if self.is_current:
            self.app.pop_screen()

    async def _go_to(self, application: int) -> None:
        self._take(await self.session.backend.projects.review(application), home=True)

    def action_review_previous(self) -> None:
        """The waiting application before this one."""
        if self.review and self.review.previous:
            self._turn(self.review.previous)

    def action_review_next(self) -> None:
        """The next waiting application."""
        if self.review and self.review.next:
            self._turn(self.review.next)

    def _turn(self, application: int) -> None:
        self.start(self._go_to, application, group="next")

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


_EDITS = ("row.edit", "row.editor")
_TURNS = {
    "review.previous": "this is the first waiting application",
    "review.next": "this is the last waiting application",
}


def _refusal(action: str, review: ApplicationReview | None) -> str:
    if review is None:
        waits = action.startswith("review.") or action in _EDITS
        return "it is still being read" if waits else ""
    state = review.application.state
    if (
        action in ("review.approve", "review.deny", *_EDITS)
        and state is not ApplicationState.PENDING
    ):
        return f"the application is {state.value}"
    if action in _EDITS and review.is_new:
        return NEW_IS_NOT_EDITED
    if action == "review.approve":
        return review.refusal
    if action == "review.dismiss" and state is not ApplicationState.DENIED:
        return "only denied applications are dismissed"
    if action in _TURNS and not review.position:
        return "it does not wait in the queue"
    there = {"review.previous": review.previous, "review.next": review.next}
    return _TURNS[action] if action in there and not there[action] else ""
