"""All SQL stands in the intersection of SQLite and PostgreSQL: a real PostgreSQL prepares it."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import psycopg
import pytest

import backend
from backend import journal_view
from backend.allocations import fields as allocation_fields
from backend.allocations import queries as allocations
from backend.core.database.schema import POSTGRES_WORDS
from backend.core.filter import render
from backend.core.listing import FieldSpec, Query
from backend.core.runtime import system_runtime
from backend.nico import fields as nico_fields
from backend.nico import queries as nico
from backend.nico.details import CHOICES
from backend.nico.model import reads as nico_reads
from backend.nico.store import catalogues as nico_lists
from backend.nico.store import listing as nico_listing
from backend.openportal import fields as portal_fields
from backend.openportal import queries as portal
from backend.openportal.model.reads import Sight, Wanted
from backend.openportal.store import catalogues
from backend.openportal.store import listing as portal_lists
from backend.placement import fields as placement_fields
from backend.placement import queries as placement
from backend.placement.model import ProviderFilter
from backend.placement.store import listing as provider_list
from backend.projects import service as projects
from backend.projects.store import people_list
from backend.quotas import catalog, fields, queries
from backend.schema import STEPS
from tests.core.filter.grammar import simple

KeysSql = Callable[..., tuple[str, list[object]]]
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s")
ENGINE_OWN = (
    "backend.core.database.sqlite",
    "backend.core.database.postgres",
    "backend.outbox",
    "backend.remote.mirror",
)


def constants() -> Iterator[tuple[str, str]]:
    """Every SQL statement that a module of the backend names: where, and its text."""
    for module in pkgutil.walk_packages(backend.__path__, "backend."):
        if module.name.startswith(ENGINE_OWN):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and isinstance(value, str) and STATEMENT.match(value):
                yield f"{module.name}.{name}", value


def lists() -> Iterator[tuple[str, str]]:
    """The statements that lists are put together from, in all their combinations."""
    runtime = system_runtime()
    quota_views = ("", "pools", "over", "pending", "pools over pending")
    quota = itertools.product(quota_views, ("", "user:x"), ("", "x"), queries.SORTS, (0, 1))
    for view, scope, text, sort, down in quota:
        query = Query(text, view, scope, sort, bool(down))
        yield f"quotas {query}", queries.keys_sql(query)[0]
        yield f"quotas {query} unordered", queries.unordered_sql(query)[0]
    for sort, text in itertools.product(queries.COMMISSION_SORTS, ("", "x")):
        yield f"commissions {sort}", queries.commission_keys_sql(Query(text, sort=sort), 0)[0]
    for view, scope, text in itertools.product(("", "decisions"), ("", "x:1"), ("", "x")):
        yield f"journal {view}", journal_view.keys_sql(Query(text, view, scope), 0)[0]
    for view, sort in itertools.product(PROJECT_VIEWS, PROJECT_SORTS):
        for text in ("", "x"):
            query = Query(text, view, sort=sort)
            yield f"projects {query}", projects.keys_sql(query, runtime)[0]
            yield f"fullest {query}", projects.fullest_sql(query, 0)[0]
    for found in (ProviderFilter(), EVERY_PROVIDER_FIELD):
        yield f"providers {found}", provider_list.providers_sql(found)[0]
    for sort, text in itertools.product(people_list.SORTS, ("", "x")):
        yield f"users {sort}", people_list.keys_sql(Query(text, sort=sort), 0)[0]
    for sort, text in itertools.product(catalog.SORTS, ("", "x")):
        yield f"resources {sort}", catalog.keys_sql(Query(text, sort=sort), 0)[0]
    for keys_sql, sorts, scopes in PLACEMENT:
        for sort, scope, text in itertools.product(sorts, ("", *scopes), ("", "x")):
            for view, down in itertools.product(("", "over"), (False, True)):
                query = Query(text, view, scope, sort, down)
                yield f"{keys_sql.__name__} {query}", keys_sql(query, 0)[0]

    for sort, scope, text in itertools.product(
        (*allocations.SORTS, *allocations.PARTS),
        ("", *map("{}:x".format, allocations.SCOPES)),
        ("", "x"),
    ):
        for down in (False, True):
            query = Query(text, "", scope, sort, down)
            for n, (sql, _) in enumerate(allocations.statements(query, 0)):
                yield f"allocations {n} {query}", sql
    for _, portal_sql, portal_sorts in PORTAL:
        for sort, text in itertools.product(portal_sorts, ("", "x")):
            yield f"portal {sort}", portal_sql(Query(text, sort=sort), 0)[0]
    for n, (_, nico_sql, nico_sorts, nico_scopes) in enumerate(NICO):
        scopes = ("", *map("{}:x".format, nico_scopes))
        for sort, scope, text in itertools.product(nico_sorts, scopes, ("", "x")):
            yield f"nico {n} {sort} {scope}", nico_sql(Query(text, "", scope, sort), 0)[0]
    for kind, sql in CHOICES.items():
        yield f"choices {kind}", sql.replace("{at}", "1 = 1")


def portal_calls() -> Iterator[tuple[str, str]]:
    """The statements of the lists of Waldur's API, with every parameter and order."""
    kinds = (*catalogues.ALLOCATIONS.values(), *catalogues.ASSOCIATIONS.values())
    others = [one for one in vars(catalogues).values() if isinstance(one, catalogues.Catalogue)]
    somebody = Sight(everything=False, user="x")
    for one in (*kinds, *others):
        every = Wanted(dict.fromkeys(one.narrow, ["x", "y"]), [(name, True) for name in one.orders])
        for wanted in (Wanted(), every):
            yield f"{one.name} page {wanted}", portal_lists.page_sql(one, somebody, wanted)[0]
            yield f"{one.name} count {wanted}", portal_lists.count_sql(one, somebody, wanted)[0]
        yield f"{one.name} one", portal_lists.find_sql(one, Sight(everything=True), ["x", "y"])[0]


def nico_calls() -> Iterator[tuple[str, str]]:
    """The statements of the lists of NICo's API, with every parameter and order."""
    found = [one for one in vars(nico_lists).values() if isinstance(one, nico_lists.Catalogue)]
    both = nico_reads.Sight("x", "y")
    for one in found:
        values = dict.fromkeys(one.narrow, ["x", "y"])
        wanted = [nico_reads.Wanted(values, "x", order, True) for order in one.orders]
        for asked in (nico_reads.Wanted(), *wanted):
            yield f"{one.name} page {asked}", nico_listing.page_sql(one, both, asked)[0]
            yield f"{one.name} count {asked}", nico_listing.count_sql(one, both, asked)[0]
        yield f"{one.name} one", nico_listing.find_sql(one)


EVERY_PROVIDER_FIELD = ProviderFilter(
    name="x",
    uuid="x",
    in_tree="x",
    resources={"VCPU": 1},
    member_of=[["x", "y"]],
    outside=["z"],
    required=[["x", "y"]],
    forbidden=["z"],
)


def at_the_epoch(
    sql: Callable[[Query, int], tuple[str, list[object]]],
) -> Callable[[Query], tuple[str, list[object]]]:
    """The statements of a list as of then."""
    return lambda query: sql(query, 0)


def filtered() -> Iterator[tuple[str, str]]:
    """The statements of all lists with every field, operator and kind of value in them."""
    runtime, seen = system_runtime(), set()
    lists: dict[str, tuple[Sequence[FieldSpec], Callable[[Query], tuple[str, list[object]]]]] = {
        "": (fields.MEMBERS.specs, queries.keys_sql),
        "pools": (fields.POOLS.specs, queries.keys_sql),
        "commissions": (
            fields.COMMISSIONS.specs,
            lambda query: queries.commission_keys_sql(query, 0),
        ),
        "everything": (projects.FIELDS, lambda query: projects.keys_sql(query, runtime)),
        "users": (people_list.PEOPLE.specs, lambda query: people_list.keys_sql(query, 0)),
        "resources": (fields.RESOURCES.specs, lambda query: catalog.keys_sql(query, 0)),
        "journal": (journal_view.FIELDS.specs, lambda query: journal_view.keys_sql(query, 0)),
    }
    own = (placement_fields.INVENTORIES, placement_fields.PROVIDERS)
    for found_by, (sql, *_) in zip(own, PLACEMENT, strict=True):
        lists[sql.__name__] = (found_by.specs, partial(sql, now=0))
    lists["allocations"] = (
        allocation_fields.SPECS,
        lambda query: allocations.statements(query, 0)[0],
    )
    for n, (which, portal_sql, _) in enumerate(PORTAL):
        lists[f"portal {n}"] = (which.specs, at_the_epoch(portal_sql))
    for n, (which, nico_sql, *_) in enumerate(NICO):
        lists[f"nico {n}"] = (which.specs, at_the_epoch(nico_sql))
    for view, (specs, keys_sql) in lists.items():
        for found in simple(specs, ["ada"]):
            text = f"{render(found, specs)} bob|~x"
            statement = keys_sql(Query(text, view))[0]
            if statement not in seen:
                seen.add(statement)
                yield f"{view} {text}", statement


PLACEMENT: Sequence[tuple[KeysSql, Iterable[str], Sequence[str]]] = (
    (placement.inventory_keys_sql, placement.INVENTORY_SORTS, ("provider:x",)),
    (placement.provider_keys_sql, placement.PROVIDER_SORTS, ("provider:x",)),
)
PORTAL = (
    (portal_fields.CODES, portal.code_keys_sql, portal.CODE_SORTS),
    (portal_fields.SERVICE_FIELDS, portal.service_keys_sql, portal.SERVICE_SORTS),
    (portal_fields.PROJECT_FIELDS, portal.project_keys_sql, portal.PROJECT_SORTS),
    (portal_fields.AWARDS, portal.award_keys_sql, portal.AWARD_SORTS),
    (
        portal_fields.REMOTE_PROJECTS,
        portal.remote_project_keys_sql,
        portal.REMOTE_PROJECT_SORTS,
    ),
)
NICO = (
    (
        nico_fields.CONSTRAINTS,
        nico.constraint_keys_sql,
        nico.CONSTRAINT_SORTS,
        nico.CONSTRAINT_SCOPES,
    ),
    (nico_fields.TYPES, nico.type_keys_sql, nico.TYPE_SORTS, nico.TYPE_SCOPES),
    (nico_fields.BLOCKS, nico.block_keys_sql, nico.BLOCK_SORTS, nico.BLOCK_SCOPES),
)
PROJECT_VIEWS = ("", "new", "modified", "pending", "expired", "suspended", "terminated", "system")
PROJECT_SORTS = ("", "name", "owner", "state", "app", "ends", "members", "tightest")


def numbered(statement: str) -> str:
    """`?` and `{keys}` as PostgreSQL's own placeholders."""
    count = itertools.count(1)
    return re.sub(r"\?|\{keys\}", lambda _: f"${next(count)}", statement)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A PostgreSQL with every schema step applied."""
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        for step in STEPS:
            for statement in step.statements(POSTGRES_WORDS):
                conn.execute(statement.encode())
        yield conn


def test_every_statement_is_understood_by_postgresql(connection: psycopg.Connection) -> None:
    statements = dict(
        itertools.chain(constants(), lists(), filtered(), portal_calls(), nico_calls())
    )
    assert len(statements) > 800
    faults = []
    for n, (name, statement) in enumerate(statements.items()):
        try:
            connection.execute(f"PREPARE s{n} AS {numbered(statement)}".encode())
        except psycopg.Error as error:
            faults.append(f"{name}: {error}\n{statement}")
    assert not faults, "\n\n".join(faults)


def test_both_engines_have_the_same_columns(connection: psycopg.Connection) -> None:
    """Every table that a step makes is there, with the columns it names."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public'"
    ).fetchall()
    made = {name for step in STEPS for name in re.findall(r"CREATE TABLE (\w+)", step.sql)}
    assert {table for table, _ in rows} == made
