"""What allocations come to: the limit of a project code once, amounts of consumers by class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from backend.allocations.model import AllocationRow
from backend.core.listing import Query
from backend.core.text import counted
from backend.openportal.model import PortalRow
from backend.placement.model import ConsumerRow
from tui.format import portal
from tui.format.codes import DIFFER, Totals
from tui.format.lines import HEAD, QUIET, Line, Look, columns, line, section
from tui.format.stock import figure
from tui.panes.pane import Pane
from tui.session import WARN

PAGE = 500
GROUP = "totals"


@dataclass(slots=True)
class Sum:
    """What rows of all kinds come to."""

    consumers: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    nodes: Totals = field(default_factory=Totals)

    def add(self, rows: Iterable[AllocationRow]) -> None:
        """More of them."""
        for row in rows:
            if isinstance(row.of, PortalRow):
                self.nodes.add(row.of)
            if not isinstance(row.of, ConsumerRow):
                continue
            self.consumers += 1
            for name, amount in row.of.amounts:
                self.classes[name] = self.classes.get(name, 0) + amount


def show(pane: Pane) -> None:
    """Add up the marked rows, or all that are listed, and show it."""
    if pane.session.doing:
        pane.session.tell(f"one at a time: {pane.session.doing}", WARN)
    else:
        pane.start(_show, pane, group=GROUP)


async def _show(pane: Pane) -> None:
    from tui.panes.allocations import AllocationsPane
    from tui.widgets.overlay import Overlay

    assert isinstance(pane, AllocationsPane)
    session, marked = pane.session, list(pane.state.marked)
    query = pane.query_listed

    def stop() -> None:
        pane.workers.cancel_group(pane, GROUP)
        session.doing = ""

    session.doing, session.stop = "adding up", stop
    try:
        found = await added(pane, query, marked)
    finally:
        session.doing = ""
    title = f"Totals of {len(marked):,} marked" if marked else "Totals of all listed"
    await pane.app.push_screen(Overlay(title, lambda look: lines(found, look), session.look))


async def added(pane: Pane, query: Query, marked: Sequence[int]) -> Sum:
    """What these rows, or all that fit the query, come to. Raises BursarError."""
    listing, found = pane.session.backend.allocations, Sum()
    keys = marked or await listing.keys(query)
    for start in range(0, len(keys), PAGE):
        found.add((await listing.rows(keys[start : start + PAGE])).values())
    return found


def lines(found: Sum, look: Look) -> Iterator[Line]:
    """The sums in words."""
    nodes = found.nodes
    if nodes.allocations:
        yield line("", (counted(nodes.allocations, "allocation") + " of OpenPortal", HEAD))
        yield from _nodes(nodes, look)
    if found.consumers:
        told = sorted(found.classes.items())
        body = [line(name, f"  {cells[0]}  {cells[1]}")
                for (name, _), cells in zip(told, columns(
                    [(name, figure(number, look)) for name, number in told], "<>"),
                    strict=True)]  # fmt: skip
        title = counted(found.consumers, "consumer") + " of Placement"
        yield from section(title, body, "amounts of all their providers")
    if not nodes.allocations and not found.consumers:
        yield line("none", ("Nothing is listed.", QUIET))


def _nodes(nodes: Totals, look: Look) -> Iterator[Line]:
    alike = nodes.codes - nodes.differing
    told = portal.limit(nodes.limit, look) if alike else DIFFER
    once = f"  of {counted(alike, 'project code')}, each once"
    facts = [
        ("Limit", told, once if alike else "  between services of the code"),
        ("Used this month", portal.hours(nodes.usage, look), "  of all services, node-hours"),
    ]
    if nodes.differing and alike:
        facts.append((f"Limit {DIFFER}", f"{nodes.differing:,}", "  codes, not in the sum"))
    if nodes.unlimited:
        facts.append(("Without a limit", f"{nodes.unlimited:,}", "  codes, not in the sum"))
    if nodes.untold:
        facts.append(("Not told", f"{nodes.untold:,}", "  allocations without figures"))
    for (name, _, note), cells in zip(facts, columns([f[:2] for f in facts], "<>"), strict=True):
        yield line(name, f"  {cells[0]}  {cells[1]}", (note, QUIET))
