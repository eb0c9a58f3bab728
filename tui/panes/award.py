"""The review of an award: what another portal asks for, and what approving it would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from backend.openportal.model import AwardReview, AwardRow
from tui.actions import Action, Scope, bindings
from tui.format import awards
from tui.panes import frame
from tui.panes.award_actions import AwardActions
from tui.panes.awards import show_raw
from tui.panes.queue import QueuePane, Waiting, Waits, waiting
from tui.session import Session
from tui.widgets.text import TextPanel

if TYPE_CHECKING:
    from backend.core.plan import Command


class AwardPane(AwardActions, QueuePane, inherit_bindings=False):
    """One award, in the queue if it waits."""

    SCOPE = Scope.AWARD
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.AWARD)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.review: AwardReview | None = None

    def here(self) -> Waiting:
        """The award."""
        return Waiting(Waits.AWARD, self.key)

    def decided(self) -> str:
        """Its state."""
        return self.review.row.award.state.value if self.review else ""

    def award_row(self) -> AwardRow | None:
        """This one, once read."""
        return self.review.row if self.review else None

    def path(self) -> Sequence[str]:
        """Its name, and that it is an award."""
        if self.review is None:
            return ("Projects", f"award {self.key}")
        row = self.review.row
        step = f"award {row.award.identifier}" if self.size.width >= frame.WIDE else "award"
        return ("Projects", row.name or row.award.identifier, step)

    def named(self, action: Action) -> Action:
        """Awards are rejected, as their state says then."""
        return replace(action, title="reject") if action.id == "review.deny" else action

    def refusal(self, action: Action) -> str:
        """One may be the first or the last."""
        return super().refusal(action) or self.turn_refusal(action.id)

    def decide(self, make: Callable[[AwardRow], Command]) -> None:
        """About this one."""
        if self.review is not None:
            self.change(make(self.review.row))

    async def refresh_data(self) -> None:
        """Read the award and what approving it would do now."""
        wanted = self.key
        review = await self.session.backend.openportal.review(wanted)
        queue = await waiting(self.session)
        if wanted == self.key:  # else this answer was overtaken by another award
            self._take(review, queue)

    async def turn(self, key: int) -> None:
        """Another award."""
        review = await self.session.backend.openportal.review(key)
        self._take(review, await waiting(self.session), home=True)

    def _take(self, review: AwardReview, queue: Sequence[Waiting], *, home: bool = False) -> None:
        self.review, self.key = review, review.row.key
        self.queued(queue)
        self.draw(home=home)
        self.show_chrome()

    def draw(self, *, home: bool = False) -> None:
        """What is asked for, and what it would do."""
        review = self.review
        if review is None:
            return
        asked, effect = self.query_one("#asked", TextPanel), self.query_one("#effect", TextPanel)
        build = awards.left if self.is_wide else awards.single
        asked.show(lambda look: build(review, look), home=home)
        effect.show(lambda look: awards.right(review, look), home=home)

    def action_row_raw(self) -> None:
        """As OpenPortal's own API shows it."""
        if self.review is not None:
            self.start(show_raw, self, self.review.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """Identifier and destination, and the row."""
        if self.review is None:
            return None
        award = self.review.row.award
        return f"{award.identifier} {award.destination}", self.review.row
