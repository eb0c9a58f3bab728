"""One log of commands in a file and on a server: the same outcomes, the same tables."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from backend.core.errors import BursarError
from backend.core.plan import Command
from backend.core.runtime import Runtime
from backend.placement.model import (
    KEEP,
    Claim,
    CreateProvider,
    CreateResourceClass,
    CreateTrait,
    DeleteAllocations,
    DeleteProvider,
    DeleteResourceClass,
    DropInventory,
    ModifyProvider,
    RenameResourceClass,
    ReplaceAllocations,
    ReplaceInventories,
    Reshape,
    SetAggregates,
    SetTraits,
    Stock,
)
from tests.placement.sites import ACTOR, CPU, RAM, site, uuid_of
from tests.places import Place
from tests.postgres import Server
from tests.rooms import Content
from tests.worlds import Clock

MANY = 600
PROVIDERS, CONSUMERS = [uuid_of(name) for name in "PQRS"], [uuid_of(name) for name in "abcdef"]
CUSTOM = ("CUSTOM_A", "CUSTOM_B")
CLASSES = (CPU, CPU, RAM, *CUSTOM)
RATIOS = (1.0, 1.0, 1.5, 0.29, 0.7, 3.0e38)


def any_command(rng: random.Random) -> Command:
    """Anything that can be asked for, mostly allocations."""
    provider, other = rng.choice(PROVIDERS), rng.choice(PROVIDERS)
    name, new = rng.choice(CUSTOM), rng.choice(CUSTOM)
    claims = [_claim(rng, uuid) for uuid in rng.sample(CONSUMERS, rng.choice((1, 1, 1, 2, 3)))]
    aggregates = [uuid_of(one) for one in rng.sample("xyz", 2)]
    commands: list[Command] = [
        CreateProvider(actor=ACTOR, name=rng.choice(("größe", "R", "S")), uuid=provider),
        CreateProvider(actor=ACTOR, name="S", uuid=provider, parent=other),
        ModifyProvider(
            actor=ACTOR,
            provider=provider,
            name=rng.choice(("P", "Q", "ÄÖ")),
            parent=rng.choice((KEEP, other, "")),
        ),
        DeleteProvider(actor=ACTOR, provider=provider),
        ReplaceInventories(actor=ACTOR, provider=provider, stocks=_stocks(rng)),
        ReplaceInventories(actor=ACTOR, provider=provider, stocks=_stocks(rng)),
        DropInventory(actor=ACTOR, provider=provider, resource_class=rng.choice(CLASSES)),
        CreateResourceClass(actor=ACTOR, name=name),
        RenameResourceClass(actor=ACTOR, name=name, new_name=new),
        DeleteResourceClass(actor=ACTOR, name=name),
        CreateTrait(actor=ACTOR, name=name),
        SetTraits(actor=ACTOR, provider=provider, traits=["HW_NIC_SRIOV", name]),
        SetAggregates(actor=ACTOR, provider=provider, aggregates=aggregates),
        DeleteAllocations(actor=ACTOR, consumer=rng.choice(CONSUMERS)),
        Reshape(actor=ACTOR, stocks={provider: _stocks(rng)}, claims=claims),
    ]
    if rng.random() < 0.5:
        return ReplaceAllocations(actor=ACTOR, claims=claims)
    return rng.choice(commands)


def _stocks(rng: random.Random) -> dict[str, Stock]:
    return {
        name: Stock(
            rng.randint(2, 20),
            reserved=rng.choice((0, 1)),
            step_size=rng.choice((1, 1, 1, 2)),
            allocation_ratio=rng.choice(RATIOS),
        )
        for name in rng.choices(CLASSES, k=4)
    }


def _claim(rng: random.Random, consumer: str) -> Claim:
    chosen = rng.sample(PROVIDERS[:3], rng.choice((0, 1, 1, 2)))
    return Claim(
        consumer=consumer,
        allocations={
            uuid: {rng.choice(CLASSES): rng.randint(1, 5) for _ in range(2)} for uuid in chosen
        },
        project=rng.choice(("proj", "größe'%?")),
        user=rng.choice(("user", "them")),
        consumer_type=rng.choice((KEEP, "", "INSTANCE")),
        generation=rng.choice((-1, -1, -1, None, 1)),
    )


def played(place: Place, seed: int) -> tuple[list[str], Content]:
    """What the commands came to, and what is in the tables then."""
    rng, outcomes = random.Random(seed), []
    found = site(place, Runtime(Clock().now, random.Random(seed)))
    for _ in range(MANY):
        try:
            outcomes.append(found.do(any_command(rng)).message)
        except BursarError as error:
            outcomes.append(f"{error.code}: {error}")
    content = found.content()
    found.database.close()
    return outcomes, content


def test_a_file_and_a_server_come_to_the_same(tmp_path: Path, postgres: Server) -> None:
    outcomes, content = played(tmp_path / "site.db", 5)
    with postgres.database() as url:
        assert played(url, 5) == (outcomes, content)
    kinds = Counter(outcome.partition(":")[0] for outcome in outcomes)
    assert min(kinds["conflict"], kinds["invalid"], kinds["generation-conflict"]) > 10
    assert kinds["Replaced"] + kinds["Removed"] > 40
