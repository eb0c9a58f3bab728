"""A console follows an Astakos, says how it stands with it, and recovers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.backend import LinkState
from backend.core import principals
from backend.core.database import Tx
from backend.core.errors import Unreachable
from backend.core.listing import Query
from backend.remote import Pace, RemoteBackend
from backend.remote.astakos import poller
from tests.remote.conftest import Stand, until
from tests.remote.consoles import console
from tests.worlds import OPERATOR, person


def down(status: int) -> Response | None:
    """The server fails."""
    return Response(b"", status)


def test_nothing_is_asked_before_something_is_read(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> LinkState:
        return backend.link.state

    assert stand.play(scene) is LinkState.CONNECTING
    assert stand.meddler.asked == []


def test_commissions_of_others_come_and_go(stand: Stand) -> None:
    uuid = stand.world.project("live.lab", (10, 4))
    stand.world.enroll("M", uuid)

    async def scene(backend: RemoteBackend) -> None:
        async def used(amount: int, pending: int) -> bool:
            (row,) = await backend.quotas.listing.page(Query("live.lab vm"), 9)
            commissions = await backend.quotas.commissions.page(Query(), 9)
            return (row.usage, len(commissions)) == (amount, pending)

        await backend.badges()
        serial = await asyncio.to_thread(stand.world.charge, "M", uuid, 2, keep=False)
        await until(backend, lambda: used(2, 1))
        (row,) = await backend.quotas.commissions.page(Query(), 9)
        assert (row.key, row.clientkey, row.holder) == (serial, "cyclades", "m@uni.example")
        assert backend.link.state is LinkState.POLLING

    stand.play(scene)


@pytest.mark.parametrize(("status", "state"), [(503, LinkState.LOST), (401, LinkState.SIGNED_OUT)])
def test_a_lost_server_is_told_and_come_back_to(
    stand: Stand, status: int, state: LinkState
) -> None:
    stand.world.project("kept.lab", (10, 4))

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        stand.meddler.before = lambda _: down(status)

        async def lost() -> bool:
            return backend.link.state is state

        await until(backend, lost)
        assert backend.link.reason
        assert backend.link.retry_at > backend.link.since
        (row,) = await backend.projects.listing.page(Query("kept.lab"), 9)
        assert row.name == "kept.lab"
        stand.meddler.before = lambda _: None

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)

    stand.play(scene)


def mistaken(tx: Tx) -> Mapping[int, frozenset[str]]:
    """What nobody foresaw."""
    raise KeyError("no such key")


def test_a_mistake_of_bursars_own_is_told_and_is_not_the_end(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        with monkeypatch.context() as patch:
            patch.setattr(poller, "_reserved", mistaken)
            await until(backend, lost)
        assert "an error of bursar's own: KeyError" in backend.link.reason

        async def back() -> bool:
            return backend.link.state is LinkState.POLLING

        await until(backend, back)

    stand.play(scene)
    assert "no such key" in caplog.text


def test_a_server_that_asks_to_wait_is_left_alone(stand: Stand) -> None:
    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        stand.meddler.before = lambda _: Response(b"", 429, {"Retry-After": "40"})

        async def lost() -> bool:
            return backend.link.state is LinkState.LOST

        await until(backend, lost)
        assert "again in 40 s" in backend.link.reason
        assert backend.link.retry_at - backend.link.since >= 40_000_000

    stand.play(scene, pace=Pace(quick=0.02, whole=0.05, longest=60.0))


def test_a_server_that_cannot_be_reached_at_first(stand: Stand) -> None:
    stand.meddler.before = lambda _: down(503)

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(Unreachable):
            await backend.badges()
        assert backend.connection.lacks
        heard = asyncio.Event()
        forget = backend.watch(lambda _: heard.set())
        with pytest.raises(Unreachable):
            await backend.projects.listing.page(Query(), 9)
        stand.meddler.before = lambda _: None
        async with asyncio.timeout(60):
            while backend.link.state is not LinkState.POLLING:
                await heard.wait()
                heard.clear()
        assert len(await backend.quotas.catalog.page(Query(), 99)) == 4
        forget()

    stand.play(scene)


def test_what_is_seen_is_read_by_itself(stand: Stand) -> None:
    uuid = stand.world.project("seen.lab", (10, 4))
    stand.world.enroll("M", uuid)
    asked: list[str] = []

    def note(request: Request) -> Response | None:
        asked.append(request.url.query)
        return None

    async def scene(backend: RemoteBackend) -> None:
        await backend.quotas.listing.page(Query("seen.lab vm"), 9)
        stand.meddler.before = note

        async def narrowed() -> bool:
            return f"project={uuid}" in asked

        forget = backend.watch(lambda _: None)
        async with asyncio.timeout(60):
            while not await narrowed():
                await asyncio.sleep(0.01)
        forget()

    stand.play(scene)


def test_who_signs_in_instead_is_who_acts_from_then_on(stand: Stand) -> None:
    tokens = iter("AO")

    async def token(refusal: str) -> str:
        return next(tokens)

    async def scene() -> list[str]:
        backend = console(stand.meddler.transport(), token)
        await backend.badges()
        seen = [backend.connection.actor.uuid]
        stand.oracle.database.write(
            lambda tx: principals.revoke(tx, OPERATOR, f"user:{person('A')}")
        )

        async def other() -> bool:
            return backend.connection.actor.uuid != seen[0]

        await until(backend, other)
        seen.append(backend.connection.actor.uuid)
        await backend.close()
        return seen

    assert asyncio.run(scene()) == [person("A"), person("O")]
