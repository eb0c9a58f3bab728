"""The SQL of customers, projects and services."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Row, Tx
from backend.openportal.model import Customer, PortalProject, Service, State

SELECT_CUSTOMERS = """
SELECT uuid, name, native_name, abbreviation, created_at FROM portal_customer
WHERE uuid IN ({keys}) ORDER BY id"""
INSERT_CUSTOMER = """
INSERT INTO portal_customer (id, uuid, name, native_name, abbreviation, fold, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
PROJECT = """p.uuid, c.uuid, p.name, p.description, p.start_date, p.end_date, p.shortname,
p.allowed_destinations, p.credits, p.created_at"""
FROM_PROJECT = "FROM portal_project p JOIN portal_customer c ON c.id = p.customer_id"
SELECT_PROJECTS = f"""
SELECT {PROJECT} {FROM_PROJECT} WHERE p.uuid IN ({{keys}}) ORDER BY p.id"""
SELECT_NAMESAKE = "SELECT uuid FROM portal_project WHERE shortname = ? AND uuid <> ?"
INSERT_PROJECT = """
INSERT INTO portal_project (id, uuid, customer_id, name, description, start_date, end_date,
    shortname, allowed_destinations, credits, fold, created_at)
VALUES (?, ?, (SELECT id FROM portal_customer WHERE uuid = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
UPDATE_PROJECT = """
UPDATE portal_project SET name = ?, description = ?, start_date = ?, end_date = ?, shortname = ?,
    allowed_destinations = ?, credits = ?, fold = ? WHERE uuid = ?"""
SERVICE = """s.uuid, s.name, s.remote, s.state, s.error_message, s.shared,
coalesce(o.uuid, ''), s.instance, s.allocation_unit, s.default_allocation, s.max_allocation"""
FROM_SERVICE = "FROM portal_service s LEFT JOIN portal_customer o ON o.id = s.customer_id"
SELECT_SERVICES = f"SELECT {SERVICE} {FROM_SERVICE} WHERE s.uuid IN ({{keys}}) ORDER BY s.id"
SELECT_INSTANCE = f"""
SELECT {SERVICE} {FROM_SERVICE} WHERE s.instance = ? AND s.remote = ? ORDER BY s.id LIMIT 1"""
SELECT_SIMULATOR = "SELECT simulator FROM portal_service WHERE uuid = ?"
INSERT_SERVICE = """
INSERT INTO portal_service (id, uuid, name, remote, state, error_message, shared, customer_id,
    instance, allocation_unit, default_allocation, max_allocation, simulator, fold)
VALUES (?, ?, ?, ?, ?, ?, ?, coalesce((SELECT id FROM portal_customer WHERE uuid = ?), 0),
    ?, ?, ?, ?, ?, ?)"""


def project_of(row: Row) -> PortalProject:
    """A project from `PROJECT`."""
    return PortalProject(*row)


def service_of(row: Row) -> Service:
    """A service from `SERVICE`."""
    uuid, name, remote, state, error, shared, *rest = row
    return Service(uuid, name, bool(remote), State(state), error, bool(shared), *rest)


def customer(tx: Tx, uuid: str) -> Customer | None:
    """The customer of this uuid."""
    found = tx.within(SELECT_CUSTOMERS, [uuid])
    return Customer(*found[0]) if found else None


def projects(tx: Tx, uuids: Sequence[str]) -> dict[str, PortalProject]:
    """Projects by uuid; unknown ones are missing."""
    return {row[0]: project_of(row) for row in tx.within(SELECT_PROJECTS, list(uuids))}


def project(tx: Tx, uuid: str) -> PortalProject | None:
    """The project of this uuid."""
    return projects(tx, [uuid]).get(uuid)


def namesake(tx: Tx, shortname: str, uuid: str) -> str:
    """The uuid of another project with this short name, ``."""
    return str(tx.scalar(SELECT_NAMESAKE, (shortname, uuid)) or "")


def services(tx: Tx, uuids: Sequence[str]) -> dict[str, Service]:
    """Services by uuid; unknown ones are missing."""
    return {row[0]: service_of(row) for row in tx.within(SELECT_SERVICES, list(uuids))}


def service(tx: Tx, uuid: str) -> Service | None:
    """The service of this uuid."""
    return services(tx, [uuid]).get(uuid)


def service_at(tx: Tx, instance: str, *, remote: bool) -> Service | None:
    """The service that a destination leads to."""
    row = tx.one(SELECT_INSTANCE, (instance, remote))
    return service_of(row) if row else None


def simulator(tx: Tx, service: str) -> str:
    """How a service is simulated, JSON text."""
    return str(tx.scalar(SELECT_SIMULATOR, (service,)) or "{}")


def add_customer(tx: Tx, one: Customer) -> None:
    """Insert a customer."""
    names = (one.name, one.native_name, one.abbreviation)
    fold = "\n".join(names).casefold()
    id = tx.next_id("portal_customer")
    tx.execute(INSERT_CUSTOMER, (id, one.uuid, *names, fold, one.created_at))


def save_project(tx: Tx, before: PortalProject | None, after: PortalProject) -> None:
    """Insert or update a project, whose customer stays the same."""
    fold = f"{after.name}\n{after.shortname or ''}".casefold()
    what = (after.name, after.description, after.start_date, after.end_date)
    way = (after.shortname, after.allowed_destinations, after.credits, fold)
    if before is not None:
        tx.execute(UPDATE_PROJECT, (*what, *way, after.uuid))
        return
    head = (tx.next_id("portal_project"), after.uuid, after.customer)
    tx.execute(INSERT_PROJECT, (*head, *what, *way, after.created_at))


def add_service(tx: Tx, one: Service, simulator: str = "{}") -> None:
    """Insert a service, and how it is simulated."""
    head = (tx.next_id("portal_service"), one.uuid, one.name, one.remote, one.state)
    rest = (one.error_message, one.shared, one.customer, one.instance, one.allocation_unit)
    limits = (one.default_allocation, one.max_allocation)
    tx.execute(INSERT_SERVICE, (*head, *rest, *limits, simulator, one.name.casefold()))
