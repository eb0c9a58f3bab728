"""How what was asked of allocations ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from backend.allocations.model import AllocationRow
from backend.core.plan import Command, Plan
from backend.openportal.model import (
    ApproveAward,
    CreateAllocation,
    DeleteAllocation,
    PortalRow,
    PullAllocation,
    SetNodeLimit,
    State,
)
from tui.format import ages, portal
from tui.format.lines import Look
from tui.messages import BAD, INFO, WARN

if TYPE_CHECKING:
    from tui.settling import Expected

SEVERAL = 3
"""More than this many outcomes at once are counted rather than told one by one."""
VERBS: Mapping[type[Command], str] = {
    ApproveAward: "creation",
    CreateAllocation: "creation",
    DeleteAllocation: "deletion",
    PullAllocation: "pull",
    SetNodeLimit: "limit",
}
"""Commands whose end comes later, and what that is the end of."""

Told = tuple[str, str]
"""A text and its tone."""


def verb(plan: Plan) -> str:
    """What of it ends later, `` for nothing."""
    if isinstance(plan.command, ApproveAward):
        limits = [change for change in plan.changes if change.field == "node limit"]
        if any(one.before is not None for one in limits):
            return VERBS[SetNodeLimit]
    return VERBS.get(type(plan.command), "")


def busy(row: AllocationRow | None) -> bool:
    """Whether something is still under way."""
    return row is not None and isinstance(row.of, PortalRow) and row.of.state.busy


Outcome = tuple["Expected", AllocationRow | None]


def told(outcomes: Sequence[Outcome], look: Look) -> Iterator[Told]:
    """What has come to an end, one by one or counted."""
    if len(outcomes) <= SEVERAL:
        yield from (_one(one, row, look) for one, row in outcomes)
        return
    erred = [one.name for one, row in outcomes if _state(row) is State.ERRED]
    text = f"{len(outcomes):,} settled, {len(erred):,} of them ERRED"
    names = f": {', '.join(erred[:SEVERAL])}{' ...' if len(erred) > SEVERAL else ''}"
    yield text + (names if erred else ""), BAD if erred else INFO


def _one(one: Expected, row: AllocationRow | None, look: Look) -> Told:
    if row is None or not isinstance(row.of, PortalRow):
        gone = one.verb == "deletion"
        return f"{one.name} is deleted" if gone else f"{one.name} is gone", INFO if gone else WARN
    of, what = row.of, f"{one.verb} of {one.name}"
    if of.state is State.ERRED:
        return f"{what}: ERRED: {of.error_message}", BAD
    if one.limit is not None and of.node_limit not in (None, one.limit):
        asked, now = portal.limit(one.limit, look), portal.limit(of.node_limit, look)
        return f"{what}: {of.state}, but the limit is {now}, not {asked} as asked", WARN
    if portal.given_otherwise(of):
        gave, here = (portal.limit(n, look) for n in (of.given_limit, of.node_limit))
        return f"{what}: {of.state}, but the service gave {gave} last, not {here}", WARN
    figures = portal.of_limit(of.usage, of.node_limit, look)
    less = _less(one, of, look)
    told = f"{what}: {of.state}   {figures} node-hours used this month{less}"
    return told, WARN if less else INFO


def _less(one: Expected, of: PortalRow, look: Look) -> str:
    """What was known to be used of the same month, where it is less now, else ``."""
    before = one.before.of if one.before is not None else None
    if not isinstance(before, PortalRow) or (of.usage or 0) >= (before.usage or 0):
        return ""
    if before.figures_at and _month(before.figures_at) != _month(of.figures_at):
        return ""
    return f", less than before: {portal.hours(before.usage, look)}"


def _month(at: int) -> str:
    return ages.day(at)[:7]


def _state(row: AllocationRow | None) -> State | None:
    return row.of.state if row is not None and isinstance(row.of, PortalRow) else None
