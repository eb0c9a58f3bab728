"""Every list answers every filter as it would be answered row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import journal_view
from backend.backend import JournalRow
from backend.core.database import Tx
from backend.core.filter import Filter, parse, render
from backend.core.filter.parser import MAX_PARTS
from backend.core.keys import keys_of
from backend.core.listing import FieldSpec, Query
from backend.projects import service as projects
from backend.projects.model import MismatchRow, PersonRow, ProjectRow, ProjectState
from backend.projects.service import people
from backend.projects.store.mismatches import MISMATCHES
from backend.quotas import catalog, fields, queries
from backend.quotas.model import UNLIMITED, CommissionDetail, QuotaRow, ResourceRow
from tests.core.filter.grammar import filters, simple
from tests.filters import nico, placement, portals
from tests.filters.judge import Facts, Text, holds, parts
from tests.filters.little import NOW, SECOND, Little, little

WORLDS = 20
MARKED = tuple(range(2, 2000, 3))
ALIVE = (ProjectState.ACTIVE, ProjectState.SUSPENDED)
LISTS: Mapping[str, Sequence[FieldSpec]] = {
    "quotas": fields.MEMBERS.specs,
    "pools": fields.POOLS.specs,
    "commissions": fields.COMMISSIONS.specs,
    "projects": projects.FIELDS,
    "journal": journal_view.FIELDS.specs,
    "users": people.FIELDS,
    "resources": fields.RESOURCES.specs,
    "mismatches": MISMATCHES.specs,
    "inventories": placement.fields.INVENTORIES.specs,
    "providers": placement.fields.PROVIDERS.specs,
    "allocations": portals.fields.SPECS,
    **{name: own.specs for name, (own, _) in portals.LISTS.items()},
    **{name: own.specs for name, (own, _) in nico.LISTS.items()},
}


def shown(world: Little, name: str, text: str, sort: str = "") -> list[int]:
    """The keys that a list answers, in order."""
    views = {"pools": "pools", "projects": "everything", "mismatches": "unexpected"}
    query = Query(text, views.get(name, ""), sort=sort, marked=MARKED)
    if name == "mismatches":
        return list(world.findings.keys(query))
    statement: Mapping[str, Callable[[], tuple[str, list[object]]]] = {
        "quotas": lambda: queries.keys_sql(query),
        "pools": lambda: queries.keys_sql(query),
        "commissions": lambda: queries.commission_keys_sql(query, NOW),
        "projects": lambda: projects.keys_sql(query, world.tx.runtime),
        "journal": lambda: journal_view.keys_sql(query, NOW),
        "users": lambda: people.keys_sql(query, NOW),
        "resources": lambda: catalog.keys_sql(query, NOW),
        "inventories": lambda: placement.queries.inventory_keys_sql(query, NOW),
        "providers": lambda: placement.queries.provider_keys_sql(query, NOW),
        "allocations": lambda: portals.queries.statements(query, NOW)[0],
    }
    for lists in (portals.LISTS, nico.LISTS):
        if name in lists:
            return list(keys_of(world.tx, lists[name][1](query, NOW)))
    return list(keys_of(world.tx, statement[name]()))


@lru_cache(maxsize=512)
def facts(seed: int, name: str) -> dict[int, Facts]:
    """All rows of a list as people see them."""
    return {
        key: replace(row, flags={**row.flags, "marked": key in MARKED})
        for key, row in _facts(seed, name).items()
    }


def _facts(seed: int, name: str) -> dict[int, Facts]:
    world = little(seed)
    keys, tx = shown(world, name, ""), world.tx
    if name in ("quotas", "pools"):
        return {key: quota(world, row) for key, row in queries.quota_rows(tx, keys).items()}
    if name == "commissions":
        found = queries.commission_details(tx, keys)
        return {key: commission(one) for key, one in found.items()}
    if name == "projects":
        return {key: project(world, row) for key, row in projects.rows(tx, keys).items()}
    if name == "users":
        return {key: user(world, row) for key, row in people.rows(tx, keys).items()}
    if name == "resources":
        return {key: resource(row) for key, row in catalog.rows(tx, keys).items()}
    if name in placement.ROWS:
        return placement.facts(tx, name, keys)
    if name in nico.LISTS:
        return nico.facts(tx, name, keys)
    if name in portals.ROWS:
        return portals.facts(tx, name, keys)
    if name == "mismatches":
        return {key: mismatch(world.mismatches[key]) for key in keys}
    return {key: entry(world, row) for key, row in journal_view.rows(tx, keys).items()}


def folded(*texts: str) -> list[Text]:
    return [Text(text, folded=True) for text in texts]


def plain(*texts: str) -> list[Text]:
    return [Text(text) for text in texts]


def dotted(names: Iterable[str]) -> list[Text]:
    return [text for name in names for text in parts(name, ".")]


def quota(world: Little, row: QuotaRow) -> Facts:
    share = 0.0
    if row.usage and row.limit != UNLIMITED:
        share = row.usage * 100.0 / row.limit if row.limit else 1e6
    state = {"": "ok", "?": "unknown"}.get(row.state.value, row.state.value.lower())
    holder = [] if row.is_pool else folded(row.holder) + plain(row.holder_id)
    return Facts(
        search=folded(row.holder, row.project) + plain(row.resource),
        texts={
            "holder": holder,
            "project": folded(row.project) + plain(row.project_id),
            "resource": dotted([row.resource]),
        },
        numbers={
            "used": [row.usage] * row.known,
            "pending": [row.pending] * row.known,
            "limit": [row.limit],
            "eff": [row.reach] * row.reach_known,
            "left": [row.room] * row.room_known,
            "taken": [row.taken_by_others] * row.taken_known,
            "share": [share] * row.known,
        },
        states={"state": state},
        flags={
            "over": state == "over",
            "full": state == "full",
            "odd": state == "odd",
            "unknown": state == "unknown",
            "pending": row.key in world.pending,
            "bound": row.reach_known and row.project_binds,
            "base": f"user:{row.project_id}" in world.names,
        },
    )


def commission(found: CommissionDetail) -> Facts:
    row, provisions = found.row, found.provisions
    people = [p for p in provisions if p.source]
    pools = [p for p in provisions if not p.source]
    resources = [p.resource for p in provisions]
    return Facts(
        search=plain(row.name, row.clientkey, str(row.key), *resources)
        + folded(*(p.label for p in provisions)),
        texts={
            "service": plain(row.clientkey),
            "name": plain(row.name),
            "for": folded(*(p.label for p in people)) + plain(*(p.holder[5:] for p in people)),
            "project": folded(*(p.source_label for p in people), *(p.label for p in pools))
            + plain(*(p.source[8:] for p in people), *(p.holder[8:] for p in pools)),
            "resource": dotted(resources),
        },
        numbers={
            "serial": [row.key],
            "change": [p.quantity for p in provisions],
            "prov": [len(provisions)],
        },
        times={"age": row.issued_at, "issued": row.issued_at, "expires": row.expires_at},
        flags={
            "overdue": NOW - row.issued_at > 300 * SECOND,
            "expiring": row.expires_at > 0,
        },
        ahead=frozenset({"expires"}),
    )


def project(world: Little, row: ProjectRow) -> Facts:
    pools = figures(world.tx, "h.holder_id = o.id AND h.source_id = 0", row.uuid)
    everybody = pools + figures(world.tx, "h.source_id = o.id", row.uuid)
    waiting, new = row.pending_app > 0, row.state is ProjectState.UNINITIALIZED
    tightest = max(map(fullness, pools), default=0.0) / 10.0
    owner = [uuid for uuid, names in world.names.items() if names == [(row.owner, False)]]
    uuids = [uuid for uuid in owner if ":" not in uuid]
    return Facts(
        search=folded(row.name)
        + plain(row.owner, row.display_state, row.uuid)
        + plain(*([f"#{row.pending_app}"] if waiting else [])),
        texts={
            "name": folded(row.name),
            "owner": plain(row.owner, *uuids),
            "member": plain(*world.members.get(row.key, [])),
            "id": plain(row.uuid),
            "resource": dotted(world.granted.get(row.key, [])),
        },
        numbers={
            "app": [row.pending_app],
            "members": [row.members],
            "max": [row.max_members],
            "tightest": [tightest],
        },
        times={"ends": row.end_date, "created": row.created_at},
        states={"state": row.display_state.lower()},
        flags={
            "pending": waiting,
            "new": waiting and new,
            "modified": waiting and not new,
            "expired": row.state in ALIVE and row.end_date < NOW,
            "suspended": row.state is ProjectState.SUSPENDED,
            "terminated": row.state in (ProjectState.TERMINATED, ProjectState.DELETED),
            "over": any(used > limit for used, limit in everybody),
            "base": row.is_base,
            "private": bool(world.tx.scalar(f"SELECT private FROM project WHERE id = {row.key}")),
        },
        ahead=frozenset({"ends"}),
        floors=frozenset() if row.usage_known else frozenset({"tightest"}),
    )


def user(world: Little, row: PersonRow) -> Facts:
    one, tx = row.user, world.tx
    names = {id: name for id, name in tx.all("SELECT uuid, realname FROM project")}
    places = tx.within("SELECT realname FROM project WHERE id IN ({keys})",
                       world.places.get(row.key, []))  # fmt: skip
    apps = tx.scalar("SELECT count(*) FROM application WHERE applicant_id = ?", (row.key,))
    return Facts(
        search=plain(one.email, one.uuid) + folded(one.name),
        texts={
            "email": plain(one.email),
            "name": parts(one.name, " ", folded=True),
            "id": plain(one.uuid),
            "project": folded(*(name for (name,) in places)),
            "default": folded(*(names[id] for id in [one.default_project] if id in names)),
        },
        numbers={"projects": [row.projects], "memberships": [row.memberships], "apps": [apps]},
        times={"deactivated": one.deactivated_at},
        states={"state": one.state.value},
        flags={
            "waiting": one.known and one.email_verified and not one.moderated,
            "active": one.known and one.is_active,
            "verified": one.known and one.email_verified,
            "moderated": one.known and one.moderated,
            "rejected": one.is_rejected,
            "admin": one.is_project_admin,
        },
    )


def resource(row: ResourceRow) -> Facts:
    one = row.resource
    return Facts(
        search=plain(one.name, one.service_origin, one.description),
        texts={"name": parts(one.name, "."), "service": plain(one.service_origin)},
        numbers={
            "base": [one.uplimit] * one.known,
            "project": [one.project_default] * one.known,
        },
        flags={
            "bytes": one.unit == "bytes",
            "api": one.api_visible,
            "ui": one.ui_visible,
            "hidden": not one.api_visible,
            "over": row.over > 0,
        },
    )


def mismatch(row: MismatchRow) -> Facts:
    return Facts(
        search=folded(row.holder, row.project) + plain(row.resource),
        texts={
            "holder": folded(row.holder) + plain(row.holder_id),
            "project": folded(row.project) + plain(row.project_id),
            "resource": dotted([row.resource]),
        },
        numbers={
            "expected": [-1 if row.expected is None else row.expected],
            "found": [-1 if row.found is None else row.found],
        },
        states={"kind": row.kind},
    )


def figures(tx: Tx, which: str, uuid: str) -> list[tuple[int, int]]:
    """Usage and limit of some holdings of a project."""
    sql = f"SELECT usage_max, lim FROM holding h JOIN holder o ON {which} WHERE o.name = ?"
    return [(used, limit) for used, limit in tx.all(sql, (f"project:{uuid}",))]


def fullness(pool: tuple[int, int]) -> float:
    """In thousandths; what is used of nothing is just more than full."""
    used, limit = pool
    return used * 1000.0 / limit if limit else 1000.1 * (used > 0)


def entry(world: Little, row: JournalRow) -> Facts:
    who = [Text(name, known) for name, known in world.names.get(row.actor, [])]
    about = [Text(name, known) for name, known in world.names.get(row.target, [])]
    kind, _, number = row.target.partition(":")
    about += plain(f"#{number}") if kind == "application" else []
    return Facts(
        search=plain(row.actor, row.action, row.target, row.reason) + who + about,
        texts={
            "who": parts(row.actor, ":") + who,
            "action": parts(row.action, "."),
            "about": parts(row.target, ":") + about,
            "reason": [Text(row.reason, loose=True)],
            "request": plain(row.request_id),
        },
        numbers={"seq": [row.key], "effects": [row.effects]},
        times={"at": row.at, "age": row.at},
        states={"outcome": row.outcome},
        flags={
            "refused": row.outcome == "refused",
            "decisions": not row.actor.startswith("service:")
            and (row.action != "commission.issue" or row.outcome == "refused"),
        },
    )


@cache
def asked(name: str, seed: int) -> st.SearchStrategy[Filter]:
    """Filters for a list of a world."""
    return filters(LISTS[name], little(seed).known)


def check(name: str, seed: int, found: Filter) -> None:
    """A filter, written and read again, finds in a world what it should."""
    text = render(found, LISTS[name])
    assert parse(text, LISTS[name]) == found
    expected = {key for key, row in facts(seed, name).items() if holds(found, row, NOW)}
    answered = shown(little(seed), name, text)
    assert len(answered) == len(set(answered))
    assert set(answered) == expected, text


@pytest.mark.parametrize("name", LISTS)
def test_every_field_and_operator(name: str) -> None:
    for found in simple(LISTS[name], little(1).known):
        check(name, 1, found)


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_database_answers_as_the_judge(name: str, data: Any) -> None:
    seed = data.draw(st.integers(0, WORLDS))
    check(name, seed, data.draw(asked(name, seed)))


def test_what_is_seldom_drawn_is_answered_as_well() -> None:
    """No room is known beside usage that is not shown, also where what others seem to use would
    lift the pool's limit to no limit at all; networks are found among all allocations."""
    check("quotas", 8, parse("left>-2K", LISTS["quotas"]))
    check("allocations", 0, parse("10.9.9.0/30", LISTS["allocations"]))


@pytest.mark.parametrize("name", ["quotas", "pools"])
@settings(max_examples=60)
@given(data=st.data())
def test_a_filter_leaves_the_order_as_it_is(name: str, data: Any) -> None:
    seed = data.draw(st.integers(0, 10))
    world = little(seed)
    sort = data.draw(st.sampled_from(list(queries.SORTS)))
    text = render(data.draw(asked(name, seed)), LISTS[name])
    whole = shown(world, name, "", sort)
    some = set(part := shown(world, name, text, sort))
    assert part == [key for key in whole if key in some]


@pytest.mark.parametrize("name", LISTS)
def test_fields_are_sound(name: str) -> None:
    """Names are unique among flags and among fields; examples find their own field."""
    specs = LISTS[name]
    for flags in (True, False):
        called = [n for s in specs if (s.kind == "flag") is flags for n in (s.name, *s.aliases)]
        assert len(called) == len(set(called))
    for spec in specs:
        (term,) = parse(spec.example, specs).terms
        (name,) = term.names()
        assert name.startswith(spec.name) if spec.prefix else name == spec.name
        assert spec.help


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("sign", ["|", " ", " !"])
def test_the_longest_filters_are_answered(name: str, sign: str) -> None:
    text = sign.join(["a"] * MAX_PARTS)
    whole, one = shown(little(1), name, ""), shown(little(1), name, "a")
    expected = [] if "!" in sign else [key for key in whole if key in one]
    assert shown(little(1), name, text) == expected
