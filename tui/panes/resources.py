"""Resources: what is counted, the defaults of projects to come, and who is shown what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType

from backend.core.errors import Invalid, NotFound
from backend.core.filter import amount as number_of
from backend.core.filter import amount_text
from backend.core.plan import Command
from backend.core.text import counted
from backend.quotas.model import BYTES, ModifyResource, ResourceDetail, ResourceRow
from tui.actions import Action, Scope, bindings
from tui.asking import Asked, Fault
from tui.format.lines import BAD, HEAD, QUIET, Build, Line, Look, blank, line, wrapped
from tui.format.names import shorten
from tui.format.units import UNKNOWN, amount, known
from tui.panes import bulk
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.pane import Pane
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.prompt import MessageRow
from tui.widgets.strips import Cell

BASE, PROJECT = "base default of ", "project default of "
"""What a line asks for; the name follows."""
NAMED = 30
"""Cells of a name in a line."""
FIELDS = {BASE: "uplimit", PROJECT: "project_default"}
TOGGLES = {"resource.api": "api_visible", "resource.ui": "ui_visible"}


class AmountLine(Asked):
    """An amount, read as in filters."""

    def fault(self, text: str, *, entered: bool) -> Fault | None:
        """What is no amount, or below nothing."""
        if not text.strip() and not entered:
            return None
        try:
            number = number_of(text.strip())
        except ValueError as error:
            return Fault(0, str(error))
        return Fault(0, "not below 0") if number < 0 else None


def _figure(row: ResourceRow, number: int, look: Look) -> str:
    return amount(number, row.unit, look.units)


def _default(row: ResourceRow, number: int, look: Look) -> str:
    return known(row.resource.known, _figure(row, number, look))


def _base(row: ResourceRow, look: Look) -> Cell:
    return _default(row, row.resource.uplimit, look)


def _project(row: ResourceRow, look: Look) -> Cell:
    return _default(row, row.resource.project_default, look)


def _shown(on: bool) -> Cell:
    return "yes" if on else ("no", QUIET)


def _over(row: ResourceRow, look: Look) -> Cell:
    if not row.complete and not row.over:
        return UNKNOWN, QUIET
    return (f"{row.over:,}", BAD) if row.over else ("-", QUIET)


COLUMNS: tuple[Column[ResourceRow], ...] = (
    Column("name", "RESOURCE", lambda row, look: row.name, 18, 36, sort="name", middle=True),
    Column("service", "SERVICE", lambda row, look: row.resource.service_origin, 9, 16,
           sort="service", drop=10),
    Column("base", "BASE DEFAULT", _base, 14, 14, 20,
           right=True, sort="base", news=True),
    Column("project", "PROJECT DEFAULT", _project, 17, 17, 20, right=True, sort="project"),
    Column("unit", "UNIT", lambda row, look: row.unit, 5, drop=20),
    Column("api", "API", lambda row, look: _shown(row.resource.api_visible), 3),
    Column("ui", "UI", lambda row, look: _shown(row.resource.ui_visible), 3),
    Column("over", "OVER", _over, 5, right=True),
)  # fmt: skip


def resource(found: ResourceDetail, look: Look) -> Iterator[Line]:
    """A resource, its defaults and what exists of it."""
    row, one = found.row, found.row.resource
    yield line("name", (one.name, HEAD))
    if one.description:
        yield from wrapped("about", one.description, look.width, 0, QUIET)
    yield blank()
    kind = f" ({one.service_type})" if one.service_type else ""
    facts = {
        "Service": f"{one.service_origin}{kind}",
        "Counted in": one.unit or "pieces",
        "Base default": _default(row, one.uplimit, look),
        "Project default": _default(row, one.project_default, look),
        "Shown in API": "yes" if one.api_visible else "no",
        "Shown in UI": "yes" if one.ui_visible else "no",
    }
    for name, told in facts.items():
        yield line(name, f"{name:<16} {told}")
    yield blank()
    holdings, pools = counted(found.members, "holding"), counted(found.pools, "project")
    yield line("members", f"{holdings} of people in {pools}")
    used = f"{found.used:,} in use" if row.complete else "what is used is not shown"
    yield line("used", f"{used}, {found.unlimited:,} without a limit")
    if row.over:
        yield line("over", (f"{row.over:,} over the effective limit", BAD))
    yield blank()
    yield from wrapped("note", "Defaults are for projects to come only.", look.width, 0, QUIET)


class ResourceActions(Pane, inherit_bindings=False):
    """Change defaults and visibility of the resource of `resource_row`."""

    def resource_row(self) -> ResourceRow | None:
        """The resource, None when there is none."""
        raise NotImplementedError

    def command(self, action: str, row: ResourceRow) -> ModifyResource:
        """What an action that needs nothing typed asks for: the other visibility."""
        field = TOGGLES[action]
        return self._modify(row, field, not getattr(row.resource, field))

    async def marked_rows(self) -> list[ResourceRow]:
        """What is marked and still there. Raises BursarError."""
        return []

    def decide(self, make: Callable[[ResourceRow], Command]) -> None:
        """Preview what `make` says for the resource, or for each that is marked."""
        raise NotImplementedError

    def refusal(self, action: Action) -> str:
        """There has to be a resource."""
        why = super().refusal(action)
        if why or self.marks() or not action.id.startswith("resource."):
            return why
        return "" if self.resource_row() else "no resource is selected"

    def _modify(self, row: ResourceRow, field: str, value: int | bool) -> ModifyResource:
        if getattr(row.resource, field) == value:
            raise Invalid(f"{row.name} has this value already")
        keeping = ModifyResource(actor=self.session.connection.actor, name=row.name)
        return replace(keeping, **{field: value})  # type: ignore[arg-type]

    def action_resource_base(self) -> None:
        """Type another default of base projects."""
        self._ask(BASE)

    def action_resource_project(self) -> None:
        """Type another default of other projects."""
        self._ask(PROJECT)

    def action_resource_api(self) -> None:
        """Show in the API, or hide."""
        self._toggle("resource.api")

    def action_resource_ui(self) -> None:
        """Show in the UI, or hide."""
        self._toggle("resource.ui")

    def _toggle(self, action: str) -> None:
        self.decide(lambda row: self.command(action, row))

    def _ask(self, what: str) -> None:
        if self.marks():
            self.session.ahead.wait(self.start(self._ask_marked, what, group="ask"), self)
        elif (row := self.resource_row()) is not None:
            self._ask_about(what, row, row.name)

    async def _ask_marked(self, what: str) -> None:
        """One amount for all, which no amount is when some are bytes and others pieces."""
        rows = await self.marked_rows()
        if not rows:
            raise NotFound("the marked resources are no longer there", hint="mark others")
        if len({row.unit for row in rows}) > 1:
            kinds = " and ".join(sorted({row.unit or "pieces" for row in rows}))
            told = f"the marked resources are counted in {kinds}"
            raise Invalid(told, hint="mark those of one kind")
        name = rows[0].name if len(rows) == 1 else counted(len(rows), "resource")
        self._ask_about(what, rows[0], name)

    def _ask_about(self, what: str, row: ResourceRow, name: str) -> None:
        now = getattr(row.resource, FIELDS[what])
        text = amount_text(now) if row.unit == BYTES else amount(now, style="raw")
        sign = f"{what}{shorten(name, NAMED, self.session.look().glyphs)}: "
        self.ask_line(sign, text, AmountLine(), self.session.typed.get(what, ()))

    @on(MessageRow.Closed)
    def _typed(self, event: MessageRow.Closed) -> None:
        what = next((one for one in FIELDS if event.sign.startswith(one)), "")
        if what and event.kept:
            number = number_of(event.text.strip())
            self.session.remember(what, event.text)
            self.decide(lambda row: self._modify(row, FIELDS[what], number))


class ResourcesPane(ResourceActions, ListPane[ResourceRow], inherit_bindings=False):
    """Resources with their defaults."""

    SCOPE = Scope.RESOURCES
    PANE = "quotas"
    NAME = "Resources"
    SORT = "name"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.RESOURCES, Scope.LIST)

    def columns(self) -> Sequence[Column[ResourceRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: ResourceRow) -> Build:
        """What exists of it."""
        found = await self.session.backend.quotas.resource(row.key)
        return lambda look: resource(found, look)

    def legend(self, look: Look) -> Iterable[str]:
        """What the short words mean."""
        yield "DEFAULT = the limit with which new base projects, or other new ones, begin"
        yield "OVER = holders over their effective limit"

    def resource_row(self) -> ResourceRow | None:
        """The one under the cursor."""
        return self.list.cursor_row

    async def marked_rows(self) -> list[ResourceRow]:
        """Read again: what is marked need not be listed."""
        return list((await self.listing().rows(list(self.state.marked))).values())

    def decide(self, make: Callable[[ResourceRow], Command]) -> None:
        """About all that are marked, or the one under the cursor."""
        bulk.decide(self, self.list, make, lambda row: row.name)

    def open_row(self, row: ResourceRow) -> None:
        """The detail on the whole screen."""
        self.app.push_screen(ResourcePane(self.session, row.key))

    def raw(self, row: ResourceRow) -> None:
        """The resource as kept."""
        data = asdict(row.resource)
        self.app.push_screen(RawPane(self.session, self.PANE, (self.NAME, row.name), data))

    def copied(self, row: ResourceRow) -> str:
        """The name, which is what the API knows it by."""
        return row.name


class ResourcePane(ResourceActions, DetailPane, inherit_bindings=False):
    """One resource on the whole screen."""

    SCOPE = Scope.RESOURCE
    PANE = "quotas"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.RESOURCE)

    def __init__(self, session: Session, key: int) -> None:
        super().__init__(session)
        self.key = key
        self.found: ResourceDetail | None = None

    def resource_row(self) -> ResourceRow | None:
        """This one, once read."""
        return self.found.row if self.found else None

    def decide(self, make: Callable[[ResourceRow], Command]) -> None:
        """About this one."""
        if self.found is not None:
            try:
                self.change(make(self.found.row))
            except Invalid as error:
                self.session.told(error)

    def path(self) -> Sequence[str]:
        """Its name."""
        return ("Resources", self.found.row.name if self.found else f"resource {self.key}")

    async def read(self) -> Build:
        """The resource now."""
        found = self.found = await self.session.backend.quotas.resource(self.key)
        return lambda look: resource(found, look)

    def action_row_raw(self) -> None:
        """The resource as kept."""
        if self.found is not None:
            data = asdict(self.found.row.resource)
            self.app.push_screen(RawPane(self.session, self.PANE, self.path(), data))

    def subject(self) -> tuple[str, object] | None:
        """The name and the resource's row."""
        return (self.found.row.name, self.found.row) if self.found else None
