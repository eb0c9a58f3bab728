"""A list that shows what a query says: asking for another, typing a filter, keeping both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic

from textual import on
from textual.timer import Timer

from backend.core.listing import MARKED, FieldSpec, Listing, Query
from tui.asking import FilterLine
from tui.format.ages import SECOND
from tui.history import Place
from tui.messages import WARN
from tui.panes import unconnected
from tui.panes.pane import Pane
from tui.session import ListState
from tui.widgets.prompt import MessageRow
from tui.widgets.rows import RowT
from tui.widgets.table import ResourceTable

TYPING = 0.03
"""Seconds without typing before a filter is asked for."""
TYPED = 0.3
"""Seconds after that before all that fits is read: it would take turns that the keys need."""


@dataclass(frozen=True, slots=True)
class Wider:
    """A view that leaves nothing out: how that on screen is told, how the wider one is, and the
    action that leads there."""

    view: str
    here: str
    there: str
    action: str
    leads: str = "shows"


class Queried(Pane, Generic[RowT], inherit_bindings=False):
    """A pane whose `list` shows `listing`; the query is kept in the session while other panes
    are on screen."""

    VIEW = ""
    """The view that the list begins with."""
    SORT = ""
    """What it is ordered by until the operator says otherwise; without one, by time."""
    EVERYTHING = ""
    """The view that leaves nothing out."""
    DESCENDING = False
    """Whether the most comes first then."""
    list: ResourceTable[RowT]
    _listed: Query | None = None
    _cursor = 0
    """The row that the cursor begins on, 0 for the first."""
    _typing: Timer | None = None
    _left_at: int | None = None
    """When it was on screen last."""
    _elsewhere: int | None = None
    """Rows of the wider view that fit where none does here, None while they are not counted."""

    def listing(self) -> Listing[RowT]:
        """What is listed."""
        return self.session.listing(self.SCOPE)

    def nothing(self) -> Sequence[str]:
        """What is said when the list is empty, and what to do about it."""
        if self.query_shown.text:
            return self._unfit()
        if self.session.connection.empty:
            return (
                "Nothing is in this database yet.",
                "bursar import FILE --database PATH fills it; bursar demo shows a filled one.",
            )
        return ("Nothing here.",)

    def wider(self) -> Wider | None:
        """What has more than the view that is listed, None when that leaves nothing out."""
        return None

    def _unfit(self) -> Sequence[str]:
        text, wider, found = self.query_shown.text, self.wider(), self._elsewhere
        out = f"{self.session.key('out')} takes the filter away"
        if wider is None:
            return (f"Nothing fits “{text}”.", out)
        told = f"Nothing fits “{text}” {wider.here}."
        if found is None:
            return (told, out)
        if not found:
            return (told, f"none does {wider.there} either", out)
        does, it = ("does", "it") if found == 1 else ("do", "them")
        leads = f"{self.session.key(wider.action)} {wider.leads} {it}"
        return (told, f"{found:,} {does} {wider.there}: {leads}", out)

    async def _look_elsewhere(self, wider: Wider) -> None:
        query = replace(self.query_listed, view=wider.view)
        self._elsewhere = await self.listing().count(query)
        self.list.empty = self.bare()
        self.list.redraw()

    def bare(self) -> Sequence[str]:
        """The same, unless there can be nothing because its system is not connected."""
        return unconnected(self.list_id, self.session.connection.systems) or self.nothing()

    # The query

    @property
    def list_id(self) -> str:
        """What the list is called in the session, in filters and after `:`."""
        return self.SCOPE.value

    @property
    def state(self) -> ListState:
        """What the session keeps of the list while other panes are shown."""
        return self.session.list_state(self.list_id, self.VIEW)

    @property
    def query_shown(self) -> Query:
        """What the list shows."""
        return self.state.query

    @property
    def query_listed(self) -> Query:
        """The same as the listing is asked: with the marks, where the filter may speak of them."""
        query = self.query_shown
        if MARKED not in query.text.lower():
            return query
        return replace(query, marked=tuple(sorted(self.state.marked)))

    def ordered(self, query: Query) -> Query:
        """A query in its own order, or in that of the list."""
        if query.sort or not self.SORT:
            return query
        return replace(query, sort=self.SORT, descending=self.DESCENDING)

    def ask(self, **changed: object) -> None:
        """Show something else: other `text`, `view`, `scope`, `sort` or `descending`."""
        state = self.state
        state.query = replace(state.query, **changed)  # type: ignore[arg-type]
        self.show_query()
        self.session.history.visit(self.list_id, self.query_shown)

    def _try(self, text: str) -> None:
        """The same while a filter is being typed."""
        self.state.query = replace(self.state.query, text=text)
        self.show_query(rest=TYPED)

    def go(self, place: Place) -> None:
        """Show what was shown there, with the cursor where it was."""
        query = place.query
        self.state.query, self._cursor = self.ordered(query), place.key
        if self._listed is not None:
            if place.key:
                self.list.go_to(place.key)
            self.show_query()
            self.session.history.visit(self.list_id, self.query_shown)

    def on_screen_suspend(self) -> None:
        """Something else is shown."""
        self._left_at = self.session.now()

    def on_screen_resume(self) -> None:
        """A command may have asked for something else meanwhile. A list that is only passed on
        the way to one on top of it was not visited. After longer than marks last, what is listed
        is drawn as it is now."""
        lasts = self.list.source.MARK_TICKS * self.session.settings.refresh * SECOND
        if self._left_at is not None and self.session.now() - self._left_at > lasts:
            self.list.returned(anew=self._seen != self.session.version)
            self.redraw()
        self.show_query()
        if self.app.screen is self:
            self.session.history.visit(self.list_id, self.query_shown)

    def counted(self, shown: int) -> None:
        """So many rows are listed, which are all where nothing is left out; a list that begins
        with a filter must not be taken for all there is."""
        query = self.query_shown
        if not self._is_part:
            self.state.total, self.state.counted_at = shown, self.session.version
        elif self.state.total is None and (query.text or query.view != self.VIEW):
            self.start(self._count, group="count")
        lost = not shown and self.query_shown.text and self._elsewhere is None
        if lost and (wider := self.wider()) is not None:
            self.start(self._look_elsewhere, wider, group="elsewhere")

    async def count_again(self) -> None:
        """All rows, where they were counted before and a part of them is listed now."""
        state = self.state
        if state.total is not None and state.counted_at != self.session.version and self._is_part:
            await self._count()

    async def _count(self) -> None:
        version = self.session.version
        self.state.total = await self.listing().count(Query())
        self.state.counted_at = version
        self.show_chrome()

    @property
    def _is_part(self) -> bool:
        query = self.query_shown
        return bool(query.text or query.scope or query.view)

    def show_query(self, rest: float = 0) -> None:
        """List what the session says, if that is not listed yet."""
        query = self.query_listed
        if self._listed not in (None, query):
            self._listed, self._elsewhere = query, None
            self.workers.cancel_group(self, "elsewhere")
            self.list.empty = self.bare()
            self.list.show(query, rest)
            self.show_chrome()

    # The filter

    def action_list_filter(self) -> None:
        """Type a filter."""
        past = self.session.typed.get(self.list_id, ())
        text = self.query_shown.text
        self.ask_line("/", text and f"{text} ", FilterLine(self.filter_specs()), past)

    def filter_specs(self) -> Sequence[FieldSpec]:
        """The fields, with words that can be offered without asking for any."""
        return self.listing().fields

    def action_views(self) -> None:
        """Choose one of the lists saved by `:save`."""
        from tui.panes import menus

        menus.views(self)

    def action_nav_back(self) -> None:
        """What was listed before."""
        self._step(-1)

    def action_nav_forward(self) -> None:
        """The other way round."""
        self._step(1)

    def action_nav_last(self) -> None:
        """The list before this one."""
        self._go(self.session.history.last_list())

    def _step(self, by: int) -> None:
        self._go(self.session.history.step(by))

    def _go(self, place: Place | None) -> None:
        if place is not None:
            self.post_message(self.Going(place))
        else:
            self.session.tell("there is nothing that way")

    async def facet_specs(self) -> Sequence[FieldSpec]:
        """The fields whose words can be picked. Raises BursarError."""
        return self.listing().fields

    def action_facets(self) -> None:
        """Pick what is shown."""
        self.start(self._offer_facets, group="facets")

    async def _offer_facets(self) -> None:
        from tui.dialogs.facets import FacetScreen
        from tui.facets import Facet, facets, picked, with_facets

        text, specs = self.query_shown.text, await self.facet_specs()

        def chosen(found: Sequence[Facet] | None) -> None:
            if found is not None:
                self.ask(text=with_facets(text, specs, found))

        shown = FacetScreen(self.session, facets(specs), picked(text, specs))
        self.app.push_screen(shown, chosen)

    @on(MessageRow.Changed)
    def _filter_changed(self, event: MessageRow.Changed) -> None:
        if event.sign != "/":
            return
        if self._typing is not None:
            self._typing.stop()
        text = event.text.rstrip()
        if text != self.query_shown.text and not event.wrong:
            self._typing = self.set_timer(TYPING, partial(self._try, text))

    @on(MessageRow.Closed)
    def _filter_closed(self, event: MessageRow.Closed) -> None:
        if event.sign != "/":
            return
        if self._typing is not None:
            self._typing.stop()
        text = event.text.rstrip() if event.kept else ""
        self.session.remember(self.list_id, text)
        self.ask(text=text)

    @on(ResourceTable.Marked)
    def _marks_changed(self, event: ResourceTable.Marked) -> None:
        if event.refused:
            self.session.tell(event.refused, WARN)
        self.show_query()
        self.show_chrome()

    def step_out(self) -> bool:
        """Take all marks, else clear the filter."""
        if self.list.unmark_all():
            return True
        if self.query_shown.text:
            self.ask(text="")
            return True
        return False
