"""What another limit of one allocation does to its project code, whose limit is one for all its
services (spec openportal §1.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.database.tx import Tx
from backend.core.text import counted
from backend.openportal.model import HUNDREDTHS, UNLIMITED
from backend.openportal.rules import values
from backend.openportal.rules.identifiers import code_of
from backend.openportal.service.finding import Found
from backend.openportal.store import allocations as store

NAMED = 3
"""Other allocations that are named at most."""


def differing(tx: Tx, found: Found, limit: int) -> Iterator[str]:
    """Those that keep the limit that all had."""
    before = found.allocation
    others = store.sharing(tx, before)
    if others and limit != before.node_limit:
        keeps = "keeps" if len(others) == 1 else "keep"
        stands = values.bound(before.node_limit)
        yield f"{_listed(others)} {keeps} {stands}: the limit of the project code will differ"


def _listed(others: Sequence[tuple[str, str]]) -> str:
    """`two on Dawn, three on Isambard and 4 others`."""
    told = ", ".join(f"{name} on {service}" for name, service in others[:NAMED])
    rest = len(others) - NAMED
    return f"{told} and {counted(rest, 'other')}" if rest > 0 else told


def verdict(tx: Tx, found: Found, limit: int) -> Iterator[str]:
    """Whether its code starts or stops being one that used more than it may."""
    before = found.allocation
    others = [] if before.remote else store.beside(tx, before)
    if not others:
        return
    used = sum(one for _, one in others) + (before.node_usage or 0)
    kept = [one for one, _ in others]
    was, becomes = (_is_over(used, [*kept, one]) for one in (before.node_limit, limit))
    if was == becomes:
        return
    code = code_of(before.backend_id, before.counterpart, remote=before.remote)
    counted_as = "then counted as over" if becomes else "no longer counted as over"
    with_what = "" if UNLIMITED in (limit, *kept) else f", {_largest([*kept, limit]):,}"
    yield f"{code} is {counted_as}: all that it used is compared with its largest limit{with_what}"


def _is_over(used: int, limits: Sequence[int | None]) -> bool:
    told = all(one not in (None, UNLIMITED) for one in limits)
    return told and used > HUNDREDTHS * _largest(limits)


def _largest(limits: Sequence[int | None]) -> int:
    return max(one for one in limits if one is not None)
