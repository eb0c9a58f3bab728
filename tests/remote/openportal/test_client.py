"""The client against servers of every generation (spec openportal §0, §3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from backend.core.errors import (
    BadReply,
    BursarError,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Unreachable,
)
from backend.core.plan import WireRequest
from backend.http import Http, Patience, Reply
from backend.openportal.client import OpenPortalClient, base, failure, sign
from backend.openportal.client.replies import AllocationTold
from backend.openportal.model import State
from backend.openportal.wire.told import state
from tests.remote.consoles import presenting
from tests.remote.openportal.waldur import ADMIN, MEMBER, STAFF, Waldur, answer, page
from tests.remote.scripted import answering

T = TypeVar("T")
URL = "http://portal.test"
HASTY = Patience(attempts=2, pause=0.001)


def run(app: object, scene: Callable[[OpenPortalClient], Awaitable[T]], token: str = STAFF) -> T:
    """What comes of a scene with a client of this application."""

    async def played() -> T:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        http = Http(
            URL,
            token=presenting(token),
            sign=sign,
            failure=failure,
            patience=HASTY,
            transport=transport,
            replays=False,
        )
        try:
            return await scene(OpenPortalClient(http))
        finally:
            await http.close()

    return asyncio.run(played())


def to(method: str, path: str, **body: object) -> WireRequest:
    return WireRequest(method, path, body)


def says(body: object, status: int = 200, **headers: str) -> object:
    """A server that says one thing."""

    async def told(request: Request) -> Response:
        return answer(body, status, **headers)

    return answering(told)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("OK", State.OK),
        ("Erred", State.ERRED),
        ("Creation Scheduled", State.CREATION_SCHEDULED),
        ("update_scheduled", State.UPDATE_SCHEDULED),
        ("DELETING", State.DELETING),
        ("WAT", State.UNKNOWN),
        ("", State.UNKNOWN),
    ],
)
def test_states_of_every_generation_are_known(told: str, found: State) -> None:
    assert state(told) is found


def test_tokens_of_both_kinds_are_presented_as_they_are_meant() -> None:
    assert sign(STAFF) == {"Authorization": f"Token {STAFF}"}
    assert sign("w_1_x") == {"Authorization": "Bearer w_1_x"}
    app = Waldur()
    assert run(app, lambda on: on.me(), MEMBER).username == "member"


@pytest.mark.parametrize("url", ["https://p.example/", "https://p.example/api/"])
def test_the_api_may_be_named_or_not(url: str) -> None:
    assert base(url) == "https://p.example"


def test_who_signed_in_is_told_without_the_token() -> None:
    app = Waldur()
    app.project("climate")
    me = run(app, lambda on: on.me(), ADMIN)
    assert (me.username, me.is_staff, len(me.permissions or ())) == ("admin", False, 1)
    assert ADMIN not in repr(me)


def test_a_token_in_what_makes_no_sense_is_not_quoted() -> None:
    with pytest.raises(BadReply) as caught:
        run(says({"token": STAFF, "uuid": 5}), lambda on: on.me())
    assert STAFF not in f"{caught.value!s} {caught.value.data}"


def test_pages_of_one_name_come_to_all_rows_once() -> None:
    app = Waldur()
    made = {app.allocation("same") for _ in range(700)}
    found = run(app, lambda on: on.allocations(remote=False))
    assert found.whole
    assert len(found.rows) == 700
    assert {one.uuid for one in found.rows} == made


def test_o59_a_link_to_another_host_is_not_followed() -> None:
    app = Waldur(foreign=True)
    for number in range(301):
        app.allocation(f"row {number}")
    hosts: set[str] = set()

    def note(request: Request) -> None:
        hosts.add(request.headers["host"])

    app.meddle = note
    assert len(run(app, lambda on: on.allocations(remote=False)).rows) == 301
    assert hosts == {"portal.test"}
    assert len(app.asked) == 2


def test_pages_that_link_to_themselves_end() -> None:
    rows = [{"uuid": f"{n:032x}"} for n in range(3)]
    link = f'<{URL}/api/openportal-allocations/?page=2>; rel="next"'
    found = run(says(rows, Link=link), lambda on: on.allocations(remote=False))
    assert len(found.rows) == 3


def test_a_count_that_is_never_reached_is_told() -> None:
    rows = [{"uuid": f"{n:032x}"} for n in range(3)]
    found = run(says(rows, X_Result_Count="4"), lambda on: on.allocations(remote=False))
    assert (len(found.rows), found.whole) == (3, False)


def test_o62_rows_may_lack_everything_but_a_name_to_call_them() -> None:
    row = {"uuid": "0F3C0000-0000-0000-0000-000000000001", "customer_name": None, "state": None}
    (told,) = run(says([row]), lambda on: on.allocations(remote=False)).rows
    assert told.uuid == "0f3c0000000000000000000000000001"
    assert (told.customer_name, told.node_limit, told.node_usage) == ("", None, None)


@pytest.mark.parametrize(
    ("usage", "hundredths"),
    [
        ("86.40", 8640),
        ("0.10", 10),
        (0.29, 29),
        (7, 700),
        (None, None),
        ("900000000.01", 90000000001),
    ],
)
def test_node_hours_are_exact(usage: object, hundredths: int | None) -> None:
    row = {"uuid": "1" * 32, "node_usage": usage}
    (told,) = run(says([row]), lambda on: on.allocations(remote=False)).rows
    assert told.node_usage == hundredths


@pytest.mark.parametrize(
    "row", [{"uuid": "no"}, {"uuid": "1" * 32, "node_usage": "much"}, {"name": "x"}, 5]
)
def test_what_makes_no_sense_is_refused_with_its_place(row: object) -> None:
    with pytest.raises(BadReply, match=r"\[0\]"):
        run(says([row]), lambda on: on.allocations(remote=False))


@pytest.mark.parametrize(
    ("body", "status", "kind", "words"),
    [
        ({"name": ["This field is required."]}, 400, Invalid, "name: This field is required"),
        (["Resource does not have backend ID."], 400, Invalid, "Resource does not have backend"),
        ({"non_field_errors": ["a", "b"]}, 400, Invalid, "a; b"),
        ({"detail": "Valid states for operation: OK."}, 409, Conflict, "Valid states"),
        ({"error": "already managed"}, 400, Invalid, ": already managed"),
        ("a text", 403, NotAllowed, "a text"),
        ({"detail": 'Method "PUT" not allowed.'}, 405, NotAllowed, "PUT"),
        ({"detail": "Token has expired."}, 401, NotSignedIn, "Token has expired"),
        ({"a": {"b": ["deep"]}}, 400, Invalid, "b: deep"),
    ],
)
def test_errors_of_any_shape_are_told(
    body: object, status: int, kind: type[BursarError], words: str
) -> None:
    error = failure(
        Reply(URL, status, {"content-type": "application/json"}, json.dumps(body).encode())
    )
    assert type(error) is kind
    assert words in error.message


def test_an_html_page_is_told_in_its_words() -> None:
    error = failure(Reply(URL, 404, {"content-type": "text/html"}, bytes(page(404).body)))
    assert error is not None
    assert error.message == f"{URL}: Not Found"


def test_o57_what_is_done_has_many_codes() -> None:
    app = Waldur()
    uuid = app.allocation("climate")
    row = f"/api/openportal-allocations/{uuid}/"

    async def scene(on: OpenPortalClient) -> AllocationTold:
        await on.send(to("POST", f"{row}set_limits/", node_limit=77))
        told = await on.allocation(uuid, remote=False)
        for _ in range(3):
            await on.allocation(uuid, remote=False)
        await on.send(to("POST", f"{row}pull/"))
        for _ in range(3):
            await on.allocation(uuid, remote=False)
        await on.send(to("DELETE", row))
        return told

    assert run(app, scene).node_limit == 77


def test_what_is_made_has_its_uuid() -> None:
    app = Waldur()
    service, project = app.service("isambard"), app.project("climate")
    body = {
        "name": "x",
        "project": f"/api/projects/{project}/",
        "service_settings": f"{URL}/api/service-settings/{service}/",
    }
    made = run(app, lambda on: on.send(to("POST", "/api/openportal-allocations/", **body)))
    assert made in app.rows


@pytest.mark.parametrize("status", [500, 502])
def test_a_write_without_an_outcome_is_unknown_and_sent_once(status: int) -> None:
    app = Waldur()
    app.meddle = lambda request: page(status, "<h1>Server Error</h1>")
    with pytest.raises(OutcomeUnknown):
        run(app, lambda on: on.send(to("POST", "/api/openportal-allocations/x/pull/")))
    assert len(app.asked) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_read_is_tried_again(status: int) -> None:
    app = Waldur()
    app.allocation("x")
    told = iter([page(status)])
    app.meddle = lambda request: next(told, None)
    assert len(run(app, lambda on: on.allocations(remote=False)).rows) == 1
    app.meddle = lambda request: page(status)
    with pytest.raises(Unreachable):
        run(app, lambda on: on.count(remote=False))


def test_a_page_instead_of_an_answer_is_no_success() -> None:
    app = Waldur()
    app.meddle = lambda request: page(200, "<h1>Sign in</h1>")
    with pytest.raises(OutcomeUnknown):
        run(app, lambda on: on.send(to("POST", "/api/openportal-allocations/x/pull/")))


def test_a_redirection_is_an_error_of_the_configuration() -> None:
    app = Waldur()
    with pytest.raises(BadReply, match="redirects to"):
        run(app, lambda on: on.send(to("POST", "/api/openportal-allocations")))
    assert app.written == ["POST /api/openportal-allocations"]


def test_a_count_is_asked_for_without_rows() -> None:
    app = Waldur()
    for number in range(12):
        app.allocation(f"row {number}")
    assert run(app, lambda on: on.count(remote=False)) == 12
    assert app.asked == ["HEAD /api/openportal-allocations/"]


def test_rows_of_other_allocations_are_left_out_where_a_server_ignores_what_is_asked_for() -> None:
    own, other = ("a" * 32, "b" * 32)
    rows = [
        {
            "uuid": uuid,
            "allocation": f"{URL}/api/openportal-allocations/{uuid}/",
            "username": "ada",
            "year": 2026,
            "month": 11,
        }
        for uuid in (own, other)
    ]

    async def scene(client: OpenPortalClient) -> None:
        for told in (await client.associations(own), await client.usages(2026, 11, own)):
            assert [one.allocation for one in told] == [own]
        for told in (await client.associations(), await client.usages(2026, 11)):
            assert [one.allocation for one in told] == [own, other]

    run(says(rows, X_Result_Count="2"), scene)


def test_a_bare_server_has_no_companions() -> None:
    with pytest.raises(NotFound):
        run(Waldur(bare=True), lambda on: on.awards())
