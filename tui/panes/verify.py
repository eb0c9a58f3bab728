"""Limits against projects: what differs, and setting it right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import ClassVar

from textual.binding import BindingType

from backend.projects.model import MismatchRow, ReconcilePendingApps, VerifyQuotas
from tui.actions import Action, Scope, bindings
from tui.format import names
from tui.format.lines import BAD, HEAD, QUIET, WARN, Build, Line, Look, Part, blank, line, wrapped
from tui.format.units import amount
from tui.panes.listpane import ListPane
from tui.panes.raw import RawPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

UNEXPECTED = "unexpected"
MEANING = {
    "wrong": "The limit is another than the project says. Fixing sets it to what was expected.",
    "missing": "There is no holding, so nothing can be taken. Fixing makes it.",
    UNEXPECTED: "No project accounts for this holding. Fixing with unexpected ones deletes it,"
    " unless it is used or something is pending on it.",
}


def _limit(number: int | None, row: MismatchRow, look: Look) -> Cell:
    return ("-", QUIET) if number is None else amount(number, row.unit, look.units)


def _holder(row: MismatchRow, look: Look) -> Cell:
    return names.brief_person(row.holder) if row.holder else ("(pool)", QUIET)


COLUMNS: tuple[Column[MismatchRow], ...] = (
    Column("holder", "HOLDER", _holder, 12, 28, sort="holder", middle=True),
    Column("project", "PROJECT", lambda row, look: names.place(row.project), 12, 28,
           sort="project", middle=True),
    Column("resource", "RESOURCE", lambda row, look: row.resource, 14, 24, sort="resource",
           middle=True),
    Column("found", "LIMIT", lambda row, look: _limit(row.found, row, look), 7, 10, 18,
           right=True, sort="found", news=True),
    Column("expected", "EXPECTED", lambda row, look: _limit(row.expected, row, look), 8, 10, 18,
           right=True, sort="expected"),
    Column("kind", "WHAT", lambda row, look: (row.kind, BAD), 10, sort="kind"),
)  # fmt: skip


def mismatch(row: MismatchRow, look: Look) -> Iterator[Line]:
    """A limit that is not as it should be, in words."""
    yield line("kind", (row.kind, HEAD))
    yield blank()
    yield line("holder", "Holder    ", row.holder or "the project's own pool")
    yield line("project", "Project   ", names.place(row.project))
    yield line("resource", "Resource  ", row.resource)
    for name, number in (("Limit", row.found), ("Expected", row.expected)):
        told = "none" if number is None else amount(number, row.unit, look.units)
        yield line(name, f"{name:<9} ", told)
    yield blank()
    yield from wrapped("meaning", MEANING[row.kind], look.width, 0, QUIET)


class VerifyPane(ListPane[MismatchRow], inherit_bindings=False):
    """A dry run of verifying quotas, as a list."""

    SCOPE = Scope.VERIFY
    PANE = "quotas"
    NAME = "Verify"
    SORT = "holder"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.VERIFY, Scope.LIST)

    def columns(self) -> Sequence[Column[MismatchRow]]:
        """See `COLUMNS`."""
        return COLUMNS

    async def detail(self, row: MismatchRow) -> Build:
        """What it means."""
        return lambda look: mismatch(row, look)

    def legend(self, look: Look) -> Iterable[str]:
        """What the columns mean."""
        yield "LIMIT = what the holding has   EXPECTED = what its project says"

    def nothing(self) -> Sequence[str]:
        """That nothing differs is good."""
        if self.query_shown.text:
            return super().nothing()
        if self._unexpected:
            return ("Every limit is what its project says.", "Nothing is held beside projects.")
        key = self.session.key("verify.view")
        return (
            "Every limit is what its project says.",
            f"{key} also looks for holdings that no project accounts for",
        )

    def view_facts(self) -> Iterable[Part]:
        """What is looked for besides."""
        if self._unexpected:
            yield "with unexpected", WARN

    def open_row(self, row: MismatchRow) -> None:
        """The holding on the whole screen, if there is one."""
        from tui.panes.quota import QuotaPane

        if row.found is None:
            self.session.tell("there is no such holding yet")
        else:
            self.app.push_screen(QuotaPane(self.session, row.key))

    def raw(self, row: MismatchRow) -> None:
        """Every field."""
        path = (self.NAME, row.holder or "pool", row.project, row.resource)
        self.app.push_screen(RawPane(self.session, self.PANE, path, asdict(row)))

    def copied(self, row: MismatchRow) -> str:
        """The names that the API knows it by."""
        holder = f"user:{row.holder_id} " if row.holder else ""
        return f"{holder}project:{row.project_id} {row.resource}"

    # Setting right

    @property
    def _unexpected(self) -> bool:
        return self.query_shown.view == UNEXPECTED

    def command(self, action: str) -> VerifyQuotas | ReconcilePendingApps:
        """What an action asks for, whatever the filter shows."""
        actor = self.session.connection.actor
        if action == "verify.counters":
            return ReconcilePendingApps(actor=actor)
        return VerifyQuotas(actor=actor, unexpected=self._unexpected)

    def refusal(self, action: Action) -> str:
        """Where nothing differs there is nothing to fix."""
        why = super().refusal(action)
        right = action.id == "verify.fix" and self.list.shown == 0 and not self.query_shown.text
        return why or ("every limit is what its project says" if right else "")

    def action_verify_view(self) -> None:
        """With what no project accounts for, or without."""
        self.ask(view="" if self._unexpected else UNEXPECTED)

    def action_verify_fix(self) -> None:
        """Set every limit right."""
        self.change(self.command("verify.fix"))

    def action_verify_counters(self) -> None:
        """Count the waiting applications again."""
        self.start(self._recount, group="recount")

    async def _recount(self) -> None:
        command = self.command("verify.counters")
        plan = await self.session.plan(command)
        if plan.changes or plan.warnings:
            self.change(command)
        else:
            self.session.tell("every counter of waiting applications is right")
