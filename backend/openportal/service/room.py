"""The room: which use case answers which command, and how decisions are stored."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect
from backend.core.plan import Command, Receipt
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.openportal.model import (
    Allocation,
    AllocationCommand,
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    PullAllocation,
    SetNodeLimit,
    UnlinkAllocation,
)
from backend.openportal.rules.identifiers import plain
from backend.openportal.service import allocations, operations
from backend.openportal.service.finding import COUNTDOWN, Forget, Instead, Schedule
from backend.openportal.store import allocations as allocation_store
from backend.openportal.store import jobs


def persist(tx: Tx, write: object) -> Sequence[SideEffect]:
    """Store one write of a decision."""
    if isinstance(write, Schedule):
        due_at = tx.now + COUNTDOWN
        jobs.add(tx, write.allocation, write.operation, due_at, forced=write.forced)
    elif isinstance(write, Instead):
        _instead(tx, write)
    elif isinstance(write, Forget):
        jobs.remove(tx, write.allocation)
    elif isinstance(write, Write):
        _store(tx, write)
    return ()


def _instead(tx: Tx, write: Instead) -> None:
    task = jobs.of(tx, write.allocation)
    if task is not None:
        jobs.change(tx, task.id, write.operation)


def _store(tx: Tx, write: Write) -> None:
    before, after = write.before, write.after
    one = after or before
    if not isinstance(one, Allocation):
        raise TypeError(f"{write!r} is no write of this room")
    if after is None:
        allocation_store.delete(tx, one.uuid)
    else:
        allocation_store.save(tx, before, after)


def _subject(command: Command) -> str:
    """What a command is about, `openportal` when that is not there yet."""
    if isinstance(command, AllocationCommand):
        return f"allocation:{plain(command.allocation)}"
    return "openportal"


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    return perform_writes(tx, decision, reason, persist)


ROOM = Room(
    "openportal",
    {
        CreateAllocation: allocations.create,
        ModifyAllocation: allocations.modify,
        SetNodeLimit: operations.set_limit,
        PullAllocation: operations.pull,
        DeleteAllocation: operations.delete,
        UnlinkAllocation: operations.unlink,
        MarkOk: operations.mark_ok,
        MarkErred: operations.mark_erred,
    },
    _perform,
    _subject,
)
