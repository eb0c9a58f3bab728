"""What /api answers is what the OpenAPI document says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backend.openportal.model import State
from backend.openportal.routes import ENDPOINTS
from backend.server.app import WALDUR
from backend.server.openapi import document
from tests.openportal.wire.waldur import MISSING, ROOTS, Cast, Waldur, fresh
from tests.server.test_openapi import fits, judge

Step = tuple[str, str, str, Any]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The document as clients read it."""
    found: dict[str, Any] = json.loads(json.dumps(document({}, {}, {WALDUR: ENDPOINTS}, {})))
    return found


def test_every_call_is_described(told: dict[str, Any]) -> None:
    described = {
        (method.upper(), path)
        for path, item in told["paths"].items()
        for method in item
        if path.startswith(WALDUR)
    }
    assert described == {(one.method, WALDUR + one.path) for one in ENDPOINTS}
    assert len(described) == 60


def test_pages_say_how_many_there_are(told: dict[str, Any]) -> None:
    answer = told["paths"]["/api/openportal-allocations/"]["get"]["responses"]["200"]
    assert set(answer["headers"]) == {"X-Result-Count", "Link"}


def about(cast: Cast, *, remote: bool) -> Iterator[Step]:
    """Everything that is done with allocations of a kind, well and not."""
    root = ROOTS[remote]
    yield "", "GET", root, MISSING
    for query in ("", "?state=NOPE", "?page=9", "?field=uuid"):
        yield "A", "GET", root + query, MISSING
    body = {"name": "n", **cast.places(remote=remote)}
    for who, given in (("A", body), ("A", {}), ("M", body), ("A", [])):
        yield who, "POST", root, given
    uuid, bare = cast.made(remote=remote), cast.made(remote=remote, backend_id="")
    busy, erred = (cast.made(remote=remote, state=s) for s in (State.CREATING, State.ERRED))
    for one in (uuid, busy, fresh()):
        yield "A", "GET", f"{root}{one}/", MISSING
        yield "A", "PUT", f"{root}{one}/", {"name": "m"}
        yield "A", "PATCH", f"{root}{one}/", {"node_limit": "x"}
    for one in (uuid, bare, busy):
        yield "A", "POST", f"{root}{one}/pull/", MISSING
    for action in ("set_ok", "set_erred", "set_limits", "unlink"):
        for who in "AS":
            yield who, "POST", f"{root}{busy}/{action}/", {"node_limit": 5}
    yield "S", "POST", f"{root}{erred}/set_limits/", {"node_limit": 5}
    yield "A", "DELETE", f"{root}{bare}/", MISSING
    yield "A", "DELETE", f"{root}{bare}/", MISSING


def beside(cast: Cast) -> Iterator[Step]:
    """Everything that is read beside, and awards."""
    for one in ENDPOINTS:
        if one.method == "GET" and "{" not in one.path:
            yield "S", "GET", f"{one.path}?page_size=300", MISSING
    for path in (f"/service-settings/{cast.local}/", f"/customers/{cast.customer}/"):
        yield "A", "GET", path, MISSING
    yield "A", "GET", f"/projects/{cast.project}/", MISSING
    info = f"/openportal-projectinfo/{cast.project}/"
    yield "A", "GET", info, MISSING
    yield "S", "PUT", f"{info}set_shortname/", {"shortname": "NO"}
    yield "S", "PUT", f"{info}set_allowed_destinations/", {"allowed_destinations": None}
    path = cast.awarded(members={"a@example.org": "pi"})
    for action in ("add-note", "attach", "detach", "approve", "reject"):
        yield "S", "POST", f"{path}{action}/", {"text": "t", "project_uuid": cast.project}
    yield "S", "GET", path, MISSING
    yield "S", "DELETE", f"{path}delete/", MISSING


def test_every_answer_fits(told: dict[str, Any], asgi_waldur: Waldur) -> None:
    api, cast = judge(told), asgi_waldur.cast()
    faults, seen = [], set()
    for steps in (about(cast, remote=False), about(cast, remote=True), beside(cast)):
        for who, method, path, body in steps:
            answer: httpx.Response = cast.ask(who, method, path, body)
            seen.add(answer.status_code)
            assert answer.status_code < 500, answer.text
            asked = b"{}" if body is MISSING else json.dumps(body).encode()
            faults.append(fits(api, method, WALDUR + path, asked, answer))
    assert [fault for fault in faults if fault] == []
    assert {200, 201, 202, 204, 400, 401, 403, 404, 409} <= seen
