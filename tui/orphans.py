"""`:orphans`: consumers that nothing alive stands behind are marked, to be looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from backend.allocations.model import KINDS
from backend.core.errors import BursarError, Invalid
from backend.core.listing import MARKED, Query
from backend.core.text import counted
from backend.placement.model import ConsumerRow
from tui.facets import without
from tui.format import ages
from tui.format.names import cut
from tui.live_ids import Living, live_ids
from tui.messages import INFO, WARN
from tui.panes import VIEWS, unconnected
from tui.panes.consumer_actions import SERVER
from tui.panes.pane import Pane
from tui.session import Session
from tui.widgets.marking import MOST

if TYPE_CHECKING:
    from tui.app import BursarApp

LIST, PLACES, GROUP = "allocations", "providers", "orphans"
NAMED = 40
"""Cells of a file or command at most."""
LEEWAY = 60.0
"""Seconds that making a list of what is alive may have taken."""


class Found(NamedTuple):
    """How many consumers were compared, the orphans among them, and how many were left out
    because they came when the list was made or later."""

    compared: int
    orphans: Sequence[int]
    young: int


def audit(app: BursarApp, source: str) -> None:
    """Begin to compare the consumers that are listed with the ids of a file or command; the
    list then shows those that are not among them. Raises Invalid where there are none."""
    session = app.session
    if why := unconnected(PLACES, session.connection.systems):
        raise Invalid(why[0], hint=why[1])
    if session.doing:
        raise Invalid(f"one at a time: {session.doing}")
    auditing: Callable[[], Awaitable[None]] = partial(_audit, app, session, source)
    app.run_worker(auditing, group=GROUP, exclusive=True)


async def _audit(app: BursarApp, session: Session, source: str) -> None:
    def stop() -> None:
        app.workers.cancel_group(app, GROUP)
        session.doing = ""
        session.tell("nothing was compared", WARN)

    session.doing, session.stop = f"reading the ids of {source}", stop
    session.redraw()
    try:
        live = await live_ids(source)
        session.doing = f"comparing {len(live.ids):,} ids"
        session.redraw()
        query = _query(session)
        found = await compared(session, query, live)
        others = await others_among(session, found.orphans[:MOST])
    except BursarError as error:
        session.doing = ""
        session.told(error)
        return
    finally:
        session.doing = ""
    mark(session, found.orphans)
    session.orphaned = dict.fromkeys((key // KINDS for key in found.orphans), why(source, live))
    text, tone = told(session, len(live.ids), found, others)
    session.tell(text, tone)
    if found.orphans and isinstance(app.screen, Pane) and app.session is session:
        app.call_later(app.show_list, LIST, text=f"{query.text} {MARKED}".lstrip())


def _query(session: Session) -> Query:
    """What is listed, whatever of it is marked."""
    query = session.list_state(LIST, VIEWS[LIST]).query
    return replace(query, text=without(query.text, session.listing(LIST).fields, MARKED))


async def compared(session: Session, query: Query, live: Living) -> Found:
    """Which of the consumers that a query lists are not among those that live. Raises
    BursarError."""
    orphaned = {key * KINDS for key in await session.backend.placement.orphans(live.ids)}
    listing = session.listing(LIST)
    consumers = [key for key in await listing.keys(query) if key % KINDS == 0]
    since = datetime.fromtimestamp(live.at - LEEWAY, UTC)
    early = replace(query, text=f'{query.text} created<"{since:%Y-%m-%dT%H:%M:%S}"'.lstrip())
    known = set(await listing.keys(early))
    found = [key for key in consumers if key in orphaned]
    orphans = [key for key in found if key in known]
    return Found(len(consumers), orphans, len(found) - len(orphans))


async def others_among(session: Session, keys: Sequence[int]) -> str:
    """How many of these are no servers, whose ids nobody lists as alive; `` when all are."""
    found = (await session.listing(LIST).rows(keys)).values()
    rows = [row.of for row in found if isinstance(row.of, ConsumerRow)]
    others = [row for row in rows if row.known and row.consumer_type != SERVER]
    types = [row.consumer_type or "untyped" for row in others]
    if not types:
        return ""
    verb = "is" if len(types) == 1 else "are"
    return f"{len(types):,} of {len(rows):,} {verb} {' or '.join(sorted(set(types)))}"


def mark(session: Session, found: Sequence[int]) -> None:
    """Mark these and no others, as many as can be."""
    marked = session.list_state(LIST, VIEWS[LIST]).marked
    marked.clear()
    marked.update(dict.fromkeys(found[:MOST]))


def why(source: str, live: Living) -> str:
    """How it is known of consumers that nothing stands behind them."""
    listed = ages.stamp_seconds(int(live.at * ages.SECOND))
    return f"not among {counted(len(live.ids), 'live id')} of {cut(source, NAMED)}, listed {listed}"


def told(session: Session, live: int, found: Found, others: str) -> tuple[str, str]:
    """What came of it and the worst of it first, and how loud that is."""
    ids = f"{live:,} live id{'s' if live != 1 else ''}"
    count, listed = len(found.orphans), found.compared
    young = f", {found.young:,} younger than the list left out" if found.young else ""
    if not count:
        return f"none of {listed:,} consumers is orphaned{young} ({ids})", INFO
    marked = f"{min(count, MOST):,} marked" if count > MOST else "marked"
    key = session.key("alloc.delete")
    warned = f": {others}" if others else ""
    text = f"{count:,} of {listed:,} orphaned, {marked}{warned}{young}; {key} removes ({ids})"
    if count + found.young == listed:
        return f"NONE of {ids} is here: another cloud's list? {text}", WARN
    return text, WARN
