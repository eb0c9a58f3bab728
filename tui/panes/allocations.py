"""The Allocations pane: who holds how much of what, and of which providers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.core.errors import NotFound
from backend.core.listing import FieldSpec, Query
from backend.placement.model import ConsumerDetail, ConsumerRow
from tui.actions import Scope, bindings
from tui.facets import facetted
from tui.format import ages
from tui.format.consumers import consumer
from tui.format.lines import HEAD, QUIET, Build, Line, Look, Part, line
from tui.format.stock import amounts_fitting, project_of, type_of
from tui.format.units import UNKNOWN
from tui.panes import bulk
from tui.panes.allocation_actions import AllocationActions, about, named
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane, quiet
from tui.panes.raw import RawPane
from tui.panes.related import quoted
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

KIND = "PLC"
TYPES_OFFERED, PROVIDERS_OFFERED = 12, 60
"""Words of the facet picker at most."""
ROWS_LOOKED_AT = 200
"""Rows whose types are offered in a filter, at most; no more is asked for."""


def _project(row: ConsumerRow, look: Look) -> Cell:
    return project_of(row.project, row.project_name, row.known)


def _type(row: ConsumerRow, look: Look) -> Cell:
    return type_of(row.consumer_type, row.known)


def _where(row: ConsumerRow, look: Look) -> Cell:
    return row.provider if row.providers == 1 else f"{row.providers:,} providers"


def _generation(row: ConsumerRow, look: Look) -> Cell:
    return f"gen {row.generation}" if row.known else (UNKNOWN, QUIET)


def _age(row: ConsumerRow, look: Look) -> Cell:
    shown = ages.age_in(look.width, row.created_at, look.now)
    return shown if row.created_at else (UNKNOWN, QUIET)


COLUMNS: tuple[Column[ConsumerRow], ...] = (
    Column("kind", "KIND", lambda row, look: KIND, 4),
    Column("consumer", "NAME/CONSUMER", lambda row, look: row.uuid, 13, 36, sort="consumer",
           middle=True),
    Column("project", "PROJECT", _project, 11, 22, sort="project", middle=True),
    Column("type", "STATE/TYPE", _type, 10, 12, sort="type", news=True),
    Column("amount", "AMOUNT", lambda row, look: amounts_fitting(row.amounts, look), 28, 44,
           sort="amount"),
    Column("where", "WHERE", _where, 11, 20, drop=30, sort="provider", middle=True),
    Column("age", "AGE", _age, 8, right=True, drop=20, sort="age", ages=True),
    Column("use", "USE", _generation, 6, drop=10,
           figure=lambda row: row.generation if row.known else None),
)  # fmt: skip


class AllocationsPane(AllocationActions, ListPane[ConsumerRow], inherit_bindings=False):
    """Consumers with what they hold."""

    SCOPE = Scope.ALLOCATIONS
    PANE = "allocations"
    NAME = "Allocations"
    SORT = "age"
    _met: frozenset[str] = frozenset()
    """Types of rows that were on screen."""
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATIONS, Scope.LIST)

    def columns(self) -> Sequence[Column[ConsumerRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: ConsumerRow) -> Build:
        """What it holds of each provider."""
        try:
            found = await self.session.backend.placement.consumer(row.key)
        except NotFound:
            return _gone(row)
        return lambda look: consumer(found, look)

    def consumer_row(self) -> ConsumerRow | None:
        """The one under the cursor."""
        return self.list.cursor_row

    def open_row(self, row: ConsumerRow) -> None:
        """Everything about it, on the whole screen."""
        self.app.push_screen(AllocationPane(self.session, row.key))

    def raw(self, row: ConsumerRow) -> None:
        """As Placement's own API shows it."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: ConsumerRow) -> str:
        """The uuid."""
        return row.uuid

    def legend(self, look: Look) -> Iterable[Line]:
        """What the short words mean."""
        yield quiet("  PLC placement consumer   AMOUNT of all its providers   gen its generation")

    def hint(self) -> Part:
        """What the row of keys may have no room for."""
        if not self.list.shown:
            return ""
        edit = self.session.key("row.edit")
        return f"{edit} edits amounts   :orphans marks what nothing alive stands behind"

    def nothing(self) -> Sequence[str]:
        """What holds nothing is no consumer."""
        if self.query_shown.text:
            return super().nothing()
        return ("Nobody holds anything.", "A consumer is there while it has allocations.")

    def action_alloc_delete(self) -> None:
        """All that are marked, or the one under the cursor."""
        if self.marks():
            bulk.decide(self, self.list, self.removal, named, about)
        else:
            super().action_alloc_delete()

    def filter_specs(self) -> Sequence[FieldSpec]:
        """With the types of rows that were on screen."""
        rows = map(self.list.source.row, range(min(len(self.list.source), ROWS_LOOKED_AT)))
        self._met |= {row.consumer_type.lower() for row in rows if row and row.known}
        words = [*sorted(self._met - {""}), "unknown"]
        return facetted(self.listing().fields, {"type": words})

    async def facet_specs(self) -> Sequence[FieldSpec]:
        """With the types and providers that there are."""
        types, providers = await self._types(), await self._provider_names()
        return facetted(self.listing().fields, {"type": types, "provider": providers})

    async def _types(self) -> Sequence[str]:
        """Asked for one by one: nothing lists them."""
        found: list[str] = []
        while len(found) < TYPES_OFFERED:
            text = f"!type={'|'.join(map(quoted, found))}" if found else ""
            rows = await self.listing().page(Query(text, sort="type"), 1)
            if not rows or not rows[0].known:
                break
            found.append(rows[0].consumer_type.lower() or "unknown")
        return found

    async def _provider_names(self) -> Sequence[str]:
        listing = self.session.backend.placement.providers
        rows = await listing.page(Query(sort="name"), PROVIDERS_OFFERED)
        return [row.name.lower() for row in rows if row.consumers]


def _gone(row: ConsumerRow) -> Build:
    return lambda look: [
        line("head", (row.uuid, HEAD)),
        line("gone", ("It holds nothing any more.", QUIET)),
    ]


class AllocationPane(AllocationActions, DetailPane, inherit_bindings=False):
    """One consumer on the whole screen."""

    SCOPE = Scope.ALLOCATION
    PANE = "allocations"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATION)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: ConsumerDetail | None = None

    def consumer_row(self) -> ConsumerRow | None:
        """This one, once read."""
        return self.found.row if self.found else None

    async def consumer_found(self) -> ConsumerDetail | None:
        """As it is displayed."""
        return self.found

    def path(self) -> Sequence[str]:
        """Its uuid."""
        return ("Allocations", self.found.row.uuid if self.found else f"consumer {self.key}")

    async def read(self) -> Build:
        """What it holds now."""
        found = self.found = await self.session.backend.placement.consumer(self.key)
        return lambda look: consumer(found, look)

    def action_row_raw(self) -> None:
        """As Placement's own API shows it."""
        if self.found is not None:
            self.start(show_raw, self, self.found.row, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.row.uuid, self.found.row) if self.found else None


async def show_raw(pane: AllocationActions, row: ConsumerRow) -> None:
    """A consumer as Placement's own API shows it. Raises BursarError."""
    data = await pane.session.backend.placement.raw_consumer(row.key)
    path = ("Allocations", row.uuid)
    await pane.app.push_screen(RawPane(pane.session, pane.PANE, path, data))
