"""What is asked of large tables is found by an index, as SQLite tells it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from backend.core.database import Tx
from backend.core.listing import Query
from backend.nico import queries
from backend.nico.model.reads import Sight, Wanted
from backend.nico.store import blocks, catalogues, listing, machines, places, shown
from backend.nico.store.catalogues import Catalogue
from tests.nico.cloud import T1, Cloud, P
from tests.places import sqlite_only

PROVIDER, TENANT = Sight(P, ""), Sight("", T1)
pytestmark = sqlite_only


def plan(c: Cloud, sql: str, params: Sequence[object] = ()) -> str:
    """How SQLite finds something."""
    sql = sql.replace("{keys}", "?, ?")
    rows = c.see(Tx.all, f"EXPLAIN QUERY PLAN {sql}", params or ["x"] * sql.count("?"))
    return "; ".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (shown.SELECT_STATUSES, "nico_machine_at"),
        (machines.SELECT_READY, "nico_machine_of"),
        (machines.SELECT_REFERENCES, "nico_constraint_type"),
        (blocks.COUNT_CONSTRAINTS, "nico_constraint_block"),
        (blocks.COUNT_CHILDREN, "nico_block_in"),
        (places.JOIN_ACCOUNTS, "nico_account_for"),
    ],
)
def test_statements(c: Cloud, sql: str, index: str) -> None:
    found = plan(c, sql)
    assert index in found
    assert "SCAN nico_" not in found


@pytest.mark.parametrize(
    ("which", "sight", "wanted", "index"),
    [
        (catalogues.MACHINES, PROVIDER, {"siteId": ["x"], "status": ["Ready"]}, "nico_machine_at"),
        (catalogues.MACHINES, PROVIDER, {"tenantId": ["x"]}, "nico_instance_by"),
        (catalogues.MACHINES, TENANT, {}, "nico_instance_by"),
        (catalogues.BLOCKS, TENANT, {}, "nico_block_of"),
        (catalogues.TYPES, TENANT, {"excludeUnallocated": ["x"]}, "SEARCH h"),
        (catalogues.ALLOCATIONS, PROVIDER, {"resourceTypeId": ["x"]}, "nico_constraint_type"),
        (catalogues.ALLOCATIONS, PROVIDER, {"resourceTypeId": ["x"]}, "nico_constraint_block"),
    ],
    ids=lambda value: value.name if isinstance(value, Catalogue) else "",
)
def test_lists(
    c: Cloud, which: Catalogue, sight: Sight, wanted: dict[str, Sequence[object]], index: str
) -> None:
    found = plan(c, *listing.count_sql(which, sight, Wanted(wanted)))
    assert index in found
    assert not {f"SCAN {each}" for each in (which.alias, "c", "nico_instance", "h")} & {
        *found.split("; ")
    }


@pytest.mark.parametrize("sort", ["used", "left", "room", "least", "most"])
def test_orders_by_figures_look_each_of_them_up_once(c: Cloud, sort: str) -> None:
    found = plan(c, *queries.constraint_keys_sql(Query(sort=sort), 0))
    assert found.count("SEARCH o ") == 1
    assert found.count("SEARCH h ") == (sort != "room")
