"""Who may ask, pages, filters, columns and order of lists (scenarios 13 to 31)."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import Any

import httpx
import pytest

from backend.core.runtime import micros
from backend.openportal.model import State
from backend.openportal.wire import encode
from tests.openportal.portals import START
from tests.openportal.wire.waldur import (
    COUNTERPARTS,
    ROOTS,
    Cast,
    Waldur,
    fresh,
    grant,
    links,
    names,
    rels,
)

LOCAL = ROOTS[False]
ABSENT = "Authentication credentials were not provided."


def dashed(uuid: str) -> str:
    """A uuid with its dashes, in capitals."""
    parts = re.fullmatch(r"(.{8})(.{4})(.{4})(.{4})(.{12})", uuid)
    assert parts is not None
    return "-".join(parts.groups()).upper()


def of(cast: Cast, query: str = "", *, remote: bool = False, who: str = "A") -> httpx.Response:
    """A list of the cast's own rows; some servers are shared."""
    found = cast.ask(who, "GET", f"{ROOTS[remote]}?customer={cast.customer}&{query}")
    assert found.status_code == 200, found.text
    return found


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, ABSENT),
        ("", ABSENT),
        ("Basic abc", ABSENT),
        ("Token", "Invalid token. No credentials provided."),
        ("Token a b", "Invalid token. Token string should not contain spaces."),
        ("Token nobodys", "Invalid token."),
        ("Bearer w_1_nobodys", "Invalid token."),
    ],
)
def test_o13_whoever_is_not_known(
    site: Waldur, remote: bool, header: str | None, detail: str
) -> None:
    given = {} if header is None else {"Authorization": header}
    for method in ("GET", "POST", "PUT"):
        answer = site.ask(method, ROOTS[remote], headers=given)
        assert (answer.status_code, answer.json()) == (401, {"detail": detail})
        assert answer.headers["www-authenticate"] == "Token"


def test_o13_tokens_expire_and_their_keyword_has_any_case(cast: Cast) -> None:
    token = cast.site.database.write(lambda tx: grant(tx, "openportal:viewer"))
    for scheme in ("Token", "token", "TOKEN", "Bearer"):
        answer = cast.site.ask("GET", LOCAL, headers={"Authorization": f"{scheme} {token}"})
        assert answer.status_code == 200
    until = cast.site.database.read(lambda tx: tx.now) + 1_000
    token = cast.site.database.write(
        lambda tx: grant(tx, "openportal:viewer", expires_at=max(until, tx.now + 1_000))
    )
    cast.site.turn()
    answer = cast.site.ask("GET", LOCAL, token=token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Token has expired."})


def test_o14_strangers_see_nothing(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    kind = "RemoteAllocation" if remote else "Allocation"
    for who, path in (("X", uuid), ("A", fresh()), ("A", "nonsense"), ("S", fresh())):
        answer = cast.ask(who, "GET", f"{ROOTS[remote]}{path}/")
        told = {"detail": f"No {kind} matches the given query."}
        assert (answer.status_code, answer.json()) == (404, told)
    answer = cast.ask("X", "GET", ROOTS[remote])
    assert (answer.json(), answer.headers["x-result-count"]) == ([], "0")
    assert rels(answer) == ["first", "last"]
    for who in "SOAM":
        assert cast.get(who, f"{ROOTS[remote]}{uuid}/")["uuid"] == uuid
        assert names(of(cast, remote=remote, who=who))
    assert cast.ask("A", "GET", f"{ROOTS[not remote]}{uuid}/").status_code == 404


def test_o15_the_first_page(cast: Cast, remote: bool) -> None:
    cast.many(25, remote=remote)
    answer = of(cast, remote=remote)
    assert names(answer) == [f"row {number:03}" for number in range(10)]
    assert answer.headers["x-result-count"] == "25"
    assert rels(answer) == ["first", "next", "last"]
    assert answer.headers["content-type"] == "application/json"


def test_o16_the_last_page(cast: Cast, remote: bool) -> None:
    cast.many(25, remote=remote)
    found: dict[str, str] = {}
    for page in ("3", "last"):
        answer = of(cast, f"page={page}&bogus=a%20b", remote=remote)
        assert names(answer) == [f"row {number:03}" for number in range(20, 25)]
        assert rels(answer) == ["first", "prev", "last"]
        found = links(answer)
        assert "page=" not in found["first"]
        assert all("bogus=a+b" in url and url.startswith(cast.site.url) for url in found.values())
        assert "page=2" in found["prev"]
    assert names(cast.ask("A", "GET", found["first"])) == names(of(cast, remote=remote))


@pytest.mark.parametrize("page", ["4", "0", "-1", "x", "9" * 30])
def test_o17_pages_that_are_not_there(cast: Cast, page: str) -> None:
    cast.many(25)
    answer = cast.ask("A", "GET", f"{LOCAL}?customer={cast.customer}&page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_o18_long_pages_are_cut(cast: Cast) -> None:
    cast.many(310)
    for size, length in (("1000", 300), ("299", 299), ("0", 10), ("-5", 10), ("x", 10), ("", 10)):
        assert len(names(of(cast, f"page_size={size}"))) == length


def test_o19_rows_of_one_name(cast: Cast, remote: bool) -> None:
    made = {cast.made(name="same", remote=remote) for _ in range(8)}
    answer = of(cast, "page_size=3", remote=remote)
    seen = [row["uuid"] for row in answer.json()]
    while "next" in answer.links:
        answer = cast.ask("A", "GET", links(answer)["next"])
        seen += [row["uuid"] for row in answer.json()]
    assert len(seen) == 8
    assert set(seen) == made


def test_o20_names_in_part_and_exactly(cast: Cast, remote: bool) -> None:
    given: dict[str, Any] = {"backend_id": "alpha.x", "counterpart": "alpha.y"}
    for name in ("Alpha", "alphabet", "Beta", "100%", "ÉTÉ"):
        cast.made(name=name, remote=remote, **given)
    assert names(of(cast, "name=ALPHA", remote=remote)) == ["Alpha", "alphabet"]
    assert names(of(cast, "name=%25", remote=remote)) == ["100%"]
    assert names(of(cast, "name=t%C3%A9", remote=remote)) == ["ÉTÉ"]
    assert names(of(cast, "name=_", remote=remote)) == []
    assert names(of(cast, "name_exact=Alpha", remote=remote)) == ["Alpha"]
    assert names(of(cast, "name_exact=alpha", remote=remote)) == []


def test_o20_other_texts(cast: Cast, remote: bool) -> None:
    cast.made(name="one", description="For Ice", backend_id="a.b", remote=remote)
    cast.made(name="two", description="For rain", backend_id="a.bc", remote=remote)
    assert names(of(cast, "description=ice", remote=remote)) == ["one"]
    assert names(of(cast, "backend_id=a.b", remote=remote)) == ["one"]
    assert names(of(cast, "backend_id=a.b&description=rain", remote=remote)) == []
    assert names(of(cast, "backend_id=&description=rain", remote=remote)) == ["two"]
    assert names(of(cast, "description=ice&description=rain", remote=remote)) == ["two"]
    answer = cast.ask("A", "GET", f"{LOCAL}?name=%00")
    told = {"name": ["Null characters are not allowed."]}
    assert (answer.status_code, answer.json()) == (400, told)


def test_o21_states(cast: Cast, remote: bool) -> None:
    for state in (State.OK, State.ERRED, State.UPDATING):
        cast.made(name=state, state=state, remote=remote)
    query = "state=OK&state=ERRED"
    assert names(of(cast, query, remote=remote)) == ["ERRED", "OK"]
    answer = cast.ask("A", "GET", f"{ROOTS[remote]}?state=OK&state=NOPE")
    told = {"state": ["Select a valid choice. NOPE is not one of the available choices."]}
    assert (answer.status_code, answer.json()) == (400, told)


@pytest.mark.parametrize("name", ["project", "project_uuid", "service_settings_uuid", "uuid"])
def test_o22_uuids_in_any_form(cast: Cast, remote: bool, name: str) -> None:
    uuid = cast.made(remote=remote)
    service = cast.distant if remote else cast.local
    own = {"uuid": uuid, "service_settings_uuid": service}.get(name, cast.project)
    for form in (own, own.upper(), dashed(own)):
        answer = cast.ask("A", "GET", f"{ROOTS[remote]}?{name}={form}")
        assert [row["uuid"] for row in answer.json()] == [uuid]
    assert names(cast.ask("A", "GET", f"{ROOTS[remote]}?{name}={fresh()}")) == []
    answer = cast.ask("A", "GET", f"{ROOTS[remote]}?{name}={cast.site.url}/projects/{own}/")
    assert (answer.status_code, answer.json()) == (400, {name: ["Enter a valid UUID."]})
    assert cast.get("A", f"{ROOTS[remote]}{dashed(uuid)}/")["uuid"] == uuid


def test_o23_customers_by_either_name(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    for name in ("customer", "customer_uuid"):
        answer = cast.ask("S", "GET", f"{ROOTS[remote]}?{name}={cast.customer}")
        assert [row["uuid"] for row in answer.json()] == [uuid]


def test_o24_names_of_what_a_row_refers_to(cast: Cast, remote: bool) -> None:
    uuid, mark = cast.made(remote=remote), cast.customer[:6].upper()
    service = (cast.distant if remote else cast.local)[:6].upper()
    own = {
        "customer_name": f"CENTRE%20{mark}",
        "customer_native_name": f"ZENTRUM%20{mark}",
        "customer_abbreviation": f"c{mark}",
        "service_settings_name": service,
    }
    for name, part in own.items():
        answer = cast.ask("S", "GET", f"{ROOTS[remote]}?{name}={part}")
        assert [row["uuid"] for row in answer.json()] == [uuid], name
        crossed = "customer_native_name" if name == "customer_name" else "customer_name"
        answer = cast.ask("S", "GET", f"{ROOTS[remote]}?{crossed}={part}")
        assert answer.json() == [], name
    assert names(of(cast, "project_name=OCE", remote=remote))
    assert not names(of(cast, "project_name=ICE", remote=remote))


def test_o25_addresses_find_nothing(cast: Cast, remote: bool) -> None:
    cast.made(remote=remote)
    answer = of(cast, "external_ip=1.2.3.4", remote=remote)
    assert (answer.json(), answer.headers["x-result-count"]) == ([], "0")
    assert names(of(cast, "external_ip=", remote=remote))


def test_o26_what_is_switched_off(cast: Cast, remote: bool) -> None:
    cast.made(name="on", remote=remote)
    cast.made(name="off", is_active=False, remote=remote)
    for told in ("false", "False", "0"):
        assert names(of(cast, f"is_active={told}", remote=remote)) == ["off"]
    for told in ("true", "True", "1"):
        assert names(of(cast, f"is_active={told}", remote=remote)) == ["on"]
    assert names(of(cast, "is_active=maybe", remote=remote)) == ["off", "on"]


def test_o27_what_somebody_manages(cast: Cast, remote: bool) -> None:
    cast.made(name="mine", remote=remote)
    cast.made(name="theirs", project=cast.other, remote=remote)
    for told in ("true", "false", "x"):
        assert names(of(cast, f"can_manage={told}", remote=remote)) == ["mine"]
        for who in "SO":
            both = names(of(cast, f"can_manage={told}", remote=remote, who=who))
            assert both == ["mine", "theirs"]
        assert names(of(cast, f"can_manage={told}", remote=remote, who="M")) == []
    assert names(of(cast, remote=remote)) == ["mine", "theirs"]
    assert names(of(cast, remote=remote, who="M")) == ["mine"]


def test_o28_what_nobody_knows_is_ignored(cast: Cast, remote: bool) -> None:
    cast.made(remote=remote)
    assert len(names(of(cast, "bogus=1&groupname=x", remote=remote))) == 1


def test_o29_columns(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    for row in (
        of(cast, "field=uuid&field=name", remote=remote).json()[0],
        cast.get("A", f"{ROOTS[remote]}{uuid}/?field=name&field=zzz&field=uuid"),
    ):
        assert list(row) == ["uuid", "name"]
    full = cast.get("A", f"{ROOTS[remote]}{uuid}/")
    assert cast.get("A", f"{ROOTS[remote]}{uuid}/?field=zzz") == full
    assert of(cast, "field=zzz", remote=remote).json() == [full]
    assert full[COUNTERPARTS[remote]]
    assert full["node_usage"] == "86.40"


def test_o30_counting(cast: Cast, remote: bool) -> None:
    for state in (State.OK, State.ERRED, State.ERRED):
        cast.made(state=state, remote=remote)
    for query, count in (("", 3), ("state=ERRED", 2), ("external_ip=1", 0)):
        path = f"{ROOTS[remote]}?customer={cast.customer}&{query}"
        answer = cast.ask("A", "HEAD", path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["x-result-count"] == str(count)
    assert cast.ask("A", "HEAD", f"{ROOTS[remote]}?state=NOPE").status_code == 400


def test_o31_order(cast: Cast, remote: bool) -> None:
    at = micros(START)
    states = (State.OK, State.DELETING, State.UPDATE_SCHEDULED)
    for number, (name, state) in enumerate(zip("bca", states, strict=True)):
        cast.made(name=name, state=state, created_at=at + number, remote=remote)
    orders = {
        "": "abc", "name": "abc", "-name": "cba", "-created": "acb", "created": "bca",
        "state": "abc", "-state": "cba", "project_name": "abc", "customer_name,-created": "acb",
        "service_name,-name": "cba", "customer_native_name": "abc", "-customer_abbreviation": "abc",
    }  # fmt: skip
    for order, expected in orders.items():
        assert "".join(names(of(cast, f"o={order}", remote=remote))) == expected, order
    answer = cast.ask("A", "GET", f"{ROOTS[remote]}?o=zzz")
    told = {"o": ["Select a valid choice. zzz is not one of the available choices."]}
    assert (answer.status_code, answer.json()) == (400, told)


@pytest.mark.parametrize("site", ["asgi"], indirect=True)
def test_pages_are_written_beside_the_event_loop(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.made()
    time, beside = encode.time, []

    def noting(at: int) -> str:
        beside.append(True)
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            beside[-1] = False
        return time(at)

    monkeypatch.setattr(encode, "time", noting)
    assert len(of(cast).json()) == 1
    assert beside
    assert all(beside)


def test_faults_of_several_filters_are_told_at_once(cast: Cast) -> None:
    answer = cast.ask("A", "GET", f"{LOCAL}?state=NOPE&project=x&o=y")
    assert (answer.status_code, list(answer.json())) == (400, ["project", "state", "o"])
