"""Changes whose answer is not heard, is no answer, or refuses the token."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.core.errors import BursarError, OutcomeUnknown
from backend.core.listing import Query
from backend.core.plan import Command
from backend.openportal.model import (
    CreateAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    UnlinkAllocation,
)
from backend.remote import RemoteBackend
from tests.remote.openportal.conftest import Stand, row
from tests.remote.openportal.test_sending import ME, delete, limit, pull
from tests.remote.openportal.waldur import MEMBER, STAFF, page


def once(response: Response) -> Callable[[Request], Response | None]:
    """Say this instead of an answer to the first write."""
    left = [response]

    def meddle(request: Request) -> Response | None:
        return left.pop() if request.method not in ("GET", "HEAD") and left else None

    return meddle


def test_o61_a_page_of_an_error_is_short_and_the_row_is_read_again(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(limit(uuid))
        long = f"<html><h1>Server Error (500)</h1>{'<p>Traceback' * 999}</html>"
        stand.waldur.meddle = once(page(500, long))
        with pytest.raises(OutcomeUnknown) as caught:
            await backend.apply(plan, "")
        assert (await row(backend, uuid)).node_limit == 100
        return str(caught.value)

    told = stand.play(scene)
    assert "500" in told
    assert "Traceback" not in told
    assert len(told) < 300
    assert stand.waldur.asked[-1].startswith("GET ")
    assert len(stand.waldur.written) == 1


def commands(stand: Stand) -> Iterator[tuple[str, Command]]:
    """Every change of an allocation, each of one of its own."""
    uuid = stand.waldur.allocation("a")
    yield uuid, limit(uuid)
    uuid = stand.waldur.allocation("b")
    yield uuid, pull(uuid)
    uuid = stand.waldur.allocation("c")
    yield uuid, delete(uuid)
    uuid = stand.waldur.allocation("d")
    yield uuid, ModifyAllocation(actor=ME, allocation=uuid, description="other")
    uuid = stand.waldur.allocation("e")
    yield uuid, UnlinkAllocation(actor=ME, allocation=uuid)
    uuid = stand.waldur.allocation("f", state="ERRED")
    yield uuid, MarkOk(actor=ME, allocation=uuid)
    uuid = stand.waldur.allocation("g")
    yield uuid, MarkErred(actor=ME, allocation=uuid, error_message="x")
    (service,), (project,) = stand.waldur.services, stand.waldur.projects
    new = CreateAllocation(actor=ME, remote=False, name="h", service=service, project=project)
    yield "", new


@pytest.mark.parametrize("done", [True, False], ids=["done", "lost"])
def test_an_answer_that_is_lost_is_looked_for(stand: Stand, done: bool) -> None:
    stand.waldur.frozen = True
    asked = list(commands(stand))

    async def scene(backend: RemoteBackend) -> None:
        for _, command in asked:
            plan = await backend.plan(command)
            if done:
                stand.waldur.lose = lambda request: request.method not in ("GET", "HEAD")
                await backend.apply(plan, "")
            else:
                stand.waldur.meddle = once(page(502))
                with pytest.raises(OutcomeUnknown, match="does not show it"):
                    await backend.apply(plan, "")

    stand.play(scene)
    assert len(stand.waldur.written) == len(asked)


def test_somebody_else_in_between_leaves_it_open(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    def meddle(request: Request) -> Response | None:
        if request.method != "POST":
            return None
        stand.waldur.change(uuid, node_limit=5)
        return page(502)

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(limit(uuid))
        stand.waldur.meddle = meddle
        with pytest.raises(OutcomeUnknown, match="cannot be told"):
            await backend.apply(plan, "")

    stand.play(scene)


def test_what_was_not_heard_is_settled_by_the_next_console(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")

    async def first(backend: RemoteBackend) -> None:
        plan = await backend.plan(limit(uuid))
        stand.waldur.meddle = once(page(502))
        with pytest.raises(OutcomeUnknown):
            await backend.apply(plan, "")

    async def second(backend: RemoteBackend) -> list[str]:
        await backend.badges()
        return [one.outcome for one in await backend.journal.listing.page(Query(), 9)]

    stand.play(first)
    assert stand.play(second) == ["unknown"]
    stand.waldur.change(uuid, node_limit=77)
    assert stand.play(second) == ["done", "unknown"]


def test_o60_a_refused_token_is_not_used_again_for_a_write(stand: Stand) -> None:
    uuid = stand.waldur.allocation("climate")
    given: list[str] = []

    async def tokens(refusal: str) -> str:
        given.append(refusal)
        return STAFF if len(given) == 1 else MEMBER

    def expires(request: Request) -> Response | None:
        if request.method == "POST":
            stand.waldur.dead.add(STAFF)
        return None

    async def scene(backend: RemoteBackend) -> None:
        plan = await backend.plan(limit(uuid))
        stand.waldur.meddle = expires
        with pytest.raises(BursarError, match="expired"):
            await backend.apply(plan, "")
        await backend.badges()
        await backend.openportal.allocation((await row(backend, uuid)).key)

    stand.play(scene, token=tokens)
    assert len(stand.waldur.written) == 1
    assert len(given) == 2
    assert "expired" in given[1]
    assert stand.waldur.rows[uuid]["node_limit"] == 100
