"""Organisations, projects, services and who one is in them, of a reading into a mirror."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.database import Tx
from backend.openportal.client import (
    AllocationTold,
    Listed,
    MeTold,
    NamesTold,
    PermissionTold,
    ProjectTold,
    ServiceTold,
)
from backend.openportal.model import Part
from backend.openportal.wire.told import state
from backend.remote.rows import Table, Values

OF_OPENPORTAL, OF_ANOTHER = "openportal", "remote"
"""What the types of such services have in them, and of those that are at another portal."""

UNIT = "NHR"
"""What a service counts in that says nothing else (§1.3)."""

CUSTOMERS = Table("portal_customer", "name", "native_name", "abbreviation", "fold", "created_at")
PROJECTS = Table(
    "portal_project",
    "customer_id",
    "name",
    "description",
    "start_date",
    "end_date",
    "shortname",
    "allowed_destinations",
    "credits",
    "fold",
    "created_at",
)
SERVICES = Table(
    "portal_service",
    "name",
    "remote",
    "state",
    "error_message",
    "shared",
    "customer_id",
    "instance",
    "allocation_unit",
    "default_allocation",
    "max_allocation",
    "simulator",
    "fold",
)
USERS = Table(
    "portal_user",
    "username",
    "full_name",
    "email",
    "is_staff",
    "is_support",
    "is_active",
    "created_at",
)
HELD = "EXISTS (SELECT 1 FROM portal_allocation a WHERE a.{}_id = portal_{}.id)"
DELETE_PROJECT = f"""
DELETE FROM portal_project WHERE uuid = ? AND NOT {HELD.format("project", "project")}"""
DELETE_SERVICE = f"""
DELETE FROM portal_service WHERE uuid = ? AND NOT {HELD.format("service", "service")}"""
SELECT_HELD = f"SELECT uuid FROM portal_service WHERE {HELD.format('service', 'service')}"
SELECT_PLACES = """
SELECT p.customer_id, p.id, o.uuid, p.uuid FROM portal_project p
JOIN portal_customer o ON o.id = p.customer_id"""
SELECT_PARTS = "SELECT customer_id, project_id, part FROM portal_role WHERE user_id = ?"
INSERT_PART = """
INSERT INTO portal_role (user_id, customer_id, project_id, part) VALUES (?, ?, ?, ?)"""
DELETE_PART = """
DELETE FROM portal_role WHERE user_id = ? AND customer_id = ? AND project_id = ? AND part = ?"""
NAME = """
UPDATE portal_project SET shortname = ?, allowed_destinations = ? WHERE uuid = ?
    AND (coalesce(shortname, '') <> coalesce(?, '')
    OR coalesce(allowed_destinations, '') <> coalesce(?, ''))"""


def put_customers(tx: Tx, told: Iterable[AllocationTold | ProjectTold]) -> None:
    """Organisations as what is theirs names them."""
    wanted: dict[str, Values] = {}
    for one in told:
        names = (one.customer_name, one.customer_native_name, one.customer_abbreviation)
        wanted[one.customer_uuid] = (*names, "\n".join(names).casefold(), 0)
    CUSTOMERS.put(tx, CUSTOMERS.there(tx, wanted), wanted)


def put_projects(tx: Tx, listed: Listed[ProjectTold]) -> None:
    """All projects that are told; of others only those stay that have allocations."""
    put_customers(tx, listed.rows)
    there = PROJECTS.there(tx)
    customers = CUSTOMERS.ids(tx, {one.customer_uuid for one in listed.rows})
    wanted = {
        one.uuid: _project(one, customers[one.customer_uuid], there.get(one.uuid))
        for one in listed.rows
    }
    PROJECTS.put(tx, there, wanted)
    if listed.whole:
        tx.many(DELETE_PROJECT, [(uuid,) for uuid in there if uuid not in wanted])


def _project(told: ProjectTold, customer: int, old: Values | None) -> Values:
    names, credits = (old[5:7], old[7]) if old else ((None, None), 0)
    what = (customer, told.name, told.description, told.start_date, told.end_date)
    fold = f"{told.name}\n{names[0] or ''}".casefold()
    return (*what, *names, credits, fold, told.created or (old[9] if old else 0))


def ensure_projects(tx: Tx, told: Sequence[AllocationTold]) -> None:
    """Projects as their allocations name them."""
    named = {one.project_uuid: one for one in told}
    there = PROJECTS.there(tx, named)
    customers = CUSTOMERS.ids(tx, {one.customer_uuid for one in told})
    wanted: dict[str, Values] = {}
    for uuid, one in named.items():
        old = there.get(uuid, (0, "", "", "", "", None, None, 0, "", 0))
        fold = f"{one.project_name}\n{old[5] or ''}".casefold()
        customer = customers[one.customer_uuid]
        wanted[uuid] = (customer, one.project_name, *old[2:8], fold, old[9])
    PROJECTS.put(tx, there, wanted)


def put_services(tx: Tx, listed: Listed[ServiceTold]) -> None:
    """All services of OpenPortal that are told; of others those stay that have allocations."""
    there = SERVICES.there(tx)
    customers = CUSTOMERS.ids(tx, {one.customer for one in listed.rows})
    held = {uuid for (uuid,) in tx.all(SELECT_HELD)}
    wanted: dict[str, Values] = {}
    for one in listed.rows:
        if one.uuid in there or OF_OPENPORTAL in one.type.lower():
            remote = there[one.uuid][1] if one.uuid in held else OF_ANOTHER in one.type.lower()
            wanted[one.uuid] = _service(one, int(remote), customers.get(one.customer, 0))
    SERVICES.put(tx, there, wanted)
    if listed.whole:
        tx.many(DELETE_SERVICE, [(uuid,) for uuid in there if uuid not in wanted])


def _service(told: ServiceTold, remote: int, customer: int) -> Values:
    shared = 1 if told.shared is None else int(told.shared)
    what = (told.name, remote, str(state(told.state)), told.error_message, shared, customer)
    more = told.options
    options = (more.instance_name, more.allocation_unit or UNIT) if more else ("", UNIT)
    limits = (more.default_allocation, more.max_allocation) if more else (0, 0)
    return (*what, *options, *limits, "{}", told.name.casefold())


def ensure_services(tx: Tx, told: Sequence[AllocationTold], *, remote: bool) -> None:
    """Services as their allocations name them."""
    named = {one.service_settings_uuid: one for one in told}
    there = SERVICES.there(tx, named)
    wanted: dict[str, Values] = {}
    for uuid, one in named.items():
        old = there.get(uuid, ("", 0, "", "", 1, 0, "", UNIT, 0, 0, "{}", ""))
        name, error = one.service_name, one.service_settings_error_message
        standing = (str(state(one.service_settings_state)), error)
        wanted[uuid] = (name, int(remote), *standing, *old[4:11], name.casefold())
    SERVICES.put(tx, there, wanted)


def put_names(tx: Tx, names: Mapping[str, NamesTold]) -> None:
    """What projects are called elsewhere."""
    for uuid, told in names.items():
        told_names = (told.shortname or None, told.allowed_destinations or None)
        tx.execute(NAME, (*told_names, uuid, *told_names))


# ---------------------------------------------------------------- who one is


def put_me(tx: Tx, me: MeTold) -> None:
    """Whom the token stands for. What he is shown he may see, so he has a part everywhere; where
    the server does not say which, it is the server that refuses."""
    name = me.username or me.uuid
    flags = (int(bool(me.is_staff)), int(bool(me.is_support)), 1, 0)
    USERS.put(tx, USERS.there(tx, [me.uuid]), {me.uuid: (name, me.full_name, me.email, *flags)})
    user = USERS.ids(tx, [me.uuid])[me.uuid]
    there = {tuple(row) for row in tx.all(SELECT_PARTS, (user,))}
    wanted = set() if me.is_staff or me.is_support else _parts(tx, me)
    tx.many(DELETE_PART, [(user, *part) for part in there - wanted])
    tx.many(INSERT_PART, [(user, *part) for part in wanted - there])


def _parts(tx: Tx, me: MeTold) -> set[Values]:
    found: set[Values] = set()
    told = {one.scope_uuid: _part(one) for one in me.permissions or ()}
    unknown = Part.MANAGER if me.permissions is None else Part.MEMBER
    for customer, project, of, uuid in tx.all(SELECT_PLACES):
        found.add((0, project, str(told.get(uuid, unknown))))
        found.add((customer, 0, str(told.get(of, Part.MEMBER))))
    return found


def _part(told: PermissionTold) -> Part:
    name = told.role_name.upper().rpartition(".")[2]
    return Part[name] if name in Part.__members__ else Part.MEMBER
