"""A database with providers, as the scenarios of spec placement §7 have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backend.core.database import open_database
from backend.core.errors import Conflict
from backend.core.identity import operator
from backend.core.plan import Receipt
from backend.core.runtime import Runtime
from backend.placement.model import (
    ANY_GENERATION,
    KEEP,
    Claim,
    Consumer,
    CreateProvider,
    Held,
    Provider,
    ReplaceAllocations,
    ReplaceInventories,
    SetInventory,
    Stock,
)
from backend.placement.service import ROOM, api
from backend.placement.store import providers as provider_store
from backend.schema import STEPS
from tests.places import Place
from tests.rooms import Played

ACTOR = operator("op")
CPU, RAM = "VCPU", "MEMORY_MB"

Shares = Mapping[str, Mapping[str, int]]
"""Amounts of classes by provider."""


def uuid_of(name: str) -> str:
    """The uuid of the provider or consumer of this name of up to six characters."""
    return f"00000000-0000-4000-8000-{name.encode().hex():0>12}"


@dataclass(slots=True)
class Site(Played):
    """A Placement. Providers and consumers go by short names."""

    ROOM = ROOM
    TABLES = (
        "provider",
        "inventory",
        "resource_class",
        "consumer",
        "consumer_project",
        "consumer_user",
        "consumer_type",
        "allocation",
        "trait",
        "provider_trait",
        "provider_aggregate",
        "journal",
        "journal_change",
        "counter",
    )

    def provider(
        self, name: str, parent: str = "", stocks: Mapping[str, Stock] | None = None
    ) -> str:
        """A new provider with inventories; its uuid."""
        above = uuid_of(parent) if parent else ""
        uuid = uuid_of(name)
        self.do(CreateProvider(actor=ACTOR, name=name, uuid=uuid, parent=above))
        if stocks:
            self.do(ReplaceInventories(actor=ACTOR, provider=uuid, stocks=stocks))
        return uuid

    def stock(self, name: str, resource_class: str, stock: Stock) -> None:
        """Set an inventory."""
        command = SetInventory(
            actor=ACTOR, provider=uuid_of(name), resource_class=resource_class, stock=stock
        )
        self.do(command)

    def put(
        self, consumer: str, generation: int | None = ANY_GENERATION, **shares: Mapping[str, int]
    ) -> Receipt:
        """Let a consumer hold this alone."""
        return self.post(replace(claim(consumer, generation), allocations=by_uuid(shares)))

    def post(self, *claims: Claim) -> Receipt:
        """Let consumers hold this, all or none."""
        return self.do(ReplaceAllocations(actor=ACTOR, claims=claims))

    def held(self, consumer: str) -> Held | None:
        """What a consumer holds, with the generations of its providers."""
        return self.see(api.allocations_of, uuid_of(consumer))

    def holds(self, consumer: str) -> Shares:
        """What a consumer holds, by short names."""
        found = self.held(consumer)
        return named(found.consumer) if found else {}

    def generation(self, consumer: str) -> int | None:
        """That of a consumer, None when there is none."""
        found = self.held(consumer)
        return found.consumer.generation if found else None

    def seen(self, name: str) -> Provider:
        """A provider as it is."""
        found = self.see(provider_store.provider, uuid_of(name))
        assert found is not None
        return found

    def generations(self, *names: str) -> list[int]:
        """Those of providers."""
        return [self.seen(name).generation for name in names]

    def used(self, name: str) -> dict[str, int]:
        """What is used of a provider."""
        return dict(self.see(api.usages_at, uuid_of(name))[1])


def claim(
    consumer: str,
    generation: int | None = ANY_GENERATION,
    *,
    project: str = "proj",
    user: str = "user",
    kind: str = KEEP,
    **shares: Mapping[str, int],
) -> Claim:
    """A claim by short names."""
    return Claim(
        consumer=uuid_of(consumer),
        allocations=by_uuid(shares),
        project=project,
        user=user,
        consumer_type=kind,
        generation=generation,
    )


def by_uuid(shares: Shares) -> Shares:
    """Amounts by the uuid of the provider that goes by a short name."""
    return {uuid_of(name): amounts for name, amounts in shares.items()}


def named(consumer: Consumer) -> Shares:
    """What a consumer holds, by the short names of providers."""
    return {
        bytes.fromhex(uuid[-12:]).decode().strip("\0"): dict(amounts)
        for uuid, amounts in consumer.allocations.items()
    }


def site(place: Place, runtime: Runtime | None = None) -> Site:
    """P has VCPU 8 x 2.0 (at most 16 at a time) and MEMORY_MB 1000 in tens from 20 to 500,
    Q has VCPU 10 (spec placement §7)."""
    found = Site(open_database(place, STEPS, runtime))
    memory = Stock(1024, reserved=24, min_unit=20, max_unit=500, step_size=10)
    found.provider("P", stocks={CPU: Stock(8, max_unit=16, allocation_ratio=2.0), RAM: memory})
    found.provider("Q", stocks={CPU: Stock(10)})
    return found


def take(found: Site, consumer: str) -> bool:
    """Have a new consumer hold one VCPU of Q; False when Q is full."""
    try:
        found.put(consumer, None, Q={CPU: 1})
    except Conflict as error:
        if error.data["rule"] != "capacity":
            raise
        return False
    return True
