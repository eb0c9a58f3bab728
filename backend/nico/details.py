"""Allocations one by one: all about them, what forms offer, and as NICo's own API shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Invalid, NotFound
from backend.nico.model import (
    Block,
    BlockDetail,
    Choice,
    ConstraintRow,
    Instance,
    Kind,
    NicoDetail,
    NicoRow,
    Piece,
    Prefix,
    Sharing,
)
from backend.nico.queries import allocation_rows, block_rows, constraint_rows
from backend.nico.rules import pools
from backend.nico.rules.carve import Net
from backend.nico.store import blocks, history, machines, shown
from backend.nico.store.machines import FROM_INSTANCE, INSTANCE
from backend.nico.wire import encode

SELECT_BY_UUID = "SELECT id FROM nico_allocation WHERE uuid = ?"
SELECT_CONSTRAINT = """
SELECT id FROM nico_constraint WHERE allocation_id = ? ORDER BY id LIMIT 1"""
SELECT_ALLOCATION = "SELECT allocation_id FROM nico_constraint WHERE id = ?"
SELECT_MORE = """
SELECT g.description, coalesce(d.uuid, '') FROM nico_allocation g
JOIN nico_constraint v ON v.allocation_id = g.id LEFT JOIN nico_block d ON d.id = v.derived_id
WHERE v.id = ?"""
SELECT_SHARINGS = """
SELECT t.org, h.allocated, CASE WHEN y.counted = 1 THEN h.instances END
FROM nico_type y JOIN nico_pool h ON h.type_id = y.id JOIN nico_tenant t ON t.id = h.tenant_id
WHERE y.uuid = ?
ORDER BY h.allocated DESC, t.org"""
SELECT_INSTANCES = f"""
SELECT {INSTANCE} {FROM_INSTANCE} WHERE t.uuid = ? AND n.uuid = ? ORDER BY i.id"""
SELECT_TAKEN = """
SELECT d.network, d.length, d.bits, coalesce(t.org, ''), d.name,
    CASE WHEN d.known = 1 THEN (SELECT count(*) FROM nico_prefix x WHERE x.block_id = d.id) END
FROM nico_block d LEFT JOIN nico_tenant t ON t.id = d.tenant_id
WHERE d.parent_id = (SELECT id FROM nico_block WHERE uuid = ?) ORDER BY d.network"""
CHOICES: Mapping[str, str] = {
    "site": """SELECT s.uuid, s.name, p.org FROM nico_site s
        JOIN nico_provider p ON p.id = s.provider_id WHERE {at} ORDER BY s.fold, s.id""",
    "tenant": """SELECT t.uuid, t.org, t.display_name FROM nico_tenant t WHERE {at}
        ORDER BY t.org""",
    "type": """SELECT y.uuid, y.name, s.name FROM nico_type y
        JOIN nico_site s ON s.id = y.site_id WHERE {at} ORDER BY y.fold, y.id""",
    "block": """SELECT z.uuid, z.name, s.name FROM nico_block z
        JOIN nico_site s ON s.id = z.site_id WHERE z.parent_id = 0 AND {at}
        ORDER BY z.fold, z.id""",
}
"""What a form offers of each kind."""


def allocation(tx: Tx, key: int) -> NicoDetail:
    """All about an allocation. Raises NotFound."""
    constraint = tx.scalar(SELECT_CONSTRAINT, (key,))
    row = allocation_rows(tx, [key]).get(key)
    if constraint is None or row is None:
        raise NotFound("the allocation is not there any more")
    return _detail(tx, row, constraint_rows(tx, [constraint])[constraint])


def constraint(tx: Tx, key: int) -> NicoDetail:
    """All about a constraint and its allocation. Raises NotFound."""
    of = tx.scalar(SELECT_ALLOCATION, (key,))
    if of is None:
        raise NotFound("the constraint is not there any more")
    return _detail(tx, allocation_rows(tx, [of])[of], constraint_rows(tx, [key])[key])


def allocation_named(tx: Tx, uuid: str) -> NicoRow:
    """The allocation with this uuid. Raises NotFound."""
    key = tx.scalar(SELECT_BY_UUID, (uuid.strip().lower(),))
    if key is None:
        raise NotFound(f"there is no allocation {uuid}", hint="give its whole uuid")
    return allocation_rows(tx, [key])[key]


def choices(tx: Tx, kind: str, site: str) -> list[Choice]:
    """What a form offers: kind `site`, `tenant`, `type` or `block`; the last two of a site, ``
    for all. Raises Invalid."""
    sql = CHOICES.get(kind)
    if sql is None:
        raise Invalid(f"{kind!r} is nothing to choose", hint=f"choose one of {', '.join(CHOICES)}")
    at = site and kind in ("type", "block")
    rows = tx.all(sql.replace("{at}", "s.uuid = ?" if at else "1 = 1"), (site,) if at else ())
    return [Choice(*row) for row in rows]


def _detail(tx: Tx, row: NicoRow, constraint: ConstraintRow) -> NicoDetail:
    description, carved = tx.all(SELECT_MORE, (constraint.key,))[0]
    about_machines = constraint.kind is Kind.MACHINES
    of = machines.instance_type(tx, constraint.resource) if about_machines else None
    source = None if about_machines else blocks.block(tx, constraint.resource)
    prefixes = tuple(blocks.prefixes(tx, carved))
    instances = tuple(_instances(tx, constraint)) if about_machines else ()
    target = f"nico_allocation:{row.uuid}"
    return NicoDetail(
        row=row,
        constraint=constraint,
        description=description or "",
        history=tuple(history.of(tx, [target])[target][: history.SHOWN]),
        machines=of.machines if of else 0,
        ready=machines.ready(tx, constraint.resource) if of else 0,
        sharings=tuple(_sharings(tx, constraint)) if of else (),
        instances=instances,
        source=source,
        derived=blocks.block(tx, carved) if carved else None,
        pieces=tuple(pieces(tx, source)) if source and constraint.bounds else (),
        prefixes=prefixes,
        blocks=tuple(_obstacles(constraint, prefixes)),
    )


def _instances(tx: Tx, constraint: ConstraintRow) -> Iterator[Instance]:
    for row in tx.all(SELECT_INSTANCES, (constraint.resource, constraint.tenant)):
        yield Instance(*row)


def _sharings(tx: Tx, constraint: ConstraintRow) -> Iterator[Sharing]:
    for row in tx.all(SELECT_SHARINGS, (constraint.resource,)):
        yield Sharing(*row)


def pieces(tx: Tx, block: Block) -> list[Piece]:
    """The parts of a block, taken and free ones, in the order of addresses."""
    taken = [
        (Net(int(network, 16), length, bits), *rest)
        for network, length, bits, *rest in tx.all(SELECT_TAKEN, (block.uuid,))
    ]
    free = [(one, "", "", 0) for one in blocks.free_list(tx, block).pieces()]
    return [Piece(one.cidr, *rest) for one, *rest in sorted([*taken, *free])]


def block(tx: Tx, key: int) -> BlockDetail:
    """All about a root block. Raises NotFound."""
    row = block_rows(tx, [key]).get(key)
    if row is None or row.block.parent:
        raise NotFound("the block is not there any more")
    return BlockDetail(row, row.block.description or "", tuple(pieces(tx, row.block)))


def _obstacles(constraint: ConstraintRow, prefixes: Sequence[Prefix]) -> Iterator[str]:
    """What has to go before the allocation can be deleted, one line each."""
    if constraint.left is not None and constraint.left < constraint.value:
        over = constraint.value - constraint.left
        yield f"{over:,} of {constraint.used:,} instances of {constraint.resource_name}"
    yield from (f"{one.what} {one.called}" for one in prefixes if one.name)
    if untold := pools.held(Counter(one.is_subnet for one in prefixes if not one.name)):
        yield f"{untold} in {constraint.cidr}"


def raw_allocation(tx: Tx, key: int) -> Mapping[str, object]:
    """The allocation as its own route shows it. Raises NotFound."""
    rows = shown.allocations_of(tx, [key])
    if not rows:
        raise NotFound("the allocation is not there any more")
    return encode.allocation(rows[0])


def raw_type(tx: Tx, key: int) -> Mapping[str, object]:
    """The instance type as its own route shows it, with figures. Raises NotFound."""
    rows = shown.types(tx, [key])
    if not rows:
        raise NotFound("the instance type is not there any more")
    return encode.instance_type(replace(rows[0], figures=shown.figures(tx, rows, "")[key]))


def raw_block(tx: Tx, key: int) -> Mapping[str, object]:
    """The block as its own route shows it, with its usage. Raises NotFound."""
    rows = shown.blocks_of(tx, [key])
    if not rows:
        raise NotFound("the block is not there any more")
    return encode.block(replace(rows[0], usage=shown.usages(tx, rows)[key]))
