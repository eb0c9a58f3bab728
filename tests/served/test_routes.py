"""What a bursar server answers to whoever asks, beyond what a console does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.core.identity import Actor, Role
from backend.core.version import VERSION
from backend.embedded import EmbeddedBackend
from backend.projects.model import (
    ApproveApplication,
    Capacity,
    ChangeProjectState,
    ProjectAction,
)
from backend.served import wire
from backend.served.wire import Order, Preview
from backend.server.app import create_app
from tests.served.consoles import admit, token_of
from tests.serving import IN_PROCESS, QUIET
from tests.worlds import OPERATOR, VM, World, count, world_w

Ask = Callable[..., httpx.Response]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """World W."""
    fresh = world_w(tmp_path / "world.db")
    yield fresh
    fresh.database.close()


@pytest.fixture
def ask(world: World) -> Ask:
    """One request, by default of an admin."""
    admit(world.database)
    app = create_app(EmbeddedBackend(world.database, OPERATOR), QUIET)

    def request(method: str, path: str, who: str = "admin", **told: Any) -> httpx.Response:
        token = token_of(Role(who)) if who else "stolen"
        headers = {"Authorization": f"Bearer {token}", **told.pop("headers", {})}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url=IN_PROCESS) as client:
                return await client.request(
                    method, f"{wire.PREFIX}/{path}", headers=headers, **told
                )

        return asyncio.run(send())

    return request


def order(world: World, ask: Ask, reason: str = "why", name: str = "phys.lab") -> Any:
    """The body of an order to suspend a new project."""
    uuid = world.project(name)
    forger = Actor("somebody else", Role.ADMIN)
    command = ChangeProjectState(actor=forger, project=uuid, action=ProjectAction.SUSPEND)
    plan = ask("POST", "plan", json=wire.encode(Preview, Preview(command))).json()
    return wire.encode(Order, Order(command, plan["fingerprint"], reason))


def code(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return reply.status_code, reply.json()["error"]["code"]


def test_the_same_key_is_answered_the_same_and_another_body_is_a_conflict(
    world: World, ask: Ask
) -> None:
    body, key = order(world, ask), {wire.KEY_HEADER: "k1"}
    first = ask("POST", "apply", json=body, headers=key)
    entries = count(world, "SELECT count(*) FROM journal")
    again = ask("POST", "apply", json=body, headers=key)
    assert (first.status_code, again.json()) == (200, first.json())
    assert count(world, "SELECT count(*) FROM journal") == entries
    other = ask("POST", "apply", json={**body, "reason": "another"}, headers=key)
    assert code(other) == (409, "conflict")


def test_a_key_is_known_whatever_role_its_sender_has_by_now(world: World, ask: Ask) -> None:
    """It is not told that what was done is in conflict with itself."""
    _, number = world.submit("O", name="asked.lab", grants={VM: Capacity(10, 4)})
    command = ApproveApplication(actor=OPERATOR, application=number)
    plan = ask("POST", "plan", json=wire.encode(Preview, Preview(command))).json()
    told: Any = {
        "json": wire.encode(Order, Order(command, plan["fingerprint"], "why")),
        "headers": {wire.KEY_HEADER: "k1"},
    }
    first = ask("POST", "apply", **told)
    world.database.write(
        lambda tx: tx.execute("UPDATE principal_grant SET role = 'approver' WHERE role = 'admin'")
    )
    again = ask("POST", "apply", **told)
    assert (first.status_code, again.json()) == (200, first.json())


def test_the_journal_names_who_presented_the_token_whatever_the_body_says(
    world: World, ask: Ask
) -> None:
    body = order(world, ask)
    seq = ask("POST", "apply", json=body, headers={wire.KEY_HEADER: "k1"}).json()["seq"]
    row = ask("GET", "journal/detail", params={"seq": seq}).json()["row"]
    assert row["actor"] == "token:admin"
    assert "somebody else" not in str(row)


def test_who_did_not_see_the_preview_does_not_order_it(world: World, ask: Ask) -> None:
    body, key = order(world, ask), {wire.KEY_HEADER: "k1"}
    wrong = ask("POST", "apply", json={**body, "previewed_for": "token:other"}, headers=key)
    assert code(wrong) == (403, "not-allowed")
    right = ask("POST", "apply", json={**body, "previewed_for": "token:admin"}, headers=key)
    assert right.status_code == 200


def test_nobody_and_those_who_may_not_are_refused(world: World, ask: Ask) -> None:
    body, key = order(world, ask), {wire.KEY_HEADER: "k1"}
    assert code(ask("GET", "badges", who="")) == (401, "not-signed-in")
    for who in ("approver", "viewer"):
        assert code(ask("POST", "apply", who, json=body, headers=key)) == (403, "not-allowed")
        assert code(ask("POST", "plan", who, json={"command": body["command"]}))[0] == 403
        assert ask("GET", "badges", who).status_code == 200


def test_every_answer_says_which_bursar_it_is(ask: Ask) -> None:
    replies = [ask("GET", "badges"), ask("GET", "badges", who=""), ask("POST", "plan")]
    assert {reply.headers[wire.VERSION_HEADER] for reply in replies} == {VERSION}


@pytest.mark.parametrize("key", ["", "x" * 129, "tab\there"])
def test_an_order_needs_a_key(world: World, ask: Ask, key: str) -> None:
    reply = ask("POST", "apply", json=order(world, ask), headers={wire.KEY_HEADER: key})
    assert code(reply) == (400, "invalid")


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "projects/detail", {}),
        ("GET", "projects/detail", {"params": {"key": "x"}}),
        ("GET", "projects/detail", {"params": {"key": "9" * 19}}),
        ("GET", "projects/detail", {"params": {"key": 1, "kye": 2}}),
        ("GET", "quotas/feed", {"params": {"limit": -1}}),
        ("GET", "quotas/feed", {"params": {"limit": 10_001}}),
        ("GET", "quotas/rates", {"params": {"minutes": 10_001}}),
        ("GET", "quotas/history", {"params": {"keys": "1,x", "span": 1, "count": 1}}),
        ("GET", "head", {"params": {"after": "-1"}}),
        ("GET", "events", {"params": {"after": "x"}}),
        ("POST", "projects/listing/page", {"json": {"query": {}, "limit": -1}}),
        ("POST", "projects/listing/page", {"json": {"query": {"order": 1}, "limit": 1}}),
        ("POST", "projects/listing/keys", {"json": {"text": "usd>3"}}),
        ("POST", "projects/listing/count", {"json": {"text": "usd>3"}}),
        ("POST", "projects/listing/rows", {"json": {"keys": [1] * 10_001}}),
        ("POST", "plan", {"content": b"not JSON"}),
    ],
)
def test_what_cannot_be_meant_is_refused(ask: Ask, method: str, path: str, told: Any) -> None:
    assert code(ask(method, path, **told)) == (400, "invalid")


def test_the_place_of_the_database_is_nobodys_business(world: World, ask: Ask) -> None:
    assert str(world.database.place) not in ask("GET", "connection").text


def test_the_head_is_told_at_once_when_it_is_news(world: World, ask: Ask) -> None:
    head = ask("GET", "head", params={"after": 0, "wait": 30}).json()["seq"]
    assert head == count(world, "SELECT max(seq) FROM journal")
    assert ask("GET", "head", params={"after": head}).json()["seq"] == head


def test_a_list_of_texts_travels_in_a_body(ask: Ask) -> None:
    assert ask("POST", "placement/orphans", json={"live": ["a", "b"]}).json() == []
    for names, why in (([], "live is missing"), (["live", "dead"], "'dead' is no param")):
        answer = ask("POST", "placement/orphans", json=dict.fromkeys(names, ["a"]))
        assert code(answer) == (400, "invalid")
        assert why in answer.json()["error"]["message"]
    assert code(ask("POST", "placement/orphans", json={"live": [1]}))[0] == 400
