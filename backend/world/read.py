"""A database as records, section by section, in the order of a world file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from backend.core import principals
from backend.core.database.tx import Tx
from backend.projects.model import Application
from backend.projects.store import applications as application_store
from backend.projects.store import memberships as membership_store
from backend.projects.store import people as person_store
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey, Provision
from backend.world.model import (
    CommissionEntry,
    KeyEntry,
    LogEntry,
    MembershipEntry,
    Person,
    ProjectEntry,
    Service,
    Step,
)

T = TypeVar("T")

CHUNK = 500
COUNTERS = ("application", "membership", "serial")

SELECT_PROJECT_IDS = "SELECT id FROM project ORDER BY id"
SELECT_APPLICATION_IDS = "SELECT id FROM application WHERE project_id IN ({keys})"
SELECT_PROJECT_LOG = """
SELECT project_id, at, actor, from_state, to_state, reason FROM project_log
WHERE project_id IN ({keys}) ORDER BY project_id, id"""
SELECT_MEMBERSHIP_IDS = "SELECT id FROM membership ORDER BY id"
SELECT_MEMBERSHIP_LOG = """
SELECT membership_id, at, actor, from_state, to_state, reason FROM membership_log
WHERE membership_id IN ({keys}) ORDER BY membership_id, id"""
EACH_HOLDING = """
SELECT o.name, s.name, r.name, h.lim, h.usage_max, h.usage_max - h.usage_min,
    p.lim, p.usage_max, p.usage_max - p.usage_min
FROM holding h JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id
JOIN resource r ON r.id = h.resource_id
LEFT JOIN holding p ON p.holder_id = h.source_id AND p.source_id = 0
    AND p.resource_id = h.resource_id AND p.known = 1
WHERE h.source_id <> 0 AND h.known = 1 ORDER BY h.holder_id, h.source_id, h.resource_id"""
EACH_POOL = """
SELECT o.name, r.name, h.lim, h.usage_max, h.usage_max - h.usage_min
FROM holding h JOIN holder o ON o.id = h.holder_id JOIN resource r ON r.id = h.resource_id
WHERE h.source_id = 0 AND h.known = 1 ORDER BY h.holder_id, h.resource_id"""
EACH_MISSING_POOL = """
SELECT 'project:' || p.uuid, '', r.name FROM project p
JOIN project_resource g ON g.project_id = p.id JOIN resource r ON r.id = g.resource_id
LEFT JOIN holder o ON o.name = 'project:' || p.uuid
LEFT JOIN holding h ON h.holder_id = o.id AND h.source_id = 0 AND h.resource_id = r.id
WHERE p.state IN ('active', 'suspended', 'terminated') AND h.id IS NULL ORDER BY p.id, r.id"""
EACH_MISSING_MEMBER = """
SELECT 'user:' || u.uuid, 'project:' || p.uuid, r.name FROM membership m
JOIN person u ON u.id = m.person_id JOIN project p ON p.id = m.project_id
JOIN project_resource g ON g.project_id = p.id JOIN resource r ON r.id = g.resource_id
LEFT JOIN holder o ON o.name = 'user:' || u.uuid
LEFT JOIN holder s ON s.name = 'project:' || p.uuid
LEFT JOIN holding h ON h.holder_id = o.id AND h.source_id = s.id AND h.resource_id = r.id
WHERE p.state IN ('active', 'suspended', 'terminated') AND m.initialized = 1
    AND h.id IS NULL ORDER BY m.id, r.id"""
SELECT_COMMISSIONS = """
SELECT serial, name, clientkey, issued_at, expires_at, key FROM commission ORDER BY serial"""
SELECT_PROVISIONS = """
SELECT v.serial, o.name, s.name, r.name, v.quantity FROM provision v
JOIN holding h ON h.id = v.holding_id JOIN holder o ON o.id = h.holder_id
JOIN holder s ON s.id = h.source_id JOIN resource r ON r.id = h.resource_id
ORDER BY v.serial, v.n"""
EACH_LOG = """
SELECT l.serial, l.name, l.issued_at, l.logged_at, o.name, s.name, r.name, l.lim, l.usage_min,
    l.usage_max, l.delta, l.reason
FROM provision_log l JOIN holder o ON o.id = l.holder_id JOIN holder s ON s.id = l.source_id
JOIN resource r ON r.id = l.resource_id ORDER BY l.serial, l.n"""
EACH_KEY = "SELECT clientkey, key, request, serial, at FROM commission_key ORDER BY clientkey, key"
SELECT_COUNTERS = "SELECT name, value FROM counter WHERE name IN ({keys})"


class PoolFigures(NamedTuple):
    """A project's own holding as the API shows it: `usage` contains `pending`."""

    project: str
    resource: str
    limit: int
    usage: int
    pending: int


class Figures(NamedTuple):
    """A member's holding beside its project's, whose figures are None without one."""

    user: str
    project: str
    resource: str
    limit: int
    usage: int
    pending: int
    project_limit: int | None
    project_usage: int | None
    project_pending: int | None


def services(tx: Tx) -> list[Service]:
    """Components that have a token or own a resource, by name."""
    tokens = _tokens(tx, "service:")
    names = {*tokens, *(resource.service_origin for resource in quotas.resources(tx))}
    return [Service(name, tokens.get(name, "")) for name in sorted(names)]


def people(tx: Tx) -> list[Person]:
    """Everybody, in order of registration."""
    tokens = _tokens(tx, "user:")
    return [Person(user, tokens.get(user.uuid, "")) for user in person_store.all_users(tx)]


def _tokens(tx: Tx, kind: str) -> dict[str, str]:
    found = principals.tokens(tx)
    return {name.removeprefix(kind): d for name, d in found.items() if name.startswith(kind)}


def projects(tx: Tx) -> Iterator[ProjectEntry]:
    """Every project with its history, in the order they were made."""
    ids = [id for (id,) in tx.all(SELECT_PROJECT_IDS)]
    for part in chunks(ids):
        found = project_store.projects_by_id(tx, part)
        logs = _logs(tx, SELECT_PROJECT_LOG, part)
        wished = _applications(tx, part)
        for id in part:
            project = found[id]
            yield ProjectEntry(project, logs.get(id, ()), tuple(wished.get(project.uuid, ())))


def _applications(tx: Tx, projects: Sequence[int]) -> dict[str, list[Application]]:
    ids = sorted(id for (id,) in tx.within(SELECT_APPLICATION_IDS, projects))
    found = application_store.applications(tx, ids)
    grouped: dict[str, list[Application]] = {}
    for id in ids:
        grouped.setdefault(found[id].project, []).append(found[id])
    return grouped


def _logs(tx: Tx, sql: str, ids: Sequence[int]) -> dict[int, tuple[Step, ...]]:
    grouped: dict[int, list[Step]] = {}
    for id, *step in tx.within(sql, ids):
        grouped.setdefault(id, []).append(Step(*step))
    return {id: tuple(steps) for id, steps in grouped.items()}


def memberships(tx: Tx) -> Iterator[MembershipEntry]:
    """Every membership with its log, in the order they were made."""
    ids = [id for (id,) in tx.all(SELECT_MEMBERSHIP_IDS)]
    for part in chunks(ids):
        rows = tx.within(membership_store.SELECT_BY_ID, part)
        found = membership_store.dated(tx, [membership_store.membership_of(row) for row in rows])
        logs = _logs(tx, SELECT_MEMBERSHIP_LOG, part)
        for membership in found:
            yield MembershipEntry(membership, logs.get(membership.id, ()))


def figures(tx: Tx) -> Iterator[Figures]:
    """Members' holdings by user and project."""
    for holder, source, *rest in tx.each(EACH_HOLDING):
        yield Figures(uuid_of(holder, "user"), uuid_of(source, "project"), *rest)


def pools(tx: Tx) -> Iterator[PoolFigures]:
    """Projects' own holdings by project."""
    for holder, *rest in tx.each(EACH_POOL):
        yield PoolFigures(uuid_of(holder, "project"), *rest)


def uuid_of(name: str, kind: str) -> str:
    """The uuid in a holder's name; names of another kind are kept whole."""
    return name.removeprefix(f"{kind}:")


def missing(tx: Tx) -> Iterator[HoldingKey]:
    """Holdings that projects account for but that do not exist."""
    for sql in (EACH_MISSING_POOL, EACH_MISSING_MEMBER):
        for row in tx.each(sql):
            yield HoldingKey(*row)


def commissions(tx: Tx) -> list[CommissionEntry]:
    """Pending commissions by serial."""
    provisions: dict[int, list[Provision]] = {}
    for serial, *provision in tx.each(SELECT_PROVISIONS):
        provisions.setdefault(serial, []).append(Provision(*provision))
    return [
        CommissionEntry(serial, name, owner, at, tuple(provisions.get(serial, ())), expires, key)
        for serial, name, owner, at, expires, key in tx.all(SELECT_COMMISSIONS)
    ]


def provision_log(tx: Tx) -> Iterator[LogEntry]:
    """The provision log by serial."""
    return (LogEntry(*row) for row in tx.each(EACH_LOG))


def keys(tx: Tx) -> Iterator[KeyEntry]:
    """Idempotency keys."""
    return (KeyEntry(*row) for row in tx.each(EACH_KEY))


def counters(tx: Tx) -> Mapping[str, int]:
    """The highest numbers ever given."""
    return dict(sorted(tx.within(SELECT_COUNTERS, COUNTERS)))


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` items."""
    part: list[T] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
