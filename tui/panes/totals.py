"""What allocations come to: the limit of a project code once, amounts of consumers by class, what
tenants of NICo have by type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.allocations.model import AllocationRow
from backend.core.listing import Listing, Query
from backend.core.text import counted
from backend.nico.model import NicoRow, TypeRow
from backend.openportal.model import UNLIMITED, PortalRow
from backend.placement.model import ConsumerRow
from tui.format import portal, sharing
from tui.format.codes import DIFFER, Totals
from tui.format.lines import HEAD, QUIET, Build, Line, Look, blank, columns, line, section
from tui.format.stock import figure
from tui.messages import WARN
from tui.panes.listpane import ListPane
from tui.session import Session

PAGE = 500

Adding = Callable[[Session, Sequence[int]], Awaitable[Build]]
"""Tells what the rows of these keys come to; raises BursarError."""


@dataclass(slots=True)
class Sum:
    """What rows of all kinds come to."""

    consumers: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    nodes: Totals = field(default_factory=Totals)
    given: sharing.Sums = field(default_factory=sharing.Sums)

    def add(self, rows: Iterable[AllocationRow]) -> None:
        """More of them."""
        for row in rows:
            if isinstance(row.of, PortalRow):
                self.nodes.add(row.of)
            elif isinstance(row.of, NicoRow):
                self.given.add([row.of])
            else:
                self._consumer(row.of)

    def _consumer(self, row: ConsumerRow) -> None:
        self.consumers += 1
        for name, amount in row.amounts:
            self.classes[name] = self.classes.get(name, 0) + amount


def show(pane: ListPane[Any], adding: Adding) -> None:
    """Add up the marked rows, or all that are listed, and show it."""
    if pane.session.doing:
        pane.session.tell(f"one at a time: {pane.session.doing}", WARN)
    else:
        pane.start(_show, pane, adding, group="change")


async def _show(pane: ListPane[Any], adding: Adding) -> None:
    from tui.widgets.overlay import Overlay

    marked = list(pane.state.marked)
    build = await pane.waiting(_told(pane, adding, marked), "adding up")
    title = f"Totals of {len(marked):,} marked" if marked else "Totals of all listed"
    if pane.is_here():
        await pane.app.push_screen(Overlay(title, build, pane.session.look))


async def _told(pane: ListPane[Any], adding: Adding, marked: Sequence[int]) -> Build:
    return await adding(pane.session, marked or await pane.listing().keys(pane.query_listed))


async def of_allocations(session: Session, keys: Sequence[int]) -> Build:
    """What allocations of all systems come to. Raises BursarError."""
    found = Sum()
    await _added(session.backend.allocations, keys, found.add)
    types = await _types(session) if found.given.count else {}
    return lambda look: lines(found, types, look)


async def of_constraints(session: Session, keys: Sequence[int]) -> Build:
    """What constraints of NICo come to. Raises BursarError."""
    found = sharing.Sums()
    await _added(session.backend.nico.constraints, keys, found.add)
    types = await _types(session)
    return lambda look: sharing.lines(found, types, look) if found.count else [_nothing()]


async def _added(
    listing: Listing[Any], keys: Sequence[int], add: Callable[[Iterable[Any]], None]
) -> None:
    for start in range(0, len(keys), PAGE):
        add((await listing.rows(keys[start : start + PAGE])).values())


async def _types(session: Session) -> Mapping[str, TypeRow]:
    listing = session.backend.nico.types
    return {row.uuid: row for row in (await listing.rows(await listing.keys(Query()))).values()}


def lines(found: Sum, types: Mapping[str, TypeRow], look: Look) -> Iterator[Line]:
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
    if found.given.count:
        if nodes.allocations or found.consumers:
            yield blank()
        yield from sharing.lines(found.given, types, look)
    elif not nodes.allocations and not found.consumers:
        yield _nothing()


def _nothing() -> Line:
    return line("none", ("Nothing is listed.", QUIET))


def _nodes(nodes: Totals, look: Look) -> Iterator[Line]:
    alike = nodes.codes - nodes.differing
    most = nodes.limit if nodes.bounded else UNLIMITED if nodes.unlimited else None
    told = portal.limit(most, look) if alike else DIFFER
    once = f"  of {counted(nodes.bounded, 'project code')}, each once"
    used = [("Used this month", portal.hours(nodes.usage, look), "  of all services, node-hours")]
    if 0 < nodes.bounded < nodes.codes:
        share, _ = portal.share(nodes.limited, nodes.limit, look)
        note = f"  of the same, node-hours: {share}"
        used = [
            ("Used this month", portal.hours(nodes.limited, look), note),
            ("Used in all", portal.hours(nodes.usage, look), "  with those that follow"),
        ]
    facts = [("Limit", told, once if alike else "  between services of the code"), *used]
    if nodes.differing and alike:
        facts.append((f"Limit {DIFFER}", f"{nodes.differing:,}", "  codes, not in the sum"))
    if nodes.unlimited:
        facts.append(("Without a limit", f"{nodes.unlimited:,}", "  codes, not in the sum"))
    if nodes.untold:
        facts.append(("Not told", f"{nodes.untold:,}", "  allocations without figures"))
    for (name, _, note), cells in zip(facts, columns([f[:2] for f in facts], "<>"), strict=True):
        yield line(name, f"  {cells[0]}  {cells[1]}", (note, QUIET))
