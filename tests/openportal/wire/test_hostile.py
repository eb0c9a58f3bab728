"""Whatever is sent, nothing of the server's fails, and what is refused leaves no trace."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.database import Tx
from backend.openportal.routes import ENDPOINTS
from tests.openportal.wire.waldur import MISSING, ROOTS, Cast, Waldur

NAMES = [
    "name",
    "description",
    "node_limit",
    "groupname",
    "remote_project_identifier",
    "service_settings",
    "project",
    "error_message",
    "error_traceback",
    "comment",
    "text",
    "project_uuid",
    "award",
    "call",
    "allowed_domains",
    "earliest_approve",
    "membership_control",
    "shortname",
    "allowed_destinations",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "20260101", "["])
    | st.sampled_from(["/api/projects/x/", "http://[/", "//", "a\ud800", "a\0b", "+1", "\uff11"])
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4) | VALUES
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["page", "page_size", "o", "field", "state", "uuid", "name", "month", "x",
                         "is_active", "external_ip", "customer_name", "query", "type"]),
        st.text(max_size=8)
        | st.sampled_from(["-name", "last", "OK", "%", "!", "\u0663", "\u00b2", "\0"]),
    ),
    max_size=4,
)  # fmt: skip
WRITES = [one for one in ENDPOINTS if one.takes is not None]
LISTS = [one for one in ENDPOINTS if one.counts]


@pytest.fixture(scope="module")
def stage(asgi_waldur: Waldur) -> tuple[Cast, dict[str, str]]:
    """A cast, and one thing of each kind by the path of its endpoints."""
    cast = asgi_waldur.cast()
    cast.simulate(remote=True, delay=1)
    uuid = cast.create(remote=True).json()["uuid"]
    cast.settled(uuid, remote=True)
    (ours,) = cast.get("S", f"/openportal-remote-projects/?project_uuid={cast.project}")
    named = {
        "/openportal-remote-projects/{uuid}/": f"/openportal-remote-projects/{ours['uuid']}/",
        "/openportal-managed-projects/{identifier}/{destination}/": cast.awarded(),
        "/openportal-projectinfo/{project}/": f"/openportal-projectinfo/{cast.project}/",
    }
    for remote, root in ROOTS.items():
        named[f"{root}{{uuid}}/"] = f"{root}{cast.made(remote=remote)}/"
    return cast, named


def placed(named: dict[str, str], path: str) -> str:
    """The path of an endpoint with what there is."""
    for template, there in named.items():
        path = path.replace(template, there)
    assert "{" not in path
    return path


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(WRITES), BODIES)
def test_bodies(stage: tuple[Cast, dict[str, str]], endpoint: Any, body: Any) -> None:
    cast, named = stage
    head = "SELECT max(seq) FROM journal"
    before = cast.site.database.read(lambda tx: Tx.scalar(tx, head))
    sent = json.dumps(body).encode()
    path = placed(named, endpoint.path)
    kind = {"Content-Type": "application/json"}
    answer = cast.ask("S", endpoint.method, path, MISSING, content=sent, headers=kind)
    assert answer.status_code < 500, (endpoint.path, body, answer.text)
    if answer.status_code >= 400:
        assert cast.site.database.read(lambda tx: Tx.scalar(tx, head)) == before
        assert answer.json()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(LISTS), QUERIES)
def test_queries(
    stage: tuple[Cast, dict[str, str]], endpoint: Any, query: list[tuple[str, Any]]
) -> None:
    cast, _ = stage
    answer = cast.site.runner.run(
        cast.site.http.get(
            f"/api{endpoint.path}",
            params=query,
            headers={"Authorization": f"Token {cast.tokens['A']}"},
        )
    )
    assert answer.status_code in (200, 400, 404), (endpoint.path, query, answer.text)
