"""What was asked for here and takes its time: followed until it settles, and then told.

Nothing of OpenPortal is imported before something is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.backend import Backend
from backend.core.errors import NotFound
from tui.format import ages
from tui.format.lines import Look
from tui.messages import INFO

if TYPE_CHECKING:
    from backend.allocations.model import AllocationRow
    from backend.core.plan import Plan, Receipt
    from tui.format.outcomes import Told


@dataclass(slots=True)
class Expected:
    """Something under way: `limit` is the one that was asked for, None for none; `key` that of
    the list of allocations, 0 until it is known, `before` it while that was under way."""

    verb: str
    uuid: str
    name: str
    limit: int | None
    since: int
    key: int = 0
    lingers: bool = False
    before: AllocationRow | None = None


class Settling:
    """What is expected to settle."""

    def __init__(self) -> None:
        self._expected: dict[str, Expected] = {}

    def expect(self, plan: Plan, receipt: Receipt, now: int, key: int = 0) -> None:
        """Follow what a command began, if it takes its time; `key` is that of the allocation it
        names in the list of all, if it is known."""
        from tui.format import outcomes

        verb, named = outcomes.verb(plan), getattr(plan.command, "allocation", "")
        uuid = str(named or receipt.created.get("allocation", ""))
        if verb and uuid:
            limit, key = getattr(plan.command, "node_limit", None), key if named else 0
            self._expected[uuid] = Expected(verb, uuid, plan.target, limit, now, key)

    def lingering(self, now: int) -> Iterator[Told]:
        """What has become slow since that was asked for last."""
        for one in self._expected.values():
            if not one.lingers and now - one.since >= ages.SPINS:
                one.lingers = True
                yield f"{one.verb} of {one.name}: still running; its end is told", INFO

    async def settled(self, backend: Backend, look: Look) -> Sequence[Told]:
        """What has come to an end. Raises BursarError."""
        if not self._expected:
            return ()
        from tui.format import outcomes

        gone = [one for one in [*self._expected.values()] if not await _found(one, backend)]
        keys = {one.key: one for one in self._expected.values() if one.key}
        rows = await backend.allocations.rows(list(keys)) if keys else {}
        ended: list[outcomes.Outcome] = [(one, None) for one in gone if not one.key]
        for key, one in keys.items():
            if outcomes.busy(row := rows.get(key)):
                one.before = row
            else:
                ended.append((one, row))
        for one, _ in ended:
            self._expected.pop(one.uuid, None)
        return list(outcomes.told(ended, look))


async def _found(one: Expected, backend: Backend) -> bool:
    """Find it among all allocations, once."""
    from backend.allocations.model import KINDS

    if not one.key:
        try:
            row = await backend.openportal.allocation_named(one.uuid)
        except NotFound:
            return False
        one.key = row.key * KINDS + (2 if row.remote else 1)
        one.name = f"{row.name} on {row.service_name}"
    return True
