"""How the dialect speaks: paths, methods, bodies, errors (spec openportal §3)."""

from __future__ import annotations

import pytest

from tests.openportal.wire.waldur import ROOTS, Cast, Waldur, fresh, grant

LOCAL = ROOTS[False]
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_a_path_needs_its_last_slash(site: Waldur, remote: bool, method: str) -> None:
    for path in (ROOTS[remote], f"{ROOTS[remote]}{fresh()}/", f"{ROOTS[remote]}{fresh()}/pull/"):
        answer = site.ask(method, f"{path[:-1]}?page=2")
        assert (answer.status_code, answer.content) == (301, b"")
        assert answer.headers["location"] == f"/api{path}?page=2"


@pytest.mark.parametrize("name", ["%E6%BC%A2", "a%23b", "a%3Fb", "a%20b%25"])
def test_the_way_to_a_last_slash_is_quoted(site: Waldur, name: str) -> None:
    answer = site.ask("GET", f"{LOCAL}{name}?page=2")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"/api{LOCAL}{name}/?page=2"


@pytest.mark.parametrize("path", ["/", "/nothing/", "/nothing", f"{LOCAL}x/nothing/", "//"])
def test_paths_that_lead_nowhere(site: Waldur, path: str) -> None:
    answer = site.ask("POST", path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_methods_that_are_not_offered(cast: Cast, remote: bool) -> None:
    answer = cast.ask("A", "PUT", ROOTS[remote], {})
    told = {"detail": 'Method "PUT" not allowed.'}
    assert (answer.status_code, answer.json()) == (405, told)
    assert answer.headers["allow"] == "GET, HEAD, POST"
    answer = cast.ask("A", "GET", f"{ROOTS[remote]}{fresh()}/pull/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_bodies_that_are_no_json(cast: Cast, remote: bool) -> None:
    answer = cast.ask("A", "POST", ROOTS[remote], content=b"{", headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("JSON parse error - ")
    answer = cast.ask("A", "POST", ROOTS[remote], content=b"{}", headers={"Content-Type": "text/x"})
    told = {"detail": 'Unsupported media type "text/x" in request.'}
    assert (answer.status_code, answer.json()) == (415, told)
    answer = cast.ask("A", "POST", ROOTS[remote], [])
    faults = {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}
    assert (answer.status_code, answer.json()) == (400, faults)


def test_bodies_are_looked_at_last(cast: Cast) -> None:
    uuid = cast.made()
    answer = cast.ask("M", "PATCH", f"{LOCAL}{uuid}/", content=b"{", headers=JSON)
    assert answer.status_code == 403
    answer = cast.ask("X", "PATCH", f"{LOCAL}{uuid}/", content=b"{", headers=JSON)
    assert answer.status_code == 404


def test_texts_that_cannot_be_kept(cast: Cast) -> None:
    for name in ("a\0b", "a\ud800b"):
        body = b'{"name": "' + name.encode("unicode-escape").replace(b"\\x00", b"\\u0000") + b'"}'
        answer = cast.ask("A", "PATCH", f"{LOCAL}{cast.made()}/", content=body, headers=JSON)
        assert (answer.status_code, list(answer.json())) == (400, ["name"])
    answer = cast.create(name=7, description=1.5)
    assert (answer.status_code, answer.json()["name"]) == (201, "7")
    answer = cast.create(name=[], description=True)
    told = ["Not a valid string."]
    assert (answer.status_code, answer.json()) == (400, {"name": told, "description": told})


@pytest.mark.parametrize(
    ("grants", "sees", "writes"),
    [
        (("openportal:admin",), True, 204),
        (("openportal:approver",), True, 403),
        (("openportal:viewer",), True, 403),
        (("bursar:admin",), None, 403),
        (("openportal:user:{X}",), False, 404),
        (("openportal:user:{S}",), True, 204),
    ],
)
def test_what_grants_open(
    cast: Cast, grants: tuple[str, ...], sees: bool | None, writes: int
) -> None:
    uuid = cast.made()
    told = [one.format(**cast.people) for one in grants]
    token = cast.site.database.write(lambda tx: grant(tx, *told))
    answer = cast.site.ask("GET", f"{LOCAL}?uuid={uuid}", token=token)
    if sees is None:
        assert answer.status_code == 403
    else:
        assert (answer.status_code, len(answer.json())) == (200, int(sees))
    answer = cast.site.ask("POST", f"{LOCAL}{uuid}/unlink/", token=token)
    assert answer.status_code == writes


def test_whoever_was_switched_off(cast: Cast) -> None:
    sql = "UPDATE portal_user SET is_active = 0 WHERE uuid = ?"
    cast.site.write(lambda tx: tx.execute(sql, (cast.people["A"],)))
    answer = cast.ask("A", "GET", LOCAL)
    assert (answer.status_code, answer.json()) == (401, {"detail": "User inactive or deleted."})


def test_a_host_that_is_none(cast: Cast) -> None:
    answer = cast.ask("A", "GET", LOCAL, headers={"Host": "a b"})
    assert answer.status_code == 400
