"""`:awards`: what other portals award to projects here, and what waits for review of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from backend.openportal.model import AwardRow
from tui.actions import Scope, bindings
from tui.format import ages, awards, portal
from tui.format.lines import QUIET, Build, Look, Part
from tui.panes import bulk
from tui.panes.award_actions import AwardActions, named
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

if TYPE_CHECKING:
    from backend.core.plan import Command


def _ends(row: AwardRow, look: Look) -> Cell:
    return ages.last_day(row.end_date) if row.end_date else (look.glyphs.none, QUIET)


COLUMNS: tuple[Column[AwardRow], ...] = (
    Column("name", "NAME", lambda row, look: row.name, 16, 32, middle=True),
    Column("identifier", "IDENTIFIER", lambda row, look: row.award.identifier, 12, 24,
           sort="identifier", middle=True),
    Column("destination", "FOR", lambda row, look: awards.place(row.award.destination), 12, 24,
           sort="destination", middle=True),
    Column("amount", "AMOUNT", lambda row, look: portal.awarded(row.allocation, look), 11, 16),
    Column("state", "STATE", lambda row, look: awards.state(row), 9, sort="state", news=True),
    Column("ends", "LAST DAY", _ends, 10, drop=20),
    Column("age", "AGE", lambda row, look: ages.age_in(look.width, row.award.created_at, look.now),
           8, right=True, drop=10, sort="age", ages=True),
)  # fmt: skip


class AwardsPane(AwardActions, ListPane[AwardRow], inherit_bindings=False):
    """Awards made to us."""

    SCOPE = Scope.AWARDS
    PANE = "projects"
    NAME = "Awards"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.AWARDS, Scope.LIST)

    def columns(self) -> Sequence[Column[AwardRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def _order(self) -> str:
        return super()._order() if self.query_shown.sort else "waiting first"

    def award_row(self) -> AwardRow | None:
        """The one under the cursor."""
        return self.list.cursor_row

    def decide(self, make: Callable[[AwardRow], Command]) -> None:
        """About all that are marked, or the one under the cursor."""
        bulk.decide(self, self.list, make, named)

    async def detail(self, row: AwardRow) -> Build:
        """What it is, and what approving it would do."""
        found = await self.session.backend.openportal.review(row.key)
        return lambda look: awards.single(found, look)

    def open_row(self, row: AwardRow) -> None:
        """Its review, in the queue if it waits."""
        from tui.panes.award import AwardPane

        self.app.push_screen(AwardPane(self.session, row.key))

    action_award_review = ListPane.action_row_open

    def raw(self, row: AwardRow) -> None:
        """As OpenPortal's own API shows it."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: AwardRow) -> str:
        """Identifier and destination, which name it together."""
        return f"{row.award.identifier} {row.award.destination}"

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "FOR = the service it is for   embargoed = may not be approved yet"

    def hint(self) -> Part:
        """Where all that waits is looked at."""
        key = self.session.key("award.review")
        return f"{key} reviews it in the queue of applications" if self.list.shown else ""

    def nothing(self) -> Sequence[str]:
        """Other portals make them."""
        if self.query_shown.text:
            return super().nothing()
        return ("No other portal has awarded anything.",)


async def show_raw(pane: Pane, row: AwardRow) -> None:
    """An award as OpenPortal's own API shows it. Raises BursarError."""
    data = await pane.session.backend.openportal.raw_award(row.key)
    path = ("Awards", row.award.identifier)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, path, data))
