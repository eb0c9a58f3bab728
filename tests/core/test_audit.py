"""The journal's list: what a scope finds, and that it is found by index."""

from __future__ import annotations

import pytest

from backend.core.audit import keys_sql
from backend.core.database import Database, Tx
from backend.core.filter.sql import Where
from backend.core.journal import Entry
from backend.core.listing import Query

NOTHING = Where("", (), frozenset(), frozenset())


def found(database: Database, query: Query) -> list[int]:
    """The entries of a list."""
    return [seq for (seq,) in database.read(lambda tx: tx.all(*keys_sql(query, NOTHING)))]


@pytest.fixture
def journal(database: Database) -> Database:
    """Four entries about three things."""

    def write(tx: Tx) -> None:
        for target in ("project:p", "commission:1", "project:q", "project:p"):
            tx.record(Entry("me", "x", target))

    database.write(write)
    return database


def test_a_scope_is_one_thing(journal: Database) -> None:
    assert found(journal, Query(scope="project:p")) == [4, 1]
    assert found(journal, Query(scope="project:p", descending=True)) == [1, 4]
    assert found(journal, Query(scope="commission:1")) == [2]
    assert found(journal, Query(scope="project:")) == []


def test_a_scope_is_found_by_index(journal: Database) -> None:
    sql, params = keys_sql(Query(scope="project:p"), NOTHING)
    plan = journal.read(lambda tx: tx.all(f"EXPLAIN QUERY PLAN {sql}", params))
    assert "journal_target" in str(plan)
