"""The SQL of instance types, machines, instances and pools."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx
from backend.nico.model import Instance, InstanceType, Machine, Pool
from backend.nico.store import history

TYPE = """t.uuid, p.uuid, s.uuid, t.name, t.description, t.status, t.created_at, t.updated_at,
t.machines, t.allocated"""
FROM_TYPE = """FROM nico_type t JOIN nico_provider p ON p.id = t.provider_id
JOIN nico_site s ON s.id = t.site_id"""
SELECT_TYPE = f"SELECT {TYPE} {FROM_TYPE} WHERE t.uuid = ?"
SELECT_TYPE_NAMED = f"SELECT {TYPE} {FROM_TYPE} WHERE s.uuid = ? AND t.name = ?"
INSERT_TYPE = """
INSERT INTO nico_type (id, uuid, provider_id, site_id, name, description, status, labels, fold,
    machines, allocated, created_at, updated_at)
VALUES (?, ?, (SELECT id FROM nico_provider WHERE uuid = ?),
    (SELECT id FROM nico_site WHERE uuid = ?), ?, ?, ?, ?, ?, 0, 0, ?, ?)"""
DELETE_TYPE = "DELETE FROM nico_type WHERE uuid = ?"
COUNT_MACHINES = "UPDATE nico_type SET machines = machines + ? WHERE uuid = ?"
COUNT_ALLOCATED = "UPDATE nico_type SET allocated = allocated + ? WHERE uuid = ?"
SELECT_REFERENCES = """
SELECT (SELECT count(*) FROM nico_constraint WHERE type_id > 0 AND type_id = t.id),
    (SELECT count(*) FROM nico_instance WHERE type_id = t.id)
FROM nico_type t WHERE t.uuid = ?"""
ID_OF = "(SELECT id FROM nico_type WHERE uuid = ?)"
SELECT_READY = f"""
SELECT count(*) FROM nico_machine WHERE type_id = {ID_OF} AND status = 'Ready'"""
MACHINE = "m.name, s.uuid, coalesce(t.uuid, ''), m.status"
FROM_MACHINE = """FROM nico_machine m JOIN nico_site s ON s.id = m.site_id
LEFT JOIN nico_type t ON t.id = m.type_id"""
SELECT_MACHINE = f"SELECT {MACHINE} {FROM_MACHINE} WHERE m.name = ?"
SELECT_MACHINES_OF = f"SELECT {MACHINE} {FROM_MACHINE} WHERE m.type_id = {ID_OF} ORDER BY m.id"
SELECT_SPARE = f"""
SELECT {MACHINE} {FROM_MACHINE} WHERE m.type_id = {ID_OF} AND m.status = 'Ready'
AND NOT EXISTS (SELECT 1 FROM nico_instance i WHERE i.machine_id = m.id) ORDER BY m.id LIMIT 1"""
INSERT_MACHINE = f"""
INSERT INTO nico_machine (id, name, site_id, type_id, status, facts)
VALUES (?, ?, (SELECT id FROM nico_site WHERE uuid = ?), coalesce({ID_OF}, 0), ?, ?)"""
UPDATE_MACHINE = f"""
UPDATE nico_machine SET type_id = coalesce({ID_OF}, 0), status = ? WHERE name = ?"""
INSTANCE = """i.uuid, i.name, n.uuid, s.uuid, coalesce(t.uuid, ''), coalesce(m.name, '')"""
FROM_INSTANCE = """FROM nico_instance i JOIN nico_tenant n ON n.id = i.tenant_id
JOIN nico_site s ON s.id = i.site_id LEFT JOIN nico_type t ON t.id = i.type_id
LEFT JOIN nico_machine m ON m.id = i.machine_id"""
SELECT_INSTANCE = f"SELECT {INSTANCE} {FROM_INSTANCE} WHERE i.uuid = ?"
SELECT_ON = f"SELECT {INSTANCE} {FROM_INSTANCE} WHERE m.name = ? ORDER BY i.id LIMIT 1"
INSERT_INSTANCE = f"""
INSERT INTO nico_instance (id, uuid, name, tenant_id, site_id, type_id, machine_id)
VALUES (?, ?, ?, (SELECT id FROM nico_tenant WHERE uuid = ?),
    (SELECT id FROM nico_site WHERE uuid = ?), coalesce({ID_OF}, 0),
    coalesce((SELECT id FROM nico_machine WHERE name = ?), 0))"""
DELETE_INSTANCE = "DELETE FROM nico_instance WHERE uuid = ?"
POOL = f"""WHERE type_id = {ID_OF} AND tenant_id = (SELECT id FROM nico_tenant WHERE uuid = ?)"""
SELECT_POOL = f"SELECT allocated, instances FROM nico_pool {POOL}"
COUNT_POOL = f"""
UPDATE nico_pool SET allocated = allocated + ?, instances = instances + ? {POOL}"""
CLEAR_POOL = f"DELETE FROM nico_pool {POOL} AND allocated = 0 AND instances = 0"
INSERT_POOL = f"""
INSERT INTO nico_pool (type_id, tenant_id, allocated, instances)
VALUES ({ID_OF}, (SELECT id FROM nico_tenant WHERE uuid = ?), ?, ?)"""


def type_of(row: Row) -> InstanceType:
    """An instance type from `TYPE`."""
    return InstanceType(*row)


def instance_type(tx: Tx, uuid: str) -> InstanceType | None:
    """The instance type of this uuid."""
    row = tx.one(SELECT_TYPE, (uuid,))
    return type_of(row) if row else None


def type_named(tx: Tx, site: str, name: str) -> InstanceType | None:
    """The instance type of a name at a site."""
    row = tx.one(SELECT_TYPE_NAMED, (site, name))
    return type_of(row) if row else None


def add_type(tx: Tx, one: InstanceType, labels: str = "") -> None:
    """Insert an instance type, of which there are no machines yet; `labels` is JSON text."""
    head = (tx.next_id("nico_type"), one.uuid, one.provider, one.site, one.name, one.description)
    rest = (one.status, labels, one.name.casefold(), one.created_at, one.updated_at)
    tx.execute(INSERT_TYPE, (*head, *rest))
    history.note(tx, one.target, one.status, "", one.created_at)


def delete_type(tx: Tx, one: InstanceType) -> None:
    """Remove an instance type that nothing refers to."""
    tx.execute(DELETE_TYPE, (one.uuid,))
    history.forget(tx, one.target)


def references(tx: Tx, uuid: str) -> tuple[int, int]:
    """How many constraints and instances refer to a type."""
    constraints, instances = tx.all(SELECT_REFERENCES, (uuid,))[0]
    return int(constraints), int(instances)


def ready(tx: Tx, uuid: str) -> int:
    """How many machines of a type are Ready."""
    return int(tx.scalar(SELECT_READY, (uuid,)))


def machine(tx: Tx, id: str) -> Machine | None:
    """The machine of this id."""
    row = tx.one(SELECT_MACHINE, (id,))
    return Machine(*row) if row else None


def machines_of(tx: Tx, instance_type: str) -> list[Machine]:
    """The machines of a type."""
    return [Machine(*row) for row in tx.all(SELECT_MACHINES_OF, (instance_type,))]


def spare(tx: Tx, instance_type: str) -> Machine | None:
    """A machine of a type that is Ready and carries nothing."""
    row = tx.one(SELECT_SPARE, (instance_type,))
    return Machine(*row) if row else None


def save_machine(tx: Tx, before: Machine | None, after: Machine, facts: str = "") -> None:
    """Insert or update a machine, counted with its type; `facts` is JSON text."""
    if before is None:
        head = (tx.next_id("nico_machine"), after.id, after.site, after.instance_type)
        tx.execute(INSERT_MACHINE, (*head, after.status, facts))
    else:
        tx.execute(UPDATE_MACHINE, (after.instance_type, after.status, after.id))
        if before.instance_type:
            tx.execute(COUNT_MACHINES, (-1, before.instance_type))
    if after.instance_type:
        tx.execute(COUNT_MACHINES, (1, after.instance_type))


def instance(tx: Tx, uuid: str) -> Instance | None:
    """The instance of this uuid."""
    row = tx.one(SELECT_INSTANCE, (uuid,))
    return Instance(*row) if row else None


def instance_on(tx: Tx, machine: str) -> Instance | None:
    """The instance that a machine carries."""
    row = tx.one(SELECT_ON, (machine,))
    return Instance(*row) if row else None


def add_instance(tx: Tx, one: Instance) -> None:
    """Insert an instance, counted with its tenant's others of the type."""
    head = (tx.next_id("nico_instance"), one.uuid, one.name, one.tenant, one.site)
    tx.execute(INSERT_INSTANCE, (*head, one.instance_type, one.machine))
    if one.instance_type:
        count_pool(tx, one.instance_type, one.tenant, instances=1)


def delete_instance(tx: Tx, one: Instance) -> None:
    """Remove an instance."""
    tx.execute(DELETE_INSTANCE, (one.uuid,))
    if one.instance_type:
        count_pool(tx, one.instance_type, one.tenant, instances=-1)


def pool(tx: Tx, instance_type: str, tenant: str) -> Pool:
    """What a tenant has of a type."""
    row = tx.one(SELECT_POOL, (instance_type, tenant))
    return Pool(tenant, instance_type, *(row or (0, 0)))


def allocate(tx: Tx, instance_type: str, tenant: str, more: int) -> None:
    """Count machines of a type that a tenant is given, or less than before."""
    tx.execute(COUNT_ALLOCATED, (more, instance_type))
    count_pool(tx, instance_type, tenant, allocated=more)


def count_pool(
    tx: Tx, instance_type: str, tenant: str, *, allocated: int = 0, instances: int = 0
) -> None:
    """Count what a tenant has of a type."""
    whose, more = (instance_type, tenant), (allocated, instances)
    if not tx.execute(COUNT_POOL, (*more, *whose)):
        tx.execute(INSERT_POOL, (*whose, *more))
    elif min(more) < 0:
        tx.execute(CLEAR_POOL, whose)
