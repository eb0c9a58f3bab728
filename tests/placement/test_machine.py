"""Any sequence of writes comes to what a plain reckoning says; what is refused leaves no trace."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from backend.core.errors import BursarError, GenerationConflict, NotFound
from backend.core.plan import Command
from backend.placement.check import findings
from backend.placement.model import (
    ANY_GENERATION,
    Claim,
    DeleteAllocations,
    ReplaceAllocations,
    ReplaceInventories,
    Reshape,
    Stock,
)
from backend.placement.store import consumers, inventories, providers
from tests.placement.reckoning import CLASSES, Reckoning
from tests.placement.sites import ACTOR, Site, site, uuid_of

P, Q, NOWHERE = uuid_of("P"), uuid_of("Q"), uuid_of("X")
CONSUMERS = [uuid_of(name) for name in "abc"]
RIGHT = "right"

consumer_ids = st.sampled_from(CONSUMERS)
places = st.sampled_from([P, Q])
classes = st.sampled_from(CLASSES)
stocks = st.builds(
    Stock,
    total=st.integers(4, 12),
    reserved=st.sampled_from([0, 0, 1]),
    min_unit=st.sampled_from([1, 1, 1, 1, 2]),
    max_unit=st.sampled_from([12, 12, 12, 4]),
    step_size=st.sampled_from([1, 1, 1, 1, 2]),
    allocation_ratio=st.sampled_from([1.0, 1.0, 1.0, 0.29, 0.7, 0.0]),
)
both = st.fixed_dictionaries(dict.fromkeys(CLASSES, stocks))
shelves = both | both | st.dictionaries(classes, stocks)
amounts = st.dictionaries(classes, st.integers(1, 4), min_size=1)
strange = st.dictionaries(st.sampled_from([*CLASSES, "CUSTOM_NOPE"]), st.just(1), min_size=1)
known = st.dictionaries(places, amounts, min_size=1)
shares: st.SearchStrategy[Any] = st.one_of(
    known, known, known, st.just({}), st.dictionaries(st.sampled_from([P, NOWHERE]), strange)
)
generations = st.sampled_from([RIGHT] * 9 + [ANY_GENERATION, None, 1])
wishes = st.dictionaries(consumer_ids, st.tuples(generations, shares), min_size=1, max_size=3)


Shares = dict[str, dict[str, int]]
Wishes = dict[str, tuple[Any, Shares]]


class Clients(RuleBasedStateMachine):
    """Writers on two providers."""

    site: Site

    @initialize(first=both, second=both)
    def begin(self, first: dict[str, Stock], second: dict[str, Stock]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.site = site(Path(self.folder.name) / "site.db")
        self.told = Reckoning({P: 1, Q: 1})
        self.over: dict[tuple[str, str], int] = {}
        for name in (P, Q):
            held = self.site.see(inventories.inventories, [name])
            self.told.stocks |= {(name, one.resource_class): one.stock for one in held}
        self.stock(P, first, ANY_GENERATION)
        self.stock(Q, second, ANY_GENERATION)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.site.database.close()
            self.folder.cleanup()

    def attempt(self, command: Command, expected: str) -> None:
        """Run a command, which is done or refused as the reckoning says, without a trace."""
        before = self.site.content()
        outcome = ""
        event(f"{type(command).__name__}: {expected or 'done'}")
        try:
            self.site.do(command)
        except BursarError as error:
            outcome = _why(error)
            assert self.site.content() == before
        assert outcome == expected

    def claims(self, wanted: Wishes) -> list[Claim]:
        """Claims with the generation that is right, or another."""
        return [
            Claim(
                consumer=uuid,
                allocations=held,
                generation=self.told.consumers.get(uuid) if generation == RIGHT else generation,
            )
            for uuid, (generation, held) in wanted.items()
        ]

    @rule(wanted=wishes)
    def post(self, wanted: Wishes) -> None:
        claims = self.claims(wanted)
        command = ReplaceAllocations(actor=ACTOR, claims=claims)
        self.attempt(command, self.told.post(claims))

    @rule(consumer=consumer_ids, held=known)
    def put(self, consumer: str, held: Shares) -> None:
        """One consumer, as clients do that know what they do."""
        self.post({consumer: (RIGHT, held)})

    @rule(consumer=consumer_ids, name=classes, more=st.sampled_from([-1, 0, 1]))
    def resize(self, consumer: str, name: str, more: int) -> None:
        """A little more or less of what is held, also where a provider is over-full."""
        held: dict[str, dict[str, int]] = {}
        for (provider, kind), amount in self.told.held(consumer).items():
            held.setdefault(provider, {})[kind] = max(1, amount + more * (kind == name))
        self.post({consumer: (RIGHT, held)})

    @rule(consumer=consumer_ids)
    def delete(self, consumer: str) -> None:
        command = DeleteAllocations(actor=ACTOR, consumer=consumer)
        self.attempt(command, self.told.delete(consumer))

    @rule(provider=places, new=shelves, generation=st.sampled_from([ANY_GENERATION, 2]))
    def stock(self, provider: str, new: dict[str, Stock], generation: int) -> None:
        command = ReplaceInventories(
            actor=ACTOR, provider=provider, stocks=new, generation=generation
        )
        self.attempt(command, self.told.stock(provider, new, generation))
        self.over = self.told.over()

    @rule(new=st.dictionaries(places, shelves, min_size=1), wanted=wishes | st.just({}))
    def reshape(
        self,
        new: dict[str, dict[str, Stock]],
        wanted: Wishes,
    ) -> None:
        claims = self.claims(wanted)
        command = Reshape(actor=ACTOR, stocks=new, claims=claims)
        self.attempt(command, self.told.reshape(new, claims))
        self.over = self.told.over()

    @invariant()
    def all_is_as_reckoned(self) -> None:
        if not hasattr(self, "site"):
            return
        see = self.site.see
        found = see(consumers.consumers, CONSUMERS)
        assert {uuid: one.generation for uuid, one in found.items()} == self.told.consumers
        for uuid, one in found.items():
            held = {(p, name): n for p, part in one.allocations.items() for name, n in part.items()}
            assert held == self.told.held(uuid)
        generations = {uuid: p.generation for uuid, p in see(providers.providers, [P, Q]).items()}
        assert generations == self.told.providers
        stored = see(inventories.inventories, [P, Q])
        assert {(i.provider, i.resource_class): i.stock for i in stored} == self.told.stocks
        for stock in stored:
            assert stock.used == self.told.used(stock.provider, stock.resource_class)

    @invariant()
    def nothing_gets_fuller_than_full(self) -> None:
        """Only lowering an inventory makes a provider over-full, and then it only empties."""
        if hasattr(self, "site"):
            now = self.told.over()
            assert all(total <= self.over.get(place, -1) for place, total in now.items())
            self.over = now

    @invariant()
    def nothing_is_found_wrong(self) -> None:
        if hasattr(self, "site"):
            assert self.site.see(lambda tx: list(findings(tx))) == []


def _why(error: BursarError) -> str:
    if isinstance(error, GenerationConflict):
        return "generation"
    return error.code if isinstance(error, NotFound) else str(error.data["rule"])


TestClients = Clients.TestCase
TestClients.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
