"""The SQL of rows as the API shows them, by their ids and in the order of those."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from backend.core.database.tx import Row, Tx
from backend.openportal.model import Customer
from backend.openportal.model.reads import (
    Shown,
    ShownAssociation,
    ShownAward,
    ShownProject,
    ShownRemoteProject,
    ShownService,
    ShownUsage,
    Spending,
)
from backend.openportal.store import allocations, places
from backend.openportal.store.awards import award_of, remote_project_of


class Keyed(Protocol):
    """A row with its id."""

    @property
    def key(self) -> int:
        """The id."""
        ...


K = TypeVar("K", bound=Keyed)

CUSTOMER = "c.uuid, c.name, c.native_name, c.abbreviation, c.created_at"
SELECT_ALLOCATIONS = f"""
SELECT a.id, {allocations.ALLOCATION}, p.name, {CUSTOMER}, s.name, s.state, s.error_message,
    a.marketplace
{allocations.FROM} JOIN portal_customer c ON c.id = p.customer_id WHERE a.id IN ({{keys}})"""
SELECT_SERVICES = f"""
SELECT s.id, {places.SERVICE}, coalesce(o.name, ''), coalesce(o.native_name, '')
{places.FROM_SERVICE} WHERE s.id IN ({{keys}})"""
SELECT_CUSTOMERS = f"SELECT c.id, {CUSTOMER} FROM portal_customer c WHERE c.id IN ({{keys}})"
PROJECT = f"""p.id, {places.PROJECT}, {CUSTOMER},
    (SELECT count(*) FROM portal_allocation a WHERE a.project_id = p.id)"""
FROM_PROJECT = "FROM portal_project p JOIN portal_customer c ON c.id = p.customer_id"
SELECT_PROJECTS = f"SELECT {PROJECT} {FROM_PROJECT} WHERE p.id IN ({{keys}})"
SELECT_USAGES = """
SELECT x.id, a.uuid, a.remote, coalesce(u.uuid, ''), x.username, x.full_name, x.year, x.month,
    x.node_usage
FROM portal_usage x JOIN portal_allocation a ON a.id = x.allocation_id
LEFT JOIN portal_user u ON u.id = x.user_id WHERE x.id IN ({keys})"""
SELECT_ASSOCIATIONS = """
SELECT x.id, x.uuid, a.uuid, a.remote, x.username, x.groupname, x.useridentifier
FROM portal_association x JOIN portal_allocation a ON a.id = x.allocation_id
WHERE x.id IN ({keys})"""
SELECT_SPENT = """
SELECT a.project_id, sum(CASE WHEN x.year = ? AND x.month = ? THEN 0 ELSE x.node_usage END),
    sum(CASE WHEN x.year = ? AND x.month = ? THEN x.node_usage ELSE 0 END)
FROM portal_allocation a JOIN portal_usage x ON x.allocation_id = a.id
WHERE a.project_id IN ({keys}) GROUP BY a.project_id"""
SELECT_AWARDS = """
SELECT w.id, w.identifier, w.destination, w.state, w.details, coalesce(p.uuid, ''), w.template,
    w.notes, w.created_at, w.reviewed_at, w.reviewed_by, w.comment, coalesce(u.full_name, ''), p.id
FROM portal_award w LEFT JOIN portal_project p ON p.id = w.project_id
LEFT JOIN portal_user u ON 'user:' || u.uuid = w.reviewed_by WHERE w.id IN ({keys})"""
SELECT_REMOTE_PROJECTS = """
SELECT r.id, r.uuid, coalesce(p.uuid, ''), r.destination, r.identifier, r.state,
    r.current_allocation, r.pending_allocation, r.pending_since, r.error_message,
    r.last_contact_at, r.earliest_approve, r.membership_control, r.allowed_domains, r.links,
    r.notes, r.created_at, r.modified_at, coalesce(p.name, ''), coalesce(a.uuid, ''),
    coalesce(a.name, ''), coalesce((SELECT sum(x.node_usage) FROM portal_usage x
        WHERE x.allocation_id = a.id), 0)
FROM portal_remote_project r LEFT JOIN portal_project p ON p.id = r.project_id
LEFT JOIN portal_allocation a ON a.id = (
    SELECT max(b.id) FROM portal_allocation b JOIN portal_service s ON s.id = b.service_id
    WHERE b.project_id = r.project_id AND b.remote = 1 AND s.instance = r.destination)
WHERE r.id IN ({keys})"""
SELECT_ROLES = """
SELECT r.part, CASE WHEN r.project_id > 0 THEN 'project' ELSE 'customer' END,
    coalesce(p.uuid, c.uuid, ''), coalesce(p.name, c.name, '')
FROM portal_role r LEFT JOIN portal_project p ON p.id = r.project_id
LEFT JOIN portal_customer c ON c.id = r.customer_id
WHERE r.user_id = (SELECT id FROM portal_user WHERE uuid = ?)
ORDER BY r.customer_id, r.project_id, r.part"""
FIELDS = 21
"""Of an allocation."""


def shown(tx: Tx, ids: Sequence[int]) -> list[Shown]:
    """Allocations."""
    return _ordered(tx, SELECT_ALLOCATIONS, ids, _shown)


def _shown(row: Row) -> Shown:
    key, own, rest = row[0], row[1 : FIELDS + 1], row[FIELDS + 1 :]
    customer = Customer(*rest[1:6])
    return Shown(key, allocations.allocation_of(own), rest[0], customer, *rest[6:])


def services(tx: Tx, ids: Sequence[int]) -> list[ShownService]:
    """Services."""
    return _ordered(
        tx,
        SELECT_SERVICES,
        ids,
        lambda row: ShownService(row[0], places.service_of(row[1:-2]), *row[-2:]),
    )


def customers(tx: Tx, ids: Sequence[int]) -> list[Customer]:
    """Organisations."""
    found = {row[0]: Customer(*row[1:]) for row in tx.within(SELECT_CUSTOMERS, ids)}
    return [found[id] for id in ids if id in found]


def projects(tx: Tx, ids: Sequence[int]) -> list[ShownProject]:
    """Projects."""
    return _ordered(tx, SELECT_PROJECTS, ids, _project)


def _project(row: Row) -> ShownProject:
    own, customer = row[1:11], Customer(*row[11:16])
    return ShownProject(row[0], places.project_of(own), customer, row[16])


def usages(tx: Tx, ids: Sequence[int]) -> list[ShownUsage]:
    """What people used in months."""
    return _ordered(tx, SELECT_USAGES, ids, _usage)


def _usage(row: Row) -> ShownUsage:
    key, allocation, remote, *rest = row
    return ShownUsage(key, allocation, bool(remote), *rest)


def associations(tx: Tx, ids: Sequence[int]) -> list[ShownAssociation]:
    """People's accounts."""
    return _ordered(tx, SELECT_ASSOCIATIONS, ids, _association)


def _association(row: Row) -> ShownAssociation:
    key, uuid, allocation, remote, *rest = row
    return ShownAssociation(key, uuid, allocation, bool(remote), *rest)


def roles(tx: Tx, user: str) -> list[tuple[str, str, str, str]]:
    """What somebody (uuid) is, and of what, as `Person.roles`."""
    return [(part, scope, uuid, name) for part, scope, uuid, name in tx.all(SELECT_ROLES, (user,))]


def spending(tx: Tx, ids: Sequence[int], year: int, month: int) -> list[Spending]:
    """What projects spent before this month and in it."""
    rows = tx.within(SELECT_SPENT, ids, (year, month, year, month))
    spent = {id: (int(before), int(now)) for id, before, now in rows}
    return [
        Spending(one.project, one.customer, *spent.get(one.key, (0, 0)))
        for one in projects(tx, ids)
    ]


def awards(tx: Tx, ids: Sequence[int]) -> list[ShownAward]:
    """Awards of other portals, with the projects they became."""
    rows = {row[0]: row for row in tx.within(SELECT_AWARDS, ids)}
    became = projects(tx, [row[-1] for row in rows.values() if row[-1]])
    found = {one.project.uuid: one for one in became}
    return [
        ShownAward(row[0], award_of(row[1:-2]), found.get(row[5]), row[-2])
        for row in (rows[id] for id in ids if id in rows)
    ]


def remote_projects(tx: Tx, ids: Sequence[int]) -> list[ShownRemoteProject]:
    """Awards of ours, with the allocation that each is about."""
    return _ordered(tx, SELECT_REMOTE_PROJECTS, ids, _remote_project)


def _remote_project(row: Row) -> ShownRemoteProject:
    own = remote_project_of(row[1:18])
    name, uuid, title, usage = row[18:]
    return ShownRemoteProject(row[0], own, name, uuid, title, int(usage))


def _ordered(tx: Tx, sql: str, ids: Sequence[int], made: Callable[[Row], K]) -> list[K]:
    found = {one.key: one for one in map(made, tx.within(sql, ids))}
    return [found[id] for id in ids if id in found]
