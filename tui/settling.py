"""What was asked for here and takes its time: followed until it settles, and then told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.allocations.model import KINDS, AllocationRow
from backend.backend import Backend
from backend.core.errors import NotFound
from backend.openportal.model import (
    ApproveAward,
    CreateAllocation,
    DeleteAllocation,
    PortalRow,
    PullAllocation,
    SetNodeLimit,
    State,
)
from tui.format import portal
from tui.format.lines import Look

if TYPE_CHECKING:
    from backend.core.plan import Plan, Receipt

INFO, WARN, BAD = "info", "warn", "bad"
SEVERAL = 3
"""More than this many outcomes at once are counted rather than told one by one."""
VERBS = {
    ApproveAward: "creation",
    CreateAllocation: "creation",
    DeleteAllocation: "deletion",
    PullAllocation: "pull",
    SetNodeLimit: "limit",
}
"""Commands whose end comes later, and what that is the end of."""

Told = tuple[str, str]
"""A text and its tone."""


@dataclass(slots=True)
class Expected:
    """Something under way: `limit` is the one that was asked for, None for none; `key` that of
    the list of allocations, 0 until it is known."""

    verb: str
    uuid: str
    name: str
    limit: int | None
    since: int
    key: int = 0
    lingers: bool = False


class Settling:
    """What is expected to settle."""

    def __init__(self) -> None:
        self._expected: dict[str, Expected] = {}

    def expect(self, plan: Plan, receipt: Receipt, now: int, key: int = 0) -> None:
        """Follow what a command began, if it takes its time; `key` is that of the allocation it
        names in the list of all, if it is known."""
        command = plan.command
        verb, named = VERBS.get(type(command)), getattr(command, "allocation", "")
        uuid = str(named or receipt.created.get("allocation", ""))
        if isinstance(command, ApproveAward):
            limits = [change for change in plan.changes if change.field == "node limit"]
            verb = VERBS[SetNodeLimit] if any(one.before is not None for one in limits) else verb
        if verb is not None and uuid:
            limit, key = getattr(command, "node_limit", None), key if named else 0
            self._expected[uuid] = Expected(verb, uuid, plan.target, limit, now, key)

    def lingering(self, now: int) -> Iterator[Told]:
        """What has become slow since that was asked for last."""
        for one in self._expected.values():
            if not one.lingers and now - one.since >= portal.SPINS:
                one.lingers = True
                yield f"{one.verb} of {one.name}: still running; its end is told", INFO

    async def settled(self, backend: Backend, look: Look) -> Sequence[Told]:
        """What has come to an end. Raises BursarError."""
        if not self._expected:
            return ()
        gone = [one for one in [*self._expected.values()] if not await _found(one, backend)]
        keys = {one.key: one for one in self._expected.values() if one.key}
        rows = await backend.allocations.rows(list(keys)) if keys else {}
        ended = [(one, rows.get(key)) for key, one in keys.items() if not _busy(rows.get(key))]
        outcomes = [(one, None) for one in gone if not one.key] + ended
        for one, _ in outcomes:
            self._expected.pop(one.uuid, None)
        return list(_told(outcomes, look))


async def _found(one: Expected, backend: Backend) -> bool:
    """Find it among all allocations, once."""
    if not one.key:
        try:
            row = await backend.openportal.allocation_named(one.uuid)
        except NotFound:
            return False
        one.key = row.key * KINDS + (2 if row.remote else 1)
        one.name = f"{row.name} on {row.service_name}"
    return True


def _busy(row: AllocationRow | None) -> bool:
    return row is not None and isinstance(row.of, PortalRow) and row.of.state.busy


Outcome = tuple[Expected, AllocationRow | None]


def _told(outcomes: Sequence[Outcome], look: Look) -> Iterator[Told]:
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
    figures = portal.of_limit(of.usage, of.node_limit, look)
    return f"{what}: {of.state}   {figures} node-hours used this month", INFO


def _state(row: AllocationRow | None) -> State | None:
    return row.of.state if row is not None and isinstance(row.of, PortalRow) else None
