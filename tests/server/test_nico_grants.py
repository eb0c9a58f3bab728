"""What each token opens below /v2/org, and what the edge says there (design §5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from backend.server.settings import ServerSettings
from tests.server.conftest import Site
from tests.serving import application

Token = Callable[[str], str]
LIST = "/v2/org/acme/nico/allocation"
LIMITS = ServerSettings()


def asked(site: Site, token: str, path: str = LIST, **more: str) -> httpx.Response:
    """The answer to a GET with a token."""
    return site.ask("GET", path, headers={"Authorization": f"Bearer {token}", **more})


def told(answer: httpx.Response) -> tuple[int, str, object]:
    """Status, source and data of a refusal."""
    body = answer.json()
    assert set(body) == {"source", "message", "data"}
    return answer.status_code, body["source"], body["data"]


@pytest.mark.parametrize(
    ("grants", "status"),
    [
        (("nico:admin",), 400),
        (("nico:approver:acme",), 400),
        (("nico:viewer:ACME",), 400),
        (("nico:user",), 400),
        (("nico:admin:other", "nico:user:acme"), 400),
        (("nico:admin:other",), 403),
        (("nico:service:acme",), 403),
        (("bursar:admin", "astakos:admin"), 403),
    ],
)
def test_grants(site: Site, grants: tuple[str, ...], status: int) -> None:
    answer = asked(site, site.add("t", *grants))
    assert told(answer) == (status, "nico", None)


def test_people_and_components_of_a_world_are_no_members(site: Site, known: Token) -> None:
    for who in ("A", "O", "service:cyclades"):
        assert told(asked(site, known(who))) == (403, "nico", None)


def test_a_revoked_token_is_refused_at_once(site: Site) -> None:
    token = site.add("t", "nico:viewer")
    assert asked(site, token).status_code == 400
    site.revoke("t")
    assert told(asked(site, token)) == (401, "nico", None)


def test_strangers_are_held_off_in_the_dialect(site: Site) -> None:
    for _ in range(LIMITS.attempts):
        assert asked(site, "nobodys").status_code == 401
    answer = asked(site, "nobodys")
    assert told(answer) == (429, "nico", None)
    assert int(answer.headers["retry-after"]) > 0


def test_bounds_are_told_in_the_dialect(site: Site) -> None:
    token = site.add("t", "nico:admin")
    body = {"name": "x" * LIMITS.body}
    answer = site.ask("POST", LIST, body, headers={"Authorization": f"Bearer {token}"})
    assert told(answer) == (413, "nico", None)
    answer = asked(site, token, **{"X-Long": "x" * LIMITS.headers})
    assert told(answer) == (431, "nico", None)
    assert told(asked(site, token, "/v2/org/acme/nico/a%0Ab")) == (404, "nico", None)
    assert told(asked(site, token, "/v2/org/")) == (404, "nico", None)


def test_it_answers_by_older_names(tmp_path: Path) -> None:
    settings = ServerSettings(nico_names=("carbide",))
    with application(tmp_path / "world.db", settings) as app:
        found = Site(app)
        with found.runner:
            token = found.add("t", "nico:admin")
            for name in ("nico", "carbide"):
                answer = asked(found, token, f"/v2/org/acme/{name}/allocation")
                assert told(answer) == (400, name, None)
            answer = asked(found, token, "/v2/org/acme/forge/allocation")
            assert told(answer) == (404, "nico", None)
