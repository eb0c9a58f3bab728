"""The Audit pane: who did what, when, why, and what became different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import ClassVar

from textual import on
from textual.binding import BindingType

from backend.backend import JournalDetail, JournalRow
from backend.core.journal import REFUSED
from tui.actions import Action, Scope, bindings
from tui.format import ages, names
from tui.format.entries import entry, ticket
from tui.format.lines import BAD, WARN, Build, Look, Part
from tui.panes.detailpane import DetailPane
from tui.panes.listpane import ListPane
from tui.panes.queried import Wider
from tui.panes.raw import RawPane
from tui.session import Session
from tui.widgets.columns import Column
from tui.widgets.strips import Cell
from tui.widgets.table import ResourceTable


def _outcome(row: JournalRow, look: Look) -> Cell:
    """Only what went wrong stands out, and what takes something back."""
    if row.outcome == REFUSED:
        return row.outcome.upper(), BAD
    return ("undo", WARN) if row.takes_back else ""


def _time(row: JournalRow, look: Look) -> Cell:
    """As much of it as there is room for; of today the seconds, of other days the day."""
    full = ages.stamp_seconds(row.at).rstrip("Z")
    if look.width >= len(full):
        return full
    return ages.clock(row.at) if row.at // ages.DAY == look.now // ages.DAY else full[5:16]


def _reason(row: JournalRow, look: Look) -> str:
    """Of what it is an undo, and why."""
    undone = f"of #{row.takes_back}" if row.takes_back else ""
    return "; ".join(filter(None, (undone, row.reason)))


def _who(row: JournalRow, look: Look) -> str:
    return names.brief_person(row.who.removeprefix("operator:").removeprefix("service:"))


async def units_of(session: Session) -> Mapping[str, str]:
    """The unit of each resource, by name. Raises BursarError."""
    return {one.name: one.unit for one in await session.backend.quotas.resources()}


def _copying(action: Action) -> Action:
    """What `c` copies of an entry is more than its number."""
    if action.id != "row.copy":
        return action
    told = "Copy the entry as a text for a ticket"
    return replace(action, title="copy text", tooltip=told)


TICKETS = 50
"""Entries that are told in one text at most."""
COLUMNS: tuple[Column[JournalRow], ...] = (
    Column("seq", "SEQ", lambda row, look: str(row.key), 6, 9, right=True, sort="seq"),
    Column("time", "TIME", _time, 11, 19),
    Column("who", "WHO", _who, 10, 20, middle=True),
    Column("action", "ACTION", lambda row, look: row.action, 19, 24, middle=True),
    Column("about", "ABOUT", lambda row, look: row.about, 16, 36, enough=16),
    Column("outcome", "", _outcome, 7, news=True),
    Column("reason", "REASON", _reason, 14, 60, drop=10,
           bare=lambda row: not (row.reason or row.takes_back)),
)  # fmt: skip


class AuditPane(ListPane[JournalRow], inherit_bindings=False):
    """The journal, newest first; what services do only when asked for."""

    VIEW = "decisions"
    SCOPE = Scope.AUDIT
    PANE = "audit"
    NAME = "Audit"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.AUDIT, Scope.LIST)
    _told = 0
    """Entries above what is on screen, as far as they were told."""

    def columns(self) -> Sequence[Column[JournalRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    def named(self, action: Action) -> Action:
        """What `c` copies."""
        return _copying(action)

    async def detail(self, row: JournalRow) -> Build:
        """Before and after."""
        found = await self.session.backend.journal.detail(row.key)
        units = await units_of(self.session)
        return lambda look: entry(found, look, units)

    def open_row(self, row: JournalRow) -> None:
        """Before and after on the whole screen."""
        self.app.push_screen(EntryPane(self.session, row.key))

    def raw(self, row: JournalRow) -> None:
        """The entry as it is kept."""
        self.app.push_screen(
            RawPane(self.session, self.PANE, (self.NAME, f"#{row.key}"), asdict(row))
        )

    def nothing(self) -> Sequence[str]:
        """A journal without entries."""
        return super().nothing() if self.query_shown.text else ("Nothing was done yet.",)

    def wider(self) -> Wider | None:
        """All for decisions."""
        if not self.query_shown.view:
            return None
        return Wider("", "among decisions", "among all entries", "audit.view")

    def view_facts(self) -> Iterable[Part]:
        """What is left out, and what came above it that is not on screen."""
        yield "decisions" if self.query_shown.view else "all entries"
        if above := self._above():
            yield f"{above:,} newer above, {self.session.key('list.first')}", WARN

    def _above(self) -> int:
        query = self.query_shown
        return 0 if query.sort or query.descending else self.list.top

    def tick(self) -> None:
        """What came meanwhile is above."""
        super().tick()
        self._tell_above()

    @on(ResourceTable.Moved, "#list")
    def _tell_above(self) -> None:
        if self._told != self._above():
            self._told = self._above()
            self.show_chrome()

    def action_audit_view(self) -> None:
        """With what services do, or without; the newest stays the newest."""
        if not self.list.cursor:
            self.list.go_to(0)
        self.ask(view="" if self.query_shown.view else self.VIEW)

    def action_row_copy(self) -> None:
        """Copy a text for a ticket."""
        if (row := self.list.cursor_row) is not None:
            self.start(self._copy, row.key, group="copy")

    async def _copy(self, seq: int) -> None:
        self.copy(await self._ticket(seq))

    async def _ticket(self, seq: int) -> str:
        found = await self.session.backend.journal.detail(seq)
        return ticket(found, await units_of(self.session))

    async def copies(self) -> Sequence[tuple[str, str]]:
        """Texts for a ticket, of all marked entries or of this one, and the rows."""
        found = await super().copies()
        keys = list(self.state.marked) or [self.list.cursor_key]
        told = "\n\n".join([await self._ticket(key) for key in keys[:TICKETS]])
        return [("text for a ticket", told), *found] if found else found


class EntryPane(DetailPane, inherit_bindings=False):
    """One entry on the whole screen."""

    SCOPE = Scope.ENTRY
    PANE = "audit"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ENTRY)

    def __init__(self, session: Session, seq: int) -> None:
        super().__init__(session)
        self._seq = seq
        self._found: JournalDetail | None = None
        self._units: Mapping[str, str] = {}

    def named(self, action: Action) -> Action:
        """What `c` copies."""
        return _copying(action)

    def subject(self) -> tuple[str, object] | None:
        """The number and the entry's row."""
        return (str(self._seq), self._found.row) if self._found else None

    def path(self) -> Sequence[str]:
        """Its number."""
        return ("Audit", f"#{self._seq}")

    async def read(self) -> Build:
        """Before and after; an entry never changes."""
        found = self._found = await self.session.backend.journal.detail(self._seq)
        units = self._units = await units_of(self.session)
        return lambda look: entry(found, look, units)

    def action_row_raw(self) -> None:
        """The entry as it is kept."""
        if self._found is not None:
            found = asdict(self._found)
            self.app.push_screen(RawPane(self.session, self.PANE, self.path(), found))

    async def copies(self) -> Sequence[tuple[str, str]]:
        """A text for a ticket, and the row."""
        found = await super().copies()
        if self._found is None:
            return found
        return [("text for a ticket", ticket(self._found, self._units)), *found]

    def action_row_copy(self) -> None:
        """Copy a text for a ticket."""
        if self._found is not None:
            self.copy(ticket(self._found, self._units))
