"""The SQL of projects, their limits and their log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backend.core.database.tx import Row, Tx
from backend.projects.model import (
    Capacity,
    Grants,
    JoinPolicy,
    MembershipState,
    Moved,
    Project,
    ProjectState,
)

COLUMNS = """p.id, p.uuid, p.realname, p.state, coalesce(o.uuid, ''), p.end_date, p.created_at,
p.name, p.homepage, p.description, p.join_policy, p.leave_policy, p.max_members, p.private,
p.is_base, p.last_application, p.deactivated_at"""
FROM = f"SELECT {COLUMNS} FROM project p LEFT JOIN person o ON o.id = p.owner_id"
SELECT_BY_UUID = f"{FROM} WHERE p.uuid IN ({{keys}}) ORDER BY p.id"
SELECT_BY_ID = f"{FROM} WHERE p.id IN ({{keys}}) ORDER BY p.id"
SELECT_ALL = f"{FROM} ORDER BY p.id"
SELECT_BASE = f"""
{FROM} WHERE p.is_base = 1 AND p.state IN ('active', 'suspended', 'terminated') ORDER BY p.id"""
SELECT_OWNED = f"{FROM} WHERE o.uuid = ? ORDER BY p.id"
SELECT_EXPIRED = f"""
{FROM} WHERE p.state IN ('active', 'suspended') AND p.end_date < ? ORDER BY p.end_date, p.id"""
SELECT_NAMESAKE = "SELECT uuid FROM project WHERE name = ? AND uuid <> ?"
SELECT_GRANTS = """
SELECT g.project_id, r.name, g.project_capacity, g.member_capacity FROM project_resource g
JOIN resource r ON r.id = g.resource_id WHERE g.project_id IN ({keys})
ORDER BY g.project_id, g.resource_id"""
UPSERT = """
INSERT INTO project (id, uuid, realname, name, state, owner_id, end_date, created_at, homepage,
    description, join_policy, leave_policy, max_members, private, is_base, last_application,
    deactivated_at, fold, owner_fold, display, pending_app)
VALUES (?, ?, ?, ?, ?, (SELECT id FROM person WHERE uuid = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
    coalesce((SELECT email FROM person WHERE uuid = ?), ''), '', 0)
ON CONFLICT (id) DO UPDATE SET realname = excluded.realname, name = excluded.name,
    state = excluded.state, owner_id = excluded.owner_id, end_date = excluded.end_date,
    homepage = excluded.homepage, description = excluded.description,
    join_policy = excluded.join_policy, leave_policy = excluded.leave_policy,
    max_members = excluded.max_members, private = excluded.private,
    last_application = excluded.last_application, deactivated_at = excluded.deactivated_at,
    fold = excluded.fold, owner_fold = excluded.owner_fold"""
UPSERT_GRANT = """
INSERT INTO project_resource VALUES (?, (SELECT id FROM resource WHERE name = ?), ?, ?)
ON CONFLICT (project_id, resource_id) DO UPDATE SET
    project_capacity = excluded.project_capacity, member_capacity = excluded.member_capacity"""
GRANT_EVERYWHERE = """
INSERT INTO project_resource
SELECT p.id, r.id, CASE WHEN p.is_base = 1 THEN r.uplimit ELSE r.project_default END,
    CASE WHEN p.is_base = 1 THEN r.uplimit ELSE r.project_default END
FROM project p, resource r
WHERE r.name = ? AND p.state IN ('active', 'suspended', 'terminated')"""
SELECT_STANDING = """
SELECT p.state, a.id, a.state FROM project p
LEFT JOIN application a ON a.id = p.last_application WHERE p.uuid = ?"""
SET_STANDING = "UPDATE project SET display = ?, pending_app = ? WHERE uuid = ?"

INSERT_LOG = "INSERT INTO project_log VALUES (?, ?, ?, ?, ?, ?, ?)"
SELECT_LOG = """
SELECT at, actor, from_state, to_state, reason FROM project_log WHERE project_id = ?
ORDER BY id DESC LIMIT ?"""
SELECT_DEACTIVATIONS = """
SELECT l.project_id, l.reason FROM project_log l
WHERE l.project_id IN ({keys}) AND l.to_state IN ('suspended', 'terminated')
ORDER BY l.project_id, l.id"""

EACH_POOL = """
SELECT p.uuid, p.state, r.name, g.project_capacity FROM project p
JOIN project_resource g ON g.project_id = p.id JOIN resource r ON r.id = g.resource_id
WHERE p.state IN ('active', 'suspended', 'terminated') AND (? = '' OR r.name = ?)
ORDER BY p.id, r.id"""
EACH_MEMBER = """
SELECT u.uuid, p.uuid, p.state, m.state, r.name, g.member_capacity FROM membership m
JOIN project p ON p.id = m.project_id JOIN person u ON u.id = m.person_id
JOIN project_resource g ON g.project_id = p.id JOIN resource r ON r.id = g.resource_id
WHERE p.state IN ('active', 'suspended', 'terminated') AND m.initialized = 1
    AND (? = '' OR r.name = ?)
ORDER BY m.id, r.id"""


class PoolFact(NamedTuple):
    """What decides the limit of one pool holding."""

    project: str
    state: ProjectState
    resource: str
    capacity: int


class MemberFact(NamedTuple):
    """What decides the limit of one member's holding."""

    user: str
    project: str
    state: ProjectState
    membership: MembershipState
    resource: str
    capacity: int


def project_of(row: Row, grants: Grants) -> Project:
    """A project from `COLUMNS`."""
    id, uuid, realname, state, owner, end_date, created_at, name, homepage, description = row[:10]
    join, leave, max_members, private, is_base, last_application, deactivated_at = row[10:]
    return Project(
        id,
        uuid,
        realname,
        ProjectState(state),
        owner,
        end_date,
        created_at,
        name,
        homepage,
        description,
        JoinPolicy(join),
        JoinPolicy(leave),
        max_members,
        bool(private),
        bool(is_base),
        last_application,
        deactivated_at,
        grants,
    )


def _with_grants(tx: Tx, rows: Sequence[Row]) -> list[Project]:
    grants: dict[int, dict[str, Capacity]] = {row[0]: {} for row in rows}
    for id, resource, project, member in tx.within(SELECT_GRANTS, list(grants)):
        grants[id][resource] = Capacity(project, member)
    return [project_of(row, grants[row[0]]) for row in rows]


def projects(tx: Tx, uuids: Sequence[str]) -> dict[str, Project]:
    """Projects by uuid; unknown ones are missing."""
    wanted = list(dict.fromkeys(uuids))
    return {p.uuid: p for p in _with_grants(tx, tx.within(SELECT_BY_UUID, wanted))}


def project(tx: Tx, uuid: str) -> Project | None:
    """The project of this uuid."""
    return projects(tx, [uuid]).get(uuid)


def projects_by_id(tx: Tx, ids: Sequence[int]) -> dict[int, Project]:
    """Projects by their integer key."""
    return {p.id: p for p in _with_grants(tx, tx.within(SELECT_BY_ID, ids))}


def all_projects(tx: Tx) -> list[Project]:
    """Every project there is."""
    return _with_grants(tx, tx.all(SELECT_ALL))


def base_projects(tx: Tx) -> list[Project]:
    """Every base project, in order of acceptance of its user."""
    return _with_grants(tx, tx.all(SELECT_BASE))


def owned(tx: Tx, user: str) -> list[Project]:
    """The projects of an owner."""
    return _with_grants(tx, tx.all(SELECT_OWNED, (user,)))


def expired(tx: Tx, now: int) -> list[Project]:
    """Alive projects, base ones included, whose end date has passed; longest first."""
    return _with_grants(tx, tx.all(SELECT_EXPIRED, (now,)))


def namesake(tx: Tx, name: str, uuid: str) -> str:
    """The uuid of another project that has this name reserved, ``."""
    return str(tx.scalar(SELECT_NAMESAKE, (name, uuid)) or "")


def save_project(tx: Tx, project: Project, changed: Grants) -> None:
    """Insert or update a project and the given ones of its limits."""
    p = project
    flags = (int(p.private), int(p.is_base))
    texts = (p.homepage, p.description, str(p.join_policy), str(p.leave_policy))
    head = (p.id, p.uuid, p.realname, p.name, str(p.state), p.owner, p.end_date, p.created_at)
    tail = (p.last_application, p.deactivated_at, p.realname.casefold(), p.owner)
    tx.execute(UPSERT, (*head, *texts, p.max_members, *flags, *tail))
    if changed:
        rows = [(p.id, name, c.project, c.member) for name, c in changed.items()]
        tx.many(UPSERT_GRANT, rows)


def grant_everywhere(tx: Tx, resource: str) -> None:
    """A row of a new resource at its default in every initialized project."""
    tx.execute(GRANT_EVERYWHERE, (resource,))


def standing(tx: Tx, uuid: str) -> tuple[str, int, str]:
    """State of a project, id of its last application (0) and that one's state (``)."""
    row = tx.one(SELECT_STANDING, (uuid,))
    state, application, answer = row or ("", None, None)
    return state, application or 0, answer or ""


def set_standing(tx: Tx, uuid: str, display: str, pending: int) -> None:
    """Keep what lists show and sort by: the overall state and the waiting application."""
    tx.execute(SET_STANDING, (display, pending, uuid))


def log_project(tx: Tx, moved: Moved, actor: str) -> None:
    """A line in a project's log."""
    what = (moved.before, moved.after, moved.reason)
    tx.execute(INSERT_LOG, (tx.next_id("project_log"), moved.id, tx.now, actor, *what))


def log(tx: Tx, id: int, limit: int) -> list[Row]:
    """(at, actor, from, to, reason) of a project, newest first."""
    return tx.all(SELECT_LOG, (id, limit))


def deactivation_reasons(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """Why each project was last suspended or terminated, by integer key."""
    return dict(tx.within(SELECT_DEACTIVATIONS, list(ids)))


def each_pool(tx: Tx, resource: str = "") -> Iterator[PoolFact]:
    """What decides the limit of every pool, of one resource or all."""
    for project, state, name, capacity in tx.each(EACH_POOL, (resource, resource)):
        yield PoolFact(project, ProjectState(state), name, capacity)


def each_member(tx: Tx, resource: str = "") -> Iterator[MemberFact]:
    """What decides the limit of every member's holding, of one resource or all."""
    for user, uuid, state, member, name, capacity in tx.each(EACH_MEMBER, (resource, resource)):
        yield MemberFact(user, uuid, ProjectState(state), MembershipState(member), name, capacity)
