"""The Commissions pane: what is pending, what just happened, and the way out of stuck ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from backend.backend import Query
from backend.core.errors import BursarError, NotFound
from backend.core.plan import Receipt
from backend.quotas.model import (
    AcceptCommission,
    CommissionDetail,
    CommissionRow,
    FeedEvent,
    Rates,
    RejectCommission,
)
from tui.actions import Action, Scope, bindings
from tui.format import ages, names
from tui.format.commissions import detail, feed_line, is_overdue
from tui.format.lines import HEAD, QUIET, WARN, Build, Line, Look, Part, line, wrapped
from tui.format.sparks import MINUTES, rates
from tui.format.units import changes
from tui.panes import bulk
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.kept import Beside
from tui.widgets.legend import Legend
from tui.widgets.strips import Cell
from tui.widgets.table import ResourceTable
from tui.widgets.text import TextPanel

FEED_KEPT = 200
OLDEST_KEPT = 100
STYLE = Path(__file__).parents[1] / "styles" / "decisions.tcss"


def _age(row: CommissionRow, look: Look) -> Cell:
    late = is_overdue(row.issued_at, look.now)
    return ages.age_in(look.width, row.issued_at, look.now), WARN if late else ""


def _state(row: CommissionRow, look: Look) -> Cell:
    return ("overdue", WARN) if is_overdue(row.issued_at, look.now) else ""


def _holder(row: CommissionRow, look: Look) -> str:
    return (names.person if look.width < 14 else names.brief_person)(row.holder)


COLUMNS: tuple[Column[CommissionRow], ...] = (
    Column("serial", "SERIAL", lambda row, look: str(row.key), 6, 9, right=True, sort="serial"),
    Column("age", "AGE", _age, 8, 8, right=True, sort="age", ages=True),
    Column("service", "SERVICE", lambda row, look: row.clientkey, 9, 14, sort="service"),
    Column("name", "NAME", lambda row, look: row.name, 10, 22, sort="name", drop=20),
    Column("for", "FOR", _holder, 7, 20, enough=12),
    Column("prov", "PROV", lambda row, look: str(row.provisions), 4, right=True, drop=30),
    Column("change", "CHANGE", lambda row, look: changes(row.change, look.units), 14, 28,
           enough=18),
    Column("state", "", _state, 7, news=True, ages=True),
)  # fmt: skip


class Settling(Pane, inherit_bindings=False):
    """A screen with one commission on it that can be accepted or rejected."""

    def serial(self) -> int:
        """The commission, 0 when there is none."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be one."""
        settles = action.id.startswith("commissions.") and action.changes_data
        if settles and not self.serial() and not self.marks():
            return "no commission is selected"
        return super().refusal(action)

    def settle(self, command: type[AcceptCommission | RejectCommission]) -> None:
        """Preview what becomes of it."""
        self.change(command(actor=self.session.connection.actor, serial=self.serial()))

    def action_commissions_accept(self) -> None:
        """Preview making it final."""
        self.settle(AcceptCommission)

    def action_commissions_reject(self) -> None:
        """Preview taking it back."""
        self.settle(RejectCommission)


class CommissionsPane(Settling, ListPane[CommissionRow], inherit_bindings=False):
    """Pending commissions above the live feed."""

    SCOPE = Scope.COMMISSIONS
    PANE = "commissions"
    NAME = "Commissions"
    CSS_PATH = STYLE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.COMMISSIONS, Scope.LIST)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._events: Sequence[FeedEvent] = ()
        self._oldest: Sequence[int] = ()
        self._rates: Rates | None = None
        self._tail = True

    def columns(self) -> Sequence[Column[CommissionRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def serial(self) -> int:
        """The one under the cursor."""
        return self.list.cursor_key if self.list.cursor_row is not None else 0

    def settle(self, command: type[AcceptCommission | RejectCommission]) -> None:
        """All that are marked, or the one under the cursor."""
        actor = self.session.connection.actor
        bulk.decide(
            self,
            self.list,
            lambda row: command(actor=actor, serial=row.key),
            lambda row: str(row.key),
        )

    def body(self) -> ComposeResult:
        """The list above the feed, the detail at their side."""
        look = self.session.look
        self.list = ResourceTable(self.listing(), self.columns(), look, id="list")
        self.side = TextPanel(look, id="side")
        self.legend_panel = Legend(look, self.list, self.legend)
        self.third = TextPanel(look, id="third")
        self.feed = TextPanel(look, id="feed")
        with Beside(id="columns"):
            with Vertical(id="flow"):
                yield self.list
                yield self.feed
            yield self.side
            yield self.third
        yield self.legend_panel

    async def detail(self, row: CommissionRow) -> Build:
        """Its provisions."""
        try:
            found = await self.session.backend.quotas.commission(row.key)
        except NotFound as error:
            return _gone(row.key, error)
        return lambda look: detail(found, look)

    def open_row(self, row: CommissionRow) -> None:
        """Its provisions on the whole screen."""
        self.app.push_screen(CommissionPane(self.session, row.key))

    def raw(self, row: CommissionRow) -> None:
        """The commission as it is kept."""
        self.app.push_screen(
            RawPane(self.session, self.PANE, (self.NAME, str(row.key)), asdict(row))
        )

    def nothing(self) -> Sequence[str]:
        """That nothing is pending is good."""
        if self.query_shown.text:
            return super().nothing()
        if why := self.session.connection.lacks.get("AcceptCommission"):
            return ("What is pending is not shown.", why)
        return ("Nothing is pending.", "What services issue shows up here by itself.")

    def on_mount(self) -> None:
        """The feed is read beside the list."""
        self._follow()

    def _follow(self) -> None:
        self.start(self._read_feed, group="feed")

    async def _read_feed(self) -> None:
        oldest = await self.listing().page(Query(sort="age"), OLDEST_KEPT)
        self._oldest = [row.issued_at for row in oldest]
        self._rates = await self.session.backend.quotas.rates(MINUTES)
        if self._tail:
            self._events = await self.session.backend.quotas.feed(FEED_KEPT)
        self.feed.show(self._feed_lines)
        self.show_chrome()

    async def refresh_data(self) -> None:
        """List, detail and, while it is followed, the feed."""
        await super().refresh_data()
        await self._read_feed()

    def view_facts(self) -> Iterable[Part]:
        """How many should have been settled long ago."""
        now = self.session.now()
        late = sum(is_overdue(issued_at, now) for issued_at in self._oldest)
        if late:
            more = "+" if late == OLDEST_KEPT else ""
            yield f"{late}{more} overdue (>5m)", WARN

    def tick(self) -> None:
        """Ages grow."""
        super().tick()
        self.feed.redraw()

    def redraw(self) -> None:
        """Units or signs changed."""
        super().redraw()
        self.feed.redraw()

    def action_commissions_tail(self) -> None:
        """Follow the feed, or hold it still to read it."""
        self._tail = not self._tail
        self.feed.show(self._feed_lines, home=self._tail)
        self._follow()

    def _feed_lines(self, look: Look) -> Iterable[Line]:
        tail = f"{self.session.key('commissions.tail')} tail {'on' if self._tail else 'off'}"
        yield line("", ("  FEED", HEAD), (f"  {tail}   newest first", QUIET))
        if self._rates and self._rates.known:
            yield from rates(self._rates, look)
        elif self._rates:
            yield line("", ("  What happens to commissions is not shown.", QUIET))
        if not self._events and (self._rates is None or self._rates.known):
            yield line("", ("  Nothing happened yet.", QUIET))
        for event in self._events:
            yield feed_line(event, look)


class CommissionPane(Settling, DetailPane, inherit_bindings=False):
    """One commission on the whole screen."""

    SCOPE = Scope.COMMISSION
    PANE = "commissions"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.COMMISSION)

    def __init__(self, session: Session, serial: int) -> None:
        super().__init__(session)
        self._serial = serial
        self._found: CommissionDetail | None = None

    def serial(self) -> int:
        """This one, while it is pending."""
        return self._serial if self._found is not None else 0

    def path(self) -> Sequence[str]:
        """The serial."""
        return ("Commissions", str(self._serial))

    async def read(self) -> Build:
        """Its provisions, or that it is no longer pending."""
        try:
            found = self._found = await self.session.backend.quotas.commission(self._serial)
        except NotFound as error:
            self._found = None
            return _gone(self._serial, error)
        return lambda look: detail(found, look)

    def changed(self, receipt: Receipt) -> None:
        """Settled: there is nothing left to look at here."""
        if self.is_current:
            self.app.pop_screen()

    def action_row_raw(self) -> None:
        """The commission as it is kept."""
        if self._found is not None:
            found = asdict(self._found)
            self.app.push_screen(RawPane(self.session, self.PANE, self.path(), found))

    def subject(self) -> tuple[str, object] | None:
        """The serial and the commission's row."""
        return (str(self._serial), self._found.row) if self._found else None


def _gone(serial: int, error: BursarError) -> Build:
    return lambda look: [
        line("head", (f"Commission {serial}", HEAD)),
        *wrapped("gone", str(error), look.width, style=QUIET),
    ]
