"""Records of NICo into a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from backend.core.database.tx import Tx
from backend.nico.model import Instance, Prefix, Provider, Site, Tenant
from backend.nico.store import allocations, blocks, history, machines, places
from backend.world.nico_model import (
    BlockEntry,
    GivenEntry,
    History,
    MachineEntry,
    NicoWorld,
    TenantAccount,
    TypeEntry,
)


class NicoImporter:
    """Writes the records of one world in order, each after those that it refers to; what is
    counted is counted by the store."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def sections(
        self, world: NicoWorld
    ) -> Mapping[str, tuple[Iterable[Any], Callable[[Sequence[Any]], None]]]:
        """Records and who writes them, by what they are called."""
        return {
            "NICo providers": (world.providers, self.add_providers),
            "tenants": (world.tenants, self.add_tenants),
            "tenant accounts": (world.accounts, self.add_accounts),
            "sites": (world.sites, self.add_sites),
            "instance types": (world.types, self.add_types),
            "machines": (world.machines, self.add_machines),
            "blocks": (world.blocks, self.add_blocks),
            "NICo allocations": (world.allocations, self.add_allocations),
            "instances": (world.instances, self.add_instances),
            "networks": (world.prefixes, self.add_prefixes),
        }

    def add_providers(self, part: Sequence[Provider]) -> None:
        """Providers."""
        for one in part:
            places.add_provider(self._tx, one)

    def add_tenants(self, part: Sequence[Tenant]) -> None:
        """Tenants."""
        for one in part:
            places.add_tenant(self._tx, one)

    def add_accounts(self, part: Sequence[TenantAccount]) -> None:
        """Accounts of tenants."""
        for one in part:
            places.add_account(self._tx, *one)

    def add_sites(self, part: Sequence[Site]) -> None:
        """Sites."""
        for one in part:
            places.add_site(self._tx, one)

    def add_types(self, part: Sequence[TypeEntry]) -> None:
        """Instance types."""
        for one in part:
            machines.add_type(self._tx, one.type, one.labels)
            self._remember(one.type.target, one.history)

    def add_machines(self, part: Sequence[MachineEntry]) -> None:
        """Machines."""
        for one in part:
            machines.save_machine(self._tx, None, *one)

    def add_blocks(self, part: Sequence[BlockEntry]) -> None:
        """Blocks, carved of those that they are of."""
        for one in part:
            blocks.add(self._tx, one.block)
            self._remember(one.block.target, one.history)

    def add_allocations(self, part: Sequence[GivenEntry]) -> None:
        """Allocations with their constraints."""
        for one in part:
            allocations.save(self._tx, None, one.allocation)
            allocations.save_constraint(self._tx, None, one.constraint)
            self._remember(one.allocation.target, one.history)

    def add_instances(self, part: Sequence[Instance]) -> None:
        """Instances."""
        for one in part:
            machines.add_instance(self._tx, one)

    def add_prefixes(self, part: Sequence[Prefix]) -> None:
        """Subnets and VPC prefixes."""
        for one in part:
            blocks.add_prefix(self._tx, one)

    def _remember(self, target: str, told: History) -> None:
        if told:
            history.forget(self._tx, target)
            for status, message, at in reversed(told):
                history.note(self._tx, target, status, message, at)
