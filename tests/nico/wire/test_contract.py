"""What is answered is what was described: by us, and by NVIDIA."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from backend.nico.routes import ENDPOINTS
from tests.nico.wire.contract import ABSENT, PLACE, PREFIX, Contract, ours, theirs
from tests.nico.wire.nico import Cast, Json, Nico, constraint, setting


def test_every_call_is_described() -> None:
    described = {(one.method, PREFIX + one.path) for one in ENDPOINTS}
    assert {(method, path) for method, path in ours().operations()} == described


def everything(cast: Cast) -> None:
    """All that NVIDIA describes, well and not."""
    row, other = cast.made("G100", 4), cast.made("B16", 24)
    first = f"/allocation/{row['id']}"
    body = {"name": "xx", "description": None}
    assert cast.ask("pa", "PATCH", first, body).status_code == 200
    assert cast.ask("pa", "PATCH", first, {"name": ""}).status_code == 400
    assert cast.set(other, 23).status_code == 200
    assert cast.set(other, 0).status_code == 400
    assert cast.ask("pa", "POST", "/allocation", {}).status_code == 400
    related = "includeRelation=InfrastructureProvider&includeRelation=Site"
    block = constraint(other)["derivedResourceId"]
    for path in (
        f"/allocation?{related}&includeRelation=Tenant",
        first,
        f"/instance/type?{related}&includeAllocationStats=true&includeMachineAssignment=true",
        f"/instance/type/{cast['G100']}?includeAllocationStats=true",
        f"/ipblock?{related}&includeUsageStats=true",
        f"/ipblock/{block}?includeUsageStats=true",
        f"/ipblock/{cast['B16']}/derived",
        "/site?includeMachineStats=true&includeRelation=InfrastructureProvider",
        "/tenant/account",
        "/infrastructure-provider/current",
        "/service-account/current",
        "/user/current",
        "/metadata",
        "/machine",
    ):
        assert cast.ask("pa", "GET", path).status_code == 200
        assert cast.ask("", "GET", path).status_code == 401
        assert cast.ask("pa", "GET", path, org=cast.org("t1")).status_code == 403
    assert cast.ask("ta", "GET", "/tenant/current").status_code == 200
    for method, path in (("PATCH", first), ("PATCH", setting(row)), ("DELETE", first)):
        body = {} if method == "DELETE" else {"name": "xx"}
        assert cast.ask("pv", method, path, body).status_code == 403
    assert cast.delete(row).status_code == 202


@pytest.mark.skipif(not PLACE.is_file(), reason=ABSENT)
def test_every_answer_is_as_nvidia_describes_it(asgi_nico: Nico) -> None:
    contract = theirs()
    assert contract is not None
    site = Nico(asgi_nico.url, asgi_nico.http, asgi_nico.runner, asgi_nico.database, [contract])
    everything(site.cast())
    assert {status for *_, status in contract.judged} >= {200, 201, 202, 400, 401, 403}
    judged = {(method, shape(path)) for method, path, _ in contract.judged}
    assert judged >= set(shapes(contract))


def shape(path: str) -> str:
    """A path without what names something."""
    return re.sub(r"[0-9a-f-]{36}|(?<=/org/)[^/]+", "*", path)


def shapes(contract: Contract) -> Sequence[tuple[str, str]]:
    """The operations of a document, in the same way."""
    return [(method, re.sub(r"{[^}]+}", "*", path)) for method, path in contract.operations()]


def test_the_judge_sees_what_does_not_fit(asgi_nico: Nico) -> None:
    cast = asgi_nico.cast()
    cast.made("G100", 4)
    answer = cast.ask("pa", "GET", "/allocation")
    told: list[Json] = answer.json()
    told[0]["siteId"] = 5
    answer._content = str(told).encode()
    assert ours().fault(answer)
