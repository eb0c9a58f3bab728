"""The SQL of applications."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Row, Tx
from backend.projects.model import Application, ApplicationState, Capacity, JoinPolicy

COLUMNS = """a.id, p.uuid, w.uuid, a.state, a.issued_at, o.uuid, a.name, a.homepage,
a.description, a.start_date, a.end_date, a.join_policy, a.leave_policy, a.max_members, a.private,
a.comments, a.response_at, a.response, a.response_actor, a.waive_at, a.waive_reason,
a.waive_actor"""
FROM = f"""
SELECT {COLUMNS} FROM application a JOIN project p ON p.id = a.project_id
JOIN person w ON w.id = a.applicant_id LEFT JOIN person o ON o.id = a.owner_id"""
SELECT_BY_ID = f"{FROM} WHERE a.id IN ({{keys}}) ORDER BY a.id"
SELECT_OF_PROJECT = f"{FROM} WHERE a.project_id = ? ORDER BY a.id DESC"
COUNT_WAITING = """
SELECT w.uuid, count(*) FROM application a JOIN person w ON w.id = a.applicant_id
WHERE a.state = 'pending' GROUP BY w.uuid ORDER BY w.uuid"""
SELECT_GRANTS = """
SELECT g.application_id, r.name, g.project_capacity, g.member_capacity
FROM application_resource g JOIN resource r ON r.id = g.resource_id
WHERE g.application_id IN ({keys}) ORDER BY g.application_id, g.resource_id"""
INSERT = """
INSERT INTO application VALUES (?, (SELECT id FROM project WHERE uuid = ?),
    (SELECT id FROM person WHERE uuid = ?), ?, ?, (SELECT id FROM person WHERE uuid = ?),
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_GRANT = """
INSERT INTO application_resource VALUES (?, (SELECT id FROM resource WHERE name = ?), ?, ?)"""
SET_ANSWER = """
UPDATE application SET state = ?, response_at = ?, response = ?, response_actor = ?,
    waive_at = ?, waive_reason = ?, waive_actor = ? WHERE id = ?"""


def _policy(value: str | None) -> JoinPolicy | None:
    return None if value is None else JoinPolicy(value)


def application_of(row: Row, grants: dict[str, Capacity]) -> Application:
    """An application from `COLUMNS`."""
    id, project, applicant, state, issued_at, owner, name, homepage, description = row[:9]
    start_date, end_date, join, leave, max_members, private, comments = row[9:16]
    return Application(
        id,
        project,
        applicant,
        ApplicationState(state),
        issued_at,
        owner,
        name,
        homepage,
        description,
        start_date,
        end_date,
        _policy(join),
        _policy(leave),
        max_members,
        None if private is None else bool(private),
        comments,
        grants,
        *row[16:],
    )


def _with_grants(tx: Tx, rows: Sequence[Row]) -> list[Application]:
    grants: dict[int, dict[str, Capacity]] = {row[0]: {} for row in rows}
    for id, resource, project, member in tx.within(SELECT_GRANTS, list(grants)):
        grants[id][resource] = Capacity(project, member)
    return [application_of(row, grants[row[0]]) for row in rows]


def applications(tx: Tx, ids: Sequence[int]) -> dict[int, Application]:
    """Applications by id; unknown ones are missing."""
    return {a.id: a for a in _with_grants(tx, tx.within(SELECT_BY_ID, ids))}


def application(tx: Tx, id: int) -> Application | None:
    """The application of this id."""
    return applications(tx, [id]).get(id)


def applications_of(tx: Tx, project_id: int) -> list[Application]:
    """Every application about a project, newest first."""
    return _with_grants(tx, tx.all(SELECT_OF_PROJECT, (project_id,)))


def waiting_by_applicant(tx: Tx) -> dict[str, int]:
    """How many applications each person waits for, by uuid; those without are missing."""
    return dict(tx.all(COUNT_WAITING))


def insert_application(tx: Tx, application: Application) -> None:
    """Store a new application with its grants."""
    a = application
    policies = (a.join_policy and str(a.join_policy), a.leave_policy and str(a.leave_policy))
    wished = (a.name, a.homepage, a.description, a.start_date, a.end_date, *policies)
    private = None if a.private is None else int(a.private)
    head = (a.id, a.project, a.applicant, str(a.state), a.issued_at, a.owner)
    tx.execute(INSERT, (*head, *wished, a.max_members, private, a.comments, *_answer(a)))
    tx.many(INSERT_GRANT, [(a.id, name, c.project, c.member) for name, c in a.grants.items()])


def _answer(a: Application) -> tuple[object, ...]:
    responded = (a.response_at, a.response, a.response_actor)
    return (*responded, a.waive_at, a.waive_reason, a.waive_actor)


def answer_application(tx: Tx, application: Application) -> None:
    """Store the only part of an application that ever changes: its state and who set it."""
    tx.execute(SET_ANSWER, (str(application.state), *_answer(application), application.id))
