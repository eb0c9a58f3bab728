"""The credits of an allocation's project: whether they are spent, and what ending it does to them,
since its usage is no longer counted."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Tx
from backend.openportal.model import node_hours
from backend.openportal.service.finding import Found
from backend.openportal.store import usages


def freed(tx: Tx, found: Found) -> Iterator[str]:
    """A project that would no longer look overdrawn."""
    own, spent = usages.spent(tx, found.project.uuid, found.allocation.uuid)
    given = found.project.credits
    if given and given - spent < 0 <= given - spent + own:
        yield f"{found.project.name} is overdrawn, and would no longer look so"


def overdrawn(tx: Tx, found: Found) -> Iterator[str]:
    """A project that spent more than it was given."""
    if _left(tx, found) < 0:
        yield _spent_more(found)


def short(tx: Tx, found: Found) -> Iterator[str]:
    """How much more."""
    if (rest := _left(tx, found)) < 0:
        yield f"{_spent_more(found)}, by {node_hours(-rest, short=True)} node-hours"


def _spent_more(found: Found) -> str:
    return f"{found.project.name} has spent more than its credits"


def _left(tx: Tx, found: Found) -> int:
    """What is left of its credits; 0 where there are none."""
    given = found.project.credits
    return given - usages.spent(tx, found.project.uuid, found.allocation.uuid)[1] if given else 0


def left(tx: Tx, found: Found) -> Iterator[str]:
    """What is left of the credits before and after; nothing where there are none."""
    own, spent = usages.spent(tx, found.project.uuid, found.allocation.uuid)
    if own and (given := found.project.credits):
        before = node_hours(given - spent, short=True)
        after = node_hours(given - spent + own, short=True)
        yield f"what is left of the project's credits goes from {before} to {after} node-hours"
