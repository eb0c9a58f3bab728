"""The queue of what waits for a decision: applications and awards, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from textual.app import ComposeResult

from backend.backend import ASTAKOS, OPENPORTAL
from backend.core.plan import Receipt
from tui.format import ages
from tui.format.lines import QUIET, Part
from tui.panes import frame
from tui.panes.pane import MORE, Pane
from tui.session import Session
from tui.widgets.kept import Beside
from tui.widgets.text import TextPanel

TURNS = {"review.previous": -1, "review.next": 1}
NO_TURN = {
    "review.previous": "this is the first that waits",
    "review.next": "this is the last that waits",
}


class Waits(StrEnum):
    """What may wait for a decision."""

    APPLICATION = "application"
    AWARD = "award"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something in the queue: the number of an application, or the key of an award."""

    kind: Waits
    key: int


async def waiting(session: Session) -> Sequence[Waiting]:
    """Everything that waits: applications, the oldest first, then awards. Raises BursarError."""
    systems, backend = session.connection.systems, session.backend
    found: list[Waiting] = []
    if ASTAKOS in systems:
        found += [Waiting(Waits.APPLICATION, one) for one in await backend.projects.queue()]
    if OPENPORTAL in systems:
        found += [Waiting(Waits.AWARD, one) for one in await backend.openportal.queue()]
    return found


def pane_of(session: Session, one: Waiting) -> Pane:
    """The screen that shows it."""
    from tui.panes.award import AwardPane
    from tui.panes.review import ReviewPane

    is_award = one.kind is Waits.AWARD
    return AwardPane(session, one.key) if is_award else ReviewPane(session, one.key)


class QueuePane(Pane, inherit_bindings=False):
    """One thing of the queue, and after a decision the next one; in one column, or what is asked
    beside what it would do. A subclass gives `here`, `turn`, `draw` and `decided`."""

    PANE = "projects"
    CSS_PATH = Path(__file__).parents[1] / "styles" / "decisions.tcss"
    queue: Sequence[Waiting] = ()
    _after: Waiting | None = None
    """What followed this while it waited."""

    def body(self) -> ComposeResult:
        """One column, or two."""
        with Beside(id="columns"):
            yield TextPanel(self.session.look, id="asked")
            yield TextPanel(self.session.look, id="effect")

    def here(self) -> Waiting:
        """What is shown."""
        raise NotImplementedError

    async def turn(self, key: int) -> None:
        """Show another of the same kind. Raises BursarError."""
        raise NotImplementedError

    def draw(self, *, home: bool = False) -> None:
        """Show what was read."""
        raise NotImplementedError

    def decided(self) -> str:
        """Where it stands once it does not wait, `` while it is being read."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Two columns where there is room for them."""
        self.query_one("#effect").display = self.is_wide
        self.draw()

    @property
    def is_wide(self) -> bool:
        """Whether there are two."""
        return self.size.width >= frame.FULL

    def tick(self) -> None:
        """Ages grow."""
        for panel in self.query(TextPanel):
            panel.redraw()

    redraw = tick

    def hint(self) -> Part:
        """How old what is shown is, and whether there is more of it."""
        more = f"   {MORE}" if self.query_one("#asked", TextPanel).overflows else ""
        read = ages.clock(self.session.read_at)
        return f"Preview computed from data read at {read}Z{more}", QUIET

    def facts(self) -> Iterable[Part]:
        """The place in the queue."""
        if not (told := self.decided()):
            return
        if self.here() not in self.queue:
            yield told
            return
        yield f"{self.queue.index(self.here()) + 1} of {len(self.queue)} pending"
        previous = "previous" if self.size.width >= frame.WIDE else "prev"
        for action, told in zip(TURNS, (previous, "next"), strict=True):
            text = f"{self.session.key(action)} {told}"
            yield text if self.beside(TURNS[action]) else (text, QUIET)

    # Through the queue

    def beside(self, step: int) -> Waiting | None:
        """What waits before or after this."""
        if self.here() not in self.queue:
            return None
        there = self.queue.index(self.here()) + step
        return self.queue[there] if 0 <= there < len(self.queue) else None

    def turn_refusal(self, action: str) -> str:
        """Why one cannot go on, `` when one can."""
        if action not in TURNS or self.beside(TURNS[action]):
            return ""
        return NO_TURN[action] if self.here() in self.queue else "it does not wait in the queue"

    def queued(self, queue: Sequence[Waiting]) -> None:
        """The queue as it is now."""
        self.queue = queue
        if self.here() in queue:
            self._after = self.beside(1)

    def changed(self, receipt: Receipt) -> None:
        """After a decision the next that waits, or back when nothing does."""
        self.start(self._go_on, group="next")

    async def _go_on(self) -> None:
        queue = await waiting(self.session)
        if self.here() in queue:  # it was not decided
            await self.refresh_data()
        elif queue:
            await self.go_to(self._after if self._after in queue else queue[0])
        else:
            self.session.tell("No application is waiting any more.")
            if self.is_current:
                self.app.pop_screen()

    async def go_to(self, one: Waiting | None) -> None:
        """Show another thing of the queue. Raises BursarError."""
        if one is None:
            return
        if one.kind is self.here().kind:
            await self.turn(one.key)
        elif self.is_current:
            self.app.switch_screen(pane_of(self.session, one))

    def action_review_previous(self) -> None:
        """What waited before."""
        self.start(self.go_to, self.beside(-1), group="next")

    def action_review_next(self) -> None:
        """What waits next."""
        self.start(self.go_to, self.beside(1), group="next")
