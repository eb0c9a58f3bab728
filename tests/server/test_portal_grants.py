"""What each token opens below /api, and what the edge says there (design §5)."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from backend.server.settings import ServerSettings
from tests import replay
from tests.server.conftest import Site

Token = Callable[[str], str]
LIST = "/api/openportal-allocations/"
ME = "/api/users/me/"
LIMITS = ServerSettings()
PEOPLE = {user["alias"]: user["uuid"] for user in replay.world()["users"]}


def asked(site: Site, token: str, path: str = LIST, **more: str) -> httpx.Response:
    """The answer to a GET with a token."""
    return site.ask("GET", path, headers={"Authorization": f"Token {token}", **more})


def test_people_and_components_of_a_world(site: Site, known: Token) -> None:
    staff = asked(site, known("A"), ME).json()
    assert (staff["is_staff"], staff["is_support"]) == (True, False)
    user = asked(site, known("O"), ME).json()
    assert (user["is_staff"], user["is_support"], user["permissions"]) == (False, False, [])
    assert asked(site, known("O")).json() == []
    answer = asked(site, known("service:cyclades"))
    told = {"detail": "You do not have permission to perform this action."}
    assert (answer.status_code, answer.json()) == (403, told)


@pytest.mark.parametrize(
    ("grants", "who"),
    [
        (("openportal:admin", "openportal:viewer"), (True, False)),
        (("openportal:approver",), (False, True)),
        (("openportal:viewer",), (False, True)),
        (("openportal:user:00000000-0000-4000-8000-000000000001",), (False, False)),
    ],
)
def test_grants(site: Site, grants: tuple[str, ...], who: tuple[bool, bool]) -> None:
    row = asked(site, site.add("t", *grants), ME).json()
    assert (row["is_staff"], row["is_support"]) == who
    assert row["username"] == "token:t"


@pytest.mark.parametrize("grant", ["openportal:service:x", "bursar:admin", "astakos:admin"])
def test_what_opens_nothing(site: Site, grant: str) -> None:
    assert asked(site, site.add("t", grant)).status_code == 403


def test_whoever_is_not_active_in_astakos(site: Site, known: Token) -> None:
    uuid, told = PEOPLE["I"], {"detail": "User inactive or deleted."}
    for form in (uuid, uuid.replace("-", "")):
        answer = asked(site, site.add(f"t{len(form)}", f"openportal:user:{form}"))
        assert (answer.status_code, answer.json()) == (401, told)
    assert asked(site, known("I")).json() == told


def test_a_revoked_token_is_refused_at_once(site: Site) -> None:
    token = site.add("t", "openportal:viewer")
    assert asked(site, token).status_code == 200
    site.revoke("t")
    answer = asked(site, token)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid token."})


def test_a_token_that_ends_says_when(site: Site) -> None:
    now = site.app.backend.database.read(lambda tx: tx.now)
    token = site.add("t", "openportal:viewer", expires_at=now + 3_600_000_000)
    assert 3500 < asked(site, token, ME).json()["token_lifetime"] <= 3600


def test_strangers_are_held_off_in_the_dialect(site: Site) -> None:
    for _ in range(LIMITS.attempts):
        assert asked(site, "nobodys").status_code == 401
    answer = asked(site, "nobodys")
    assert (answer.status_code, list(answer.json())) == (429, ["detail"])
    assert int(answer.headers["retry-after"]) > 0


def test_bounds_are_told_in_the_dialect(site: Site, known: Token) -> None:
    body = {"name": "x" * LIMITS.body}
    answer = site.ask("POST", LIST, body, headers={"Authorization": f"Token {known('A')}"})
    assert (answer.status_code, list(answer.json())) == (413, ["detail"])
    answer = asked(site, known("A"), **{"X-Long": "x" * LIMITS.headers})
    assert (answer.status_code, list(answer.json())) == (431, ["detail"])
