"""Use cases of a site's address space (spec nico §1, §2.7)."""

from __future__ import annotations

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.plan import Change, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.nico.model import Block, CreateBlock, DeleteBlock
from backend.nico.rules import carve, outbound, roles, values
from backend.nico.service.finding import acting, at_site, owned, unknown
from backend.nico.store import blocks


def create(tx: Tx, command: CreateBlock) -> Decision:
    """New address space of a site, of which parts can be given away."""
    roles.require_provider(command.actor)
    values.refuse(values.name(command.name) | values.identifier("siteId", command.site))
    network = carve.net(command.prefix, command.length)
    provider, site = at_site(tx, command, command.site)
    namesake = blocks.root_named(tx, site.uuid, command.name)
    if namesake is not None:
        raise values.name_taken(command.name, namesake.uuid)
    other = blocks.overlapping(tx, site.uuid, command.routing, network)
    if other is not None:
        told = f"{network.cidr} overlaps block {other.name} ({other.cidr})"
        raise values.refusal(Conflict, "overlap", told, "choose another network")
    uuid = tx.runtime.uuid() if tx.writable else ""
    head = (uuid, provider.uuid, site.uuid, "", "", command.name, command.description)
    where = (command.routing, network.address, network.length, False)
    after = Block(*head, *where, "Ready", tx.now, tx.now)
    plan = Plan(
        command,
        "Create",
        f"Create block {after.name} at {site.name}",
        after.name,
        Tier.REVERSIBLE,
        outbound.block_request(command.org or provider.org, command),
        changes=(
            Change(after.name, "block", None, "new"),
            Change(after.name, "site", None, site.name),
            Change(after.name, "routing", None, after.routing),
            Change(after.name, "network", None, after.cidr),
        ),
        undo="delete the block",
    )
    message = f"Block {after.name} created at {site.name}"
    writes = [Write(None, after)]
    return Decision(plan, "ip_block.create", after.target, message, writes, {"block": uuid})


def delete(tx: Tx, command: DeleteBlock) -> Decision:
    """Remove address space of which nothing is given away."""
    roles.require_provider(command.actor)
    values.refuse(values.identifier("ipBlockId", command.block))
    before = blocks.block(tx, values.plain(command.block))
    if before is None:
        raise unknown("block", command.block, NotFound)
    provider = acting(tx, command.actor, command.org, before.provider, Invalid)
    owned(provider, before.provider, f"block {before.name}")
    if before.parent:
        told = f"block {before.name} was carved for an allocation"
        raise values.refusal(Invalid, "in_use", told, "delete the allocation")
    count = blocks.constraints(tx, before.uuid)
    if count:
        told = f"{count:,} allocations have parts of block {before.name}"
        raise values.refusal(Invalid, "in_use", told, "delete them first")
    plan = Plan(
        command,
        "Delete",
        f"Delete block {before.name}",
        before.name,
        Tier.HARMFUL,
        outbound.delete_request(command.org or provider.org, "ipblock", before.uuid),
        changes=(
            Change(before.name, "block", "there", "deleted"),
            Change(before.name, "network", before.cidr, None),
        ),
        undo="create it again, under another id",
    )
    message = f"Block {before.name} deleted"
    return Decision(plan, "ip_block.delete", before.target, message, [Write(before, None)])
