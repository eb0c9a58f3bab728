"""The Constraints pane: what tenants of NICo are given, and what it may become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from backend.nico.model import ConstraintRow, Kind, NicoDetail
from tui.actions import Action, Scope, bindings
from tui.format.lines import BAD, QUIET, WARN, Build, Look, Part
from tui.format.nico import bounds, constraint, resource, value
from tui.format.units import UNKNOWN
from tui.panes import bulk, unconnected
from tui.panes.constraint_actions import ConstraintActions, show_raw
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.value_actions import Set
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.strips import Cell


def _used(row: ConstraintRow, look: Look) -> Cell:
    return (UNKNOWN, QUIET) if row.used is None else f"{row.used:,}"


def _left(row: ConstraintRow, look: Look) -> Cell:
    if row.left is None:
        return (look.glyphs.none, QUIET) if row.kind is Kind.ADDRESSES else (UNKNOWN, QUIET)
    return f"{row.left:,}", BAD if row.left < 0 else WARN if not row.left else ""


COLUMNS: tuple[Column[ConstraintRow], ...] = (
    Column("name", "ALLOCATION", lambda row, look: row.allocation_name, 11, 24, sort="name",
           middle=True),
    Column("tenant", "TENANT", lambda row, look: row.tenant_org, 7, 14, sort="tenant",
           middle=True),
    Column("type", "TYPE", lambda row, look: row.kind.value, 12, drop=10,
           sort="type"),
    Column("resource", "RESOURCE", lambda row, look: resource(row), 13, 20, sort="resource",
           middle=True),
    Column("mode", "KIND", lambda row, look: row.mode_told, 8, 11, drop=40, sort="mode"),
    Column("value", "VALUE", lambda row, look: value(row.kind, row.value), 5, 7, right=True,
           sort="value", news=True),
    Column("used", "USED", _used, 4, 6, right=True, drop=15, sort="used",
           figure=lambda row: row.used),
    Column("left", "SPARE", _left, 5, 6, right=True, drop=20, sort="left",
           figure=lambda row: row.left),
    Column("site", "SITE", lambda row, look: row.site_name, 6, 12, drop=30, sort="site",
           middle=True),
    Column("bounds", "MAY BECOME", lambda row, look: bounds(row.kind, row.bounds), 17, 32,
           sort="most"),
)  # fmt: skip


class ConstraintsPane(ConstraintActions, ListPane[ConstraintRow], inherit_bindings=False):
    """Constraints with what they may become."""

    SCOPE = Scope.CONSTRAINTS
    PANE = "constraints"
    NAME = "Constraints"
    SORT = "name"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CONSTRAINTS, Scope.LIST)

    def columns(self) -> Sequence[Column[ConstraintRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: ConstraintRow) -> Build:
        """What it may become and why, of what it is, who has the rest."""
        found = await self.session.backend.nico.constraint(row.key)
        return lambda look: constraint(found, look)

    def constraint_row(self) -> ConstraintRow | None:
        """The one under the cursor."""
        return self.list.cursor_row

    async def marked_rows(self) -> Sequence[ConstraintRow]:
        """Read again: what is marked need not be listed."""
        keys, _ = bulk.meant(self.list)
        return list((await self.listing().rows(keys)).values())

    def set_values(self, make: Set, judge: bulk.Judge) -> None:
        """About all that are marked."""
        bulk.decide(self, self.list, make, lambda row: row.allocation_name, judge=judge)

    def action_alloc_totals(self) -> None:
        """What the marked ones come to, or all that are listed."""
        from tui.panes import totals

        totals.show(self, totals.of_constraints)

    def refusal(self, action: Action) -> str:
        """The other view needs its system."""
        if action.id == "constraints.view":
            return "".join(unconnected("inventories", self.session.connection.systems)[:1])
        return super().refusal(action)

    def hint(self) -> Part:
        """What is over in the other view, else what can be done."""
        badges, view = self.session.badges, self.session.key("constraints.view")
        edit, sum = self.session.key("row.edit"), self.session.key("alloc.totals")
        edits = f"{sum} adds up" if self.list.shown else ""
        if edits and not self.session.unable(["SetConstraintValue"]):
            edits = f"{edit} edits the value   {edits}"
        if badges is not None and badges.overgiven:
            filter = self.session.key("list.filter")
            return f"! {badges.overgiven:,} over   {filter} over shows them   {edits}".rstrip(), BAD
        if badges is not None and badges.overfull:
            told = "1 inventory" if badges.overfull == 1 else f"{badges.overfull:,} inventories"
            return f"! {told} over   {view} shows them   {edits}".rstrip(), BAD
        return edits

    def open_row(self, row: ConstraintRow) -> None:
        """The same on the whole screen."""
        self.app.push_screen(ConstraintPane(self.session, row.key))

    def raw(self, row: ConstraintRow) -> None:
        """As NICo's own API shows its allocation."""
        self.start(show_raw, self, row, group="raw")

    def copied(self, row: ConstraintRow) -> str:
        """The uuid of the constraint."""
        return row.uuid

    def legend(self, look: Look) -> Iterable[str]:
        """What the figures are of."""
        yield "VALUE = machines, or the prefix length   USED = instances, or prefixes"
        yield "USED, SPARE = of all machines of the type that the tenant has, not of this row"

    def nothing(self) -> Sequence[str]:
        """Where the other view is."""
        if self.query_shown.text:
            return super().nothing()
        key = self.session.key("constraints.view")
        return ("No tenant of NICo is given anything.", f"{key} shows Placement's inventories")

    def action_constraints_view(self) -> None:
        """The inventories of Placement."""
        self.post_message(self.Ordered("inventories"))


class ConstraintPane(ConstraintActions, DetailPane, inherit_bindings=False):
    """One constraint on the whole screen."""

    SCOPE = Scope.CONSTRAINT
    PANE = "constraints"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CONSTRAINT)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: NicoDetail | None = None

    def constraint_row(self) -> ConstraintRow | None:
        """This one, once read."""
        return self.found.constraint if self.found else None

    def path(self) -> Sequence[str]:
        """The name of its allocation."""
        return ("Constraints", self.found.row.name if self.found else f"constraint {self.key}")

    async def read(self) -> Build:
        """As it is now. Raises NotFound when it is gone."""
        found = self.found = await self.session.backend.nico.constraint(self.key)
        return lambda look: constraint(found, look)

    def action_row_raw(self) -> None:
        """As NICo's own API shows its allocation."""
        if self.found is not None:
            self.start(show_raw, self, self.found.constraint, group="raw")

    def subject(self) -> tuple[str, object] | None:
        """The uuid and the row."""
        return (self.found.constraint.uuid, self.found.constraint) if self.found else None
