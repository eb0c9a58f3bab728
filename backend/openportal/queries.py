"""The SQL behind the lists of OpenPortal: keys in order, rows by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from backend.core.database.tx import Row, Tx
from backend.core.errors import Invalid
from backend.core.filter.sql import Fields
from backend.core.listing import Query
from backend.core.stored import object_of
from backend.openportal import fields
from backend.openportal.model import (
    UNLIMITED,
    Award,
    AwardRow,
    CodeRow,
    Operation,
    PortalRow,
    ProjectRow,
    RemoteProjectRow,
    ServiceRow,
    State,
)
from backend.openportal.rules import awards
from backend.openportal.store.awards import (
    AWARD,
    FROM_AWARD,
    FROM_REMOTE,
    REMOTE_PROJECT,
    award_of,
    remote_project_of,
)
from backend.openportal.store.places import (
    FROM_SERVICE,
    PROJECT,
    SERVICE,
    project_of,
    service_of,
)

TRACED = 2000
"""Characters of the end of a traceback that a row has."""
SELECT_ALLOCATIONS = f"""
SELECT a.id, a.uuid, a.remote, a.name, a.state, a.state_told, p.uuid, p.name, o.name,
    o.abbreviation, s.uuid, s.name, a.backend_id, a.counterpart, a.node_limit, a.node_usage,
    a.is_active, a.error_message, a.code, a.created_at, a.modified_at,
    j.operation, coalesce(j.scheduled_at, 0), a.figures_at, a.given_limit,
    CASE WHEN length(a.error_traceback) <= {TRACED} THEN a.error_traceback
        ELSE substr(a.error_traceback, length(a.error_traceback) - {TRACED - 1}) END
FROM portal_allocation a JOIN portal_project p ON p.id = a.project_id
JOIN portal_customer o ON o.id = p.customer_id JOIN portal_service s ON s.id = a.service_id
LEFT JOIN portal_job j ON j.allocation_id = a.id
WHERE a.id IN ({{keys}})"""
COUNT_SHARING = """
SELECT code, remote, node_limit, count(*), coalesce(sum(node_usage), 0) FROM portal_allocation
WHERE code IN ({keys}) GROUP BY code, remote, node_limit"""

# A code is shown by the oldest of its allocations.
FIRST_OF_CODE = """a.code <> '' AND +a.remote = 0 AND NOT EXISTS (SELECT 1
    FROM portal_allocation e WHERE e.code = a.code AND +e.remote = 0 AND e.id < a.id)"""
CODES = f"a.id FROM portal_allocation a WHERE {FIRST_OF_CODE} AND {{where}} ORDER BY "
CODE_SORTS: Mapping[str, str] = {
    "": CODES + "a.code {d}, a.id {d}",
    "used": f"{CODES}{fields.USAGE_OF_CODE} {{d}}, a.code",
    "share": f"""{CODES}CASE WHEN {fields.CODE_LIMITED} THEN {fields.SHARE_OF_CODE}
        ELSE -1.0 END {{d}}, a.code""",
    "services": f"{CODES}{fields.OF_CODE} {{d}}, a.code",
}
SELECT_CODES = """
SELECT f.id, f.code, p.uuid, p.name, s.name, a.node_limit, coalesce(a.node_usage, 0)
FROM portal_allocation f JOIN portal_allocation a ON a.code = f.code AND +a.remote = 0
JOIN portal_project p ON p.id = f.project_id JOIN portal_service s ON s.id = a.service_id
WHERE f.id IN ({keys}) ORDER BY f.id, s.fold, s.id, a.id"""

SERVICES = "s.id FROM portal_service s WHERE {where} ORDER BY "
SERVICE_SORTS: Mapping[str, str] = {
    "": SERVICES + "s.fold {d}, s.id {d}",
    "state": SERVICES + "s.state {d}, s.fold, s.id",
    "allocations": f"{SERVICES}{fields.HELD.format('')} {{d}}, s.fold, s.id",
    "erred": f"{SERVICES}{fields.ERRED_ON} {{d}}, s.fold, s.id",
}
SELECT_SERVICES = f"SELECT s.id, {SERVICE} {FROM_SERVICE} WHERE s.id IN ({{keys}})"
COUNT_HELD = """
SELECT service_id, count(*), count(CASE WHEN state = 'ERRED' THEN 1 END)
FROM portal_allocation WHERE service_id IN ({keys}) GROUP BY service_id"""

PROJECT_SORTS: Mapping[str, str] = {
    "": "p.id FROM portal_project p WHERE {where} ORDER BY p.fold {d}, p.id {d}",
    "customer": """p.id FROM portal_customer o CROSS JOIN portal_project p
        WHERE p.customer_id = o.id AND {where} ORDER BY o.fold {d}, o.id {d}, p.fold, p.id""",
    "age": "p.id FROM portal_project p WHERE {where} ORDER BY p.created_at {d}, p.id {d}",
}
SELECT_PROJECTS = f"""
SELECT p.id, c.name, {PROJECT} FROM portal_project p
JOIN portal_customer c ON c.id = p.customer_id WHERE p.id IN ({{keys}})"""

AWARDS = "w.id FROM portal_award w WHERE {where} ORDER BY "
AWARD_SORTS: Mapping[str, str] = {
    "": f"""{AWARDS}CASE WHEN w.state = 'pending' THEN 0 ELSE 1 END {{d}},
        w.created_at {{d}}, w.id {{d}}""",
    "identifier": AWARDS + "w.identifier {d}, w.destination {d}",
    "destination": AWARDS + "w.destination {d}, w.identifier {d}",
    "state": AWARDS + "w.state {d}, w.created_at, w.id",
    "age": AWARDS + "w.created_at {d}, w.id {d}",
}
SELECT_AWARDS = f"SELECT w.id, {AWARD} {FROM_AWARD} WHERE w.id IN ({{keys}})"

REMOTE_PROJECTS = """r.id FROM portal_remote_project r LEFT JOIN portal_project p
    ON p.id = r.project_id WHERE {where} ORDER BY """
REMOTE_PROJECT_SORTS: Mapping[str, str] = {
    "": REMOTE_PROJECTS + "coalesce(p.fold, '') {d}, r.destination {d}, r.id",
    "destination": REMOTE_PROJECTS + "r.destination {d}, coalesce(p.fold, '') {d}, r.id",
    "state": REMOTE_PROJECTS + "r.state {d}, coalesce(p.fold, ''), r.id",
    "contact": REMOTE_PROJECTS + "r.last_contact_at {d}, r.id",
}
SELECT_REMOTE_PROJECTS = f"""
SELECT r.id, coalesce(p.name, ''), coalesce((SELECT min(s.name) FROM portal_service s
    WHERE s.instance = r.destination AND s.remote = 1), ''), {REMOTE_PROJECT}
{FROM_REMOTE} WHERE r.id IN ({{keys}})"""

Keys = Callable[[Query, int], tuple[str, list[object]]]


def _listed(found: Fields, sorts: Mapping[str, str]) -> Keys:
    """The statement of a list at a time in microseconds, which raises Invalid on a bad filter."""

    def keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
        where = found.where(query, now)
        sql = sorts.get(query.sort, sorts[""]).replace("{where}", where.sql or "1 = 1")
        sql = sql.replace("{d}", "DESC" if query.descending else "ASC")
        return f"SELECT {sql}", list(where.params)

    return keys_sql


code_keys_sql = _listed(fields.CODES, CODE_SORTS)
service_keys_sql = _listed(fields.SERVICE_FIELDS, SERVICE_SORTS)
project_keys_sql = _listed(fields.PROJECT_FIELDS, PROJECT_SORTS)
award_keys_sql = _listed(fields.AWARDS, AWARD_SORTS)
remote_project_keys_sql = _listed(fields.REMOTE_PROJECTS, REMOTE_PROJECT_SORTS)


def allocation_rows(tx: Tx, keys: Sequence[int]) -> dict[int, PortalRow]:
    """Rows by key; vanished ones are missing."""
    found = tx.within(SELECT_ALLOCATIONS, keys)
    codes = [code for code in {row[18] for row in found} if code]
    sharing = {tuple(row[:3]): row[3:] for row in tx.within(COUNT_SHARING, codes)}
    limits = Counter((code, remote) for code, remote, limit in sharing if limit is not None)
    rows = (_allocation_row(row, sharing) for row in found)
    return {one.key: replace(one, differs=limits[one.code, one.remote] > 1) for one in rows}


def _allocation_row(row: Row, sharing: Mapping[Row, Row]) -> PortalRow:
    key, uuid, remote, name, state, told, project, project_name = row[:8]
    customer_name, abbreviation, service, service_name = row[8:12]
    backend, other, limit, usage, active, error, code = row[12:19]
    created, modified, doing, since, figures_at, given, traceback = row[19:]
    many, together = sharing.get((code, remote, limit), (1, usage or 0))
    return PortalRow(
        key=key,
        uuid=uuid,
        remote=bool(remote),
        name=name,
        state=State(state),
        state_told=told or state,
        project=project,
        project_name=project_name,
        customer_name=customer_name,
        customer_abbreviation=abbreviation,
        service=service,
        service_name=service_name,
        backend_id=backend,
        counterpart=other,
        node_limit=limit,
        usage=usage,
        is_active=None if active is None else bool(active),
        error_message=error,
        code=code,
        sharing=many,
        together=int(together),
        waits=waits(State(state), other, error) if remote else "",
        created_at=created,
        modified_at=modified,
        doing=Operation(doing) if doing else None,
        since=since,
        figures_at=figures_at,
        given_limit=given,
        traceback=traceback,
    )


def waits(state: State, counterpart: str | None, error: str) -> str:
    """Why a remote allocation may wait for days, `` when it should not (spec §4.1); as
    `fields.WAITING`."""
    if state in (State.ERRED, State.DELETION_SCHEDULED, State.DELETING):
        return ""
    if state is not State.OK and error:
        return error
    return "" if counterpart else "the other portal has not named a project yet"


def code_rows(tx: Tx, keys: Sequence[int]) -> dict[int, CodeRow]:
    """Rows by key; vanished ones are missing."""
    found: dict[int, list[Row]] = {}
    for row in tx.within(SELECT_CODES, keys):
        found.setdefault(row[0], []).append(row)
    return {key: _code_row(rows) for key, rows in found.items()}


def _code_row(rows: Sequence[Row]) -> CodeRow:
    key, code, project, project_name = rows[0][:4]
    names = tuple(dict.fromkeys(row[4] for row in rows))
    limits = {row[5] for row in rows}
    limit = next(iter(limits)) if len(limits) == 1 else None
    largest = None if limits & {None, UNLIMITED} else max(limits)
    used = sum(row[6] for row in rows)
    return CodeRow(key, code, project, project_name, names, limit, used, largest)


def service_rows(tx: Tx, keys: Sequence[int]) -> dict[int, ServiceRow]:
    """Rows by key; vanished ones are missing."""
    held = {key: counts for key, *counts in tx.within(COUNT_HELD, keys)}
    return {
        key: ServiceRow(key, service_of(tuple(row)), *held.get(key, (0, 0)))
        for key, *row in tx.within(SELECT_SERVICES, keys)
    }


def project_rows(tx: Tx, keys: Sequence[int]) -> dict[int, ProjectRow]:
    """Rows by key; vanished ones are missing."""
    return {
        key: ProjectRow(key, project_of(tuple(row)), customer)
        for key, customer, *row in tx.within(SELECT_PROJECTS, keys)
    }


def award_rows(tx: Tx, keys: Sequence[int]) -> dict[int, AwardRow]:
    """Rows by key; vanished ones are missing."""
    return {
        key: _award_row(key, award_of(tuple(row)), tx.now)
        for key, *row in tx.within(SELECT_AWARDS, keys)
    }


def _award_row(key: int, award: Award, now: int) -> AwardRow:
    details = object_of(award.details)
    name, allocation, start, end = (
        str(details.get(field) or "") for field in ("name", "allocation", "start_date", "end_date")
    )
    return AwardRow(key, award, name, allocation, start, end, earliest(details) > now)


def earliest(details: Mapping[str, Any]) -> int:
    """From when on an award may be approved, in microseconds; 0 for any time, and for what is no
    date."""
    with suppress(Invalid, OverflowError):
        return awards.instant(str(details.get("earliest_approve") or ""))
    return 0


def remote_project_rows(tx: Tx, keys: Sequence[int]) -> dict[int, RemoteProjectRow]:
    """Rows by key; vanished ones are missing."""
    return {
        key: RemoteProjectRow(key, remote_project_of(tuple(row)), name, service)
        for key, name, service, *row in tx.within(SELECT_REMOTE_PROJECTS, keys)
    }
