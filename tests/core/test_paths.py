"""One tree finds the endpoints of three APIs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from backend.core.paths import Paths


@dataclass(frozen=True)
class Endpoint:
    """As the dialects have them."""

    method: str
    path: str


ALL = [
    Endpoint("GET", "/"),
    Endpoint("GET", "/things"),
    Endpoint("GET", "/things/{id}"),
    Endpoint("PUT", "/things/{id}"),
    Endpoint("GET", "/things/current"),
    Endpoint("GET", "/things/{id}/parts/{part}/"),
]
PATHS = Paths(ALL, prefix="/v1")


@pytest.mark.parametrize(
    ("path", "told", "values"),
    [
        ("", "/v1/", {}),
        ("things", "/v1/things", {}),
        ("things/7", "/v1/things/{id}", {"id": "7"}),
        ("things/current", "/v1/things/current", {}),
        ("things/7/parts/a b", "/v1/things/{id}/parts/{part}/", {"id": "7", "part": "a b"}),
        ("things/{", "/v1/things/{id}", {"id": "{"}),
    ],
)
def test_what_is_at_a_path_is_the_route_of_the_request(
    path: str, told: str, values: dict[str, str]
) -> None:
    scope: dict[str, Any] = {}
    found = PATHS.find(scope, path)
    assert found is not None
    assert (found.path, scope["route"], scope["path_params"]) == (told, found, values)


@pytest.mark.parametrize(
    "path", ["thing", "things/", "/things", "things//parts/1", "things/7/parts", "{", "things/\0"]
)
def test_what_leads_nowhere_leaves_the_request_alone(path: str) -> None:
    scope: dict[str, Any] = {}
    assert PATHS.find(scope, path) is None
    assert scope == {}


def test_head_is_get_and_other_methods_are_themselves() -> None:
    found = PATHS.find({}, "things/7")
    assert found is not None
    assert [found.get(one) for one in ("GET", "HEAD", "PUT", "POST")] == [
        ALL[2],
        ALL[2],
        ALL[3],
        None,
    ]
