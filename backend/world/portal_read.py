"""What a database has of OpenPortal, as records."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Row, Tx
from backend.openportal.model import (
    Association,
    Award,
    Customer,
    Job,
    Operation,
    Part,
    PartOf,
    PortalProject,
    RemoteProject,
    Usage,
)
from backend.openportal.store.allocations import ALLOCATION, FROM, allocation_of
from backend.openportal.store.awards import (
    AWARD,
    FROM_AWARD,
    FROM_REMOTE,
    REMOTE_PROJECT,
    award_of,
    remote_project_of,
)
from backend.openportal.store.people import USER, user_of
from backend.openportal.store.places import FROM_SERVICE, PROJECT, SERVICE, project_of, service_of
from backend.world.portal_model import (
    AccountEntry,
    AllocationEntry,
    AssociationEntry,
    JobEntry,
    ServiceEntry,
    UsageEntry,
)
from backend.world.read import chunks

EACH_CUSTOMER = """
SELECT uuid, name, native_name, abbreviation, created_at FROM portal_customer ORDER BY id"""
EACH_PROJECT = f"""
SELECT {PROJECT} FROM portal_project p JOIN portal_customer c ON c.id = p.customer_id
ORDER BY p.id"""
SELECT_USER_IDS = "SELECT id FROM portal_user ORDER BY id"
SELECT_USERS = f"SELECT u.id, {USER} FROM portal_user u WHERE u.id IN ({{keys}})"
SELECT_PARTS = """
SELECT r.user_id, u.uuid, coalesce(c.uuid, ''), coalesce(p.uuid, ''), r.part FROM portal_role r
JOIN portal_user u ON u.id = r.user_id LEFT JOIN portal_customer c ON c.id = r.customer_id
LEFT JOIN portal_project p ON p.id = r.project_id WHERE r.user_id IN ({keys})
ORDER BY r.user_id, r.customer_id, r.project_id, r.part"""
EACH_SERVICE = f"SELECT s.simulator, {SERVICE} {FROM_SERVICE} ORDER BY s.id"
SELECT_ALLOCATION_IDS = "SELECT id FROM portal_allocation WHERE remote = ? ORDER BY id"
SELECT_ALLOCATIONS = f"SELECT a.id, {ALLOCATION} {FROM} WHERE a.id IN ({{keys}})"
SELECT_JOBS = """
SELECT allocation_id, operation, scheduled_at, begun_at, due_at, attempts, told, key, forced
FROM portal_job WHERE allocation_id IN ({keys})"""
EACH_USAGE = """
SELECT a.uuid, coalesce(u.uuid, ''), x.year, x.month, x.username, x.full_name, x.node_usage
FROM portal_usage x JOIN portal_allocation a ON a.id = x.allocation_id
LEFT JOIN portal_user u ON u.id = x.user_id ORDER BY x.id"""
EACH_ASSOCIATION = """
SELECT x.uuid, a.uuid, x.username, x.groupname, x.useridentifier FROM portal_association x
JOIN portal_allocation a ON a.id = x.allocation_id ORDER BY x.id"""
EACH_AWARD = f"SELECT {AWARD} {FROM_AWARD} ORDER BY w.id"
EACH_REMOTE_PROJECT = f"SELECT {REMOTE_PROJECT} {FROM_REMOTE} ORDER BY r.id"


def customers(tx: Tx) -> Iterator[Customer]:
    """Every organisation, in the order they were made, as all that follows."""
    return (Customer(*row) for row in tx.each(EACH_CUSTOMER))


def projects(tx: Tx) -> Iterator[PortalProject]:
    """Every project."""
    return map(project_of, tx.each(EACH_PROJECT))


def accounts(tx: Tx) -> Iterator[AccountEntry]:
    """Everybody with what he is, and where."""
    for part in chunks(id for (id,) in tx.all(SELECT_USER_IDS)):
        found = {row[0]: user_of(row[1:]) for row in tx.within(SELECT_USERS, part)}
        parts: dict[int, list[PartOf]] = {}
        for id, user, customer, project, what in tx.within(SELECT_PARTS, part):
            parts.setdefault(id, []).append(PartOf(user, customer, project, Part(what)))
        for id in part:
            yield AccountEntry(found[id], tuple(parts.get(id, ())))


def services(tx: Tx) -> Iterator[ServiceEntry]:
    """Every service."""
    return (ServiceEntry(service_of(row[1:]), row[0]) for row in tx.each(EACH_SERVICE))


def allocations(tx: Tx, *, remote: bool) -> Iterator[AllocationEntry]:
    """Every allocation of one kind."""
    for part in chunks(id for (id,) in tx.all(SELECT_ALLOCATION_IDS, (remote,))):
        found = {row[0]: row[1:] for row in tx.within(SELECT_ALLOCATIONS, part)}
        jobs = {row[0]: _job(row[1:]) for row in tx.within(SELECT_JOBS, part)}
        for id in part:
            yield AllocationEntry(allocation_of(found[id]), jobs.get(id))


def _job(row: Row) -> JobEntry:
    operation, *times, key, forced = row
    return JobEntry(Job(Operation(operation), *times), key, bool(forced))


def usages(tx: Tx) -> Iterator[UsageEntry]:
    """What everybody used."""
    return (UsageEntry(a, user, Usage(*rest)) for a, user, *rest in tx.each(EACH_USAGE))


def associations(tx: Tx) -> Iterator[AssociationEntry]:
    """Every account."""
    for uuid, allocation, *rest in tx.each(EACH_ASSOCIATION):
        yield AssociationEntry(uuid, allocation, Association(*rest))


def awards(tx: Tx) -> Iterator[Award]:
    """Every award of other portals."""
    return map(award_of, tx.each(EACH_AWARD))


def remote_projects(tx: Tx) -> Iterator[RemoteProject]:
    """Every award to other portals."""
    return map(remote_project_of, tx.each(EACH_REMOTE_PROJECT))
