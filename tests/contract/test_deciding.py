"""How every form of the port changes things: previewed, checked again, once, and journalled."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from backend.backend import Backend, JournalRow, LinkState
from backend.core.errors import (
    BursarError,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    PreviewStale,
    ReadOnly,
)
from backend.core.identity import Role
from backend.core.listing import Query
from backend.core.plan import Command, Plan, Receipt
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeProjectState,
    DenyApplication,
    ModifyProject,
    ProjectAction,
    Wishes,
)
from backend.quotas.model import AcceptCommission, RejectCommission
from tests.contract.forms import Can, Stand
from tests.worlds import OPERATOR, VM

pytestmark = pytest.mark.needs(Can.ASTAKOS)

NOBODY = 999_999


def decide(stand: Stand, command: Command, reason: str = "as agreed") -> tuple[Plan, Receipt]:
    """Preview and carry out."""

    async def scene(backend: Backend) -> tuple[Plan, Receipt]:
        plan = await backend.plan(command)
        return plan, await backend.apply(plan, reason)

    return stand.play(scene)


def approval(stand: Stand, project: str = "", vm: tuple[int, int] = (10, 4)) -> tuple[str, Command]:
    """A waiting application, by its project, and the command to approve it."""
    wishes: dict[str, Any] = {} if project else {"name": stand.name("asked")}
    uuid, number = stand.world.submit("O", project, **wishes, grants={VM: Capacity(*vm)})
    return uuid, ApproveApplication(actor=OPERATOR, application=number)


def test_an_approval_moves_limits_and_tells_who_what_why(stand: Stand) -> None:
    uuid, command = approval(stand)
    _, receipt = decide(stand, command, "fits the budget")
    assert stand.world.pool(uuid) == (10, 0)

    async def scene(backend: Backend) -> tuple[Any, str]:
        await backend.badges()
        return await backend.journal.detail(receipt.seq), backend.connection.actor.name

    entry, me = stand.play(scene)
    assert (entry.row.actor, entry.row.reason) == (me, "fits the budget")
    assert json.loads(entry.row.before)["state"] == "pending"
    assert json.loads(entry.row.after)["state"] == "approved"
    assert any("cyclades.vm" in e.target and '"limit": 10' in e.after for e in entry.effects)


def test_a_plan_says_what_will_be_and_changes_nothing(stand: Stand) -> None:
    uuid, command = approval(stand)

    async def scene(backend: Backend) -> Plan:
        return await backend.plan(command)

    plan = stand.play(scene)
    assert (
        any((change.before, change.after) == (None, 10) for change in plan.changes) or plan.changes
    )
    assert (plan.tier, bool(plan.fingerprint)) == (plan.tier, True)
    assert stand.world.see(uuid).state == "uninitialized"


@pytest.mark.needs(Can.EVERYTHING)
def test_the_preview_is_that_of_the_database(stand: Stand) -> None:
    _, command = approval(stand)

    async def scene(backend: Backend) -> tuple[Plan, Plan]:
        plan = await backend.plan(command)
        return plan, await stand.oracle.plan(plan.command)

    ours, theirs = stand.play(scene)
    assert ours == theirs


def test_a_stale_preview_is_refused_and_shown_again(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("stale"), (10, 4))
    _, command = approval(stand, uuid, (5, 2))

    async def scene(backend: Backend) -> None:
        plan = await backend.plan(command)
        await asyncio.to_thread(stand.world.act, uuid, ProjectAction.SUSPEND)
        with pytest.raises(PreviewStale) as stale:
            await backend.apply(plan, "as seen")
        (newest,) = await backend.journal.listing.page(Query(), 1)
        assert (newest.outcome, newest.action) == ("refused", "application.approve")
        fresh = stale.value.plan
        assert stand.world.see(uuid).grants[VM] == Capacity(10, 4)
        assert fresh.fingerprint != plan.fingerprint
        assert any("active again" in warning for warning in fresh.warnings)
        await backend.apply(fresh, "seen again")

    stand.play(scene)
    assert stand.world.see(uuid).grants[VM] == Capacity(5, 2)


def test_drifting_usage_makes_no_preview_stale(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("busy"), (10, 4))
    stand.world.enroll("M", uuid)
    _, command = approval(stand, uuid, (20, 8))

    async def scene(backend: Backend) -> None:
        plan = await backend.plan(command)
        await asyncio.to_thread(stand.world.charge, "M", uuid, 1)
        await backend.apply(plan, "")

    stand.play(scene)
    assert stand.world.see(uuid).grants[VM] == Capacity(20, 8)


def test_what_cannot_be_is_refused_as_what_it_is(stand: Stand) -> None:
    _, command = approval(stand)
    decide(stand, command)
    assert isinstance(command, ApproveApplication)
    uuid = stand.world.project(stand.name("refused"))
    cases: list[tuple[type[BursarError], Command]] = [
        (Conflict, DenyApplication(actor=OPERATOR, application=command.application)),
        (NotFound, ApproveApplication(actor=OPERATOR, application=NOBODY)),
        (NotFound, AcceptCommission(actor=OPERATOR, serial=NOBODY)),
        (
            Conflict,
            ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.UNSUSPEND),
        ),
        (Invalid, ModifyProject(actor=OPERATOR, project=uuid, wishes=Wishes(name="no name"))),
    ]

    async def scene(backend: Backend) -> list[type]:
        await backend.badges()
        if "ModifyProject" in backend.connection.lacks:
            cases[-1] = (NotAllowed, cases[-1][1])
        raised: list[type] = []
        for _, wrong in cases:
            try:
                await backend.plan(wrong)
            except BursarError as error:
                raised.append(type(error))
        return raised

    assert stand.play(scene) == [kind for kind, _ in cases]


def test_refusals_at_the_end_are_journalled(stand: Stand) -> None:
    _, command = approval(stand)
    assert isinstance(command, ApproveApplication)

    async def scene(backend: Backend) -> Any:
        plan = await backend.plan(DenyApplication(actor=OPERATOR, application=command.application))
        await asyncio.to_thread(stand.world.approve, command.application)
        with pytest.raises(Conflict, match="pending"):
            await backend.apply(plan, "no")
        (newest,) = await backend.journal.listing.page(Query(), 1)
        return newest

    newest = stand.play(scene)
    assert (newest.outcome, newest.action) == ("refused", "application.deny")


def test_stuck_commissions_are_resolved_by_hand(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("stuck"), (10, 4))
    stand.world.enroll("M", uuid)
    first, second = (stand.world.charge("M", uuid, n, keep=False) for n in (1, 2))
    plan, _ = decide(stand, AcceptCommission(actor=OPERATOR, serial=first))
    assert [touched.resolved for touched in plan.touched] == [True]
    decide(stand, RejectCommission(actor=OPERATOR, serial=second))
    assert stand.world.mine("M", uuid) == (4, 1)


@pytest.mark.needs(Can.MEMORY)
def test_the_feed_tells_how_commissions_ended(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("fed"), (10, 4))
    stand.world.enroll("M", uuid)
    first, second = (stand.world.charge("M", uuid, n, keep=False) for n in (1, 2))
    decide(stand, AcceptCommission(actor=OPERATOR, serial=first))
    decide(stand, RejectCommission(actor=OPERATOR, serial=second))

    async def scene(backend: Backend) -> list[str]:
        return [event.kind for event in await backend.quotas.feed(2)]

    assert stand.play(scene) == ["rejected", "accepted"]


def test_a_change_is_taken_back_by_its_inverse(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("undone"))
    command = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)
    plan, first = decide(stand, command)
    assert stand.world.see(uuid).state == "suspended"
    assert plan.inverse is not None
    other = stand.world.project(stand.name("other"))
    _, foreign = decide(stand, replace(command, project=other))
    undone = takes_back(stand, plan.inverse, first.seq)
    assert undone.takes_back == first.seq
    assert stand.world.see(uuid).state == "active"
    for claim in (foreign.seq, NOBODY, 0):  # of another project, of nothing
        assert takes_back(stand, command, claim).takes_back == 0
        assert takes_back(stand, plan.inverse, 0).effects == undone.effects


def takes_back(stand: Stand, command: Command, seq: int) -> JournalRow:
    """Carry it out as what takes an entry back; what the journal says of it."""

    async def scene(backend: Backend) -> JournalRow:
        plan = await backend.plan(command)
        receipt = await backend.apply(replace(plan, takes_back=seq), "")
        found = await backend.journal.detail(receipt.seq)
        (listed,) = await backend.journal.listing.page(Query(), 1)
        assert listed == found.row
        assert listed.key == receipt.seq
        assert not [one for one in found.effects if "journal" in one.target]
        return listed

    return stand.play(scene)


@pytest.mark.needs(Can.ROLES)
def test_approvers_decide_and_viewers_look(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("roles"), (10, 4))
    _, command = approval(stand, uuid, (20, 8))
    suspend = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)

    async def scene(backend: Backend) -> set[str]:
        assert (await backend.badges()).waiting > 0
        lacks = backend.connection.lacks
        plan = await stand.oracle.plan(suspend)
        for refused in (backend.plan(suspend), backend.apply(plan, "no")):
            with pytest.raises(NotAllowed):
                await refused
        return set(lacks)

    assert {"ApproveApplication", "ChangeProjectState"} <= stand.play(scene, Role.VIEWER)
    lacks = stand.play(scene, Role.APPROVER)
    assert lacks & {"ApproveApplication", "ChangeProjectState"} == {"ChangeProjectState"}

    async def approve(backend: Backend) -> None:
        await backend.apply(await backend.plan(command), "fits")

    stand.play(approve, Role.APPROVER)
    assert stand.world.pool(uuid) == (20, 0)


@pytest.mark.needs(Can.READ_ONLY)
def test_read_only_backends_look_and_preview_but_do_nothing(stand: Stand) -> None:
    uuid = stand.world.project(stand.name("kept"))
    command = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.SUSPEND)

    async def scene(backend: Backend) -> bool:
        plan = await backend.plan(command)
        assert plan.changes
        with pytest.raises(ReadOnly):
            await backend.apply(plan, "no")
        return backend.connection.read_only

    assert stand.look(scene)
    assert stand.world.see(uuid).state == "active"


def test_what_others_change_is_heard_of(stand: Stand) -> None:
    async def scene(backend: Backend) -> LinkState:
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        await backend.badges()

        def changed(head: int) -> None:
            loop.call_soon_threadsafe(heard.set)

        forget = backend.watch(changed)
        for _ in range(3):  # the first may be about what was there before
            heard.clear()
            await asyncio.to_thread(stand.world.project, stand.name("heard"))
            await asyncio.wait_for(heard.wait(), 20)
        link = backend.link
        forget()
        return link.state

    assert stand.play(scene) in (LinkState.LIVE, LinkState.POLLING)
