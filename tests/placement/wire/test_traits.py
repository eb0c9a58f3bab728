"""Traits and aggregates, as the public API reference describes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.placement.wire.cloud import Cloud, error, fresh, refused
from tests.placement.wire.differences import CONCURRENT, UNDEFINED

PROVIDERS = "/resource_providers"
FAST = "HW_CPU_X86_AVX"


def custom() -> str:
    """A name of a trait that nobody else has."""
    return f"CUSTOM_{fresh().replace('-', '_').upper()}"


def made(cloud: Cloud) -> str:
    """A new trait."""
    name = custom()
    assert cloud.ask("PUT", f"/traits/{name}").status_code == 201
    return name


def put(cloud: Cloud, provider: str, traits: Any, generation: Any = 0, **given: Any) -> Any:
    """Give a provider traits."""
    body = {"traits": traits, "resource_provider_generation": generation}
    return cloud.ask("PUT", f"{PROVIDERS}/{provider}/traits", body, **given)


def test_a_trait_comes_and_goes(any_cloud: Cloud) -> None:
    name = custom()
    path = f"/traits/{name}"
    assert any_cloud.ask("GET", path).status_code == 404
    first, second = (any_cloud.ask("PUT", path) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 204)
    assert first.headers["location"].endswith(path)
    assert {"last-modified", "cache-control"} <= set(first.headers)
    assert any_cloud.ask("GET", path).status_code == 204
    assert any_cloud.ask("DELETE", path).status_code == 204
    assert refused(any_cloud.ask("DELETE", path)) == (404, UNDEFINED)
    assert any_cloud.ask("GET", path, version="1.5").status_code == 404


def test_standard_traits_stay(any_cloud: Cloud) -> None:
    assert any_cloud.ask("GET", f"/traits/{FAST}").status_code == 204
    assert refused(any_cloud.ask("PUT", f"/traits/{FAST}")) == (400, UNDEFINED)
    assert refused(any_cloud.ask("DELETE", f"/traits/{FAST}")) == (400, UNDEFINED)
    assert any_cloud.ask("PUT", "/traits/CUSTOM_x").status_code == 400
    assert any_cloud.ask("PUT", f"/traits/CUSTOM_{'A' * 255}").status_code == 400


def test_lists_of_traits(any_cloud: Cloud) -> None:
    name, p = made(any_cloud), any_cloud.provider()
    assert {name, FAST} <= set(any_cloud.get("/traits")["traits"])
    listed = any_cloud.get(f"/traits?name=in:{name},{FAST},NONE")["traits"]
    assert sorted(listed) == sorted([name, FAST])
    assert any_cloud.get(f"/traits?name=startswith:{name}") == {"traits": [name]}
    mine = f"/traits?name=in:{name}&associated="
    assert any_cloud.get(f"{mine}True") == {"traits": []}
    assert put(any_cloud, p, [name]).status_code == 200
    assert any_cloud.get(f"{mine}true") == {"traits": [name]}
    assert any_cloud.get(f"{mine}FALSE") == {"traits": []}
    for query in ("name=x", "associated=maybe", "limit=1"):
        assert any_cloud.ask("GET", f"/traits?{query}").status_code == 400


def test_traits_of_a_provider(any_cloud: Cloud) -> None:
    name, p = made(any_cloud), any_cloud.provider()
    path = f"{PROVIDERS}/{p}/traits"
    assert any_cloud.get(path) == {"traits": [], "resource_provider_generation": 0}
    answer = put(any_cloud, p, [name, FAST, name])
    assert answer.status_code == 200
    assert sorted(answer.json()["traits"]) == sorted([name, FAST])
    assert answer.json()["resource_provider_generation"] == 1
    assert refused(put(any_cloud, p, [])) == (409, CONCURRENT)
    assert put(any_cloud, p, [FAST, name], 1).json()["resource_provider_generation"] == 1
    assert refused(any_cloud.ask("DELETE", f"/traits/{name}")) == (409, UNDEFINED)
    assert any_cloud.ask("DELETE", path).status_code == 204
    assert any_cloud.get(path) == {"traits": [], "resource_provider_generation": 2}
    assert any_cloud.ask("DELETE", path).status_code == 204
    assert any_cloud.generation(p) == 2


def test_traits_that_cannot_be_set(any_cloud: Cloud) -> None:
    p = any_cloud.provider()
    unknown = put(any_cloud, p, [custom()])
    assert refused(unknown) == (400, UNDEFINED)
    assert "trait" in error(unknown)["detail"]
    for traits, generation in ((["A" * 256], 0), ([""], 0), ("x", 0), ([5], 0), ([], "0")):
        assert put(any_cloud, p, traits, generation).status_code == 400
    assert put(any_cloud, fresh(), []).status_code == 404
    assert any_cloud.ask("GET", f"{PROVIDERS}/{fresh()}/traits").status_code == 404
    assert any_cloud.ask("DELETE", f"{PROVIDERS}/{fresh()}/traits").status_code == 404


def test_providers_by_traits(any_cloud: Cloud) -> None:
    a, b, p = made(any_cloud), made(any_cloud), any_cloud.provider()
    assert put(any_cloud, p, [a]).status_code == 200

    def found(query: str, version: str = "1.39") -> bool:
        told = any_cloud.get(f"{PROVIDERS}?in_tree={p}&{query}", version)
        return bool(told["resource_providers"])

    assert found(f"required={a}", "1.18")
    assert not found(f"required={a},{b}", "1.18")
    assert found(f"required={a},!{b}", "1.22")
    assert not found(f"required=!{a}", "1.22")
    assert found(f"required=in:{a},{b}")
    assert not found(f"required=in:{a},{b}&required={b}")
    assert found(f"required={b}&required={a}", "1.38")
    bad = [(f"!{a}", "1.21"), (f"in:{a}", "1.38"), ("", "1.39"), (f"{a},", "1.39")]
    bad += [(custom(), "1.39"), (f"in:!{a}", "1.39"), (a, "1.17")]
    for value, version in bad:
        answer = any_cloud.ask("GET", f"{PROVIDERS}?required={value}", version=version)
        assert answer.status_code == 400, (value, version)


def test_aggregates_before_they_had_a_generation(any_cloud: Cloud) -> None:
    p, aggregates = any_cloud.provider(), sorted([fresh(), fresh()])
    path = f"{PROVIDERS}/{p}/aggregates"
    assert any_cloud.get(path, "1.1") == {"aggregates": []}
    answer = any_cloud.ask("PUT", path, aggregates, version="1.18")
    assert (answer.status_code, answer.json()) == (200, {"aggregates": aggregates})
    assert sorted(any_cloud.get(path, "1.18")["aggregates"]) == aggregates
    assert any_cloud.generation(p) == 0
    assert any_cloud.ask("PUT", path, aggregates[:1] * 2, version="1.18").status_code == 400
    assert any_cloud.ask("PUT", path, ["x"], version="1.18").status_code == 400
    assert any_cloud.ask("GET", path, version="1.0").status_code == 404


def test_aggregates_with_a_generation(any_cloud: Cloud) -> None:
    p, one = any_cloud.provider(), fresh()
    path = f"{PROVIDERS}/{p}/aggregates"
    body = {"aggregates": [one], "resource_provider_generation": 0}
    told = {"aggregates": [one], "resource_provider_generation": 1}
    assert any_cloud.ask("PUT", path, body).json() == told == any_cloud.get(path)
    assert refused(any_cloud.ask("PUT", path, body)) == (409, CONCURRENT)
    assert any_cloud.ask("PUT", path, [one]).status_code == 400
    assert any_cloud.ask("PUT", path, {"aggregates": [one]}).status_code == 400
    again = any_cloud.ask("PUT", path, {**body, "resource_provider_generation": 1})
    assert again.json()["resource_provider_generation"] == 2
    assert any_cloud.ask("GET", f"{PROVIDERS}/{fresh()}/aggregates").status_code == 404
    assert any_cloud.ask("PUT", f"{PROVIDERS}/{fresh()}/aggregates", body).status_code == 404


@pytest.mark.parametrize("version", ["1.3", "1.23", "1.24", "1.32", "1.39"])
def test_providers_by_aggregates(any_cloud: Cloud, version: str) -> None:
    p, one, other = any_cloud.provider(), fresh(), fresh()
    body = {"aggregates": [one], "resource_provider_generation": 0}
    path = f"{PROVIDERS}/{p}/aggregates"
    assert any_cloud.ask("PUT", path, body).status_code == 200

    def found(query: str) -> bool | int:
        answer = any_cloud.ask("GET", f"{PROVIDERS}?uuid={p}&{query}", version=version)
        if answer.status_code != 200:
            return answer.status_code
        return bool(answer.json()["resource_providers"])

    at = int(version[2:])
    assert found(f"member_of={one}") is True
    assert found(f"member_of={other}") is False
    assert found(f"member_of=in:{one},{other}") is True
    assert found(f"member_of={one}&member_of={other}") == (False if at >= 24 else 400)
    assert found(f"member_of=!{one}") == (False if at >= 32 else 400)
    assert found(f"member_of=!{other}") == (True if at >= 32 else 400)
    assert found(f"member_of=!in:{one},{other}") == (False if at >= 32 else 400)
    assert found("member_of=x") == 400
    assert found(f"member_of={one},{other}") == 400
