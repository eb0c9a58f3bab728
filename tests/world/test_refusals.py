"""Every kind of bad world file: the error names the path, the value and what to do."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, TextIO

import pytest

from backend.core.errors import Invalid
from backend.world import load
from tests.places import in_files
from tests.world.files import ADA, BO, LAB, Json, database, membership, project, small, user

Step = str | int


def put(*path: Step, value: object) -> Json:
    """The small world with a value set at a path; `+` at its end appends to a list."""
    world = small()
    at: Any = world
    for step in path[:-1]:
        at = at.setdefault(step, {}) if isinstance(at, dict) else at[step]
    if path[-1] == "+":
        at.append(value)
    else:
        at[path[-1]] = value
    return world


def said(tmp_path: Path, world: Json | TextIO) -> str:
    """What importing this says; the database stays empty."""
    db = database(in_files(tmp_path))
    try:
        with pytest.raises(Invalid) as caught:
            load(db, world)
        assert caught.value.hint
        assert db.read(lambda tx: tx.scalar("SELECT count(*) FROM journal")) == 0
        return str(caught.value)
    finally:
        db.close()


VM = "cyclades.vm"
CAPACITY = ("projects", 0, "resources", VM)
LAST = ("projects", 0, "last_application")
HOLDING = ("service_quotas", BO, LAB, VM)

TYPES: list[tuple[Json, str]] = [
    (put("servces", value=[]), 'servces is not a known key (did you mean "services"?)'),
    (put("users", value={}), "users: {} is not a list"),
    (
        put("users", 0, "emial", value="x"),
        'users[0].emial is not a known key (did you mean "email"?)',
    ),
    (put("users", 0, "email", value=""), 'users[0].email: "" is empty'),
    (put("users", 0, "uuid", value=7), "users[0].uuid: 7 is not text"),
    (put("users", 0, "admin", value="yes"), 'users[0].admin: "yes" is neither true nor false'),
    (put("users", 0, "state", value="gone"), 'users[0].state: "gone" is not one of the possible'),
    (put("users", 0, "first_name", value="a\0"), "contains NUL at position 1 (remove this char"),
    (put("users", 0, "first_name", value="\ud800"), "half a surrogate pair"),
    (
        put("services", 0, "token_sha256", value="abc"),
        'services[0].token_sha256: "abc" has not the',
    ),
    (
        put("resources", 0, "system_default", value=-1),
        "resources[0].system_default: -1 is too small",
    ),
    (put("resources", 0, "system_default", value=2**63), "is too large (the most is 92233"),
    (put("resources", 0, "unit", value=5), "resources[0].unit: 5 is not text"),
    (
        put("projects", 0, "end_date", value="soon"),
        'projects[0].end_date: "soon" is not an ISO 8601',
    ),
    (put("projects", 0, "end_date", value="2113-01-01"), "has no offset from UTC (write it like"),
    (put("projects", 0, "state", value="lost"), 'projects[0].state: "lost" is not one of'),
    (put("projects", 0, "join_policy", value="open"), 'projects[0].join_policy: "open" is not one'),
    (put("projects", 0, "max_members", value=-1), "projects[0].max_members: -1 is out of range"),
    (
        put(*CAPACITY, "member_capacity", value="4"),
        'projects[0].resources["cyclades.vm"].member_capacity: "4" is not a whole number '
        "(give a whole number without quotes)",
    ),
    (put(*CAPACITY, "member_capacity", value=11), "gives a member more than the project"),
    (
        put(*CAPACITY, "member_capcity", value=1),
        'projects[0].resources["cyclades.vm"].member_capcity is not a known key '
        '(did you mean "member_capacity"?)',
    ),
    (put(*CAPACITY, value=5), 'projects[0].resources["cyclades.vm"]: 5 is not an object'),
    (
        put("projects", 0, "_bursar", "aplications", value=[]),
        "projects[0]._bursar.aplications is not",
    ),
    (put("memberships", 0, "state", value="in"), 'memberships[0].state: "in" is not one of'),
    (put("memberships", 0, "id", value=0), "memberships[0].id: 0 is too small (the least is 1)"),
    (put("memberships", 0, "accepted", value=5), "memberships[0].accepted: 5 is not a date"),
    (put(*HOLDING, "usage", value=1.5), ".usage: 1.5 is not a whole number"),
    (put(*HOLDING, "used", value=1), 'used is not a known key (did you mean "usage"?)'),
    (
        put("commissions", 0, "provisions", 0, "quantity", value=True),
        "commissions[0].provisions[0].quantity: true is not a whole number",
    ),
    (put("_bursar", "counters", "serials", value=1), "_bursar.counters.serials is not a known key"),
    (put("bursar_world", value="1"), 'bursar_world: "1" is not one of the possible values'),
    (put("bursar_world", value=2), "bursar_world: 2 is newer than 1"),
]


@pytest.mark.parametrize(("world", "text"), TYPES, ids=range(len(TYPES)))
def test_what_is_malformed(tmp_path: Path, world: Json, text: str) -> None:
    assert text in said(tmp_path, world)


NOT_HERE = "is not in this world"
TWICE = "is given twice (keep one of them)"

REFERENCES: list[tuple[Json, str]] = [
    (put("services", "+", value={"name": "cyclades"}), f'services[2].name: "cyclades" {TWICE}'),
    (put("resources", 1, "name", value=VM), f'resources[1].name: "cyclades.vm" {TWICE}'),
    (put("users", 1, "uuid", value=ADA), f'users[1].uuid: "ada-uuid" {TWICE}'),
    (put("projects", "+", value=project()), f'projects[1].id: "lab-uuid" {TWICE}'),
    (put("memberships", "+", value=membership()), "memberships[1].user:"),
    (
        put("users", 1, "email", value="Ada@uni.example"),
        'users[1].email: "ada@uni.example" belongs to ada-uuid already',
    ),
    (put("users", 1, "token", value="tok-ada"), "users[1].token: belongs to ada-uuid already"),
    (put("users", 0, "token", value=""), "users[0].token: is empty"),
    (
        put("users", 0, "token_sha256", value="0" * 64),
        "users[0].token: is given twice (keep token or token_sha256)",
    ),
    (
        put("resources", 0, "service", value="cyclads"),
        f'resources[0].service: "cyclads" {NOT_HERE} (did you mean "cyclades"?)',
    ),
    (
        put("resources", 2, "ui_visible", value=True),
        "resources[2].ui_visible: true needs api_visible (make both true, or this false)",
    ),
    (
        put("users", 0, "_bursar", "default_project", value="nothing"),
        f'users[0]._bursar.default_project: "nothing" {NOT_HERE}',
    ),
    (put("projects", 0, "owner", value="nobody"), f'projects[0].owner: "nobody" {NOT_HERE}'),
    (put("projects", 0, "owner", value=None), "projects[0].owner: null is missing in an ordinary"),
    (put("projects", 0, "system_project", value=True), f'projects[0].id: "lab-uuid" {NOT_HERE}'),
    (
        put("projects", "+", value=project(id="other", last_application=None, _bursar={})),
        'projects[1].name: "phys.lab" belongs to lab-uuid already',
    ),
    (
        put(
            "projects",
            0,
            "resources",
            "cyclades.vms",
            value={"project_capacity": 1, "member_capacity": 1},
        ),
        f'projects[0].resources["cyclades.vms"]: "cyclades.vms" {NOT_HERE} '
        '(did you mean "cyclades.vm"?)',
    ),
    (put(*LAST, "applicant", value="x"), f'projects[0].last_application.applicant: "x" {NOT_HERE}'),
    (put(*LAST, "owner", value="x"), f'projects[0].last_application.owner: "x" {NOT_HERE}'),
    (put(*LAST, "id", value=1), "projects[0].last_application.id: 1 is given twice"),
    (
        put("projects", 0, "_bursar", "applications", 0, "state", value="pending"),
        'projects[0]._bursar.applications[0].state: "pending" is not the last application '
        "(only last_application can wait; make this one replaced)",
    ),
    (
        put(
            "projects",
            0,
            "_bursar",
            "log",
            value=[{"date": "2026-01-01T00:00Z", "to": "suspended"}],
        ),
        'projects[0]._bursar.log[0].to: "suspended" is not the state (end the log with active',
    ),
    (put("memberships", 0, "user", value="x"), f'memberships[0].user: "x" {NOT_HERE}'),
    (put("memberships", 0, "project", value="x"), f'memberships[0].project: "x" {NOT_HERE}'),
    (
        put("memberships", "+", value=membership(user=ADA)),
        "memberships[1].id: 7 is given twice (give every one its own number)",
    ),
    (
        put(
            "memberships",
            0,
            "_bursar",
            value={"log": [{"date": "2026-02-02T00:00Z", "to": "accepted"}]},
        ),
        'memberships[0].requested: "requested" is not the latest in the log',
    ),
]


@pytest.mark.parametrize(("world", "text"), REFERENCES, ids=range(len(REFERENCES)))
def test_what_does_not_fit_together(tmp_path: Path, world: Json, text: str) -> None:
    assert text in said(tmp_path, world)


AT = 'service_quotas["bo-uuid"]["lab-uuid"]["cyclades.vm"]'
POOL = 'service_project_quotas["lab-uuid"]["cyclades.vm"]'

FIGURES: list[tuple[Json, str]] = [
    (put("service_quotas", "nobody", value={}), f'service_quotas.nobody: "nobody" {NOT_HERE}'),
    (put("service_quotas", BO, "x", value={}), f'service_quotas["bo-uuid"].x: "x" {NOT_HERE}'),
    (
        put("service_quotas", BO, LAB, "cyclades.cpu", value={"limit": 1}),
        f'service_quotas["bo-uuid"]["lab-uuid"]["cyclades.cpu"]: "cyclades.cpu" {NOT_HERE}',
    ),
    (put("service_project_quotas", "x", value={}), f'service_project_quotas.x: "x" {NOT_HERE}'),
    (put(*HOLDING, "pending", value=4), f"{AT}.pending: 4 is more than the usage 3"),
    (
        put(*HOLDING, "pending", value=2),
        f"{AT}.pending: 2 but pending commissions reserve 1 (list the commission, or correct",
    ),
    (put("commissions", value=[]), f"{POOL}.project_pending: 1 but pending commissions reserve 0"),
    (
        put(*HOLDING, "project_usage", value=4),
        f"{AT}.project_usage: 4 is 3 in service_project_quotas (leave it out here, or make them",
    ),
    (
        put("commissions", 0, "provisions", 0, "holder", value="user:nobody"),
        "but pending commissions reserve 0",
    ),
    (
        put("commissions", 0, "provisions", "+", value={
            "holder": "user:nobody", "source": None, "resource": VM, "quantity": 1}),
        'commissions[0].provisions[2].holder: "user:nobody" has no such holding',
    ),
    (
        put("commissions", 0, "provisions", 0, "resource", value="x"),
        f'commissions[0].provisions[0].resource: "x" {NOT_HERE}',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("world", "text"), FIGURES, ids=range(len(FIGURES)))
def test_figures_that_do_not_add_up(tmp_path: Path, world: Json, text: str) -> None:
    assert text in said(tmp_path, world)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"bursar_world": 1,\n "users": [}', "the world file is not JSON"),
        ('{"bursar_world": 1,\n "users": [}', "at line 2 column 12"),
        ("", "at line 1 column 1"),
        ('{"users": [], "users": []}', 'users: "users" is given twice'),
        (
            '{"users": [], "resources": [{"name": "a"}, {"name": "b", "name": "c"}]}',
            'resources[1].name: "name" is given twice',
        ),
        ('{"a": NaN}', "a number that cannot be read"),
        ('{"a": 1' + "0" * 5000 + "}", "a number that cannot be read"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "the body: [] is not an object"),
        ('"x"', 'the body: "x" is not an object'),
        ('{"projects": []}', 'bursar_world is missing (add "bursar_world": 1'),
        ('{"user": []}', 'user is not a known key (did you mean "users"?)'),
    ],
)
def test_text_that_is_no_world(tmp_path: Path, text: str, message: str) -> None:
    assert message in said(tmp_path, io.StringIO(text))


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes('{"users": "é"}'.encode("latin-1"))
    with (tmp_path / "latin.json").open(encoding="utf-8") as source:
        assert "is not UTF-8: byte 11 cannot be read (save it as UTF-8)" in said(tmp_path, source)


def test_long_values_are_cut_and_made_visible(tmp_path: Path) -> None:
    text = said(tmp_path, put("users", 0, "state", value="\x1b[31m" + "x" * 500))
    assert len(text) < 250
    assert "\x1b" not in text


def test_tokens_are_not_shown(tmp_path: Path) -> None:
    text = said(tmp_path, put("users", 0, "token", value=["secret"]))
    assert text.startswith("users[0].token: is not text")


def test_errors_carry_their_path(tmp_path: Path) -> None:
    db = database(in_files(tmp_path))
    with pytest.raises(Invalid) as caught:
        load(db, put("users", 0, "admin", value=1))
    assert caught.value.data["path"] == "users[0].admin"
    with pytest.raises(Invalid) as caught:
        load(db, io.StringIO('{"users"\n: ['))
    assert caught.value.data == {"line": 2, "column": 4}
    db.close()


def test_the_small_world_itself_is_good(tmp_path: Path) -> None:
    db = database(in_files(tmp_path))
    load(db, json.loads(json.dumps({**small(), "users": [*small()["users"], user("c", "c@x.y")]})))
    db.close()
