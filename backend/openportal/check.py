"""What must hold of OpenPortal: what is busy is worked on, names and figures agree, and all is as
the journal tells."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Tx
from backend.core.replay import Facts
from backend.core.runtime import moment
from backend.openportal.model import Operation, Part, State
from backend.openportal.replay import kept, replay
from backend.openportal.rules import states
from backend.openportal.rules.identifiers import code_of

SELECT_WORK = """
SELECT a.uuid, a.remote, a.state, coalesce(j.operation, ''), coalesce(j.begun_at, 0)
FROM portal_allocation a LEFT JOIN portal_job j ON j.allocation_id = a.id
WHERE a.state NOT IN ('OK', 'ERRED') OR j.id IS NOT NULL ORDER BY a.id"""
SELECT_CODES = """
SELECT uuid, remote, backend_id, counterpart, code FROM portal_allocation ORDER BY id"""
SELECT_KINDS = """
SELECT a.uuid FROM portal_allocation a JOIN portal_service s ON s.id = a.service_id
WHERE a.remote <> s.remote ORDER BY a.id"""
SELECT_ROLES = """
SELECT u.username, r.part, r.customer_id, r.project_id, coalesce(c.id, 0), coalesce(p.id, 0)
FROM portal_role r JOIN portal_user u ON u.id = r.user_id
LEFT JOIN portal_customer c ON c.id = r.customer_id
LEFT JOIN portal_project p ON p.id = r.project_id ORDER BY u.id, r.customer_id, r.project_id"""
SELECT_BELOW = """
SELECT uuid, node_usage FROM portal_allocation WHERE node_usage < 0 OR node_limit < -1
ORDER BY id"""
SELECT_USED = """
SELECT a.node_usage, count(u.id), coalesce(sum(u.node_usage), 0) FROM portal_allocation a
LEFT JOIN portal_usage u ON u.allocation_id = a.id AND u.year = ? AND u.month = ?
WHERE a.uuid = ? GROUP BY a.id, a.node_usage"""
SELECT_READ = "SELECT uuid, figures_at FROM portal_allocation WHERE figures_at > 0 ORDER BY id"


def findings(tx: Tx) -> Iterator[str]:
    """What is wrong with allocations and what belongs to them, one line each."""
    journal = replay()
    yield from journal.take(tx)
    yield from _work(tx, journal.told)
    for uuid, remote, backend_id, counterpart, code in tx.each(SELECT_CODES):
        expected = code_of(backend_id, counterpart, remote=bool(remote))
        if code != expected:
            yield f"allocation {uuid}: its project code is {code!r}, its names say {expected!r}"
    for (uuid,) in tx.all(SELECT_KINDS):
        yield f"allocation {uuid}: it and its service are not of one kind, local or remote"
    for uuid, _ in tx.all(SELECT_BELOW):
        yield f"allocation {uuid}: usage or limit below what there can be"
    yield from _roles(tx)
    yield from _usage(tx, journal.told)
    yield from journal.differences(kept(tx))


def _work(tx: Tx, told: dict[str, Facts]) -> Iterator[str]:
    """What is busy has a job that fits; without one it is stuck, as world files may have it."""
    for uuid, remote, state, operation, begun_at in tx.all(SELECT_WORK):
        if operation:
            yield from _job(uuid, bool(remote), State(state), Operation(operation), begun_at)
        elif told.get(f"allocation:{uuid}", {}).get("state") == state:
            yield f"allocation {uuid}: {state}, but nothing is under way"


def _job(
    uuid: str, remote: bool, state: State, operation: Operation, begun_at: int
) -> Iterator[str]:
    if state not in states.possible(operation, remote=remote):
        yield f"allocation {uuid}: {state}, but {operation} is under way"
    elif (state is states.scheduled(operation)) == (begun_at > 0):
        what = "has begun" if begun_at else "has not begun"
        yield f"allocation {uuid}: {state}, but {operation} {what}"


def _roles(tx: Tx) -> Iterator[str]:
    """Owners are of customers, all others of projects, and those are there."""
    for username, part, customer_id, project_id, customer, project in tx.all(SELECT_ROLES):
        owner = part == Part.OWNER
        if (customer_id, project_id) != (customer, project):
            yield f"{username}: {part} of what is not there"
        elif bool(customer) == bool(project) or (owner and project):
            yield f"{username}: {part} of the wrong thing"


def _usage(tx: Tx, told: dict[str, Facts]) -> Iterator[str]:
    """What the scheduler has stored of this month is what people used."""
    for uuid, figures_at in tx.all(SELECT_READ):
        if "node_usage" not in told.get(f"allocation:{uuid}", {}):
            continue
        month = moment(figures_at)
        row = tx.one(SELECT_USED, (month.year, month.month, uuid))
        if row and row[1] and row[0] != int(row[2]):
            yield f"allocation {uuid}: {row[0]} hundredths used, its people used {int(row[2])}"
