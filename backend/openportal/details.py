"""Allocations and awards one by one: all about them, and as Waldur's own API shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.core.runtime import moment
from backend.core.stored import object_of
from backend.openportal.model import (
    Account,
    Association,
    AwardReview,
    AwardRow,
    Job,
    Operation,
    PortalDetail,
    PortalRow,
    RemoteProject,
    Usage,
)
from backend.openportal.queries import (
    allocation_rows,
    award_rows,
    project_rows,
)
from backend.openportal.rules.awards import LINKS
from backend.openportal.store import places, shown
from backend.openportal.store.awards import FROM_REMOTE, REMOTE_PROJECT, remote_project_of
from backend.openportal.wire import encode, encode_awards

MOST_USAGES = 500

SELECT_BY_UUID = "SELECT id FROM portal_allocation WHERE uuid = ?"
SELECT_MORE = """
SELECT a.description, a.error_traceback, o.uuid, s.state, s.error_message,
    a.marketplace, a.local_version, a.remote_version, a.project_id, a.service_id, p.shortname
FROM portal_allocation a JOIN portal_project p ON p.id = a.project_id
JOIN portal_customer o ON o.id = p.customer_id JOIN portal_service s ON s.id = a.service_id
WHERE a.id = ?"""
SELECT_OTHERS = """
SELECT id FROM portal_allocation WHERE code = ? AND code <> '' AND id <> ? ORDER BY id"""
SELECT_ASSOCIATIONS = """
SELECT username, groupname, useridentifier FROM portal_association WHERE allocation_id = ?
ORDER BY username, id"""
SELECT_USAGES = """
SELECT year, month, username, full_name, node_usage FROM portal_usage WHERE allocation_id = ?
ORDER BY year DESC, month DESC, node_usage DESC, username LIMIT ?"""
SELECT_JOB = """
SELECT operation, scheduled_at, begun_at, due_at, attempts, told FROM portal_job
WHERE allocation_id = ?"""
SELECT_ACCOUNT = """
SELECT p.credits,
    coalesce(sum(CASE WHEN u.year = ? AND u.month = ? THEN 0 ELSE u.node_usage END), 0),
    coalesce(sum(CASE WHEN u.year = ? AND u.month = ? THEN u.node_usage ELSE 0 END), 0),
    p.start_date, p.end_date
FROM portal_project p LEFT JOIN portal_allocation a ON a.project_id = p.id
LEFT JOIN portal_usage u ON u.allocation_id = a.id WHERE p.id = ?
GROUP BY p.id, p.credits, p.start_date, p.end_date"""
SELECT_REMOTE_PROJECT = f"""
SELECT {REMOTE_PROJECT} {FROM_REMOTE} JOIN portal_service s ON s.instance = r.destination
WHERE r.project_id = ? AND s.id = ? ORDER BY r.id LIMIT 1"""
SELECT_QUEUE = "SELECT id FROM portal_award WHERE state = 'pending' ORDER BY created_at, id"
SELECT_PROJECT = "SELECT id FROM portal_project WHERE uuid = ?"
SELECT_OF_PROJECT = """
SELECT id FROM portal_allocation WHERE project_id = ? ORDER BY fold, id"""


def allocation(tx: Tx, key: int) -> PortalDetail:
    """All about an allocation. Raises NotFound."""
    row = _allocation(tx, key)
    description, traceback, customer, state, error, told, *rest = tx.all(SELECT_MORE, (key,))[0]
    local, remote, project, service, shortname = rest
    return PortalDetail(
        row=row,
        description=description,
        error_traceback=traceback,
        customer=customer,
        service_state=state,
        service_error=error,
        marketplace=_marketplace(told),
        others=_rows(tx, SELECT_OTHERS, (row.code, key)),
        associations=tuple(Association(*one) for one in tx.all(SELECT_ASSOCIATIONS, (key,))),
        usages=tuple(Usage(*one) for one in tx.all(SELECT_USAGES, (key, MOST_USAGES))),
        account=_account(tx, project),
        remote_project=_remote_project(tx, project, service) if row.remote else None,
        job=_job(tx, key),
        versions=(local, remote) if row.remote and local >= 0 else None,
        shortname=shortname,
    )


def _allocation(tx: Tx, key: int) -> PortalRow:
    row = allocation_rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the allocation is not there any more")
    return row


def _marketplace(text: str) -> Mapping[str, str | int | bool | None]:
    found = object_of(text)
    return {name: one for name, one in found.items() if one is None or isinstance(one, str | int)}


def _rows(tx: Tx, sql: str, params: Sequence[object]) -> tuple[PortalRow, ...]:
    keys = [key for (key,) in tx.all(sql, params)]
    rows = allocation_rows(tx, keys)
    return tuple(rows[key] for key in keys)


def _account(tx: Tx, project: int) -> Account:
    today = moment(tx.now)
    return Account(*tx.all(SELECT_ACCOUNT, (*(today.year, today.month) * 2, project))[0])


def _remote_project(tx: Tx, project: int, service: int) -> RemoteProject | None:
    row = tx.one(SELECT_REMOTE_PROJECT, (project, service))
    return remote_project_of(row) if row else None


def _job(tx: Tx, key: int) -> Job | None:
    row = tx.one(SELECT_JOB, (key,))
    return Job(Operation(row[0]), *row[1:]) if row else None


def allocation_named(tx: Tx, uuid: str) -> PortalRow:
    """The allocation with this uuid, with or without dashes. Raises NotFound."""
    key = tx.scalar(SELECT_BY_UUID, (bare(uuid),))
    if key is None:
        raise NotFound(f"there is no allocation {uuid}", hint="give its whole uuid")
    return allocation_rows(tx, [key])[key]


def bare(uuid: str) -> str:
    """A uuid as it is stored, however it is written."""
    return uuid.strip().replace("-", "").lower()


def queue(tx: Tx) -> list[int]:
    """Awards that wait for review, oldest first."""
    return [key for (key,) in tx.all(SELECT_QUEUE)]


def review(tx: Tx, key: int) -> AwardReview:
    """All that deciding on an award needs. Raises NotFound."""
    row = _award(tx, key)
    details = object_of(row.award.details)
    project = tx.scalar(SELECT_PROJECT, (row.award.project,)) or 0
    return AwardReview(
        row=row,
        description=_text(details.get("description")),
        members=tuple((who, _text(role)) for who, role in _object(details, "members").items()),
        links=tuple(_links(details)),
        notes=(*_notes(details), *row.award.notes.splitlines()),
        earliest_approve=_text(details.get("earliest_approve")),
        service=places.service_at(tx, row.award.destination, remote=False),
        project=project_rows(tx, [project]).get(project),
        allocations=_rows(tx, SELECT_OF_PROJECT, (project,)),
    )


def _award(tx: Tx, key: int) -> AwardRow:
    row = award_rows(tx, [key]).get(key)
    if row is None:
        raise NotFound("the award is not there any more")
    return row


def _text(told: object) -> str:
    return "" if told is None else str(told)


def _object(details: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = details.get(name)
    return found if isinstance(found, dict) else {}


def _links(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = ((name, _object(details, name).get("url")) for name in LINKS)
    return [(name, str(url)) for name, url in found if url]


def _notes(details: Mapping[str, Any]) -> list[str]:
    """Notes may be texts or objects that have one."""
    found = details.get("notes")
    notes = found if isinstance(found, list) else []
    return [_text(note.get("text") if isinstance(note, dict) else note) for note in notes]


def raw_allocation(tx: Tx, key: int) -> Mapping[str, object]:
    """The allocation as its own route shows it, null where a server did not tell. Raises
    NotFound."""
    row = _allocation(tx, key)
    (found,) = shown.shown(tx, [key])
    one = replace(found.allocation, node_usage=row.usage or 0)
    told = encode.allocation(replace(found, allocation=one), _link)
    unknown = {"node_usage": None} if row.usage is None else {}
    return told | {"state": row.state_told, "is_active": row.is_active, **unknown}


def _link(*parts: str) -> str:
    """The path of something, which has no address here."""
    return f"/api/{'/'.join(parts)}/"


def raw_award(tx: Tx, key: int) -> Mapping[str, object]:
    """The award as its own route shows it. Raises NotFound."""
    _award(tx, key)
    (found,) = shown.awards(tx, [key])
    return encode_awards.award(found, _link)
