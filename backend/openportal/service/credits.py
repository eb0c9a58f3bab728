"""What ending an allocation does to the credits of its project: its usage is no longer counted."""

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


def left(tx: Tx, found: Found) -> Iterator[str]:
    """What is left of the credits before and after; nothing where there are none."""
    own, spent = usages.spent(tx, found.project.uuid, found.allocation.uuid)
    if own and (given := found.project.credits):
        before = node_hours(given - spent, short=True)
        after = node_hours(given - spent + own, short=True)
        yield f"left of the project's credits {before} -> {after} node-hours"
