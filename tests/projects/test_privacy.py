"""Addresses and names of people stay out of the chained journal, so that they can be erased."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace

import pytest

from backend.core.database import Tx
from backend.core.errors import BursarError, Conflict, PreviewStale
from backend.core.listing import Query
from backend.core.plan import Plan
from backend.core.usecase import discreet
from backend.embedded import EmbeddedBackend
from backend.projects.model import (
    ChangeProjectState,
    DenyApplication,
    EnrollMember,
    ProjectAction,
    UserAction,
)
from backend.projects.store import people
from tests.places import sqlite_only
from tests.projects.test_previews import COMMANDS, base_world
from tests.worlds import OPERATOR, World, count

NAMES = ("Wilhelmina", "Featherstone")
TEXTS = 'SELECT actor, action, target, "before", "after", reason, request_id FROM journal'
EFFECTS = 'SELECT target, "before", "after" FROM journal_change'


def name_everybody(w: World) -> None:
    """Everybody gets a first and a last name."""
    first, last = NAMES

    def write(tx: Tx) -> None:
        for user in people.all_users(tx):
            people.save_user(tx, replace(user, first_name=first, last_name=last))

    w.database.write(write)


def attempt(backend: EmbeddedBackend, plan: Plan) -> BursarError | None:
    """Apply a plan; why it was refused."""
    try:
        asyncio.run(backend.apply(plan, "again"))
    except BursarError as error:
        return error
    return None


def test_no_entry_done_or_refused_has_an_address_or_a_name(w: World) -> None:
    at = base_world(w)
    name_everybody(w)
    backend = EmbeddedBackend(w.database, OPERATOR)
    refused = set()
    for name, make in COMMANDS.items():
        with suppress(BursarError):
            command = make(w, at)
            plan = w.plan(command)
            w.do(command)
            if attempt(backend, plan):
                refused.add(name)
    assert len(refused) > len(COMMANDS) / 2
    rows = w.database.read(lambda tx: [*tx.all(TEXTS), *tx.all(EFFECTS)])
    written = "\n".join(str(text) for row in rows for text in row)
    found = [word for word in ("@", "uni.example", *NAMES) if word in written]
    assert found == []


def test_a_refusal_is_told_by_what_it_was_about(w: World) -> None:
    project = w.project("phys.lab")
    backend = EmbeddedBackend(w.database, OPERATOR)
    suspend = ChangeProjectState(actor=OPERATOR, project=project, action=ProjectAction.SUSPEND)
    enrol = EnrollMember(actor=OPERATOR, project=project, email="m@uni.example")
    plans = [w.plan(suspend), w.plan(enrol)]
    w.act(project, ProjectAction.TERMINATE)
    assert all(isinstance(attempt(backend, plan), Conflict) for plan in plans)
    shown = asyncio.run(backend.journal.listing.page(Query(), 2))
    assert [(row.action, row.target, row.about) for row in shown] == [
        ("membership.enroll", f"project:{project}", "phys.lab"),
        ("project.suspend", f"project:{project}", "phys.lab"),
    ]
    assert [json.loads(row.after) for row in shown] == [
        {"error": "conflict", "message": "project phys.lab is terminated"},
        {"error": "conflict", "message": "project phys.lab is terminated: not alive"},
    ]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            "the owner 'm@uni.example' is not an accepted user",
            "the owner … is not an accepted user",
        ),
        ("no more for m@uni.example here", "no more for … here"),
        (f"there is no user {NAMES!r}", "there is no user (…, …)"),
        ("there is no user " + repr("a'b\" c"), "there is no user …"),
        ("there is no user " + repr("O'Neill"), "there is no user …"),
        ("application 7 is approved, not pending", "application 7 is approved, not pending"),
        ("astakos.pending_app: 3 used of 3", "astakos.pending_app: 3 used of 3"),
    ],
)
def test_quoted_input_and_addresses_are_left_out(message: str, kept: str) -> None:
    assert discreet(message) == kept


@sqlite_only
def test_a_refusal_that_cannot_be_noted_is_still_told(w: World) -> None:
    """The operator hears why he was refused, not that the note of it found no room."""
    backend = EmbeddedBackend(w.database, OPERATOR)
    project = w.project("phys.lab")
    command = ChangeProjectState(actor=OPERATOR, project=project, action=ProjectAction.SUSPEND)
    plan = w.plan(command)
    pages = w.database.read(lambda tx: tx.scalar("PRAGMA page_count"))
    w.database.write(lambda tx: tx.scalar(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(PreviewStale):
        asyncio.run(backend.apply(replace(plan, fingerprint="other"), "x" * 100_000))
    w.database.write(lambda tx: tx.scalar("PRAGMA max_page_count = 1000000"))


def test_the_journal_knows_no_addresses_or_names(w: World) -> None:
    project = w.project("phys.lab", homepage="http://secret.example", description="secret plan")
    w.join("N", project)
    w.moderate("M", UserAction.DEACTIVATE)
    w.do(DenyApplication(actor=OPERATOR, application=w.submit("O", project, comments="secret")[1]))
    sql = """SELECT count(*) FROM journal WHERE {0} LIKE '%{1}%'"""
    effects = """SELECT count(*) FROM journal_change WHERE {0} LIKE '%{1}%'"""
    for field in ('"before"', '"after"', "target"):
        for word in ("@", "secret"):
            assert count(w, sql.format(field, word)) == 0
            assert count(w, effects.format(field, word)) == 0
    assert count(w, "SELECT count(*) FROM journal WHERE action = 'application.approve'") == 1
    assert count(w, "SELECT count(*) FROM journal WHERE action = 'user.deactivate'") == 1
