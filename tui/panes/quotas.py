"""The Quotas pane: who may have how much, what binds, and who is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType

from backend.core.text import counted
from backend.quotas.model import QuotaRow, QuotaState
from tui.actions import Scope, bindings
from tui.format import bars, names
from tui.format.explain import explanation
from tui.format.lines import BAD, QUIET, WARN, Build, Look, Part
from tui.format.sparks import DAY, STRETCHES
from tui.format.units import UNKNOWN, amount, known, less
from tui.panes.listpane import ListPane
from tui.panes.queried import Wider
from tui.panes.raw import RawPane
from tui.widgets.columns import Column
from tui.widgets.strips import Cell

OVER, POOLS = "over", "pools"
NARROWEST, ROOMY = 6, 7
"""The cells that amounts beside each other have at least, and those that fit any with a decimal."""
TONES = {QuotaState.FULL: WARN, QuotaState.UNKNOWN: QUIET}


def bar(row: QuotaRow, look: Look) -> Cell:
    """The row's bar in the cells there are, if all it shows is known and there is any of it."""
    if not row.taken_known or not (row.limit or row.usage):
        return ""
    segments = bars.quota_bar(row.limit, row.usage, row.pending, row.effective, look.width)
    return bars.parts(segments, look.glyphs)


def state(row: QuotaRow, look: Look) -> Cell:
    """The state in words, or that the project's limit is what binds."""
    if row.state is QuotaState.OK:
        return ("proj", QUIET) if row.project_binds and not row.is_pool else ""
    return row.state.value, TONES.get(row.state, BAD)


def figure(number: int, row: QuotaRow, look: Look) -> str:
    """An amount in the cells there are, without its decimals if need be."""
    text = amount(number, row.unit, look.units)
    if cell_len(text) > look.width and "." in text:
        whole, _, tenth = text[:-1].partition(".")
        up = int(tenth >= "5")
        return f"{int(whole) + (up if number > 0 else -up)}{text[-1]}"
    return text


def _beside(row: QuotaRow, look: Look) -> tuple[str, str, str]:
    """What is used, the effective limit and what is left, which stand beside each other: all
    without decimals where one of their columns may have no room for them."""
    figures = row.usage, row.reach, row.room
    told = (amount(one, row.unit, look.units) for one in figures)
    if look.width < ROOMY and any(cell_len(one) > NARROWEST for one in told):
        look = replace(look, width=1)
    used, reach, left = (figure(one, row, look) for one in figures)
    return used, reach, less(reach, used, left)


def _holder(row: QuotaRow, look: Look) -> Cell:
    return names.brief_person(row.holder)


def _project(row: QuotaRow, look: Look) -> Cell:
    name = names.project(row)
    return (name, QUIET) if row.project_id == row.holder_id else name


def _resource(row: QuotaRow, look: Look) -> Cell:
    """Without its service where there is no room for both, whatever the resource is."""
    _, _, name = row.resource.partition(".")
    return row.resource if look.width >= IN_FULL or not name else name


def _used(row: QuotaRow, look: Look) -> Cell:
    return known(row.known, _beside(row, look)[0])


def _pending(row: QuotaRow, look: Look) -> Cell:
    if not row.known:
        return UNKNOWN
    inner = replace(look, width=look.width - 2)
    return f"({figure(row.pending, row, inner)})" if row.pending else ""


def _limit(row: QuotaRow, look: Look) -> Cell:
    return figure(row.limit, row, look)


def _effective(row: QuotaRow, look: Look) -> Cell:
    return known(row.reach_known, _beside(row, look)[1])


def _left(row: QuotaRow, look: Look) -> Cell:
    if not row.room_known:
        return UNKNOWN
    _, _, text = _beside(row, look)
    return (text, BAD) if row.room < 0 else text


COLUMNS: tuple[Column[QuotaRow], ...] = (
    Column("holder", "HOLDER", _holder, 9, 24, enough=12, sort="holder"),
    Column("project", "PROJECT", _project, 10, 22, enough=11, sort="project", middle=True),
    Column("resource", "RESOURCE", _resource, 11, 24, sort="resource", middle=True),
    Column("used", "USED", _used, NARROWEST, ROOMY, 18, right=True, sort="used",
           figure=lambda row: row.usage if row.known else None),
    Column("pending", "PEND", _pending, 6, 8, 18, right=True, drop=10, sort="pending",
           figure=lambda row: row.pending if row.known else None,
           bare=lambda row: row.known and not row.pending),
    Column("limit", "LIMIT", _limit, 6, 7, 18, right=True, drop=30, sort="limit",
           figure=lambda row: row.limit),
    Column("effective", "EFF", _effective, NARROWEST, ROOMY, 18, right=True, drop=5,
           figure=lambda row: row.reach if row.reach_known else None),
    Column("left", "LEFT", _left, NARROWEST, ROOMY, 18, right=True, sort="left",
           figure=lambda row: row.room if row.room_known else None),
    Column("bar", "OF LIMIT", bar, 8, 24, drop=20),
    Column("state", "", state, 4, news=True),
)  # fmt: skip


IN_FULL = 19
"""Cells from which on resources have their services before them."""
SHOWN = {
    (False, False): COLUMNS,
    (False, True): COLUMNS[:-1],
    (True, False): COLUMNS[1:],
    (True, True): COLUMNS[1:-1],
}
"""By whether these are pools, which nobody holds, and only those over, whose state is one."""
SORTS = {True: {"holder": "project"}, False: {"project": "holder"}}
"""What orders pools, and what orders holders again, by whether pools are shown."""


class QuotasPane(ListPane[QuotaRow], inherit_bindings=False):
    """Holdings with their effective limits, or the pools of projects."""

    SCOPE = Scope.QUOTAS
    PANE = "quotas"
    NAME = "Quotas"
    SORT = "holder"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUOTAS, Scope.LIST)

    def columns(self) -> Sequence[Column[QuotaRow]]:
        """See `SHOWN`."""
        words = self.query_shown.view.split()
        return SHOWN[POOLS in words, OVER in words]

    def show_query(self, rest: float = 0) -> None:
        """Pools have other columns, and so have those who are over."""
        if self.list.columns != tuple(columns := self.columns()):
            self.list.show_columns(columns)
        super().show_query(rest)

    async def detail(self, row: QuotaRow) -> Build:
        """The whole story of a row."""
        quotas = self.session.backend.quotas
        found = await quotas.explain(row.key)
        past = await quotas.history([row.key], DAY, STRETCHES)
        return lambda look: explanation(found, look, past.get(row.key))

    def open_row(self, row: QuotaRow) -> None:
        """The detail on the whole screen."""
        from tui.panes.quota import QuotaPane

        self.app.push_screen(QuotaPane(self.session, row.key))

    def raw(self, row: QuotaRow) -> None:
        """Every field, and who else uses the pool."""
        self.start(self._show_raw, row, group="raw")

    async def _show_raw(self, row: QuotaRow) -> None:
        found = await self.session.backend.quotas.explain(row.key)
        path = (self.NAME, row.holder, row.project, row.resource)
        self.app.push_screen(RawPane(self.session, self.PANE, path, asdict(found)))

    def copied(self, row: QuotaRow) -> str:
        """The three names that the API knows it by."""
        return f"user:{row.holder_id} project:{row.project_id} {row.resource}"

    def action_quotas_explain(self) -> None:
        """The effective limit as a sum in words."""
        if (row := self.list.cursor_row) is not None:
            self.start(self._explain, row, group="explain")

    async def _explain(self, row: QuotaRow) -> None:
        from tui.panes.quota import explain

        explain(self, await self.session.backend.quotas.explain(row.key))

    def legend(self, look: Look) -> Iterable[str]:
        """What the signs of the bar and the short words mean."""
        if self.has_side or "bar" in self.list.on_screen:
            signs = look.glyphs
            yield (
                f"{signs.used} used  {signs.pending} pending (part of used)  {signs.left} left"
                f"  {signs.taken} taken by others in the project"
            )
        yield "EFF = min(own limit, project limit - used by others)   LEFT = EFF - USED"

    def nothing(self) -> Sequence[str]:
        """Nobody over is good news."""
        if OVER in self.query_shown.view.split() and not self.query_shown.text:
            return ("Nobody is over.", "o shows all")
        return super().nothing()

    def wider(self) -> Wider | None:
        """All for those who are over, holders for pools."""
        words = self.query_shown.view.split()
        if OVER in words:
            view = " ".join(one for one in words if one != OVER)
            return Wider(view, "among those who are over", "among all", "quotas.over")
        if POOLS in words:
            return Wider("", "among pools", "among holders", "quotas.group")
        return None

    def view_facts(self) -> Iterable[Part]:
        """Over only, or pools."""
        words = self.query_shown.view.split()
        if OVER in words:
            yield "over only", WARN
        if POOLS in words:
            yield "pools", ""

    def _counts(self, total: int | None) -> str:
        """Pools are no part of all holders."""
        return super()._counts(None if POOLS in self.query_shown.view.split() else total)

    def hint(self) -> Part:
        """How many holders are over, whatever is listed."""
        badges, words = self.session.badges, self.query_shown.view.split()
        if not badges or not badges.over:
            return ""
        seen = " of what is shown" if "over" in badges.partial else ""
        if POOLS in words:
            told = f"{counted(badges.over, 'holder')} over{seen}"
            return f"! {told}   {self.session.key('quotas.group')} shows holders", BAD
        key, led = self.session.key("quotas.over"), "all" if OVER in words else "them"
        return f"! {badges.over:,} over{seen}   {key} shows {led}", BAD

    def action_quotas_over(self) -> None:
        """Only holders over their limit, or all again."""
        self._toggle(OVER)

    def action_quotas_group(self) -> None:
        """The pools of projects in place of holders, or back."""
        self._toggle(POOLS)

    def _toggle(self, word: str) -> None:
        words = self.query_shown.view.split()
        kept = [one for one in words if one != word] if word in words else [*words, word]
        sorts = SORTS[POOLS in kept] if word == POOLS else {}
        sort = self.query_shown.sort
        self.ask(view=" ".join(sorted(kept)), sort=sorts.get(sort, sort))
