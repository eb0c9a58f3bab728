"""What an answer of a resource backend makes of an allocation (spec openportal §2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.runtime import moment
from backend.openportal.model import Allocation, Done, Failed, Order, Usage, node_hours
from backend.openportal.rules import states, values
from backend.openportal.store import usages

NOISE = 1
"""Hundredths of a node-hour; a month whose usage differs by no more is left as it is (§1.5)."""
Month = tuple[int, int]
"""A year and a month of it."""


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
    known = _known(tx, one)
    for month, rows in _told(tx, told).items():
        if abs(used(rows) - known.get(month, 0)) > NOISE:
            known[month] = used(rows)
            usages.set_month(tx, one.uuid, *month, rows)
    return known.get(_this(tx), 0)


def _this(tx: Tx) -> Month:
    now = moment(tx.now)
    return now.year, now.month


def _told(tx: Tx, told: Sequence[Usage]) -> Mapping[Month, Sequence[Usage]]:
    """What is told by month, of this one in any case."""
    return {_this(tx): [], **months(told)}


def _known(tx: Tx, one: Allocation) -> dict[Month, int]:
    return {month: used(rows) for month, rows in months(usages.usages(tx, one.uuid)).items()}


def used(rows: Iterable[Usage]) -> int:
    """Hundredths of a node-hour in all."""
    return sum(row.usage for row in rows)


def months(told: Sequence[Usage]) -> dict[Month, list[Usage]]:
    """Usage by month."""
    found: dict[Month, list[Usage]] = {}
    for usage in told:
        found.setdefault((usage.year, usage.month), []).append(usage)
    return found


def noted(tx: Tx, one: Allocation, answer: Done | Failed) -> str:
    """What is noted of an answer, before that is stored: another limit, months with less usage."""
    lines = [told] if (told := mismatch(one, answer)) else []
    if isinstance(answer, Done) and answer.usages is not None:
        lines += _less(_known(tx, one), _told(tx, answer.usages))
    return "; ".join(lines)


def _less(known: Mapping[Month, int], told: Mapping[Month, Sequence[Usage]]) -> Iterator[str]:
    for (year, month), rows in told.items():
        if used(rows) < (before := known.get((year, month), 0)) - NOISE:
            now, then = (node_hours(n, short=True) for n in (used(rows), before))
            yield f"{year}-{month:02}: {now} node-hours used, less than before: {then}"


def mismatch(one: Allocation, answer: Done | Failed) -> str:
    """What is noted of a limit that the backend gives otherwise, `` for nothing (§1.4)."""
    told = answer.node_limit if isinstance(answer, Done) else None
    wanted, given = one.node_limit, one.given_limit if told is None else told
    if isinstance(answer, Failed) or given is None or given == wanted:
        return ""
    says = "gave {} last" if told is None else "allows {}"
    return f"the resource backend {says.format(values.bound(given))}, not {wanted:,}"
