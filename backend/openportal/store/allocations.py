"""The SQL of allocations, one by one."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx
from backend.openportal.model import Allocation, State
from backend.openportal.rules.identifiers import code_of

ALLOCATION = """a.uuid, a.remote, a.name, a.description, s.uuid, p.uuid, a.state, a.backend_id,
a.counterpart, a.node_limit, a.node_usage, a.is_active, a.is_added, a.error_message,
a.error_traceback, a.local_version, a.remote_version, a.created_at, a.modified_at, a.figures_at,
a.given_limit"""
FROM = """FROM portal_allocation a JOIN portal_service s ON s.id = a.service_id
JOIN portal_project p ON p.id = a.project_id"""
SELECT = f"SELECT {ALLOCATION} {FROM} WHERE a.uuid = ?"
SELECT_BY_ID = f"SELECT {ALLOCATION} {FROM} WHERE a.id = ?"
SELECT_ON = f"""
SELECT {ALLOCATION} {FROM} WHERE a.project_id = (SELECT id FROM portal_project WHERE uuid = ?)
AND a.service_id = (SELECT id FROM portal_service WHERE uuid = ?) ORDER BY a.id"""
# Of two that were never begun, the older one goes first.
SELECT_RIVAL = """
SELECT a.name FROM portal_allocation a JOIN portal_service s ON s.id = a.service_id
JOIN portal_allocation mine ON mine.uuid = ?
WHERE a.remote = 1 AND a.project_id = mine.project_id AND s.instance = ? AND a.id <> mine.id
AND a.state <> 'ERRED' AND (a.id < mine.id OR a.state <> 'CREATION_SCHEDULED')
ORDER BY a.id LIMIT 1"""
SELECT_SHARING = """
SELECT a.name, s.name FROM portal_allocation a JOIN portal_service s ON s.id = a.service_id
WHERE a.code = ? AND a.remote = ? AND a.node_limit = ? AND a.uuid <> ? ORDER BY s.fold, a.id"""
SELECT_BESIDE = """
SELECT a.node_limit, coalesce(a.node_usage, 0) FROM portal_allocation a
WHERE a.code = ? AND a.remote = ? AND a.uuid <> ?"""
SELECT_LIMITS = """
SELECT DISTINCT a.code, a.node_limit FROM portal_allocation a
JOIN portal_project p ON p.id = a.project_id
WHERE p.uuid = ? AND a.remote = 0 AND a.code <> '' AND a.node_limit IS NOT NULL
ORDER BY a.code, a.node_limit"""
SELECT_STALLED = f"""
SELECT {ALLOCATION} {FROM} WHERE a.state IN ('CREATION_SCHEDULED', 'CREATING')
AND a.modified_at <= ? ORDER BY a.id"""
SELECT_OLDEST_CREATION = """
SELECT min(modified_at) FROM portal_allocation WHERE state IN ('CREATION_SCHEDULED', 'CREATING')"""
INSERT = """
INSERT INTO portal_allocation (id, uuid, remote, service_id, project_id, name, description, state,
    backend_id, counterpart, node_limit, node_usage, is_active, is_added, error_message,
    error_traceback, local_version, remote_version, code, fold, figures_at, given_limit,
    created_at, modified_at)
VALUES (?, ?, ?, (SELECT id FROM portal_service WHERE uuid = ?),
    (SELECT id FROM portal_project WHERE uuid = ?),
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
UPDATE = """
UPDATE portal_allocation SET name = ?, description = ?, state = ?, backend_id = ?,
    counterpart = ?, node_limit = ?, node_usage = ?, is_active = ?, is_added = ?,
    error_message = ?, error_traceback = ?, local_version = ?, remote_version = ?, code = ?,
    fold = ?, figures_at = ?, given_limit = ?, modified_at = ? WHERE uuid = ?"""
OF = "WHERE allocation_id = (SELECT id FROM portal_allocation WHERE uuid = ?)"
DELETE_JOB = f"DELETE FROM portal_job {OF}"
DELETE_ASSOCIATIONS = f"DELETE FROM portal_association {OF}"
DELETE_USAGE = f"DELETE FROM portal_usage {OF}"
DELETE = "DELETE FROM portal_allocation WHERE uuid = ?"


def allocation_of(row: Row) -> Allocation:
    """An allocation from `ALLOCATION`."""
    uuid, remote, name, description, service, project, state, backend, other, *rest = row
    limit, usage, active, added, *tail = rest
    figures = (limit, usage, bool(active), bool(added))
    head = (uuid, bool(remote), name, description, service, project, State(state))
    return Allocation(*head, backend, other, *figures, *tail)


def allocation(tx: Tx, uuid: str) -> Allocation | None:
    """The allocation of this uuid."""
    row = tx.one(SELECT, (uuid,))
    return allocation_of(row) if row else None


def by_id(tx: Tx, id: int) -> Allocation:
    """The allocation with this key."""
    return allocation_of(tx.all(SELECT_BY_ID, (id,))[0])


def on_service(tx: Tx, project: str, service: str) -> list[Allocation]:
    """Those of a project on a service."""
    return [allocation_of(row) for row in tx.all(SELECT_ON, (project, service))]


def rival(tx: Tx, uuid: str, destination: str) -> str | None:
    """The name of another live remote allocation of the same project and destination."""
    name: str | None = tx.scalar(SELECT_RIVAL, (uuid, destination))
    return name


def sharing(tx: Tx, one: Allocation) -> list[tuple[str, str]]:
    """The others of the same project code that have the same limit, with their services."""
    code = code_of(one.backend_id, one.counterpart, remote=one.remote)
    if not code:
        return []
    rows = tx.all(SELECT_SHARING, (code, one.remote, one.node_limit, one.uuid))
    return [(name, service) for name, service in rows]


def beside(tx: Tx, one: Allocation) -> list[tuple[int | None, int]]:
    """Limit and usage of the others of the same project code."""
    code = code_of(one.backend_id, one.counterpart, remote=one.remote)
    rows = tx.all(SELECT_BESIDE, (code, one.remote, one.uuid)) if code else []
    return [(limit, used) for limit, used in rows]


def limits(tx: Tx, project: str) -> list[tuple[str, int]]:
    """The codes of a project on clusters of ours, each with a limit that it has there."""
    return [(code, limit) for code, limit in tx.all(SELECT_LIMITS, (project,))]


def stalled(tx: Tx, until: int) -> list[Allocation]:
    """Creations that nothing has touched since then."""
    return [allocation_of(row) for row in tx.all(SELECT_STALLED, (until,))]


def oldest_creation(tx: Tx) -> int | None:
    """When the creation that was touched longest ago was."""
    found: int | None = tx.scalar(SELECT_OLDEST_CREATION)
    return found


def save(tx: Tx, before: Allocation | None, after: Allocation) -> None:
    """Insert or update an allocation."""
    code = code_of(after.backend_id, after.counterpart, remote=after.remote)
    names = (after.name, after.backend_id, after.counterpart or "")
    fold = "\n".join(names).casefold()
    what = (after.name, after.description, after.state, after.backend_id, after.counterpart)
    figures = (after.node_limit, after.node_usage, after.is_active, after.is_added)
    errors = (after.error_message, after.error_traceback)
    told = (code, fold, after.figures_at, after.given_limit)
    rest = (*errors, after.local_version, after.remote_version, *told)
    if before is not None:
        tx.execute(UPDATE, (*what, *figures, *rest, after.modified_at, after.uuid))
        return
    head = (tx.next_id("portal_allocation"), after.uuid, after.remote)
    where, when = (after.service, after.project), (after.created_at, after.modified_at)
    tx.execute(INSERT, (*head, *where, *what, *figures, *rest, *when))


def delete(tx: Tx, uuid: str) -> None:
    """Remove an allocation with all that is its own."""
    for sql in (DELETE_JOB, DELETE_ASSOCIATIONS, DELETE_USAGE, DELETE):
        tx.execute(sql, (uuid,))
