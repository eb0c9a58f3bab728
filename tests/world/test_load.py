"""Importing: what a file leaves out follows from what it says, and nothing is altered."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from backend.core import principals
from backend.core.database import Database, Tx
from backend.core.errors import Conflict, Invalid
from backend.core.identity import operator
from backend.core.journal import to_json
from backend.embedded import EmbeddedBackend
from backend.projects.model import MembershipState, ProjectState
from backend.projects.rules.users import USER_DEACTIVATION
from backend.projects.store import memberships, people, projects
from backend.quotas import service as quotas
from backend.schema import STEPS
from backend.world import load
from tests import replay
from tests.places import Places, in_files
from tests.world.files import (
    ADA,
    BO,
    LAB,
    Json,
    database,
    entries,
    exported,
    figures,
    loaded,
    membership,
    plain,
    project,
    small,
    text_of,
    user,
)

S, M = ProjectState, MembershipState


def whose(db: Database, token: str) -> str:
    """The principal who presents a token, `` when nobody does."""
    found = db.read(lambda tx: principals.find(tx, token))
    return found.name if found else ""


def test_the_recorded_world_is_read(new_place: Places) -> None:
    world = replay.world()
    db = loaded(new_place, world)
    by_alias = {told["alias"]: told for told in world["users"]}
    everybody = {u.uuid: u for u in db.read(people.all_users)}
    assert len(everybody) == 8
    ada = everybody[by_alias["A"]["uuid"]]
    assert (ada.is_project_admin, ada.is_active, ada.default_project) == (True, True, ada.uuid)
    assert not everybody[by_alias["V"]["uuid"]].email_verified
    assert everybody[by_alias["U"]["uuid"]].email_verified
    with_base = set(db.read(lambda tx: projects.projects(tx, list(everybody))))
    assert with_base == {by_alias[alias]["uuid"] for alias in "AOMNLI"}
    for alias in "AOMNL":
        uuid = by_alias[alias]["uuid"]
        assert figures(db, f"user:{uuid}", f"project:{uuid}", "cyclades.vm") == (2, 0, 0)
        assert figures(db, f"project:{uuid}", "", "cyclades.total_cpu") == (2**63 - 1, 0, 0)
    tokens = {whose(db, user["token"]) for user in world["users"]}
    assert tokens == {f"user:{uuid}" for uuid in everybody}
    db.close()


def test_a_deactivated_user_left_as_deactivation_leaves(new_place: Places) -> None:
    db = loaded(new_place, {**plain(), "users": [user(ADA, "ada@uni.example", "inactive")]})
    base = db.read(lambda tx: projects.project(tx, ADA))
    seat = db.read(lambda tx: memberships.membership_between(tx, ADA, ADA))
    assert base
    assert seat
    assert (base.state, base.name, base.private) == (S.SUSPENDED, f"system:{ADA}", True)
    assert seat.state is M.SUSPENDED
    assert set(seat.dates) == {"accepted", "suspended"}
    reasons = db.read(lambda tx: projects.deactivation_reasons(tx, [base.id]))
    assert reasons == {base.id: USER_DEACTIVATION}
    assert db.read(lambda tx: memberships.suspension_reasons(tx, [seat.id])) == {
        seat.id: USER_DEACTIVATION
    }
    assert figures(db, f"user:{ADA}", f"project:{ADA}", "cyclades.vm") == (0, 0, 0)
    db.close()


@pytest.mark.parametrize("state", ["unmoderated", "unverified", "rejected"])
def test_people_who_were_never_accepted_hold_nothing(new_place: Places, state: str) -> None:
    db = loaded(new_place, {**plain(), "users": [user(ADA, "ada@uni.example", state)]})
    assert db.read(lambda tx: list(quotas.holdings(tx))) == []
    assert exported(db)["users"][0]["state"] == state
    db.close()


def test_what_is_not_listed_follows_from_projects(new_place: Places) -> None:
    db = loaded(new_place, small())
    bo, lab = f"user:{BO}", f"project:{LAB}"
    assert figures(db, bo, lab, "cyclades.vm") == (4, 2, 3)
    assert figures(db, lab, "", "cyclades.vm") == (10, 2, 3)
    assert figures(db, bo, lab, "cyclades.ram") == (0, 0, 0)
    assert figures(db, lab, "", "astakos.pending_app") == (2**63 - 1, 0, 0)
    # Ada's waiting application is charged to her.
    assert figures(db, f"user:{ADA}", f"project:{ADA}", "astakos.pending_app") == (3, 1, 1)
    assert figures(db, f"project:{ADA}", "", "astakos.pending_app") == (3, 1, 1)
    db.close()


def test_commissions_alone_tell_what_is_pending(new_place: Places) -> None:
    world = {**small(), "service_quotas": {}, "service_project_quotas": {}}
    db = loaded(new_place, world)
    assert figures(db, f"user:{BO}", f"project:{LAB}", "cyclades.vm") == (4, 0, 1)
    db.close()


def test_numbers_may_be_left_out(new_place: Places) -> None:
    world = small()
    del world["memberships"][0]["id"], world["commissions"][0]["serial"]
    del world["projects"][0]["last_application"]["id"]
    found = exported(loaded(new_place, world))
    assert found["projects"][0]["last_application"]["id"] == 2
    ids = [told["id"] for told in found["memberships"]]
    assert sorted(ids) == [1, 2, 3]
    assert found["commissions"][0]["serial"] == 1


def test_numbers_are_never_given_again(new_place: Places) -> None:
    world = small()
    world["_bursar"]["counters"] = {"serial": 50, "application": 1}
    db = loaded(new_place, world)
    fresh = db.write(lambda tx: (tx.next_id("serial"), tx.next_id("application")))
    assert fresh == (51, 3)
    db.close()


def test_a_membership_without_a_log_gets_one(new_place: Places) -> None:
    world = small()
    world["memberships"] = [membership(state="removed", removed="2026-03-01T00:00:00+00:00")]
    world["service_quotas"], world["service_project_quotas"] = {}, {}
    world["commissions"] = []
    told = exported(loaded(new_place, world))["memberships"][0]
    assert [step["to"] for step in told["_bursar"]["log"]] == ["requested", "accepted", "removed"]
    assert [step["from"] for step in told["_bursar"]["log"]] == ["", "requested", "accepted"]
    assert told["_bursar"]["initialized"] is True
    assert told["accepted"] == "2026-02-02T00:00:00.000000+00:00"


def test_a_request_is_no_member_yet(new_place: Places) -> None:
    world = {**plain(), "bursar_world": 1, "projects": [project()]}
    world["memberships"] = [{"user": BO, "project": LAB, "state": "requested"}]
    db = loaded(new_place, world)
    assert exported(db)["memberships"][0]["_bursar"]["initialized"] is False
    assert figures(db, f"user:{BO}", f"project:{LAB}", "cyclades.vm") is None
    db.close()


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "[bold]markup[/bold] [link=x]",
    "a\nb\tc\r",
    "\u202egnp.exe",
    "zero\u200bwidth \ufeff",
    "e\u0301 NFD, é NFC",
    "'; DROP TABLE person; --",
    "=cmd|' /C calc'!A0",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍🚀",
    '\\u0000 \\ " / \x7f',
    "ا" * 4096,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_kept_as_given(new_place: Places, text: str) -> None:
    world = small()
    world["users"][0]["first_name"] = text
    world["projects"][0]["description"] = world["projects"][0]["homepage"] = text
    world["projects"][0]["last_application"]["comments"] = text
    world["projects"][0]["_bursar"]["applications"][0]["_bursar"]["response"] = text
    world["commissions"][0]["name"] = text
    found = exported(loaded(new_place, world))
    told = found["projects"][0]
    assert found["users"][0]["first_name"] == text
    assert (told["description"], told["homepage"]) == (text, text)
    assert told["last_application"]["comments"] == text
    assert told["_bursar"]["applications"][0]["_bursar"]["response"] == text
    assert found["commissions"][0]["name"] == text


def test_only_hashes_of_tokens_are_kept(tmp_path: Path) -> None:
    new_place = in_files(tmp_path)
    db = loaded(new_place, small())
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"tok-ada" not in raw
    assert b"tok-cyclades" not in raw
    told = exported(db)
    assert told["users"][0]["token_sha256"] == principals.digest("tok-ada")
    assert "tok-" not in text_of(db)
    again = loaded(new_place, told)
    assert (whose(again, "tok-ada"), whose(again, "tok-nobody")) == (f"user:{ADA}", "")
    db.close()
    again.close()


NICO = (
    "NICo providers", "tenants", "tenant accounts", "sites", "instance types", "machines", "blocks",
    "NICo allocations", "instances", "networks",
)  # fmt: skip
"""What is counted of NICo."""


def test_an_import_is_one_entry(new_place: Places) -> None:
    db = loaded(new_place, small(), actor="operator:eva")
    assert entries(db) == [("world.import", "operator:eva", "done")]
    (after,) = db.read(lambda tx: tx.all('SELECT "after" FROM journal'))
    assert after[0] == to_json(
        {
            "counts": {
                "services": 2,
                "resources": 3,
                "users": 2,
                "projects": 3,
                "memberships": 3,
                "holdings": 18,
                "commissions": 1,
                "log lines": 1,
                "keys": 1,
                "resource classes": 0,
                "traits": 0,
                "providers": 0,
                "consumers": 0,
                "organisations": 0,
                "portal projects": 0,
                "portal users": 0,
                "portal services": 0,
                "allocations": 0,
                "usages": 0,
                "associations": 0,
                "awards": 0,
                "remote projects": 0,
                **dict.fromkeys(NICO, 0),
            },
            "merge": False,
        }
    )
    db.close()


def counts(db: Database) -> Counter[str]:
    """Rows by table."""
    names = [name for step in STEPS for name in re.findall(r"CREATE TABLE (\w+)", step.sql)]

    def count(tx: Tx) -> Counter[str]:
        return Counter({name: tx.scalar(f"SELECT count(*) FROM {name}") for name in names})

    return db.read(count)


def test_a_refused_import_leaves_nothing(new_place: Places) -> None:
    world = small()
    world["commissions"][0]["provisions"][1]["holder"] = "project:unknown"
    db = database(new_place)
    before = counts(db)
    with pytest.raises(Invalid):
        load(db, world)
    assert counts(db) == before
    load(db, small())
    with pytest.raises(Conflict, match="not empty.*--merge"):
        load(db, small())
    db.close()


def test_a_failure_in_the_middle_leaves_nothing(new_place: Places) -> None:
    def fail(what: str, done: int, total: int) -> None:
        if what == "holdings":
            raise KeyboardInterrupt

    db = database(new_place)
    before = counts(db)
    with pytest.raises(KeyboardInterrupt):
        load(db, small(), progress=fail)
    assert counts(db) == before
    db.close()


def test_progress_is_told(new_place: Places) -> None:
    told: list[tuple[str, int, int]] = []

    def note(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    loaded(new_place, small(), progress=note).close()
    assert ("users", 2, 2) in told
    assert ("holdings", 18, 18) in told


def test_a_stream_is_read_too(new_place: Places) -> None:
    db = database(new_place)
    report = load(db, io.StringIO("\ufeff" + json.dumps(small())))
    assert str(report).startswith("2 services, 3 resources, 2 users, 3 projects")
    db.close()


# ---------------------------------------------------------------- merging


PARTY = {"id": "00000000-0000-4000-8000-000000000001", "org": "acme"}


@pytest.mark.parametrize(
    "world",
    [
        {"services": [{"name": "cyclades", "token": "tok"}]},
        {"services": [{"name": "cyclades"}], "resources": [plain()["resources"][0]]},
        {"users": [plain()["users"][0]]},
        {"placement": {"traits": ["CUSTOM_FAST"]}},
        {"placement": {"resource_classes": [{"name": "CUSTOM_FPGA"}]}},
        {"openportal": {"customers": [{"uuid": "1" * 32, "name": "uni"}]}},
        {"openportal": {"users": [{"uuid": "1" * 32, "username": "ada"}]}},
        {"nico": {"infrastructureProviders": [PARTY]}},
        {"nico": {"tenants": [PARTY]}},
    ],
)
def test_whatever_there_is_a_database_is_not_empty(new_place: Places, world: Json) -> None:
    told = {"bursar_world": 1, **world}
    db = database(new_place)
    assert EmbeddedBackend(db, operator("op")).connection.empty
    load(db, told)
    assert not EmbeddedBackend(db, operator("op")).connection.empty
    with pytest.raises(Conflict, match="is not empty"):
        load(db, told)
    load(db, told, merge=True)
    db.close()
