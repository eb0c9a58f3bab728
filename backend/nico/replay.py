"""What of NICo the journal tells."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database.tx import Tx
from backend.core.replay import Replay, statement
from backend.core.usecase import Entity
from backend.nico.model import Allocation, Instance, Machine
from backend.nico.store import allocations, blocks, machines

SELECT_ALLOCATIONS = f"SELECT {allocations.ALLOCATION} {allocations.FROM} ORDER BY a.id"
SELECT_CONSTRAINTS = f"SELECT {allocations.CONSTRAINT} {allocations.FROM_CONSTRAINT} ORDER BY c.id"
SELECT_BLOCKS = f"SELECT {blocks.BLOCK} {blocks.FROM_BLOCK} ORDER BY b.id"
SELECT_PREFIXES = f"SELECT {blocks.PREFIX} {blocks.FROM_PREFIX} ORDER BY x.id"
SELECT_TYPES = f"SELECT {machines.TYPE} {machines.FROM_TYPE} ORDER BY t.id"
SELECT_MACHINES = f"SELECT {machines.MACHINE} {machines.FROM_MACHINE} ORDER BY m.id"
SELECT_INSTANCES = f"SELECT {machines.INSTANCE} {machines.FROM_INSTANCE} ORDER BY i.id"
SELECT_TOLD = statement(
    "nico_allocation.",
    "constraint.",
    "ip_block.",
    "instance_type.",
    "machine.",
    "instance.",
    "prefix.",
)
KINDS = (
    "nico_allocation:",
    "constraint:",
    "ip_block:",
    "instance_type:",
    "machine:",
    "instance:",
    "subnet:",
    "vpc_prefix:",
)
# The others come with world files, too.
MADE_HERE = ("nico_allocation:", "constraint:")


def replay() -> Replay:
    """A replay of this room's entries."""
    return Replay(SELECT_TOLD, KINDS, MADE_HERE)


def kept(tx: Tx) -> Iterator[Entity]:
    """All that is kept."""
    for row in tx.each(SELECT_ALLOCATIONS):
        yield Allocation(*row)
    for row in tx.each(SELECT_CONSTRAINTS):
        yield allocations.constraint_of(row)
    for row in tx.each(SELECT_BLOCKS):
        yield blocks.block_of(row)
    for row in tx.each(SELECT_PREFIXES):
        yield blocks.prefix_of(row)
    for row in tx.each(SELECT_TYPES):
        yield machines.type_of(row)
    for row in tx.each(SELECT_MACHINES):
        yield Machine(*row)
    for row in tx.each(SELECT_INSTANCES):
        yield Instance(*row)
