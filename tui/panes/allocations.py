"""The Allocations pane: who holds how much of what, and where; all systems in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from backend.allocations.model import KINDS, AllocationRow
from backend.backend import NICO, OPENPORTAL, PLACEMENT
from backend.core.errors import Invalid, NotFound
from backend.core.listing import FieldSpec, Query
from backend.core.text import counted
from backend.nico.model import NicoRow
from backend.openportal.model import PortalRow
from backend.placement.model import ConsumerRow
from tui.actions import Scope, bindings
from tui.facets import facetted
from tui.format import consumers, nico, portal_text
from tui.format.lines import HEAD, QUIET, WARN, Build, Look, Part, line
from tui.panes import bulk, portal_actions
from tui.panes.allocation_columns import columns_for
from tui.panes.consumer_actions import about, named
from tui.panes.kinds import AllocationActions
from tui.panes.listpane import ListPane
from tui.panes.related import quoted
from tui.panes.value_actions import Set
from tui.widgets.columns import Column

if TYPE_CHECKING:
    from backend.core.plan import Command
    from tui.forms.form import Form

ROWS = (ConsumerRow, PortalRow, PortalRow, NicoRow)
"""What a row is of, in the order of kinds."""
TYPES_OFFERED, PLACES_OFFERED = 12, 60
"""Words of the facet picker at most."""
ROWS_LOOKED_AT = 200
"""Rows whose types are offered in a filter, at most; no more is asked for."""


class AllocationsPane(AllocationActions, ListPane[AllocationRow], inherit_bindings=False):
    """Consumers with what they hold, allocations with what they used this month."""

    SCOPE = Scope.ALLOCATIONS
    PANE = "allocations"
    NAME = "Allocations"
    SORT = "age"
    _met: frozenset[str] = frozenset()
    """Types of rows that were on screen."""
    _marked: tuple[tuple[int, int], frozenset[type]] = (0, 0), frozenset()
    """How many are marked and which was last, and the kinds of all."""
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ALLOCATIONS, Scope.LIST)

    def columns(self) -> Sequence[Column[AllocationRow]]:
        """See `columns_for`."""
        return columns_for(OPENPORTAL in self.session.connection.systems)

    async def refresh_data(self) -> None:
        """A server may have said meanwhile which systems it has."""
        if self.list.columns != tuple(columns := self.columns()):
            self.list.show_columns(columns)
        await super().refresh_data()

    async def detail(self, row: AllocationRow) -> Build:
        """What it holds of each provider, or how it stands."""
        backend, of = self.session.backend, row.of
        try:
            if isinstance(of, PortalRow):
                allocation = await backend.openportal.allocation(of.key)
                return lambda look: portal_text.allocation(allocation, look, self.session.key)
            if isinstance(of, NicoRow):
                given = await backend.nico.allocation(of.key)
                return lambda look: nico.constraint(given, look)
            consumer = await backend.placement.consumer(of.key)
            return lambda look: consumers.consumer(consumer, look)
        except NotFound:
            return _gone(row)

    def of(self) -> ConsumerRow | PortalRow | NicoRow | None:
        """The one under the cursor."""
        row = self.list.cursor_row
        return None if row is None else row.of

    def marked_kinds(self) -> frozenset[type]:
        """By what their keys say; kept, since many may be marked."""
        marked = self.state.marked
        told = len(marked), next(reversed(marked), 0)
        if self._marked[0] != told:
            self._marked = told, frozenset(ROWS[key % KINDS] for key in marked)
        return self._marked[1]

    def open_row(self, row: AllocationRow) -> None:
        """Everything about it, on the whole screen."""
        from tui.panes.consumer import ConsumerPane
        from tui.panes.nico import NicoPane
        from tui.panes.portal import PortalPane

        session, of = self.session, row.of
        if isinstance(of, PortalRow):
            self.app.push_screen(PortalPane(session, of.key))
        elif isinstance(of, NicoRow):
            self.app.push_screen(NicoPane(session, of.key))
        else:
            self.app.push_screen(ConsumerPane(session, of.key))

    def raw(self, row: AllocationRow) -> None:
        """As the system's own API shows it."""
        from tui.panes.allocation import show_raw

        self.start(show_raw, self, row.of, group="raw")

    def copied(self, row: AllocationRow) -> str:
        """The uuid."""
        return row.of.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean, of the systems that are connected."""
        systems = self.session.connection.systems
        if OPENPORTAL not in systems:
            if PLACEMENT in systems:
                yield "PLC placement consumer   AMOUNT of all its providers   gen = changes so far"
            return
        consumers = "PLC placement consumer   " if PLACEMENT in systems else ""
        yield f"{consumers}OPL OpenPortal   OPR OpenPortal, another portal"
        generation = "   gen = changes" if PLACEMENT in systems else ""
        yield f"OPL, OPR: node-hours this month of the limit; ERR is ERRED{generation}"
        yield "USE: ! 80%, !! 90%, OVER all; CODE of its code; DIFF limits differ, see :codes"

    def hint(self) -> Part:
        """What needs looking after, or what the row of keys may have no room for."""
        if not self.list.shown:
            return ""
        if told := self._wrong():
            return told, WARN
        if self.nico_row() is not None:
            if self.session.unable(["SetConstraintValue"]):
                return ":constraints says what it may become"
            edit, set = self.session.key("row.edit"), self.session.key("alloc.limit")
            return f"{edit} renames   {set} sets the value   :constraints says what it may become"
        if self.consumer_row() is not None:
            edit = self.session.key("row.edit")
            return f"{edit} edits amounts   :orphans marks what nothing alive stands behind"
        totals = self.session.key("alloc.totals")
        return f"{totals} adds up   :codes has the limit of a project code once"

    def _wrong(self) -> str:
        """What needs looking after, and which command lists it."""
        if (badges := self.session.badges) is None:
            return ""
        told = [f"{badges.erred:,} ERRED, :allocations erred"] if badges.erred else []
        if badges.overspent:
            told.append(f"{counted(badges.overspent, 'code')} over, :codes over")
        return "   ".join(told)

    def nothing(self) -> Sequence[str]:
        """What holds nothing is no consumer."""
        if self.query_shown.text:
            return super().nothing()
        new = self.session.key("alloc.new")
        return (
            "There are no allocations.",
            f"A consumer is there while it holds something; {new} makes one of OpenPortal.",
        )

    # Deciding

    def decide(self, make: Callable[[PortalRow], Command]) -> None:
        """About all that are marked, or the one under the cursor."""

        def made(row: AllocationRow) -> Command:
            if not isinstance(row.of, PortalRow):
                raise Invalid("only allocations of OpenPortal have that")
            return make(row.of)

        bulk.decide(self, self.list, made, _named)

    def action_alloc_delete(self) -> None:
        """All that are marked, of whatever kind, or the one under the cursor."""
        if self.marks():
            bulk.decide(self, self.list, self._removal, _named, self._about)
        else:
            super().action_alloc_delete()

    def _removal(self, row: AllocationRow) -> Command:
        of = row.of
        if isinstance(of, NicoRow):
            return self.nico_deletion(of)
        return self.deletion(of) if isinstance(of, PortalRow) else self.removal(of)

    def _about(self, row: AllocationRow) -> str:
        """What it can be judged by."""
        of = row.of
        return about(of, self.session.now()) if isinstance(of, ConsumerRow) else _named(row)

    def action_alloc_limit(self) -> None:
        """Another limit or value for all that are marked, or for the one under the cursor."""
        if self.marks():
            self.session.ahead.wait(self.start(self._limit_marked, group="ask"), self)
        else:
            super().action_alloc_limit()

    async def _limit_marked(self) -> None:
        keys, _ = bulk.meant(self.list)
        rows = [row.of for row in (await self.listing().rows(keys)).values()]
        given = [one for one in rows if isinstance(one, NicoRow)]
        ours = [one for one in rows if isinstance(one, PortalRow)]
        if not given:
            self.ask_limit(ours)
        elif ours:
            told = "allocations of OpenPortal and of NICo are marked"
            raise Invalid(told, hint="mark those of one system")
        else:
            self.ask_value(given)

    def set_values(self, make: Set, judge: bulk.Judge) -> None:
        """About all that are marked."""

        def made(row: AllocationRow) -> Command:
            if not isinstance(row.of, NicoRow):
                raise Invalid("only allocations of NICo have that")
            return make(row.of)

        bulk.decide(self, self.list, made, _named, judge=judge)

    def action_alloc_new(self) -> None:
        """Make a new allocation of OpenPortal or of NICo."""
        self.fill_in(self._new)

    async def _new(self) -> Form | None:
        from tui.forms.portal import PortalForms
        from tui.panes.nico_actions import can_give, new_form
        from tui.widgets.choice import Choice

        session, systems = self.session, self.session.connection.systems
        offered = [("openportal", "OpenPortal: node-hours on a service")]
        offered = offered if OPENPORTAL in systems else []
        offered += await self.waiting(can_give(self)) if NICO in systems else []
        chosen: str | None = offered[0][0] if offered else "openportal"
        if len(offered) > 1:
            chosen = await self.chosen(Choice("New allocation", offered))
        if chosen is None:
            return None
        if chosen != "openportal":
            return await new_form(self, chosen)
        return await PortalForms(session.backend, session.look()).new(self.portal_row())

    def action_alloc_totals(self) -> None:
        """What the marked ones come to, or all that are listed."""
        from tui.panes import totals

        totals.show(self, totals.of_allocations)

    # Filters

    def filter_specs(self) -> Sequence[FieldSpec]:
        """With the types of rows that were on screen."""
        rows = map(self.list.source.row, range(min(len(self.list.source), ROWS_LOOKED_AT)))
        consumers = (row.of for row in rows if row and isinstance(row.of, ConsumerRow))
        self._met |= {one.consumer_type.lower() for one in consumers if one.known}
        words = [*sorted(self._met - {""}), "unknown"]
        return facetted(self.listing().fields, {"type": words})

    async def facet_specs(self) -> Sequence[FieldSpec]:
        """With the types, providers and services that there are."""
        types, providers = await self._types(), await self._provider_names()
        words = {"type": types, "provider": providers, "service": await self._services()}
        return facetted(self.listing().fields, words)

    async def _types(self) -> Sequence[str]:
        """Asked for one by one: nothing lists them."""
        found: list[str] = []
        while len(found) < TYPES_OFFERED:
            others = f" !type={'|'.join(map(quoted, found))}" if found else ""
            query = Query(f"kind:plc !unread{others}", sort="state")
            row = next(iter(await self.listing().page(query, 1)), None)
            if row is None or not isinstance(row.of, ConsumerRow):
                break
            found.append(row.of.consumer_type.lower() or "unknown")
        return found

    async def _provider_names(self) -> Sequence[str]:
        listing = self.session.backend.placement.providers
        rows = await listing.page(Query(sort="name"), PLACES_OFFERED)
        return [row.name.lower() for row in rows if row.consumers]

    async def _services(self) -> Sequence[str]:
        listing = self.session.backend.openportal.services
        rows = await listing.page(Query(sort="name"), PLACES_OFFERED)
        return [row.service.name.lower() for row in rows if row.allocations]


def _named(row: AllocationRow) -> str:
    if isinstance(row.of, NicoRow):
        return row.of.name
    return portal_actions.named(row.of) if isinstance(row.of, PortalRow) else named(row.of)


def _gone(row: AllocationRow) -> Build:
    is_consumer = isinstance(row.of, ConsumerRow)
    name = row.of.uuid if isinstance(row.of, ConsumerRow) else row.of.name
    told = "It holds nothing any more." if is_consumer else "It is not there any more."
    return lambda look: [line("head", (name, HEAD)), line("gone", (told, QUIET))]
