"""What a long-lived ledger remembers, and what one operation of a batch may do to the others."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.database import Tx
from backend.core.errors import BursarError, Conflict, Invalid, NotFound, OverLimit, StorageFull
from backend.core.journal import Entry
from backend.quotas import service
from backend.quotas.check import findings
from backend.quotas.ledger import Operation, Resolve, run
from backend.quotas.model import (
    UNLIMITED,
    DeleteHoldings,
    HoldingKey,
    IssueCommission,
    Limit,
    Provision,
    SetLimits,
)
from tests.places import sqlite_only
from tests.postgres import Server
from tests.quotas.ledgers import CYCLADES, World, world

VM = HoldingKey("project:P", "", "vm")


def sync(tx: Tx, write: object) -> None:
    """A journalled write of limits or holdings."""
    effects = service.persist(tx, write, "test", "")
    tx.record(Entry("test", "quotas.sync", "quotas", effects=effects))


def issue(quantity: int = 1, resource: str = "vm", **options: Any) -> IssueCommission:
    """A command on a pool of project P."""
    provisions = [Provision("project:P", "", resource, quantity)]
    return IssueCommission(actor=CYCLADES, clientkey="cyclades", provisions=provisions, **options)


def together(ledger: World, *operations: Operation | Any) -> list[Any]:
    """Hand all of these in at once; serials or errors. Plain functions are writes."""
    begun, all_here = Event(), Event()

    def hold(tx: Tx) -> None:
        begun.set()
        assert all_here.wait(60)

    async def gather() -> list[Any]:
        before = asyncio.ensure_future(ledger.database.awrite(hold))
        await asyncio.to_thread(begun.wait, 30)
        jobs = [
            asyncio.ensure_future(
                ledger.database.awrite(one) if callable(one) else ledger.ledger.submit(one)
            )
            for one in operations
        ]
        await asyncio.sleep(0)
        all_here.set()
        return (await asyncio.gather(before, *jobs, return_exceptions=True))[1:]

    return asyncio.run(gather())


def test_a_holding_made_anew_is_found_under_its_new_number(ledger: World) -> None:
    ledger.set("vm", 10)
    ledger.issue(("vm", 1), accept=True)
    ledger.issue(("vm", -1), accept=True)
    ledger.database.write(lambda tx: sync(tx, DeleteHoldings((VM,))))
    with pytest.raises(NotFound):
        ledger.issue(("vm", 1))
    ledger.set("vm", 5)
    ledger.issue(("vm", 1), accept=True)
    assert ledger.figures("vm") == "5/1/1"


@sqlite_only
def test_a_number_learnt_in_a_transaction_that_failed_is_forgotten(ledger: World) -> None:
    """Its holding never came to be, and the next one made gets the same number."""
    pages = ledger.database.read(lambda tx: tx.scalar("PRAGMA page_count"))

    def shrink(tx: Tx) -> None:
        tx.scalar(f"PRAGMA max_page_count = {pages}")
        sync(tx, SetLimits((Limit(VM, 10),)))

    def burst(tx: Tx) -> None:
        tx.record(Entry("test", "x", "y", reason="x" * 200_000))

    def grow(tx: Tx) -> None:
        tx.scalar("PRAGMA max_page_count = 1000000")

    failed = together(ledger, shrink, issue(), burst)
    ledger.database.write(grow)
    assert all(isinstance(error, StorageFull) for error in failed)
    ledger.set("cpu", 10)
    ledger.set("vm", 10)
    ledger.issue(("vm", 3), accept=True)
    assert (ledger.figures("vm"), ledger.figures("cpu")) == ("10/3/3", "10/0/0")


def test_numbers_are_learnt_anew_by_another_connection(postgres: Server) -> None:
    """The standby that took over may have given them to others."""
    swap = "UPDATE holding SET resource_id = 3 - resource_id + 100 * {} WHERE id IN (1, 2)"
    with postgres.database() as url, world(url) as ledger:
        for name in ("vm", "cpu"):
            ledger.set(name, 10)
        ledger.issue(("vm", 1), accept=True)
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("ALTER TABLE holding DROP CONSTRAINT holding_resource_id_fkey")
            other.execute(swap.format(1).encode())
            other.execute("UPDATE holding SET resource_id = resource_id - 100 WHERE id IN (1, 2)")
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ledger.issue(("vm", 3), accept=True)
        assert (ledger.figures("vm"), ledger.figures("cpu")) == ("10/3/3", "10/1/1")


@pytest.mark.parametrize("timeout", [-1, 2**62, 2**70])
def test_an_impossible_timeout_is_refused_alone(ledger: World, timeout: int) -> None:
    ledger.set("vm", 10)
    first, odd, second = together(ledger, issue(), issue(timeout=timeout), issue())
    assert isinstance(odd, Invalid)
    assert {type(first), type(second)} == {int}
    assert ledger.figures("vm") == "10/0/2"


@pytest.mark.parametrize("serial", [0, -1, 2**63, -(2**70)])
def test_an_impossible_serial_is_not_found(ledger: World, serial: int) -> None:
    ledger.set("vm", 10)
    first, odd = together(ledger, issue(), Resolve("me", serial, True))
    assert isinstance(first, int)
    assert isinstance(odd, NotFound)


def test_text_that_cannot_be_stored_is_refused_alone(ledger: World) -> None:
    ledger.set("vm", 10)
    ghost = issue(resource="\ud800")
    outcomes = together(ledger, issue(), issue(name="\udcff"), ghost, issue(key="\udcff"), issue())
    assert [type(outcome) for outcome in outcomes] == [int, Invalid, Invalid, Invalid, int]
    assert ledger.figures("vm") == "10/0/2"


def test_a_key_given_twice_in_a_batch_is_done_once(ledger: World) -> None:
    ledger.set("vm", 3)
    first, again, other, refused, retried = together(
        ledger,
        issue(2, key="a"),
        issue(2, key="a"),
        issue(1, key="a"),
        issue(5, key="b"),
        issue(1, key="b"),
    )
    assert first == again
    assert isinstance(other, Conflict)
    assert isinstance(refused, OverLimit)
    assert isinstance(retried, int)
    assert ledger.figures("vm") == "3/0/3"


def test_what_a_batch_issues_it_may_resolve(ledger: World) -> None:
    ledger.set("vm", 2)
    serial = ledger.issue(("vm", 1), accept=True) + 1
    operations: list[Operation] = [
        issue(1),
        Resolve("me", serial, False),
        Resolve("me", serial, True),
        issue(1),
        Resolve("me", serial + 1, True),
        issue(1),
    ]
    outcomes = ledger.database.write(lambda tx: run(tx, operations))
    kinds = [type(o) if isinstance(o, BursarError) else o for o in outcomes]
    assert kinds == [serial, serial, NotFound, serial + 1, serial + 1, OverLimit]
    assert ledger.figures("vm") == "2/2/2"


def test_figures_stay_within_64_bits(ledger: World) -> None:
    ledger.set("vm", UNLIMITED)
    outcomes = together(
        ledger,
        issue(UNLIMITED, auto_accept=True),
        issue(1),
        issue(1, force=True),
        issue(2**64),
        issue(-(2**64)),
        issue(-UNLIMITED, auto_accept=True),
    )
    assert [type(outcome) for outcome in outcomes] == [
        int,
        OverLimit,
        Invalid,
        OverLimit,
        OverLimit,
        int,
    ]
    assert ledger.figures("vm") == f"{UNLIMITED}/0/0"


def test_a_holding_with_something_pending_is_not_deleted(ledger: World) -> None:
    """A reserved quantity of 0 is nothing, but its provision would have no holding."""
    ledger.set("vm", 2)
    serial = ledger.issue(("vm", 0))
    ledger.database.write(lambda tx: sync(tx, DeleteHoldings((VM,))))
    assert ledger.figures("vm") == "2/0/0"
    ledger.accept(serial)
    ledger.database.write(lambda tx: sync(tx, DeleteHoldings((VM,))))
    assert ledger.database.read(lambda tx: service.holding(tx, VM)) is None


QUANTITIES = st.one_of(st.integers(-4, 6), st.sampled_from([UNLIMITED, -UNLIMITED, 2**63]))
PROVISIONS = st.lists(
    st.builds(
        Provision,
        st.just("project:P"),
        st.just(""),
        st.sampled_from(["vm", "cpu", "ram", "ghost"]),
        QUANTITIES,
    ),
    max_size=3,
)
OPERATIONS = st.lists(
    st.one_of(
        st.builds(
            IssueCommission,
            actor=st.just(CYCLADES),
            clientkey=st.sampled_from(["cyclades", "pithos"]),
            provisions=PROVISIONS,
            force=st.booleans(),
            auto_accept=st.booleans(),
            key=st.sampled_from(["", "", "a", "b"]),
            timeout=st.sampled_from([0, 0, 60, -1]),
        ),
        st.builds(
            Resolve,
            st.just("me"),
            st.integers(1, 9),
            st.booleans(),
            st.sampled_from(["", "cyclades"]),
        ),
    ),
    min_size=1,
    max_size=12,
)
TABLES = (
    "holding",
    "commission",
    "provision",
    "commission_key",
    "provision_log",
    "journal",
    "refusal",
)


def everything(ledger: World) -> dict[str, list[Any]]:
    """All that the ledger has written, hashes included."""

    def read(tx: Tx) -> dict[str, list[Any]]:
        return {table: sorted(tx.all(f"SELECT * FROM {table}")) for table in TABLES}

    return ledger.database.read(read)


def comparable(outcome: Any) -> Any:
    """A serial, or what was refused and why."""
    return (outcome.code, outcome.message) if isinstance(outcome, BursarError) else outcome


@settings(max_examples=25, deadline=None)
@given(operations=OPERATIONS, cut=st.integers(0, 12))
def test_a_batch_equals_its_operations_one_by_one(operations: list[Operation], cut: int) -> None:
    """To the last byte: figures, provisions, logs, refusals, journal and hash chain."""
    found = []
    for size in (1, len(operations), max(1, cut)):
        with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "x.db") as fresh:
            for name, limit in (("vm", 5), ("cpu", UNLIMITED), ("ram", 0)):
                fresh.limit("project:P", "", name, limit)
            outcomes: list[Any] = []
            for start in range(0, len(operations), size):
                part = operations[start : start + size]
                outcomes += fresh.database.write(partial(fresh.ledger.run, operations=part))
            assert fresh.database.read(lambda tx: list(findings(tx))) == []
            found.append(([comparable(o) for o in outcomes], everything(fresh)))
    assert found[0] == found[1] == found[2]
