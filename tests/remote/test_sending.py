"""Changes on an Astakos: sent once, and what became of them is never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.backend import JournalRow
from backend.core.errors import (
    BursarError,
    Conflict,
    NotAllowed,
    OutcomeUnknown,
    PreviewStale,
    ReadOnly,
    Unreachable,
)
from backend.core.listing import Query
from backend.core.plan import Command, Receipt
from backend.core.runtime import system_runtime
from backend.outbox import Outcome, Unfinished
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeMembership,
    ChangeProjectState,
    EnrollMember,
    JoinProject,
    MembershipAction,
    ProjectAction,
    SetDefaultProject,
    SubmitApplication,
    Wishes,
)
from backend.projects.store.memberships import membership_between
from backend.quotas.model import AcceptCommission
from backend.remote import RemoteBackend
from backend.remote.astakos.reading import Reading
from backend.remote.astakos.side import AstakosSide
from backend.remote.trail import Trail
from tests.remote.conftest import Stand, until
from tests.remote.scripted import told
from tests.worlds import FAR, OPERATOR, VM, person


def failing(status: int, **headers: str) -> Callable[[Request], Response | None]:
    """Changes get this status."""

    def answer(request: Request) -> Response | None:
        changing = request.method in ("PUT", "POST") and "/account/" in request.url.path
        if not changing or request.url.path.endswith("user_catalogs"):
            return None
        return Response(b"", status, headers)

    return answer


def approval(stand: Stand) -> tuple[str, ApproveApplication]:
    """A waiting application's project, and the command to approve it."""
    uuid, number = stand.world.submit("O", name="asked.lab", grants={VM: Capacity(10, 4)})
    return uuid, ApproveApplication(actor=OPERATOR, application=number)


async def do(backend: RemoteBackend, command: Command, reason: str = "as agreed") -> Receipt:
    return await backend.apply(await backend.plan(command), reason)


async def newest(backend: RemoteBackend) -> JournalRow:
    await backend.badges()
    (row,) = await backend.journal.listing.page(Query(), 1)
    return row


def changes(stand: Stand) -> list[str]:
    """The requests that change something."""
    return [
        one
        for one in stand.meddler.asked
        if one.startswith(("POST", "PUT")) and not one.endswith(("user_catalogs", "tokens"))
    ]


def test_a_change_is_one_request_with_its_reason(stand: Stand) -> None:
    uuid, command = approval(stand)

    async def scene(backend: RemoteBackend) -> JournalRow:
        await do(backend, command, "fits")
        (row,) = await backend.projects.listing.page(Query("asked.lab"), 1)
        assert row.display_state == "Active"
        return await newest(backend)

    row = stand.play(scene)
    assert changes(stand) == [f"POST /astakos/account/v1.0/projects/{uuid}/action"]
    assert (row.action, row.outcome, row.about) == (
        "application.approve",
        "done",
        "#1 of asked.lab",
    )
    theirs = asyncio.run(stand.oracle.journal.listing.page(Query("approve"), 1))
    assert (theirs[0].reason, theirs[0].who) == ("fits", "a@uni.example")


def test_an_answer_that_is_lost_is_settled_by_reading_again(stand: Stand) -> None:
    uuid, command = approval(stand)

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(command)
        stand.meddler.after = failing(502)
        await backend.apply(plan, "")
        return (await newest(backend)).outcome

    assert stand.play(scene) == "done"
    assert len(changes(stand)) == 1
    assert stand.world.see(uuid).state == "active"


def test_what_is_not_to_be_seen_stays_unknown_until_it_is(stand: Stand) -> None:
    _, command = approval(stand)

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(command)
        stand.meddler.before = failing(504)
        with pytest.raises(OutcomeUnknown, match="does not show it"):
            await backend.apply(plan, "soon")
        stand.meddler.before = lambda _: None
        return (await newest(backend)).outcome

    assert stand.play(scene) == "unknown"
    assert len(changes(stand)) == 1
    stand.world.approve(command.application)  # it was only late

    async def later(backend: RemoteBackend) -> JournalRow:
        async def settled() -> bool:
            return (await newest(backend)).outcome == "done"

        await until(backend, settled)
        rows = await backend.journal.listing.page(Query(), 9)
        assert [row.outcome for row in rows] == ["done", "unknown"]
        return rows[0]

    row = stand.play(later)  # another console of the same context
    assert (row.action, row.reason) == ("application.approve", "soon")
    assert len(changes(stand)) == 1


def test_what_another_console_waits_for_is_left_to_it(tmp_path: Path) -> None:
    one = Unfinished("k1", 1, "Approve #1", "fits", "{}")

    async def scene() -> None:
        here, there = (Trail(tmp_path, system_runtime()) for _ in range(2))
        await here.keep(one)
        assert (await here.open(), await there.open()) == ([one], [])
        here.close()
        assert [await there.open() for _ in range(2)] == [[one], [one]]
        await there.finish(one, Outcome.DONE, "approved", 2)
        assert await there.open() == []
        there.close()

    asyncio.run(scene())


@pytest.mark.parametrize("answered", [True, False])
def test_what_cannot_be_noted_here_is_not_told_as_not_done(stand: Stand, *, answered: bool) -> None:
    uuid, command = approval(stand)

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(command)
        backend._trail.database.close()
        if answered:
            return (await backend.apply(plan, "")).message
        stand.meddler.before = failing(504)
        with pytest.raises(OutcomeUnknown) as unknown:
            await backend.apply(plan, "")
        return unknown.value.message

    told = stand.play(scene)
    assert ("could not be noted here" in told) == answered
    assert (stand.world.see(uuid).state == "active") == answered
    assert len(changes(stand)) == 1


def test_how_a_commission_ended_cannot_be_read_back(stand: Stand) -> None:
    uuid = stand.world.project("stuck.lab", (10, 4))
    stand.world.enroll("M", uuid)
    command = AcceptCommission(actor=OPERATOR, serial=stand.world.charge("M", uuid, 1, keep=False))

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        stand.meddler.after = failing(500)
        with pytest.raises(OutcomeUnknown, match="how it ended is not shown"):
            await backend.apply(plan, "")

    stand.play(scene)
    assert stand.world.mine("M", uuid) == (4, 1)


@pytest.mark.parametrize(
    ("status", "kind"), [(403, NotAllowed), (409, Conflict), (429, Unreachable)]
)
def test_refusals_change_nothing_and_are_journalled(
    stand: Stand, status: int, kind: type[BursarError]
) -> None:
    uuid, command = approval(stand)

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(command)
        stand.meddler.before = failing(status)
        with pytest.raises(kind):
            await backend.apply(plan, "")
        return (await newest(backend)).outcome

    assert stand.play(scene) == "refused"
    assert len(changes(stand)) == 1
    assert stand.world.see(uuid).state == "uninitialized"


def test_a_stale_preview_sends_nothing(stand: Stand) -> None:
    uuid = stand.world.project("old.lab")
    command = ChangeProjectState(actor=OPERATOR, project=uuid, action=ProjectAction.TERMINATE)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        await asyncio.to_thread(stand.world.act, uuid, ProjectAction.SUSPEND)
        with pytest.raises(PreviewStale):
            await backend.apply(plan, "")

    stand.play(scene)
    assert changes(stand) == []


def test_everything_that_the_api_can_do(stand: Stand) -> None:
    uuid = stand.world.project("all.lab", (10, 4))

    def member(letter: str) -> int:
        found = stand.oracle.database.read(lambda tx: membership_between(tx, person(letter), uuid))
        assert found is not None
        return found.id

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        me = backend.connection.actor
        wishes = Wishes(name="mine.lab", end_date=FAR, grants={VM: Capacity(3, 1)})
        filed = await do(backend, SubmitApplication(actor=me, applicant=me.uuid, wishes=wishes))
        assert filed.message == f"Application {filed.created['application']} filed"
        assert str((await newest(backend)).target) == f"application:{filed.created['application']}"
        change = Wishes(description="more", grants={VM: Capacity(12, 5)})
        again = SubmitApplication(actor=me, applicant=me.uuid, wishes=change, project=uuid)
        assert (await do(backend, again)).created["project"] == uuid
        enrol = await do(backend, EnrollMember(actor=me, project=uuid, email="n@uni.example"))
        assert enrol.created == {"membership": member("N")}
        remove = MembershipAction.REMOVE
        await do(backend, ChangeMembership(actor=me, membership=member("N"), action=remove))
        await do(backend, JoinProject(actor=me, project=uuid))
        accept = MembershipAction.ACCEPT
        await do(backend, ChangeMembership(actor=me, membership=member("A"), action=accept))
        await do(backend, SetDefaultProject(actor=me, user=me.uuid, project=uuid))
        suspend = ChangeProjectState(actor=me, project=uuid, action=ProjectAction.SUSPEND)
        plan = await backend.plan(suspend)
        await backend.apply(plan, "")
        assert plan.inverse is not None
        await do(backend, plan.inverse)

    stand.play(scene)
    assert stand.world.see(uuid).state == "active"
    assert len(changes(stand)) == 9


def test_nobody_acts_for_somebody_else(stand: Stand) -> None:
    wishes = Wishes(name="theirs.lab", end_date=FAR)
    command = SubmitApplication(actor=OPERATOR, applicant=person("M"), wishes=wishes)

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(NotAllowed, match="in his own name"):
            await backend.plan(command)

    stand.play(scene)


def test_a_user_does_what_is_his_and_no_more(stand: Stand) -> None:
    uuid = stand.world.project("owned.lab", (10, 4))

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        me = backend.connection.actor
        await do(backend, EnrollMember(actor=me, project=uuid, email="M@uni.example"))
        with pytest.raises(NotAllowed, match="only project admins"):
            await backend.plan(
                ChangeProjectState(actor=me, project=uuid, action=ProjectAction.SUSPEND)
            )

    stand.play(scene, token="O", services=())
    assert stand.world.mine("M", uuid) == (4, 0)


def test_a_read_only_context_changes_nothing(stand: Stand) -> None:
    _, command = approval(stand)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(command)
        assert backend.connection.read_only
        with pytest.raises(ReadOnly):
            await backend.apply(plan, "")

    stand.play(scene, read_only=True)
    assert changes(stand) == []


def test_an_odd_answer_does_not_undo_what_was_done(stand: Stand) -> None:
    uuid = stand.world.project("odd.lab", (10, 4))

    def odd(request: Request) -> Response | None:
        return told(["what?"]) if request.url.path.endswith("/memberships") else None

    async def scene(backend: RemoteBackend) -> Receipt:
        await backend.badges()
        command = EnrollMember(actor=backend.connection.actor, project=uuid, email="m@uni.example")
        plan = await backend.plan(command)
        stand.meddler.after = lambda request: odd(request) if request.method == "POST" else None
        return await backend.apply(plan, "")

    assert stand.play(scene).created == {}
    assert stand.world.mine("M", uuid) == (4, 0)


def test_what_was_read_before_a_change_does_not_hide_it(stand: Stand) -> None:
    _, command = approval(stand)

    async def scene(backend: RemoteBackend) -> str:
        await backend.badges()
        side = backend._sides["astakos"]
        assert isinstance(side, AstakosSide)
        reader, poller = side._reader, side._poller

        async def slowly() -> Reading:
            found = await reader.structure()
            await do(backend, command)
            return found

        assert not await poller._take(slowly())
        (row,) = await backend.projects.listing.page(Query("asked.lab"), 1)
        return row.display_state

    assert stand.play(scene) == "Active"
