"""What an answer of a resource backend makes of an allocation (spec openportal §2.3)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.runtime import moment
from backend.openportal.model import Allocation, Done, Failed, Order, Usage
from backend.openportal.rules import states, values
from backend.openportal.store import usages

NOISE = 1
"""Hundredths of a node-hour; a month whose usage differs by no more is left as it is (§1.5)."""


def settled(tx: Tx, made: Order, answer: Done) -> Allocation:
    """The allocation after something was done, its accounts and usage stored."""
    one = states.well(made.allocation)
    if answer.associations is not None:
        usages.set_associations(tx, one.uuid, answer.associations)
    if answer.usages is not None:
        one = replace(one, node_usage=_used(tx, one, answer.usages), figures_at=tx.now)
    counterpart = one.counterpart if answer.counterpart is None else answer.counterpart
    return replace(
        one,
        backend_id=answer.backend_id or one.backend_id,
        counterpart=counterpart,
        given_limit=one.given_limit if answer.node_limit is None else answer.node_limit,
        is_added=True,
        remote_version=one.local_version,
    )


def _used(tx: Tx, one: Allocation, told: tuple[Usage, ...]) -> int:
    """Store usage by person and month; what was used of this month in all."""
    now = moment(tx.now)
    this = (now.year, now.month)
    months: dict[tuple[int, int], list[Usage]] = {this: []}
    for usage in told:
        months.setdefault((usage.year, usage.month), []).append(usage)
    known: dict[tuple[int, int], int] = {}
    for row in usages.usages(tx, one.uuid):
        known[row.year, row.month] = known.get((row.year, row.month), 0) + row.usage
    for month, rows in months.items():
        if abs(sum(row.usage for row in rows) - known.get(month, 0)) > NOISE:
            known[month] = sum(row.usage for row in rows)
            usages.set_month(tx, one.uuid, *month, rows)
    return known.get(this, 0)


def mismatch(one: Allocation, answer: Done | Failed) -> str:
    """What is noted of a limit that the backend gives otherwise, `` for nothing (§1.4)."""
    told = answer.node_limit if isinstance(answer, Done) else None
    wanted, given = one.node_limit, one.given_limit if told is None else told
    if isinstance(answer, Failed) or given is None or given == wanted:
        return ""
    says = "gave {} last" if told is None else "allows {}"
    return f"the resource backend {says.format(values.bound(given))}, not {wanted:,}"
