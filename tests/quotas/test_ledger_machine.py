"""The ledger against a pure model: any sequence of operations, singly and in batches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from backend.core.errors import BursarError
from backend.quotas import service
from backend.quotas.check import findings
from backend.quotas.ledger import Operation, Resolve, run
from backend.quotas.model import UNLIMITED, IssueCommission, Provision, QuotaRow
from tests.places import Place
from tests.postgres import Server
from tests.quotas.ledgers import CYCLADES, STEPS, World, pair, world

LIMITS = st.integers(0, 12)
AMOUNTS = st.lists(
    st.tuples(st.sampled_from(["vm", "cpu", "ghost"]), st.integers(-6, 8)), max_size=3
)
SERIALS = st.integers(1, 12)


@dataclass
class Model:
    """The ledger of §4.1 in a dozen lines: name → [limit, low, high]."""

    holdings: dict[str, list[int]]
    pending: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    serial: int = 0

    def issue(self, amounts: list[tuple[str, int]], force: bool) -> str:
        merged: dict[str, int] = {}
        for name, quantity in amounts:
            merged[name] = merged.get(name, 0) + quantity
        for name, quantity in merged.items():
            if name not in self.holdings:
                return "not-found"
            limit, low, high = self.holdings[name]
            if quantity < 0 and low + quantity < 0:
                return "over-limit"
            if quantity >= 0 and not force and high + quantity > limit:
                return "over-limit"
        for name, quantity in merged.items():
            self.holdings[name][2 if quantity >= 0 else 1] += quantity
        self.serial += 1
        self.pending[self.serial] = list(merged.items())
        return "done"

    def resolve(self, serial: int, accepted: bool) -> str:
        if serial not in self.pending:
            return "not-found"
        for name, quantity in self.pending.pop(serial):
            if accepted:
                self.holdings[name][1 if quantity >= 0 else 2] += quantity
            else:
                self.holdings[name][2 if quantity >= 0 else 1] -= quantity
        return "done"


def issue(amounts: list[tuple[str, int]], force: bool) -> IssueCommission:
    """A command on the pools of project P."""
    provisions = [Provision("project:P", "", name, quantity) for name, quantity in amounts]
    return IssueCommission(actor=CYCLADES, clientkey="cyclades", provisions=provisions, force=force)


def resolve(serial: int, accepted: bool) -> Resolve:
    """Accept or reject as the component."""
    return Resolve("service:cyclades", serial, accepted, "cyclades")


def outcome(result: Any) -> str:
    """A word for a serial or an error."""
    return result.code if isinstance(result, BursarError) else "done"


class LedgerMachine(RuleBasedStateMachine):
    """Issue, force, accept, reject, limits and batches on a real database and on the model."""

    def place(self) -> AbstractContextManager[Place]:
        """A file of its own for every example."""
        return file()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        place = self.stack.enter_context(self.place())
        self.world: World = self.stack.enter_context(world(place))
        self.model = Model({"vm": [5, 0, 0], "cpu": [UNLIMITED, 0, 0]})
        self.world.limit("project:P", "", "vm", 5)
        self.world.limit("project:P", "", "cpu", UNLIMITED)

    @rule(operations=st.lists(st.one_of(
        st.tuples(st.just("issue"), AMOUNTS, st.booleans()),
        st.tuples(st.just("resolve"), SERIALS, st.booleans()),
    ), min_size=1, max_size=6))  # fmt: skip
    def batch(self, operations: list[tuple[str, Any, bool]]) -> None:
        """Operations done in one transaction come to what the model says one by one."""
        todo: list[Operation] = [
            issue(what, flag) if kind == "issue" else resolve(what, flag)
            for kind, what, flag in operations
        ]
        found = self.world.database.write(lambda tx: run(tx, todo))
        expected = [
            self.model.issue(what, flag) if kind == "issue" else self.model.resolve(what, flag)
            for kind, what, flag in operations
        ]
        assert [outcome(result) for result in found] == expected

    @rule(limit=LIMITS)
    def set_limit(self, limit: int) -> None:
        """Limits move freely, below the usage too."""
        self.world.limit("project:P", "", "vm", limit)
        self.model.holdings["vm"][0] = limit

    @invariant()
    def figures_agree(self) -> None:
        """Holdings and pending serials are the model's."""
        for name, (limit, low, high) in self.model.holdings.items():
            assert self.world.figures(name) == f"{limit}/{low}/{high}"
        assert self.world.pending() == sorted(self.model.pending)

    def teardown(self) -> None:
        """The database is sound: invariants, replay, hash chain."""
        assert self.world.database.read(lambda tx: list(findings(tx))) == []
        self.stack.close()


@contextmanager
def file() -> Iterator[Path]:
    """A file in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "ledger.db"


def test_the_ledger_in_a_file_is_the_model() -> None:
    often = settings(max_examples=40, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(LedgerMachine, settings=often)


def test_the_ledger_on_a_server_is_the_model(postgres: Server) -> None:
    often = settings(max_examples=10, stateful_step_count=20, deadline=None)

    class OnServer(LedgerMachine):
        def place(self) -> AbstractContextManager[Place]:
            return postgres.database(STEPS)

    run_state_machine_as_test(OnServer, settings=often)


@settings(max_examples=60, deadline=None)
@given(
    limits=st.tuples(*[st.one_of(st.integers(0, 9), st.just(UNLIMITED))] * 2),
    used=st.integers(0, 9),
    others=st.integers(0, 9),
    quantity=st.integers(0, 12),
)
def test_s38_a_pair_fits_exactly_up_to_the_headroom(
    limits: tuple[int, int], used: int, others: int, quantity: int
) -> None:
    """Spec §3.3: a paired provision succeeds iff its quantity is at most the headroom."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "x.db") as fresh:
        fresh.limit("user:M", "project:P", "vm", limits[0])
        fresh.limit("user:N", "project:P", "vm", UNLIMITED)
        fresh.limit("project:P", "", "vm", limits[1])
        fresh.send(pair("M", "P", "vm", used), force=True)
        fresh.send(pair("N", "P", "vm", others), force=True)
        row = member_row(fresh, "M")
        headroom = min(row.limit - row.usage, row.project_limit - row.project_usage)
        if row.effective < UNLIMITED:
            assert headroom == row.left
        if quantity <= headroom:
            fresh.send(pair("M", "P", "vm", quantity))
        else:
            with pytest.raises(BursarError, match="vm"):
                fresh.send(pair("M", "P", "vm", quantity))


def member_row(fresh: World, user: str) -> QuotaRow:
    """The Quotas row of a member of project P."""
    rows = fresh.database.read(lambda tx: service.project_quotas(tx, "P"))
    return next(row for row in rows if row.holder_id == user)
