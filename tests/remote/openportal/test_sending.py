"""Changes through Waldur's API: previewed on what is there, sent once, never guessed at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.backend import LinkState
from backend.core.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    PreviewStale,
)
from backend.core.identity import operator
from backend.core.listing import Query
from backend.core.plan import Command
from backend.openportal.model import (
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    PullAllocation,
    SetNodeLimit,
    State,
    UnlinkAllocation,
)
from backend.remote import RemoteBackend
from tests.remote.openportal.conftest import Stand, carry_out, row, soon
from tests.remote.openportal.waldur import ADMIN, MEMBER, page

ME = operator("ops")


def limit(uuid: str, node_limit: int = 77) -> Command:
    return SetNodeLimit(actor=ME, allocation=uuid, node_limit=node_limit)


def delete(uuid: str) -> Command:
    return DeleteAllocation(actor=ME, allocation=uuid)


def pull(uuid: str) -> Command:
    return PullAllocation(actor=ME, allocation=uuid)


async def settled(backend: RemoteBackend, uuid: str) -> State | None:
    """Follow until nothing is under way with an allocation; None when it is gone then."""
    forget = backend.watch(lambda _: None)
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    state = (await row(backend, uuid)).state
                except NotFound:
                    return None
                if not state.busy:
                    return state
                await asyncio.sleep(0.01)
    finally:
        forget()


def test_o57_a_limit_is_set_and_followed_until_it_stands(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(limit(uuid))
        assert (plan.request.method, plan.request.body) == ("POST", {"node_limit": 77})
        assert plan.changes[0].before == 100
        await backend.apply(plan, "agreed")
        now = await row(backend, uuid)
        assert (now.node_limit, now.state) == (77, State.UPDATE_SCHEDULED)
        assert await settled(backend, uuid) is State.OK
        (entry,) = await backend.journal.listing.page(Query(), 9)
        assert (entry.action, entry.reason) == ("allocation.set_limit", "agreed")

    stand.play(scene)
    assert stand.waldur.written == [f"POST /api/openportal-allocations/{uuid}/set_limits/"]


def test_o57_a_deletion_is_followed_until_it_is_gone(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        receipt = await carry_out(backend, delete(uuid))
        assert "scheduled" in receipt.message
        assert (await row(backend, uuid)).state is State.DELETION_SCHEDULED
        assert await settled(backend, uuid) is None

    stand.play(scene)


@pytest.mark.parametrize("remote", [False, True])
def test_a_new_allocation_is_followed_and_a_limit_of_the_servers_own_is_told(
    stand: Stand, remote: bool
) -> None:
    service = stand.waldur.service("isambard", remote=remote)
    project = stand.waldur.project("climate")

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        command = CreateAllocation(
            actor=ME, remote=remote, name="x", service=service, project=project, node_limit=500
        )
        receipt = await carry_out(backend, command)
        uuid = str(receipt.created["allocation"])
        assert (await row(backend, uuid)).node_limit == 500
        forget = backend.watch(lambda _: None)
        assert await settled(backend, uuid) is State.OK
        assert (await row(backend, uuid)).node_limit == 1000

        async def warned() -> bool:
            return bool((await backend.badges()).warnings)

        await soon(warned)
        warnings = (await backend.badges()).warnings
        assert len(warnings) == 1, warnings
        assert warnings[0].startswith("x: the server set its limit to 1,000, 500 node-hours")
        (entry,) = await backend.journal.listing.page(Query(), 9)
        assert entry.target == f"allocation:{uuid}"
        await carry_out(backend, limit(uuid, 500))
        assert await settled(backend, uuid) is State.OK

        async def silent() -> bool:
            return not (await backend.badges()).warnings

        await soon(silent)
        forget()

    stand.play(scene)


def test_a_record_is_changed_a_pull_brings_usage(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        change = ModifyAllocation(actor=ME, allocation=uuid, name="ice", counterpart="brics.ice")
        plan = await backend.plan(change)
        assert plan.request.body == {"name": "ice", "groupname": "brics.ice"}
        await backend.apply(plan, "")
        now = await row(backend, uuid)
        assert (now.name, now.counterpart) == ("ice", "brics.ice")
        await carry_out(backend, pull(uuid))
        assert await settled(backend, uuid) is State.OK
        assert (await row(backend, uuid)).usage == 8640

    stand.play(scene)


@pytest.mark.parametrize(("operation", "command"), [("pull", pull), ("delete", delete)])
def test_what_fails_there_is_erred_with_its_words(
    stand: Stand, operation: str, command: Callable[[str], Command]
) -> None:
    uuid = stand.waldur.allocation("climate")
    stand.waldur.breaks.add(operation)

    async def scene(backend: RemoteBackend) -> None:
        await carry_out(backend, command(uuid))
        assert await settled(backend, uuid) is State.ERRED
        assert (await row(backend, uuid)).error_message == f"cannot {operation}"

    stand.play(scene)


def test_an_erred_one_goes_whatever_the_resource_backend_says(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate", state="ERRED")
    stand.waldur.breaks.add("delete")

    async def scene(backend: RemoteBackend) -> None:
        await carry_out(backend, delete(uuid))
        assert await settled(backend, uuid) is None

    stand.play(scene)


def test_marks_and_unlinking_end_what_hangs(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate", state="DELETING")
    stand.waldur.frozen = True

    async def scene(backend: RemoteBackend) -> None:
        failed = MarkErred(actor=ME, allocation=uuid, error_message="stuck")
        await carry_out(backend, failed)
        now = await row(backend, uuid)
        assert (now.state, now.error_message) == (State.ERRED, "stuck")
        await carry_out(backend, MarkOk(actor=ME, allocation=uuid))
        now = await row(backend, uuid)
        assert (now.state, now.error_message) == (State.OK, "")
        await carry_out(backend, UnlinkAllocation(actor=ME, allocation=uuid))
        with pytest.raises(NotFound):
            await row(backend, uuid)

    stand.play(scene)


def test_a_server_without_marks_is_asked_for_one_once(stand: Stand) -> None:
    stand.waldur.old = True
    uuid = stand.waldur.allocation("climate", state="ERRED")

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(NotAllowed, match="older"):
            await carry_out(backend, MarkOk(actor=ME, allocation=uuid))
        assert {"MarkOk", "MarkErred"} <= backend.connection.lacks.keys()
        with pytest.raises(NotAllowed, match="older"):
            await backend.plan(MarkErred(actor=ME, allocation=uuid))
        await carry_out(backend, delete(uuid))

    stand.play(scene)
    assert [one.partition("/set_ok")[1] for one in stand.waldur.written] == ["/set_ok", ""]


def test_a_server_that_was_away_may_know_marks(stand: Stand) -> None:
    stand.waldur.old = True
    uuid = stand.waldur.allocation("climate", state="ERRED")

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(NotAllowed, match="older"):
            await carry_out(backend, MarkOk(actor=ME, allocation=uuid))
        forget = backend.watch(lambda _: None)
        stand.waldur.old, stand.waldur.meddle = False, lambda _: page(503)

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await soon(lost)
        stand.waldur.meddle = lambda _: None
        assert "MarkOk" not in backend.connection.lacks
        forget()
        await carry_out(backend, MarkOk(actor=ME, allocation=uuid))

    stand.play(scene)
    assert stand.waldur.rows[uuid]["state"] == "OK"


def test_a_mark_on_what_is_gone_says_so_and_dims_nothing(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate", state="ERRED")

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(MarkOk(actor=ME, allocation=uuid))
        stand.waldur.meddle = _gone_before_writing(stand, uuid)
        with pytest.raises(NotFound):
            await backend.apply(plan, "")
        assert "MarkOk" not in backend.connection.lacks

    stand.play(scene)


def _gone_before_writing(stand: Stand, uuid: str) -> Callable[[Request], Response | None]:
    def meddle(request: Request) -> Response | None:
        if request.method == "POST":
            stand.waldur.rows.pop(uuid, None)
        return None

    return meddle


def test_what_its_state_does_not_allow_is_not_sent(stand: Stand) -> None:
    busy = stand.waldur.allocation("busy", state="DELETING")
    blank = stand.waldur.allocation("blank", backend_id="")
    stand.waldur.frozen = True

    async def scene(backend: RemoteBackend) -> None:
        for command in (limit(busy), pull(busy), delete(busy)):
            with pytest.raises(Conflict):
                await backend.plan(command)
        with pytest.raises(Invalid, match="no backend id"):
            await backend.plan(pull(blank))

    stand.play(scene)
    assert stand.waldur.written == []


def test_who_was_faster_makes_a_new_preview(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(limit(uuid))
        stand.waldur.change(uuid, node_limit=50)
        with pytest.raises(PreviewStale) as caught:
            await backend.apply(plan, "")
        assert caught.value.plan.changes[0].before == 50

    stand.play(scene)
    assert stand.waldur.written == []


def test_who_has_no_part_in_a_project_is_refused_before_anything_is_sent(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        with pytest.raises(NotAllowed):
            await backend.plan(pull(uuid))

    stand.play(scene, token=MEMBER)
    assert stand.waldur.written == []
    stand.play(lambda backend: carry_out(backend, pull(uuid)), token=ADMIN)


async def told_of(backend: RemoteBackend, text: str = "") -> list[str]:
    """What the console's own journal is about, newest first."""
    return [one.about for one in await backend.journal.listing.page(Query(text), 9)]


def test_what_is_gone_keeps_its_name_in_the_consoles_own_journal(stand: Stand) -> None:
    gone, unlinked = stand.waldur.allocation("climate"), stand.waldur.allocation("ocean")
    (service,), (project,) = stand.waldur.services, stand.waldur.projects

    async def scene(backend: RemoteBackend) -> None:
        new = CreateAllocation(actor=ME, remote=False, name="new", service=service, project=project)
        made = str((await carry_out(backend, new)).created["allocation"])
        assert await settled(backend, made) is State.OK
        await carry_out(backend, limit(gone))
        assert await settled(backend, gone) is State.OK
        await carry_out(backend, delete(gone))
        assert await settled(backend, gone) is None
        await carry_out(backend, UnlinkAllocation(actor=ME, allocation=unlinked))
        del stand.waldur.rows[made]

    async def later(backend: RemoteBackend) -> None:
        names = ["ocean on isambard", *["climate on isambard"] * 2, "new on isambard"]
        assert await told_of(backend) == names
        assert await told_of(backend, "about:climate") == names[1:3]
        (key, *_) = await backend.journal.listing.keys(Query("about:ocean"))
        found = await backend.journal.detail(key)
        assert found.row.about == "ocean on isambard"
        assert '"service":"isambard"' in found.row.before

    stand.play(scene)
    stand.play(later)
