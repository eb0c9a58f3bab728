"""What a console sees of somebody else's Waldur."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.backend import LinkState
from backend.check import findings
from backend.core.errors import BursarError, NotFound
from backend.core.listing import Query
from backend.embedded import open_embedded
from backend.openportal.model import State
from backend.remote import RemoteBackend
from backend.remote.openportal.busy import GIVEN_UP, Busy
from backend.world import load
from tests.remote.openportal.conftest import QUICK, Stand, row, rows, soon
from tests.remote.openportal.waldur import ADMIN, MEMBER, SUPPORT, Waldur, answer, page


def test_allocations_of_both_kinds_are_listed_with_what_they_name(stand: Stand) -> None:
    stand.waldur.allocation("climate", node_usage="86.40", groupname="brics.clim")
    stand.waldur.allocation("far", remote=True, state="UPDATING", error_message="still pending")

    async def scene(backend: RemoteBackend) -> None:
        near, far = await rows(backend)
        assert (near.usage, near.node_limit, near.counterpart) == (8640, 100, "brics.clim")
        assert (near.service_name, near.customer_abbreviation) == ("isambard", "CLI")
        assert (far.remote, far.state, far.waits) == (True, State.UPDATING, "still pending")
        assert [one.name for one in await rows(backend, "kind:opr")] == ["far"]

    stand.play(scene)


def test_o58_older_states_and_unknown_ones_are_shown(stand: Stand) -> None:
    stand.waldur.old = True
    stand.waldur.allocation("a", state="ERRED")
    stand.waldur.allocation("b", state="CREATION_SCHEDULED")
    stand.waldur.allocation("c", state="WAT")

    async def scene(backend: RemoteBackend) -> None:
        found = {one.name: (one.state, one.state_told) for one in await rows(backend)}
        assert found == {
            "a": (State.ERRED, "Erred"),
            "b": (State.CREATION_SCHEDULED, "Creation Scheduled"),
            "c": (State.UNKNOWN, "Wat"),
        }
        assert (await backend.badges()).erred == 1

    stand.play(scene)


def test_o62_rows_may_lack_fields(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")
    told = [{"uuid": uuid, "name": "climate", "state": None, "customer_name": None}]

    def bare(request: Request) -> Response | None:
        kind = "/openportal-allocations/"
        return answer(told) if request.url.path.endswith(kind) else None

    stand.waldur.meddle = bare

    async def scene(backend: RemoteBackend) -> None:
        (found,) = await rows(backend)
        assert (found.node_limit, found.usage, found.is_active) == (None, None, None)
        assert (found.customer_name, found.state, found.percent) == ("", State.UNKNOWN, None)
        assert await rows(backend, "node>1") == []

    stand.play(scene)


def test_a_row_keeps_its_key_and_goes_with_its_allocation(stand: Stand) -> None:
    keep, go = stand.waldur.allocation("keep"), stand.waldur.allocation("go")

    async def scene(backend: RemoteBackend) -> None:
        first = (await row(backend, keep)).key
        forget = backend.watch(lambda _: None)
        del stand.waldur.rows[go]
        stand.waldur.change(keep, name="kept")

        async def renamed() -> bool:
            return [one.name for one in await rows(backend)] == ["kept"]

        await soon(renamed)
        assert (await row(backend, keep)).key == first
        forget()

    stand.play(scene)


def test_a_row_that_went_and_came_back_is_there(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        await row(backend, uuid)
        forget = backend.watch(lambda _: None)
        gone = stand.waldur.rows.pop(uuid)

        async def empty() -> bool:
            return await rows(backend) == []

        await soon(empty)
        stand.waldur.rows[uuid] = gone

        async def back() -> bool:
            return [one.uuid for one in await rows(backend)] == [uuid]

        await soon(back)
        forget()

    stand.play(scene)


def test_a_bare_server_shows_allocations_and_no_more(stand: Stand) -> None:
    stand.waldur.bare = True
    stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        (found,) = await rows(backend)
        detail = await backend.openportal.allocation(found.key)
        assert (detail.associations, detail.usages, detail.account) == ((), (), None)
        assert await backend.openportal.awards.page(Query(), 9) == []
        assert "ApproveAward" in backend.connection.lacks

    stand.play(scene)
    assert stand.waldur.asked.count("GET /api/openportal-managed-projects/") == 1


def test_details_are_read_when_they_are_looked_at(stand: Stand) -> None:
    uuid = stand.waldur.allocation("x", state="ERRED", error_message="no", description="for ice")
    stand.waldur.rows[uuid]["error_traceback"] = "Traceback: deep"

    async def scene(backend: RemoteBackend) -> None:
        detail = await backend.openportal.allocation((await row(backend, uuid)).key)
        assert (detail.description, detail.error_traceback) == ("for ice", "Traceback: deep")
        assert detail.row.error_message == "no"
        assert (detail.row.figures_at, detail.read_at > 0) == (0, True)
        raw = await backend.openportal.raw_allocation(detail.row.key)
        assert raw["description"] == "for ice"
        del stand.waldur.rows[uuid]
        with pytest.raises(NotFound):
            await backend.openportal.allocation(detail.row.key)

    stand.play(scene)


@pytest.mark.parametrize(
    ("token", "staff", "changes"), [(ADMIN, False, True), (SUPPORT, False, False)]
)
def test_what_a_role_does_not_do_is_dimmed(
    stand: Stand, token: str, staff: bool, changes: bool
) -> None:
    stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        await rows(backend)
        lacks = backend.connection.lacks
        assert ("SetNodeLimit" not in lacks) is staff
        assert ("PullAllocation" not in lacks) is changes

    stand.play(scene, token=token)


def test_a_newer_token_is_a_bearers(stand: Stand) -> None:
    stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> str:
        await rows(backend)
        return backend.connection.address

    assert stand.play(scene, token=MEMBER) == "member@example.org"
    assert stand.waldur.seen == {f"Bearer {MEMBER}"}


def test_a_list_that_does_not_come_whole_is_told_and_drops_nothing(stand: Stand) -> None:
    for name in "abc":
        stand.waldur.allocation(name)

    async def scene(backend: RemoteBackend) -> None:
        assert len(await rows(backend)) == 3
        forget = backend.watch(lambda _: None)
        stand.waldur.meddle = _shortened(stand.waldur)

        async def told() -> bool:
            return bool((await backend.badges()).warnings)

        await soon(told)
        (warning,) = (await backend.badges()).warnings
        assert warning.startswith("1 allocation")
        assert len(await rows(backend)) == 3
        forget()

    stand.play(scene)


def _shortened(waldur: Waldur) -> Callable[[Request], Response | None]:
    """One row less than is counted."""

    def shorter(request: Request) -> Response | None:
        if request.url.path != "/api/openportal-allocations/":
            return None
        shown = [waldur._shown(one) for one in list(waldur.rows.values())[1:]]
        return answer(shown, X_Result_Count="3")

    return shorter


@pytest.mark.parametrize("status", [500, 502, 200])
def test_lists_stay_while_the_server_fails_and_come_back(stand: Stand, status: int) -> None:
    stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> str:
        await rows(backend)
        forget = backend.watch(lambda _: None)
        stand.waldur.meddle = lambda request: page(status, "<h1>\x1b[2Joops</h1>")

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await soon(lost)
        told = backend.link.reason
        assert [one.name for one in await rows(backend)] == ["climate"]
        stand.waldur.meddle = lambda request: None

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await soon(back)
        forget()
        return told

    assert stand.play(scene).isprintable()


def test_between_two_lists_the_server_is_heard(stand: Stand) -> None:
    stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> None:
        await rows(backend)
        forget = backend.watch(lambda _: None)
        lists = sum(one.startswith("GET ") for one in stand.waldur.asked)
        first = backend.link.heard

        async def later() -> bool:
            return backend.link.heard > first

        await soon(later)
        assert sum(one.startswith("GET ") for one in stand.waldur.asked) == lists
        forget()

    stand.play(scene, pace=replace(QUICK, lists=600))


def test_a_server_that_is_none_is_told(stand: Stand) -> None:
    stand.waldur.meddle = lambda request: page(404)

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(BursarError, match="Not Found"):
            await backend.badges()

    stand.play(scene)


def test_what_is_seen_is_a_world_file(stand: Stand, tmp_path: Path) -> None:
    stand.waldur.allocation("climate", description="for ice")
    stand.waldur.allocation("far", remote=True, state="UPDATING")
    stand.waldur.award("u6ac.brics", "airr.brics.isambard-ai")

    async def scene(backend: RemoteBackend) -> str:
        out = io.StringIO()
        lacking = await backend.export(out)
        assert lacking[0].endswith("is ERRED in the copy: far")
        return out.getvalue()

    world = json.loads(stand.play(scene))
    told = world["openportal"]
    (one,), (far,) = told["allocations"], told["remote_allocations"]
    assert (far["name"], far["state"]) == ("far", "ERRED")
    assert [one["identifier"] for one in told["managed_projects"]] == ["u6ac.brics"]
    with closing(open_embedded(tmp_path / "copy.db").database) as copy:
        load(copy, world)
        assert copy.read(lambda tx: list(findings(tx))) == []
    assert (one["name"], one["description"]) == ("climate", "for ice")


def test_what_is_under_way_is_looked_at_often_then_less_then_no_more() -> None:
    busy, now, pauses = Busy(1.0), 0.0, list[float]()
    busy.note(["a"], now)
    while busy.next_at() != float("inf"):
        pauses.append(busy.next_at() - now)
        now = busy.next_at()
        assert busy.due(now) == ["a"]
        busy.looked(["a"], now)
    assert pauses[:11] == [1.0] * 5 + [2.0] * 5 + [5.0]
    assert set(pauses[11:]) == {5.0}
    assert GIVEN_UP <= now < GIVEN_UP + 5
    busy.note(["a"], now)
    assert busy.due(now + 1) == []
    busy.again("a", now)
    assert busy.due(now + 1) == ["a"]
    busy.note([], now)
    assert busy.due(now + 9) == []
