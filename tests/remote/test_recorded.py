"""What a real Astakos answered is read, and says the same when it is written again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest

from backend.http import Http
from backend.projects.client import ProjectsClient, account_path, identify
from backend.projects.rules import outbound
from backend.quotas import encode
from backend.quotas.client import Component, QuotasClient
from tests import replay
from tests.remote import scripted

WHEN = "2026-01-02T03:04:05.000006+00:00"
FILLED: Mapping[str, Any] = {"date": WHEN, "string": "", "text": "http://x/y/v1.0", "int": 7}
NUMBERED = re.compile(r"(M|APP|S)(\d+)\Z")


def answered(method: str, path: str) -> list[replay.Exchange]:
    """The recorded exchanges about a path that went well."""
    return [
        one
        for one in replay.exchanges()
        if (one["request"]["method"], one["request"]["path"].partition("?")[0]) == (method, path)
        and one["response"]["status"] == 200
    ]


def whole(kind: str) -> list[replay.Exchange]:
    """The recorded answers about single objects of a kind, such as projects."""
    found = [one for one in replay.exchanges() if one["response"]["status"] == 200]
    return [
        one
        for one in found
        if one["request"]["method"] == "GET"
        and re.fullmatch(rf"/{kind}/\{{\{{[^}}]*\}}\}}", one["request"]["path"])
    ]


def filled(value: Any) -> Any:
    """A body with something in each of its holes."""
    if isinstance(value, dict):
        return {_filled(key): filled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one) for one in value]
    return _filled(value) if isinstance(value, str) else value


def _filled(text: str) -> Any:
    hole = replay.HOLE.fullmatch(text)
    if hole and (numbered := NUMBERED.match(hole[1])):
        return int(numbered[2]) + 1
    if hole and hole[1] in FILLED:
        return FILLED[hole[1]]
    return replay.HOLE.sub(lambda found: found[1], text)


def server(body: Any) -> Http:
    """One that always answers this."""
    return Http("http://astakos.test", transport=scripted.always(body))


@pytest.mark.parametrize("exchange", answered("GET", "/projects"))
def test_lists_of_projects(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(ProjectsClient(server(body), "/a").projects())
    again = [_project(one) for one in found]
    assert again == [_with_moments(one) for one in body]


@pytest.mark.parametrize("exchange", whole("projects"))
def test_projects(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(ProjectsClient(server(body), "/a").project("x"))
    assert _project(found) == _with_moments(body)


def _project(told: Any) -> Any:
    project, application = told.project, told.application
    names = {*project.grants, *(application.grants if application else ())}
    return outbound.project_object(project, names, full=True, application=application)


def _with_moments(body: dict[str, Any]) -> dict[str, Any]:
    """The dates to the microsecond, as they are written today."""
    told: dict[str, Any] = {k: _moment(v) if k.endswith("_date") else v for k, v in body.items()}
    if last := told.get("last_application"):
        told["last_application"] = _with_moments(last)
    return told


def _moment(value: str | None) -> str | None:
    found = replay.moment(value)
    return found.isoformat(timespec="microseconds") if found else value


@pytest.mark.parametrize("exchange", answered("GET", "/projects/memberships"))
def test_memberships(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(ProjectsClient(server(body), "/a").memberships())
    again = [outbound.membership_object(one, ()) for one in found]
    assert again == [{**one, "allowed_actions": []} for one in body]


@pytest.mark.parametrize("exchange", answered("GET", "/resources"))
def test_resources(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(QuotasClient(server(body), "/a").resources())
    assert encode.resources(found) == body
    assert not any(resource.known for resource in found)


@pytest.mark.parametrize("exchange", answered("GET", "/quotas"))
def test_own_quotas(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(QuotasClient(server(body), "/a").own("me"))
    for project, rows in body.items():
        for name, row in rows.items():
            own = found["user:me", f"project:{project}", name]
            pool = found[f"project:{project}", "", name]
            assert own == _figures(row, "")
            assert pool == _figures(row, "project_")
    assert len(found) == 2 * sum(map(len, body.values()))


@pytest.mark.parametrize("exchange", answered("GET", "/service_quotas"))
def test_quotas_of_a_service(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    http = Http("http://astakos.test", transport=scripted.by_path({"/service_quotas": body}))
    found = asyncio.run(Component(http, "/a", "cyclades").held())
    told = {
        (f"user:{user}", f"project:{project}", name): _figures(row, "")
        for user, projects in body.items()
        for project, rows in projects.items()
        for name, row in rows.items()
    }
    assert {key: one for key, one in found.items() if key[1]} == told


def _figures(row: Mapping[str, int], prefix: str) -> tuple[int, int, int]:
    limit, usage, pending = (row[f"{prefix}{name}"] for name in ("limit", "usage", "pending"))
    return limit, usage - pending, usage


@pytest.mark.parametrize("exchange", answered("GET", "/service_project_quotas"))
def test_pools_of_a_service(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])

    paths = {"/service_quotas": {}, "/service_project_quotas": body}
    http = Http("http://astakos.test", transport=scripted.by_path(paths))
    found = asyncio.run(Component(http, "/a", "cyclades").held(["p"]))
    told = {
        (f"project:{project}", "", name): _figures(row, "project_")
        for project, rows in body.items()
        for name, row in rows.items()
    }
    assert found == told


@pytest.mark.parametrize("exchange", whole("commissions"))
def test_commissions(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(Component(server(body), "/a", "cyclades").commission(1))
    again = encode.commission(found.serial, found.name, found.issued_at, found.provisions)
    assert again == body


@pytest.mark.parametrize("exchange", answered("POST", "/user_catalogs"))
def test_catalogs(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    found = asyncio.run(ProjectsClient(server(body), "/a").names(["x"]))
    assert found == body["uuid_catalog"]


@pytest.mark.parametrize(
    "exchange",
    [o for o in answered("POST", "/tokens") if o["request"]["body"] and "contains" in o],
)
def test_identities(exchange: replay.Exchange) -> None:
    body = filled(exchange["response"]["body"])
    body["access"]["serviceCatalog"] = [filled(exchange["contains"][0]["item"])]
    found = asyncio.run(identify(server(body), "token"))
    assert found.uuid == body["access"]["user"]["id"]
    assert found.default_project == body["access"]["token"]["tenant"]["id"]
    assert account_path(found) == "/y/v1.0"
