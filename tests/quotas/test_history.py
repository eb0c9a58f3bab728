"""The past of holdings and the traffic, against what was seen while it happened."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import BursarError, Invalid
from backend.core.journal import REFUSALS_KEPT, Entry
from backend.core.runtime import micros
from backend.quotas import history
from backend.quotas.model import History, HoldingKey, Provision
from tests.places import sqlite_only
from tests.quotas.ledgers import World, world

HOUR = 3_600_000_000
DAY = 24 * HOUR

HOLDINGS = (
    HoldingKey("project:P", "", "vm"),
    HoldingKey("project:P", "", "cpu"),
    HoldingKey("user:M", "project:P", "vm"),
    HoldingKey("user:N", "project:P", "vm"),
    HoldingKey("project:Q", "", "vm"),
)
AMOUNTS = st.lists(st.tuples(st.sampled_from(HOLDINGS), st.integers(-4, 6)), min_size=1, max_size=4)
MOVES = st.lists(
    st.tuples(
        st.integers(0, 7200),
        st.one_of(
            st.tuples(st.just("issue"), AMOUNTS, st.booleans()),
            st.tuples(st.just("resolve"), st.integers(1, 10), st.booleans()),
        ),
    ),
    max_size=25,
)


@dataclass
class Watched:
    """A ledger whose usage is looked at after every move."""

    world: World
    seen: list[tuple[int, dict[int, int]]]

    def now(self) -> int:
        """The time in microseconds since the epoch."""
        return micros(self.world.clock.now)

    def look(self) -> dict[int, int]:
        """Usage now, by holding."""
        rows = self.world.database.read(lambda tx: tx.all("SELECT id, usage_max FROM holding"))
        self.seen.append((self.now(), dict(rows)))
        return dict(rows)

    def at(self, moment: int, holding: int) -> int:
        """Usage as it was seen at a moment."""
        return [usage for when, usage in self.seen if when <= moment][-1][holding]

    def do(self, kind: str, what: Any, flag: bool) -> None:
        """One move; refused ones change nothing."""
        try:
            if kind == "issue":
                told = [Provision(k.holder, k.source, k.resource, q) for k, q in what]
                self.world.send(told, force=True, accept=flag)
            elif flag:
                self.world.accept(what)
            else:
                self.world.reject(what)
        except BursarError:
            return

    def history(self, span: int = DAY, count: int = 24) -> dict[int, History]:
        """Of all holdings."""
        keys = list(self.look())
        return self.world.database.read(lambda tx: history.usage(tx, keys, span, count))


def watched(fresh: World) -> Watched:
    """Five holdings of two projects, nothing used."""
    for key in HOLDINGS:
        fresh.limit(key.holder, key.source, key.resource, 20)
    found = Watched(fresh, [])
    found.look()
    return found


@settings(max_examples=60, deadline=None)
@given(moves=MOVES, span=st.sampled_from([HOUR, 5 * HOUR, DAY]), count=st.integers(1, 60))
def test_the_past_is_what_was_seen(
    moves: Sequence[tuple[int, tuple[str, Any, bool]]], span: int, count: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "x.db") as fresh:
        begun = watched(fresh)
        first = begun.now()
        for seconds, move in moves:
            fresh.clock.forward(seconds)
            begun.do(*move)
            begun.look()
        past = begun.history(span, count)
        assert set(past) == set(begun.look())
        for holding, told in past.items():
            ends = [told.until - told.step * n for n in reversed(range(count))]
            assert told.until - told.step < begun.now() <= told.until
            known = [end for end in ends if end >= first]
            assert told.values == tuple(
                begun.at(end, holding) if end >= first else None for end in ends
            )
            later = [usage[holding] for when, usage in begun.seen if when > known[0]]
            assert told.most == max([begun.at(known[0], holding), *later])


@pytest.fixture
def day(ledger: World) -> Watched:
    """The same on the fixture's ledger."""
    return watched(ledger)


def values(found: Watched, name: str = "vm") -> tuple[int | None, ...]:
    """The last four hours of a pool of project P."""
    [(id,)] = found.world.database.read(
        lambda tx: tx.all(
            "SELECT h.id FROM holding h JOIN holder o ON o.id = h.holder_id "
            "JOIN resource r ON r.id = h.resource_id "
            "WHERE o.name = 'project:P' AND r.name = ? AND h.source_id = 0",
            (name,),
        )
    )
    return found.history(4 * HOUR, 4)[id].values


def test_reserving_counts_at_once_and_releasing_when_accepted(day: Watched) -> None:
    ledger = day.world
    ledger.issue(("vm", 4), accept=True)
    ledger.clock.forward(3600)
    serial = ledger.issue(("vm", 3))
    release = ledger.issue(("vm", -2))
    ledger.clock.forward(3600)
    ledger.reject(serial)
    ledger.accept(release)
    ledger.clock.forward(3600)
    assert values(day) == (4, 7, 2, 2)


def test_what_was_reserved_before_is_found_when_it_is_taken_back(day: Watched) -> None:
    ledger = day.world
    serial = ledger.issue(("vm", 5))
    ledger.clock.forward(3 * 86400)
    ledger.reject(serial)
    assert values(day) == (5, 5, 5, 0)


def test_before_the_first_entry_and_before_an_import_nothing_is_known(day: Watched) -> None:
    ledger = day.world
    ledger.clock.forward(1800)
    assert values(day) == (None, None, 0, 0)
    ledger.clock.forward(2 * 3600)
    ledger.issue(("vm", 1), accept=True)
    assert values(day) == (0, 0, 0, 1)
    assert values(day, "cpu") == (0, 0, 0, 0)
    ledger.database.write(lambda tx: tx.record(Entry("op", "world.import", "world")))
    ledger.clock.forward(3600)
    assert values(day) == (None, None, 1, 1)


def test_a_long_log_is_told_as_far_as_it_was_read(
    day: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = day.world
    monkeypatch.setattr(history, "COMMISSIONS", 1)
    for _ in range(5):
        ledger.issue(("vm", 1), accept=True)
        ledger.clock.forward(3600)
    assert values(day) == (None, 4, 5, 5)
    assert values(day, "cpu") == (None, 0, 0, 0)


def test_holdings_that_are_gone_are_missing_and_nonsense_is_refused(day: Watched) -> None:
    read = day.world.database.read
    assert read(lambda tx: history.usage(tx, [999], DAY, 24)) == {}
    for span, count in ((DAY, 0), (DAY, history.LONGEST + 1), (10, 20), (2**62, 5)):
        with pytest.raises(Invalid, match="cannot be told"):
            read(partial(history.usage, keys=[1], span=span, count=count))


def plan_of(ledger: World, statement: str, params: Sequence[object]) -> str:
    """How SQLite finds the rows."""
    rows = ledger.database.read(lambda tx: tx.all(f"EXPLAIN QUERY PLAN {statement}", params))
    return " ".join(row[3] for row in rows)


@sqlite_only
def test_the_log_is_read_by_its_index(ledger: World) -> None:
    lines = history.SELECT_LINES.replace("{keys}", "?")
    plans = [plan_of(ledger, history.SELECT_HORIZON, (0, 5)), plan_of(ledger, lines, (0, 1, 0, 1))]
    assert all("COVERING INDEX provision_log_time (logged_at>?)" in plan for plan in plans)
    assert "v USING PRIMARY KEY (serial=?)" in plans[1]
    assert "journal_target (target=?)" in plan_of(ledger, history.SELECT_IMPORTED, ())


# ---------------------------------------------------------------- rates


def rates(ledger: World, minutes: int = 4) -> Any:
    """The last minutes."""
    return ledger.database.read(lambda tx: history.rates(tx, minutes))


def test_rates_count_each_minute_by_what_happened_in_it(day: Watched) -> None:
    ledger = day.world
    minute = ledger.clock.forward
    minute(600)
    serial = ledger.issue(("vm", 1))
    ledger.issue(("vm", 1), accept=True)
    minute(60)
    ledger.accept(serial)
    for _ in range(2):
        with pytest.raises(BursarError):
            ledger.issue(("vm", 100))
    minute(120)
    found = rates(ledger)
    assert found.minute == day.now() // history.MINUTE
    assert found.issued == (2, 0, 0, 0)
    assert found.accepted == (1, 1, 0, 0)
    assert found.refused == (0, 2, 0, 0)


def test_rates_are_told_as_far_back_as_they_are_counted(
    day: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = day.world
    assert rates(ledger).issued == (None, None, None, 0)
    monkeypatch.setattr(history, "ENTRIES", 2)
    for _ in range(4):
        ledger.clock.forward(60)
        ledger.issue(("vm", 1))
    assert rates(ledger).issued == (None, None, 1, 1)


def test_a_full_ring_of_refusals_tells_no_more_than_it_holds(day: Watched) -> None:
    ledger = day.world
    ledger.clock.forward(600)
    for n in range(REFUSALS_KEPT + 5):
        if n == REFUSALS_KEPT // 2:
            ledger.clock.forward(60)
        with pytest.raises(BursarError):
            ledger.issue(("vm", 100))
    assert ledger.database.read(lambda tx: len(tx.all(history.SELECT_REFUSED))) == REFUSALS_KEPT
    first, second = REFUSALS_KEPT // 2 - 5, REFUSALS_KEPT // 2 + 5
    assert rates(ledger).refused == (None, None, first, second)
    assert rates(ledger).issued == (0, 0, 0, 0)
