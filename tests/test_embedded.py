"""The Backend port over a database: what a console gets, and what is written when it decides."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from backend.check import findings
from backend.core.errors import NotAllowed, NotFound, PreviewStale, ReadOnly
from backend.core.identity import Actor, Role
from backend.core.listing import Query
from backend.embedded import EmbeddedBackend, open_embedded
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeProjectState,
    DenyApplication,
    ProjectAction,
)
from backend.quotas.model import AcceptCommission, RejectCommission
from tests.worlds import OPERATOR, VM, World, world_w

T = TypeVar("T")


def now(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    return asyncio.run(work)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W in a file, sound at the end."""
    fresh = world_w(tmp_path / "world.db")
    yield fresh
    assert fresh.database.read(lambda tx: list(findings(tx))) == []
    fresh.database.close()


@pytest.fixture
def backend(world: World) -> Iterator[EmbeddedBackend]:
    """A console's backend on it."""
    opened = open_embedded(world.database.path, actor=OPERATOR)
    yield opened
    opened.shut()


def test_an_approval_moves_limits_and_tells_who_what_why(
    world: World, backend: EmbeddedBackend
) -> None:
    uuid, application = world.submit("O", name="phys.lab", grants={VM: Capacity(10, 4)})
    plan = now(backend.plan(ApproveApplication(actor=OPERATOR, application=application)))
    receipt = now(backend.apply(plan, "fits the budget"))
    assert world.pool(uuid) == (10, 0)
    entry = now(backend.journal.detail(receipt.seq))
    assert (entry.row.actor, entry.row.reason) == ("operator:op", "fits the budget")
    assert entry.row.about == f"#{application} of phys.lab"
    assert json.loads(entry.row.before)["state"] == "pending"
    assert json.loads(entry.row.after)["state"] == "approved"
    assert any("cyclades.vm" in e.target and '"limit": 10' in e.after for e in entry.effects)


def test_a_stale_preview_is_refused_shown_again_and_journalled(
    world: World, backend: EmbeddedBackend
) -> None:
    uuid = world.project("phys.lab", (10, 4))
    _, application = world.submit("O", uuid, grants={VM: Capacity(5, 2)})
    plan = now(backend.plan(ApproveApplication(actor=OPERATOR, application=application)))
    world.act(uuid, ProjectAction.SUSPEND)
    with pytest.raises(PreviewStale) as stale:
        now(backend.apply(plan, "as seen"))
    assert world.application(application).state == "pending"
    assert stale.value.plan.fingerprint != plan.fingerprint
    assert any("active again" in warning for warning in stale.value.plan.warnings)
    (newest,) = now(backend.journal.listing.page(Query(), 1))
    assert (newest.outcome, newest.action) == ("refused", "ApproveApplication")
    now(backend.apply(stale.value.plan, "seen again"))
    assert world.application(application).state == "approved"


def test_drifting_usage_makes_no_preview_stale(world: World, backend: EmbeddedBackend) -> None:
    uuid = world.project("phys.lab", (10, 4))
    world.enroll("M", uuid)
    _, application = world.submit("O", uuid, grants={VM: Capacity(20, 8)})
    plan = now(backend.plan(ApproveApplication(actor=OPERATOR, application=application)))
    world.charge("M", uuid, 1)
    world.charge("M", uuid, 1, keep=False)
    now(backend.apply(plan, ""))
    assert world.see(uuid).grants[VM] == Capacity(20, 8)


def test_what_an_operator_may_not_do_is_journalled(world: World, backend: EmbeddedBackend) -> None:
    _, application = world.submit("O", name="phys.lab", grants={VM: Capacity(10, 4)})
    plan = now(backend.plan(DenyApplication(actor=OPERATOR, application=application)))
    world.approve(application)
    with pytest.raises(Exception, match="pending"):
        now(backend.apply(plan, "no"))
    (newest,) = now(backend.journal.listing.page(Query(), 1))
    assert (newest.outcome, json.loads(newest.after)["error"]) == ("refused", "conflict")
    viewer = Actor("viewer", Role.VIEWER)
    with pytest.raises(NotAllowed):
        now(backend.plan(AcceptCommission(actor=viewer, serial=1)))


def test_stuck_commissions_are_resolved_by_hand(world: World, backend: EmbeddedBackend) -> None:
    uuid = world.project("phys.lab", (10, 4))
    world.enroll("M", uuid)
    first, second = (world.charge("M", uuid, n, keep=False) for n in (1, 2))
    row = now(backend.quotas.commission(first)).row
    assert (row.holder, row.project, row.change) == ("m@uni.example", "phys.lab", ((VM, "", 1),))
    accept = now(backend.plan(AcceptCommission(actor=OPERATOR, serial=first)))
    assert accept.touched[0].resolved
    now(backend.apply(accept, "the machine runs"))
    reject = now(backend.plan(RejectCommission(actor=OPERATOR, serial=second)))
    now(backend.apply(reject, "the machine never came up"))
    assert world.mine("M", uuid) == (4, 1)
    kinds = [event.kind for event in now(backend.quotas.feed(3))]
    assert kinds[:2] == ["rejected", "accepted"]
    with pytest.raises(NotFound):
        now(backend.quotas.commission(first))


def test_lists_filter_sort_and_page(world: World, backend: EmbeddedBackend) -> None:
    for name in ("zoo.lab", "ant.lab", "bee.lab"):
        world.project(name)
    listing = backend.projects.listing
    names = [row.name for row in now(listing.page(Query(), 10))]
    assert names == ["ant.lab", "bee.lab", "zoo.lab"]
    down = now(listing.keys(Query(sort="name", descending=True)))
    rows = now(listing.rows(list(down)))
    assert [rows[key].name for key in down] == names[::-1]
    assert [row.name for row in now(listing.page(Query(text="BEE"), 10))] == ["bee.lab"]
    quotas = now(backend.quotas.listing.page(Query(text="m@uni"), 10))
    assert {row.holder for row in quotas} == {"m@uni.example"}


def test_the_journal_is_searched_by_the_names_people_know(
    world: World, backend: EmbeddedBackend
) -> None:
    uuid = world.project("phys.lab")
    world.project("chem.lab")
    world.act(uuid, ProjectAction.SUSPEND)
    rows = now(backend.journal.listing.page(Query(text="PHYS"), 10))
    assert {row.about for row in rows} == {"phys.lab", "#1 of phys.lab"}
    assert {row.who for row in rows} == {"operator:op", "o@uni.example"}


def test_badges_count_what_needs_attention(world: World, backend: EmbeddedBackend) -> None:
    uuid = world.project("phys.lab", (10, 4))
    world.enroll("M", uuid)
    world.charge("M", uuid, 3)
    world.charge("M", uuid, 1, keep=False)
    world.submit("O", uuid, grants={VM: Capacity(20, 8)})
    world.act(uuid, ProjectAction.SUSPEND)
    badges = now(backend.badges())
    assert (badges.waiting, badges.over, badges.pending) == (1, 1, 1)


def test_two_consoles_hear_each_other(world: World, backend: EmbeddedBackend) -> None:
    heard = threading.Event()
    stop = backend.watch(lambda head: heard.set())
    world.project("phys.lab")
    assert heard.wait(1.0)
    stop()


def test_read_only_backends_look_and_preview_but_do_nothing(world: World) -> None:
    uuid = world.project("phys.lab")
    reader = open_embedded(world.database.path, read_only=True, actor=OPERATOR)
    command = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)
    plan = now(reader.plan(command))
    assert plan.changes
    with pytest.raises(ReadOnly):
        now(reader.apply(plan, "no"))
    reader.shut()
