"""Lists of the API come in the order of an index, and are counted once for each change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from backend.core.database import Tx
from backend.openportal.model.reads import Sight, Wanted
from backend.openportal.store import listing
from backend.openportal.store.catalogues import ALLOCATIONS, ASSOCIATIONS, USAGE, Catalogue
from backend.openportal.store.listing import Counts
from tests.openportal.portals import Portal
from tests.places import sqlite_only

LOCAL = ALLOCATIONS[False]
ALL = Sight(everything=True, manages_all=True)


def plan(p: Portal, wanted: Wanted, sight: Sight = ALL, *, many: bool = True) -> str:
    """How SQLite finds a page."""
    sql, params = listing.page_sql(LOCAL, sight, wanted, many=many)
    rows = p.see(Tx.all, f"EXPLAIN QUERY PLAN {sql}", [*params, 10, 0])
    return "; ".join(row[3] for row in rows)


@sqlite_only
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "portal_allocation_in_order (remote=?)"),
        (Wanted({"name_exact": ["a"]}), "portal_allocation_in_order (remote=? AND name=?)"),
        (Wanted({"state": ["OK"]}), "portal_allocation_state (state=? AND remote=?)"),
        (Wanted({"is_active": [1]}), "portal_allocation_active (is_active=? AND remote=?)"),
        (Wanted({"name": ["x"]}), "portal_allocation_in_order (remote=?)"),
        (Wanted(order=[("created", True)]), "portal_allocation_by_age"),
        (Wanted(order=[("created", False)]), "portal_allocation_by_age"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pages_come_in_the_order_of_an_index(p: Portal, wanted: Wanted, index: str) -> None:
    found = plan(p, wanted)
    assert index in found
    assert "TEMP B-TREE" not in found


@sqlite_only
@pytest.mark.parametrize(
    ("which", "wanted", "index"),
    [
        (USAGE, Wanted(), "portal_usage_by_month"),
        (USAGE, Wanted({"year": [2026], "month": [11]}), "portal_usage_by_month"),
        (ASSOCIATIONS[False], Wanted(), "portal_association_of"),
    ],
)
def test_what_belongs_to_allocations_comes_in_order(
    p: Portal, which: Catalogue, wanted: Wanted, index: str
) -> None:
    sql, params = listing.page_sql(which, ALL, wanted)
    rows = p.see(Tx.all, f"EXPLAIN QUERY PLAN {sql}", [*params, 10, 0])
    told = "; ".join(row[3] for row in rows)
    assert index in told
    assert "TEMP B-TREE" not in told


@sqlite_only
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("uuid", "sqlite_autoindex_portal_allocation"),
        ("backend_id", "portal_allocation_backend"),
        ("project_uuid", "portal_allocation_project"),
        ("customer_uuid", "portal_allocation_project"),
        ("service_settings_uuid", "portal_allocation_service"),
    ],
)
def test_few_rows_are_picked_by_what_they_have_in_common(p: Portal, name: str, index: str) -> None:
    assert index in plan(p, Wanted({name: ["x"]}), many=False)
    assert "portal_allocation_project" in plan(p, Wanted(), Sight(False, "x"), many=False)


def test_rows_are_counted_once_for_each_change(p: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    counts, counted, scalar = Counts(), [], Tx.scalar

    def spy(tx: Tx, sql: str, params: Sequence[Any] = ()) -> Any:
        counted.append(sql)
        return scalar(tx, sql, params)

    p.make()
    with monkeypatch.context() as patch:
        patch.setattr(Tx, "scalar", spy)
        assert [p.see(counts.count, LOCAL, ALL, Wanted()) for _ in range(3)] == [1, 1, 1]
    assert counted == [listing.count_sql(LOCAL, ALL, Wanted())[0]]
    p.make("other")
    assert [p.see(counts.count, LOCAL, ALL, Wanted()) for _ in range(2)] == [2, 2]


def test_only_so_many_counts_are_remembered(p: Portal) -> None:
    counts = Counts()
    for number in range(listing.REMEMBERED + 5):
        wanted = Wanted({"name_exact": [str(number)]})
        assert p.see(counts.count, LOCAL, ALL, wanted) == 0
    assert len(counts) == listing.REMEMBERED
