"""Export and import are inverse: for worlds told by hand, drawn at random, and played."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.check import findings
from backend.core.runtime import micros
from backend.demo import generate
from backend.projects import service as projects
from backend.projects.model import (
    CancelApplication,
    DenyApplication,
    MembershipAction,
    ProjectAction,
    SetDefaultProject,
    UserAction,
)
from backend.quotas.encode import iso
from backend.quotas.ledger import Ledger, Resolve
from backend.quotas.model import UNLIMITED, DeleteHoldings, HoldingKey, Limit, SetLimits
from backend.quotas.service import persist
from backend.schema import STEPS
from backend.world import dump, load
from tests import replay
from tests.places import Places, in_files
from tests.world.files import NOW, Json, again, database, exported, loaded, plain, small, text_of
from tests.world.test_nico import nico
from tests.world.test_openportal import openportal
from tests.world.test_placement import placement
from tests.worlds import OPERATOR, VM, World, person, world_w

PEOPLE = ("p0", "p1", "p2")
RESOURCES = ("cyclades.vm", "cyclades.ram", "astakos.pending_app")


def test_a_world_comes_back_as_it_was(new_place: Places) -> None:
    first = again(new_place, small())
    assert again(new_place, first) == first
    assert first["bursar_world"] == 1
    assert first["_bursar"]["provision_log"] == [
        {
            **small()["_bursar"]["provision_log"][0],
            "issue_time": "2026-11-19T13:00:00.000000+00:00",
            "log_time": "2026-11-19T13:00:01.000000+00:00",
        }
    ]


def test_what_is_counted_out_is_what_is_counted_in(new_place: Places) -> None:
    """Of the systems beside Astakos, whose sections have names in common with it."""
    systems = {"placement": placement(), "openportal": openportal(), "nico": nico()}
    told = {**small(), **systems}
    db, alone = database(new_place), database(new_place)
    counted, usual = load(db, told).counts, load(alone, small()).counts
    found, without = dump(db, io.StringIO()).counts, dump(alone, io.StringIO()).counts

    def more(all: Mapping[str, int], some: Mapping[str, int]) -> dict[str, int]:
        standard = ("resource classes", "traits")  # written out, but not in
        found = {name: n - some.get(name, 0) for name, n in all.items() if name not in standard}
        return {name: n for name, n in found.items() if n}

    assert more(found, without) == more(counted, usual)
    assert len(more(found, without)) > 20
    assert (found["projects"], found["portal projects"]) == (without["projects"], 1)
    db.close()
    alone.close()


def test_the_text_is_the_same_and_one_record_a_line(new_place: Places) -> None:
    db = loaded(new_place, small())
    text = text_of(db)
    db.close()
    second = loaded(new_place, json.loads(text))
    assert text_of(second) == text
    second.close()
    assert len(text.splitlines()) == 64


def test_the_recorded_world_comes_back(new_place: Places) -> None:
    first = again(new_place, replay.world())
    assert again(new_place, first) == first


# ---------------------------------------------------------------- drawn at random

texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)
# The first moment of the epoch stands for a time that is not known.
times = st.integers(1, micros(NOW)).map(iso)
amounts = st.sampled_from([0, 1, 2, 7, 2**40, UNLIMITED - 1, UNLIMITED])


@st.composite
def capacities(draw: st.DrawFn) -> Json:
    pool = draw(amounts)
    member = draw(amounts.filter(lambda value: value <= pool))
    return {"project_capacity": pool, "member_capacity": member}


grants = st.dictionaries(st.sampled_from(RESOURCES), capacities())


@st.composite
def applications(draw: st.DrawFn, states: tuple[str, ...]) -> Json:
    told: Json = {
        "state": draw(st.sampled_from(states)),
        "applicant": draw(st.sampled_from(PEOPLE)),
    }
    optional = {
        "name": texts,
        "owner": st.sampled_from(PEOPLE),
        "homepage": texts,
        "end_date": times,
        "comments": texts,
        "join_policy": st.sampled_from(["auto", "moderated", "closed"]),
        "max_members": amounts,
        "private": st.booleans(),
        "resources": grants,
    }
    told |= draw(st.fixed_dictionaries({}, optional=optional))
    left = {"issue_date": times, "response_date": times, "response": texts, "waive_actor": texts}
    return told | {"_bursar": draw(st.fixed_dictionaries({}, optional=left))}


ENDED = ("approved", "replaced", "denied", "dismissed", "cancelled")


@st.composite
def projects_told(draw: st.DrawFn, number: int) -> Json:
    state = draw(st.sampled_from(["uninitialized", "active", "suspended", "terminated", "deleted"]))
    told: Json = {
        "id": f"project-{number}",
        "state": state,
        "name": f"p{number}.lab",
        "owner": draw(st.sampled_from(PEOPLE)),
        "end_date": draw(times),
        "creation_date": draw(times),
        "description": draw(texts),
        "max_members": draw(amounts),
        "resources": draw(grants),
    }
    if draw(st.booleans()):
        told["last_application"] = draw(applications(("pending", *ENDED)))
    told["_bursar"] = {"applications": draw(st.lists(applications(ENDED), max_size=2))}
    return told


@st.composite
def worlds(draw: st.DrawFn) -> Json:
    """Versioned worlds without listed holdings: these follow, with what is pending."""
    world = plain()
    world["bursar_world"] = 1
    states = st.sampled_from(["active", "inactive", "unmoderated", "unverified", "rejected"])
    world["users"] = [
        {
            "uuid": uuid,
            "email": f"{uuid}@x.test",
            "first_name": draw(texts),
            "admin": draw(st.booleans()),
            "state": draw(states),
        }
        for uuid in PEOPLE
    ]
    world["projects"] = [draw(projects_told(n)) for n in range(draw(st.integers(0, 3)))]
    ids = [told["id"] for told in world["projects"]]
    pairs = draw(st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(ids)))) if ids else []
    states = st.sampled_from(["requested", "accepted", "leave_requested", "suspended", "removed"])
    world["memberships"] = [
        {"user": user, "project": project, "state": draw(states), "requested": draw(times)}
        for user, project in sorted(pairs)
    ]
    world["commissions"] = [draw(c) for c in _commissions(world)]
    return world


def _commissions(world: Json) -> list[st.SearchStrategy[Json]]:
    """One for every member who has holdings."""
    begun = {p["id"] for p in world["projects"] if p["state"] in ("active", "suspended")}
    return [
        _commission(f"user:{member['user']}", f"project:{member['project']}")
        for member in world["memberships"]
        if member["project"] in begun and member["state"] in ("accepted", "suspended")
    ]


def _commission(holder: str, source: str) -> st.SearchStrategy[Json]:
    provision = {
        "holder": st.just(holder),
        "source": st.just(source),
        "resource": st.sampled_from(RESOURCES),
        "quantity": st.integers(-5, 5),
    }
    one_each = st.lists(
        st.fixed_dictionaries(provision), max_size=2, unique_by=lambda drawn: drawn["resource"]
    )
    told = {"name": texts, "issue_time": times, "provisions": one_each}
    return st.fixed_dictionaries(told)


@given(worlds())
@settings(max_examples=60)
def test_any_world_comes_back(world: Json) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = again(in_files(Path(folder)), world)
        assert again(in_files(Path(folder)), first) == first


# ---------------------------------------------------------------- played


@pytest.fixture
def played(new_place: Places) -> Iterator[World]:
    """World W after some of everything that can happen."""
    w = world_w(new_place(STEPS))
    lab = w.project("phys.lab")
    w.enroll("M", lab)
    leaver = w.enroll("N", lab)
    w.charge("M", lab, 3)
    w.charge("N", lab, 2)
    w.charge("M", lab, 1, keep=False)
    w.charge("M", lab, -1, keep=False)
    w.submit("O", lab, max_members=5)
    w.submit("O", lab, max_members=6)
    w.submit("M", name="new.lab")
    _, number = w.submit("N", name="gone.lab")
    w.do(CancelApplication(actor=w.actor("N"), application=number))
    _, number = w.submit("N", name="refused.lab")
    w.do(DenyApplication(actor=OPERATOR, application=number), "no room")
    w.act(w.project("ended.lab"), ProjectAction.TERMINATE)
    w.member(leaver, MembershipAction.REMOVE)
    w.join("L", lab)
    w.moderate("L", UserAction.DEACTIVATE)
    w.do(SetDefaultProject(actor=w.actor("M"), user=person("M"), project=lab))
    yield w
    w.database.close()


def test_a_played_world_comes_back(new_place: Places, played: World) -> None:
    first = exported(played.database)
    assert again(new_place, first) == first
    assert {p["state"] for p in first["projects"]} >= {"uninitialized", "terminated", "deleted"}
    assert first["_bursar"]["provision_log"]
    assert len(first["commissions"]) == 2


def test_the_game_goes_on_after_an_import(new_place: Places, played: World) -> None:
    db = loaded(new_place, exported(played.database))
    w = World(db, played.clock, {"A"})
    lab = next(p["id"] for p in exported(db)["projects"] if p["name"] == "phys.lab")
    ledger = Ledger(db)
    up, down = db.read(lambda tx: [row[0] for row in tx.all("SELECT serial FROM commission")])
    ledger.resolve(Resolve("service:cyclades", up, True, "cyclades"))
    ledger.resolve(Resolve("service:cyclades", down, False, "cyclades"))
    assert w.mine("M", lab) == (4, 4)
    waiting = db.read(projects.queue)
    for number in waiting:
        w.approve(number)
    assert w.waiting("O") == (0, 0)
    w.moderate("L", UserAction.ACTIVATE)
    fresh = w.submit("O", name="next.lab")[1]
    assert fresh > max(waiting)
    assert w.charge("M", lab, -1) > down
    assert db.read(lambda tx: list(findings(tx))) == []
    db.close()


def test_limits_that_are_wrong_or_missing_stay_so(new_place: Places, played: World) -> None:
    """An export is the truth about the database, not about how it should be."""
    db = played.database
    key = HoldingKey(f"user:{person('O')}", f"project:{person('O')}", VM)
    db.write(lambda tx: persist(tx, SetLimits((Limit(key, 99),)), "x", "x"))
    gone = HoldingKey(f"user:{person('A')}", f"project:{person('A')}", VM)
    db.write(lambda tx: persist(tx, DeleteHoldings((gone,)), "x", "x"))
    first = exported(db)
    assert first["_bursar"]["missing_holdings"] == [
        {"holder": gone.holder, "source": gone.source, "resource": VM}
    ]
    copy = database(new_place)
    load(copy, first)
    assert exported(copy) == first
    assert len(copy.read(projects.mismatches)) == 2
    copy.close()


@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
def test_the_demo_comes_back(new_place: Places) -> None:
    db = database(new_place)
    load(db, generate(1, NOW))
    text = text_of(db)
    db.close()
    copy = loaded(new_place, json.loads(text))
    assert text_of(copy) == text
    copy.close()
