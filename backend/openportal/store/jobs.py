"""The SQL of what is under way."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.database.tx import Tx
from backend.openportal.model import Job, Operation
from backend.openportal.store.allocations import DELETE_JOB

JOB = "operation, scheduled_at, begun_at, due_at, attempts, told"
SELECT_NEXT = "SELECT key, begun_at FROM portal_job WHERE due_at <= ? ORDER BY due_at, id LIMIT 1"
SELECT_DUE = "SELECT min(due_at) FROM portal_job"
SELECT_TASK = f"SELECT id, allocation_id, key, forced, {JOB} FROM portal_job"
SELECT_BY_KEY = f"{SELECT_TASK} WHERE key = ?"
SELECT_ABOUT = """
SELECT 'allocation:' || a.uuid, j.told FROM portal_job j
JOIN portal_allocation a ON a.id = j.allocation_id WHERE j.key = ?"""
SELECT_OF = f"""
{SELECT_TASK} WHERE allocation_id = (SELECT id FROM portal_allocation WHERE uuid = ?)"""
INSERT = """
INSERT INTO portal_job (id, allocation_id, operation, forced, key, scheduled_at, begun_at, due_at,
    attempts, told)
VALUES (?, (SELECT id FROM portal_allocation WHERE uuid = ?), ?, ?, ?, ?, 0, ?, 0, '')"""
BEGIN = "UPDATE portal_job SET begun_at = ? WHERE id = ?"
PUT_OFF = "UPDATE portal_job SET due_at = ?, attempts = attempts + 1, told = ? WHERE key = ?"
WAIT = "UPDATE portal_job SET due_at = ?, attempts = attempts + 1, told = ? WHERE id = ?"
HURRY = "UPDATE portal_job SET due_at = ? WHERE id = ?"
CHANGE = "UPDATE portal_job SET operation = ? WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Task:
    """A job as it is stored; `allocation` is a key."""

    id: int
    allocation: int
    key: str
    forced: bool
    job: Job


def _task(tx: Tx, sql: str, param: str) -> Task | None:
    row = tx.one(sql, (param,))
    if row is None:
        return None
    id, allocation, key, forced, operation, *rest = row
    return Task(id, allocation, key, bool(forced), Job(Operation(operation), *rest))


def due(tx: Tx) -> tuple[str, bool] | None:
    """The job that is due first, and whether it has begun."""
    row = tx.one(SELECT_NEXT, (tx.now,))
    return (row[0], row[1] > 0) if row else None


def next_due(tx: Tx) -> int | None:
    """When the next job goes on."""
    found: int | None = tx.scalar(SELECT_DUE)
    return found


def by_key(tx: Tx, key: str) -> Task | None:
    """The job that resource backends know by this name."""
    return _task(tx, SELECT_BY_KEY, key)


def of(tx: Tx, allocation: str) -> Task | None:
    """What is under way with an allocation."""
    return _task(tx, SELECT_OF, allocation)


def add(
    tx: Tx, allocation: str, operation: Operation, due_at: int, *, forced: bool = False
) -> None:
    """Let something be done under a fresh name."""
    key = tx.runtime.uuid().replace("-", "")
    head = (tx.next_id("portal_job"), allocation, operation, forced, key)
    tx.execute(INSERT, (*head, tx.now, due_at))


def begin(tx: Tx, id: int) -> None:
    """It is being done from now on."""
    tx.execute(BEGIN, (tx.now, id))


def wait(tx: Tx, id: int, due_at: int, told: str) -> None:
    """It goes on later."""
    tx.execute(WAIT, (due_at, told, id))


def put_off(tx: Tx, key: str, due_at: int, told: str) -> str:
    """It goes on later, whatever it is; what it is about where that says something new, else ``."""
    row = tx.one(SELECT_ABOUT, (key,))
    tx.execute(PUT_OFF, (due_at, told, key))
    return str(row[0]) if row and row[1] != told else ""


def change(tx: Tx, id: int, operation: Operation) -> None:
    """Something else is to be done."""
    tx.execute(CHANGE, (operation, id))


def hurry(tx: Tx, id: int) -> None:
    """It goes on at once."""
    tx.execute(HURRY, (tx.now, id))


def remove(tx: Tx, allocation: str) -> None:
    """Nothing is under way with an allocation any more."""
    tx.execute(DELETE_JOB, (allocation,))
