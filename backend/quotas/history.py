"""Usage and traffic of the past, from what was written anyway: the provision log tells when
each resolved quantity was reserved and when it became final, the journal what was done when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.core.audit import INDEXED
from backend.core.database.tx import Row, Tx
from backend.core.errors import Invalid
from backend.core.journal import REFUSALS_KEPT
from backend.quotas.feed import KINDS
from backend.quotas.model import History, Rates

COMMISSIONS = 20_000
"""Resolved commissions that are looked through; what is older is not told."""
ENTRIES = 20_000
"""Entries of the journal that are counted for rates."""
MINUTE = 60_000_000
LONGEST = 1000
"""Stretches of time that may be asked for."""

SELECT_HOLDINGS = """
SELECT holder_id, source_id, resource_id, id, usage_max FROM holding
WHERE id IN ({keys}) AND known = 1"""
SELECT_HORIZON = """
SELECT logged_at FROM provision_log WHERE n = 0 AND logged_at > ?
ORDER BY logged_at DESC LIMIT 1 OFFSET ?"""
# CROSS JOIN has SQLite find the commissions first.
SELECT_LINES = """
SELECT v.resource_id, v.issued_at, v.logged_at, v.delta, v.reason
FROM provision_log c CROSS JOIN provision_log v
WHERE c.n = 0 AND c.logged_at > ? AND v.serial = c.serial AND v.holder_id = ?
    AND v.source_id = ? AND v.resource_id IN ({keys})"""
SELECT_RESERVED = """
SELECT p.holding_id, c.issued_at, p.quantity FROM provision p
JOIN commission c ON c.serial = p.serial
WHERE c.issued_at > ? AND p.quantity > 0 AND p.holding_id IN ({keys})"""
SELECT_BEGINNING = "SELECT at FROM journal ORDER BY seq LIMIT 1"
SELECT_IMPORTED = f"SELECT max(at) FROM journal WHERE target = 'world' AND {INDEXED}"
SELECT_COUNTED = """
SELECT at FROM journal WHERE seq > (SELECT coalesce(max(seq), 0) FROM journal) - ?
ORDER BY seq LIMIT 1"""
SELECT_TRAFFIC = """
SELECT at / 60000000, action, count(*) FROM journal
WHERE seq > (SELECT coalesce(max(seq), 0) FROM journal) - ? AND at > ? AND outcome = 'done'
    AND action IN ('commission.issue', 'commission.accept', 'commission.reject',
        'commission.charge', 'commission.expire')
GROUP BY 1, 2"""
SELECT_REFUSED = "SELECT at FROM refusal ORDER BY id"

Change = tuple[int, int]  # when, by how much


@dataclass(frozen=True, slots=True)
class _Span:
    """Equal stretches of time that end on whole multiples of their length."""

    step: int
    ends: Sequence[int]

    @property
    def start(self) -> int:
        """Where the first one begins."""
        return self.ends[0] - self.step


def usage(tx: Tx, keys: Sequence[int], span: int, count: int) -> dict[int, History]:
    """The usage of holdings at the ends of the last `count` stretches of together `span`
    microseconds; holdings that are gone or whose usage is unknown are missing. Raises Invalid."""
    stretches = _stretches(tx.now, span, count)
    horizon = tx.scalar(SELECT_HORIZON, (stretches.start, COMMISSIONS)) or 0
    holders: dict[Row, list[Row]] = {}
    for row in tx.within(SELECT_HOLDINGS, keys):
        holders.setdefault(row[:2], []).append(row[2:])
    known = max(_known_since(tx), horizon)
    since = max(stretches.start, horizon)
    pending = _reserved(tx, keys, stretches.start)
    found: dict[int, History] = {}
    for holder, holdings in holders.items():
        resources = [resource for resource, _, _ in holdings]
        changes = _resolved(tx, holder, resources, since)
        for resource, id, now in holdings:
            told = [*changes.get(resource, ()), *pending.get(id, ())]
            found[id] = _history(now, told, max(stretches.start, known), stretches)
    return found


def _stretches(now: int, span: int, count: int) -> _Span:
    if not 1 <= count <= LONGEST or not count <= span < now:
        raise Invalid(f"{count} stretches of {span} microseconds cannot be told")
    step = span // count
    last = -(-now // step) * step
    return _Span(step, [last - step * (count - 1 - n) for n in range(count)])


def _known_since(tx: Tx) -> int:
    """Figures that were imported have no past."""
    begun = tx.scalar(SELECT_BEGINNING) or tx.now
    return max(begun, tx.scalar(SELECT_IMPORTED) or 0)


def _resolved(tx: Tx, holder: Row, resources: Sequence[int], since: int) -> dict[int, list[Change]]:
    """How commissions that were resolved after a time changed a holder's usage of resources."""
    changes: dict[int, list[Change]] = {}
    for resource, *line in tx.within(SELECT_LINES, resources, (since, *holder)):
        changes.setdefault(resource, []).extend(_changes(*line))
    return changes


def _changes(issued: int, logged: int, delta: int, reason: str) -> Iterator[Change]:
    """What is asked for counts from its issue on, what is released once accepted."""
    accepted = reason.startswith("ACCEPT")
    if delta > 0:
        yield issued, delta
    if (delta > 0) != accepted:
        yield logged, -abs(delta)


def _reserved(tx: Tx, keys: Sequence[int], start: int) -> dict[int, list[Change]]:
    """What is still pending and was not yet at `start`."""
    found: dict[int, list[Change]] = {}
    for id, issued, quantity in tx.within(SELECT_RESERVED, keys, (start,)):
        found.setdefault(id, []).append((issued, quantity))
    return found


def _history(now: int, changes: list[Change], since: int, stretches: _Span) -> History:
    """From the usage now backwards, as far as it is known."""
    changes.sort(reverse=True)
    values: list[int | None] = []
    left, most, n = now, now, 0
    for end in reversed(stretches.ends):
        while end >= since and n < len(changes) and changes[n][0] > end:
            at, by = changes[n]
            left, n = left - by, n + 1
            if n == len(changes) or changes[n][0] < at:
                most = max(most, left)
        values.append(left if end >= since else None)
    return History(tuple(reversed(values)), stretches.step, stretches.ends[-1], since, most)


def rates(tx: Tx, minutes: int) -> Rates:
    """What happened to commissions in each of the last minutes, this one included."""
    last = tx.now // MINUTE
    since = tx.scalar(SELECT_COUNTED, (ENTRIES,)) or tx.now
    counted: dict[str, Counter[int]] = {kind: Counter() for kind in KINDS.values()}
    for minute, action, count in tx.all(SELECT_TRAFFIC, (ENTRIES, (last - minutes) * MINUTE)):
        counted[KINDS[action]][minute] += count
    refusals = [at for (at,) in tx.all(SELECT_REFUSED)]
    kept = max(since, refusals[0]) if len(refusals) >= REFUSALS_KEPT else since
    places = range(last - minutes + 1, last + 1)

    def told(count: Counter[int], since: int) -> tuple[int | None, ...]:
        return tuple(count[n] if n >= since // MINUTE else None for n in places)

    charged = counted["charged"]
    return Rates(
        last,
        told(counted["issued"] + charged, since),
        told(counted["accepted"] + charged, since),
        told(Counter(at // MINUTE for at in refusals), kept),
    )
