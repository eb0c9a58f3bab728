"""The SQL behind the list of all allocations: keys in order, rows by key.

Selects that are in order are merged, so the first page needs no sort.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.allocations import fields
from backend.allocations.model import KINDS, AllocationRow, Row, key_of
from backend.core.database.tx import Tx
from backend.core.listing import Query
from backend.nico import queries as nico
from backend.nico.fields import USED
from backend.openportal import queries as portal
from backend.openportal.fields import LIMIT, LIMITED, SHARE
from backend.placement import queries as placement
from backend.placement.fields import MEASURE, measured

Statement = tuple[str, list[object]]

C, A, N = fields.CONSUMER_KEY, fields.PORTAL_KEY, fields.NICO_KEY
CONSUMER = f"{C} AS k, {{}} FROM consumer c WHERE {{c}}"
PORTAL = f"UNION ALL SELECT {A}, {{}} FROM portal_allocation a WHERE {{a}}"
GIVEN = """FROM nico_allocation g CROSS JOIN nico_constraint v
    WHERE v.allocation_id = g.id AND {g}"""
NICO = f"UNION ALL SELECT {N}, {{}} {GIVEN}"
OF_NICO = 3
"""The place of NICo among the kinds."""
NONE = "-2"
"""The figure of what has none, less than any other."""


def _merged(consumer: str, portal: str, given: str) -> str:
    """Rows of all by a value, then their own keys."""
    return f"""{CONSUMER.replace("{}", f"{consumer} AS label, c.id AS n")}
        {PORTAL.replace("{}", f"{portal}, a.id")} {NICO.replace("{}", f"{given}, g.id")}
        ORDER BY label {{d}}, n {{d}}, k {{d}}"""


LINKED = "o.uuid = p.external_id AND o.is_base = 0"
# CROSS JOIN keeps the order of the first table.
BY_PROJECT = f"""{C} AS k, o.fold AS label, o.id AS n, c.user_id AS u, c.type_id AS t,
        c.id AS i
    FROM project o CROSS JOIN consumer_project p CROSS JOIN consumer c
    WHERE {LINKED} AND c.project_id = p.id AND {{c}}
    UNION ALL
    SELECT {C}, p.external_id, p.id, c.user_id, c.type_id, c.id
    FROM consumer_project p CROSS JOIN consumer c WHERE c.project_id = p.id
        AND NOT EXISTS (SELECT 1 FROM project o WHERE {LINKED}) AND {{c}}
    UNION ALL
    SELECT {A}, p.fold, p.id, a.service_id, a.id, a.id
    FROM portal_project p CROSS JOIN portal_allocation a WHERE a.project_id = p.id AND {{a}}
    UNION ALL
    SELECT {N}, t.org, t.id, g.site_id, g.id, g.id
    FROM nico_tenant t CROSS JOIN nico_allocation g CROSS JOIN nico_constraint v
    WHERE g.tenant_id = t.id AND v.allocation_id = g.id AND {{g}}
    ORDER BY label {{d}}, n {{d}}, u {{d}}, t {{d}}, i {{d}}, k {{d}}"""
BY_STATE = f"""{C} AS k, t.name AS label, t.id AS n, c.id AS i
    FROM consumer_type t CROSS JOIN consumer c WHERE c.type_id = t.id AND {{c}}
    UNION ALL
    SELECT {A}, a.state, a.remote, a.id FROM portal_allocation a WHERE {{a}}
    UNION ALL
    SELECT {N}, g.status, 0, g.id {GIVEN}
    ORDER BY label {{d}}, n {{d}}, i {{d}}, k {{d}}"""
# Each consumer stands where the first of its allocations does, which names its row's provider.
BY_PLACE = f"""{C} AS k, r.fold AS label, r.id AS n, b.class_id AS u, b.consumer_id AS i
    FROM provider r CROSS JOIN allocation b CROSS JOIN consumer c
    WHERE b.provider_id = r.id AND c.id = b.consumer_id AND NOT EXISTS (
        SELECT 1 FROM allocation e WHERE e.consumer_id = b.consumer_id
            AND (e.provider_id < r.id OR (e.provider_id = r.id AND e.class_id < b.class_id)))
        AND {{c}}
    UNION ALL
    SELECT {A}, s.fold, s.id, a.remote, a.id
    FROM portal_service s CROSS JOIN portal_allocation a WHERE a.service_id = s.id AND {{a}}
    UNION ALL
    SELECT {N}, s.fold, s.id, 0, g.id
    FROM nico_site s CROSS JOIN nico_allocation g CROSS JOIN nico_constraint v
    WHERE g.site_id = s.id AND v.allocation_id = g.id AND {{g}}
    ORDER BY label {{d}}, n {{d}}, u {{d}}, i {{d}}, k {{d}}"""
SORTS: Mapping[str, str] = {
    "name": _merged("c.uuid", "a.fold", "g.fold"),
    "project": BY_PROJECT,
    "state": BY_STATE,
    "where": BY_PLACE,
    "age": _merged("c.created_at", "a.created_at", "g.created_at"),
    "code": _merged("''", "a.code", "''"),
    "used": _merged(NONE, "coalesce(a.node_usage, -1)", USED),
    "share": _merged(f"{NONE}.0", f"CASE WHEN {LIMITED} THEN {SHARE} ELSE -1.0 END", f"{NONE}.0"),
}
# Kinds follow each other: merging would sort each of them first.
BY_KIND = (
    f"{C} FROM consumer c WHERE {{c}} ORDER BY c.uuid {{d}}",
    f"""{A} FROM portal_allocation a WHERE a.remote = 0 AND {{a}}
        ORDER BY a.name {{d}}, a.uuid {{d}}""",
    f"""{A} FROM portal_allocation a WHERE a.remote = 1 AND {{a}}
        ORDER BY a.name {{d}}, a.uuid {{d}}""",
    f"{N} {GIVEN} ORDER BY g.name {{d}}, g.uuid {{d}}",
)
# Amounts and limits are no figures of one kind.
BY_AMOUNT = (
    f"""{A} FROM portal_allocation a WHERE {{a}}
        ORDER BY coalesce({LIMIT}, -1) {{d}}, a.id {{d}}""",
    f"{N} {GIVEN} ORDER BY v.value {{d}}, g.id {{d}}",
    f"{C} FROM consumer c WHERE {{c}} ORDER BY {{m}} {{d}}, c.id {{d}}",
)
AMOUNT = "amount"
PARTS: Mapping[str, tuple[str, ...]] = {"kind": BY_KIND, AMOUNT: BY_AMOUNT}
"""Orders of kinds that follow each other."""

CONSUMER_PROJECT = """c.project_id IN (SELECT id FROM consumer_project WHERE external_id = ?)
    AND c.known = 1"""
PROVIDER = """c.id IN (SELECT consumer_id FROM allocation
    WHERE provider_id IN (SELECT id FROM provider WHERE uuid = ?))"""
PROJECT = """a.project_id IN (SELECT id FROM portal_project WHERE uuid = ?)"""
SERVICE = """a.service_id IN (SELECT id FROM portal_service WHERE uuid = ?)"""
SCOPES: Mapping[str, tuple[str, str, str]] = {
    "project": (CONSUMER_PROJECT, PROJECT, ""),
    "provider": (PROVIDER, "", ""),
    "service": ("", SERVICE, ""),
    "code": ("", "a.code = ?", ""),
    **{name: ("", "", sql) for name, sql in nico.CONSTRAINT_SCOPES.items()},
}
"""What the kinds of rows have in a scope, `` for none."""


def statements(query: Query, now: int) -> list[Statement]:
    """What gives the keys in order, one after the other, at a time in microseconds. Raises
    Invalid on a bad filter."""
    conditions = _conditions(query, now)
    parts = PARTS.get(query.sort) or (_ordered(query.sort),)
    if query.sort == AMOUNT:
        conditions["m"] = (MEASURE, [measured(query.text, fields.SPECS)])
    found = [_filled(part, conditions, descending=query.descending) for part in parts]
    return found[::-1] if query.descending else found


def _ordered(sort: str) -> str:
    return f"x.k FROM (SELECT {SORTS.get(sort, SORTS['name'])}) x"


def _conditions(query: Query, now: int) -> dict[str, Statement]:
    """The conditions of consumers and of the others, by their letters."""
    kind, _, name = query.scope.partition(":")
    scopes = SCOPES.get(kind, (fields.ALWAYS,) * 3)
    bare = name.replace("-", "").lower()
    found: dict[str, Statement] = {}
    own = (fields.CONSUMERS, fields.ALLOCATIONS, fields.NICO)
    for letter, of, scope in zip("cag", own, scopes, strict=True):
        where = of.where(query, now)
        named = bare if letter == "a" and kind != "code" else name
        sql = " AND ".join(part for part in (scope or fields.NEVER, where.sql) if part)
        found[letter] = sql, [*([named] if "?" in scope else []), *where.params]
    return found


def _filled(template: str, conditions: Mapping[str, Statement], *, descending: bool) -> Statement:
    """A statement with its conditions, each as often as it has them."""
    sql, params = "SELECT ", []
    rest = template.replace("{d}", "DESC" if descending else "ASC")
    while "{" in rest:
        before, _, rest = rest.partition("{")
        letter, _, rest = rest.partition("}")
        condition, own = conditions[letter]
        sql += before + condition
        params += own
    return sql + rest, params


def rows(tx: Tx, keys: Sequence[int]) -> dict[int, AllocationRow]:
    """Rows by key; vanished ones are missing."""
    consumers = [key // KINDS for key in keys if key % KINDS == 0]
    others = [key // KINDS for key in keys if key % KINDS in (1, 2)]
    given = [key // KINDS for key in keys if key % KINDS == OF_NICO]
    found: list[Row] = [
        *placement.consumer_rows(tx, consumers).values(),
        *portal.allocation_rows(tx, others).values(),
        *nico.allocation_rows(tx, given).values(),
    ]
    return {key_of(row): AllocationRow(key_of(row), row) for row in found}
