"""The OpenAPI document says what is served: every route, status and envelope of the table, and
every answer that was recorded fits it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from backend.nico import routes as nico
from backend.openportal import routes as openportal
from backend.placement import routes as placement
from backend.served import port
from backend.server.app import ASTAKOS, NICO, PLACEMENT, PLACES, WALDUR
from backend.server.openapi import document
from tests import replay
from tests.serving import ACCOUNT, application, client, token

IDENTITY = "/astakos/identity"
Row = tuple[str, str, int, set[int], set[int]]

# Method, path, what it answers when all is well, what it refuses with, which of that is empty.
TABLE: list[Row] = [
    ("GET", "/projects", 200, {400, 401}, set()),
    ("POST", "/projects", 201, {400, 401, 403, 409}, set()),
    ("GET", "/projects/{uuid}", 200, {401, 403, 404}, set()),
    ("PUT", "/projects/{uuid}", 201, {400, 401, 403, 404, 409}, set()),
    ("POST", "/projects/{uuid}/action", 200, {400, 401, 403, 404, 409}, set()),
    ("GET", "/projects/memberships", 200, {401}, set()),
    ("POST", "/projects/memberships", 200, {400, 401, 403, 404, 409}, set()),
    ("GET", "/projects/memberships/{id}", 200, {401, 403, 404}, set()),
    ("POST", "/projects/memberships/{id}/action", 200, {400, 401, 403, 404, 409}, set()),
    ("GET", "/resources", 200, set(), set()),
    ("GET", "/quotas", 200, {401}, set()),
    ("GET", "/service_quotas", 200, {401, 404}, set()),
    ("GET", "/service_project_quotas", 200, {401, 404}, set()),
    ("POST", "/commissions", 201, {400, 401, 404, 413}, set()),
    ("GET", "/commissions", 200, {401}, set()),
    ("GET", "/commissions/{serial}", 200, {401, 404}, {404}),
    ("POST", "/commissions/{serial}/action", 200, {400, 401, 404}, {404}),
    ("POST", "/commissions/action", 200, {400, 401}, set()),
    ("POST", "/user_catalogs", 200, {400, 401}, set()),
    ("POST", "/service/user_catalogs", 200, {400, 401}, set()),
    ("POST", "/myaccount/default_project", 200, {401, 403, 404}, set()),
]  # fmt: skip
SIGN_IN: list[Row] = [
    ("GET", "", 200, set(), set()),
    ("POST", "/v2.0/tokens", 200, {400, 401}, set()),
    ("GET", "/v2.0/tokens/{token}", 200, {404}, set()),
]
EMPTY_ANSWERS = {
    "/projects/{uuid}/action",
    "/projects/memberships/{id}/action",
    "/commissions/{serial}/action",
    "/myaccount/default_project",
    "/v2.0/tokens/{token}",
}
NAMES = {
    400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound",
    405: "notAllowed", 409: "conflict", 413: "overLimit", 500: "internalServerError",
}  # fmt: skip


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The document as clients read it."""
    places = {ASTAKOS + prefix: endpoints for prefix, endpoints in PLACES.items()}
    found: dict[str, Any] = json.loads(
        json.dumps(
            document(
                places,
                {PLACEMENT: placement.ENDPOINTS},
                {WALDUR: openportal.ENDPOINTS},
                {f"{NICO}/{{org}}/nico": nico.ENDPOINTS},
            )
        )
    )
    return found


@pytest.fixture(scope="module")
def api(told: dict[str, Any]) -> OpenAPI:
    """The document as openapi-core reads it."""
    return judge(told)


def judge(told: Mapping[str, Any]) -> OpenAPI:
    """What holds answers against a document; that ours is valid is tested once, below."""
    return OpenAPI.from_dict(dict(told), config=Config(spec_validator_cls=None))


def rows() -> list[tuple[str, Row]]:
    """Every row with where it hangs."""
    return [(ACCOUNT, row) for row in TABLE] + [(IDENTITY, row) for row in SIGN_IN]


@pytest.mark.parametrize(("root", "row"), rows(), ids=lambda part: f"{part[0]} {part[1]}")
def test_every_route_status_and_envelope_is_there(
    told: dict[str, Any], root: str, row: Row
) -> None:
    method, path, ok, refused, bare = row
    operation = told["paths"][root + path][method.lower()]
    responses = operation["responses"]
    assert ("content" not in responses[str(ok)]) == (path in EMPTY_ANSWERS)
    for status in refused | {405, 500}:
        found = responses[str(status)]
        if status in bare:
            assert "content" not in found
            continue
        assert found == {"$ref": f"#/components/responses/fault{status}"}
        shared = told["components"]["responses"][f"fault{status}"]
        assert shared["content"]["application/json"]["schema"]["required"] == [NAMES[status]]
    assert bool(operation["security"]) == (401 in refused and root == ACCOUNT)


def test_nothing_of_astakos_is_served_that_the_table_does_not_have(told: dict[str, Any]) -> None:
    served = {
        (method.upper(), path)
        for path, item in told["paths"].items()
        for method in item
        if path.startswith(ASTAKOS)
    }
    assert served == {(row[0], root + row[1]) for root, row in rows()}


def test_the_document_is_a_valid_one(told: dict[str, Any]) -> None:
    OpenAPI.from_dict(told)  # it refuses any other


def test_the_console_s_port_is_described_whole(told: dict[str, Any]) -> None:
    paths = set(told["paths"])
    wanted = {f"/bursar/v1/{name}" for name in port.reads()}
    parts = ("page", "keys", "count", "rows")
    wanted |= {f"/bursar/v1/{name}/{part}" for name in port.listings() for part in parts}
    singles = ("connection", "badges", "plan", "apply", "head", "events", "world")
    wanted |= {f"/bursar/v1/{name}" for name in singles}
    wanted |= {"/bursar/health", "/bursar/metrics", "/bursar/openapi.json"}
    assert {path for path in paths if path.startswith("/bursar")} == wanted


def fits(api: OpenAPI, method: str, path: str, request: Any, answer: httpx.Response) -> str:
    """Why an answer is not one of the document's, `` when it is."""
    where = path.partition("?")[0]
    where = where if where.startswith(WALDUR) else where.rstrip("/")
    asked = MockRequest("http://bursar.test", method.lower(), where, data=request)
    kind = answer.headers.get("content-type", "")
    given = MockResponse(answer.content, answer.status_code, dict(answer.headers), kind)
    try:
        api.validate_response(asked, given)
    except OpenAPIError as error:
        return f"{method} {path} {answer.status_code}: {error} {error.__cause__}"
    return ""


def test_every_recorded_answer_fits(api: OpenAPI, tmp_path: Path) -> None:
    faults: list[str] = []
    checked = 0

    async def run() -> None:
        nonlocal checked
        with application(tmp_path / "world.db") as app:
            async with client(app) as http:

                async def send(method: str, path: str, **given: Any) -> httpx.Response:
                    nonlocal checked
                    answer = await http.request(method, ASTAKOS + path, **given)
                    if answer.status_code != 405 and "nothing" not in path:
                        checked += 1
                        fault = fits(api, method, ASTAKOS + path, given["content"], answer)
                        faults.extend([fault] if fault else [])
                    return answer

                history = replay.Replay(send)
                for exchange in replay.exchanges():
                    await history.faults(exchange)

    asyncio.run(run())
    assert faults == []
    assert checked > 330


def test_the_port_answers_as_described(api: OpenAPI, tmp_path: Path) -> None:
    gets = ["connection", "badges", "head", "projects/queue", "quotas/resources"]
    gets += ["projects/detail?key=1", "projects/detail?key=999", "projects/detail", "nothing"]
    mine = {"Authorization": f"Bearer {token('A')['X-Auth-Token']}"}

    async def run() -> list[str]:
        found = []
        with application(tmp_path / "world.db") as app:
            async with client(app, headers=mine) as http:
                for path in [f"/bursar/v1/{name}" for name in gets[:-1]] + ["/bursar/health"]:
                    found.append(fits(api, "GET", path, None, await http.get(path)))
                for name in port.listings():
                    path = f"/bursar/v1/{name}/page"
                    answer = await http.post(path, json={"query": {}, "limit": 50})
                    assert answer.status_code == 200
                    found.append(fits(api, "POST", path, b"{}", answer))
                    answer = await http.post(path, json={"query": 5})
                    assert answer.status_code == 400
                    found.append(fits(api, "POST", path, b"{}", answer))
        return [fault for fault in found if fault]

    assert asyncio.run(run()) == []


def test_it_is_served(tmp_path: Path, told: dict[str, Any]) -> None:
    async def run() -> Any:
        with application(tmp_path / "world.db") as app:
            async with client(app) as http:
                return (await http.get("/bursar/openapi.json")).json()

    assert asyncio.run(run()) == told


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"cyclades.vm": {"service": "c"}}),
        (200, [1]),
        (400, {"forbidden": {"code": 400, "message": "m", "details": ""}}),
        (400, {"badRequest": {"code": 400, "message": "m"}}),
        (418, {}),
    ],
)
def test_the_judge_sees_what_does_not_fit(api: OpenAPI, status: int, body: object) -> None:
    answer = httpx.Response(status, json=body)
    assert fits(api, "GET", f"{ACCOUNT}/resources", None, answer)
