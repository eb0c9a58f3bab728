"""What each role may do over the console's port of a real server."""

from __future__ import annotations

from typing import Any

import pytest

from tests import replay
from tests.server.conftest import Site
from tests.serving import token

MIA = next(user["uuid"] for user in replay.world()["users"] if user["alias"] == "M")
NOBODY = {"name": "somebody else", "role": "admin", "uuid": "", "component": ""}
SPEC = {"name": "new.lab", "end_date": "2113-05-05T20:20:20+00:00"}


def plan(site: Site, token: str, command: str, **fields: Any) -> Any:
    """Ask for the plan of a command, lying about who asks."""
    body = {"command": {command: {"actor": NOBODY, **fields}}}
    bearer = {"Authorization": f"Bearer {token}"}
    return site.ask("POST", "/bursar/v1/plan", body, headers=bearer)


@pytest.fixture
def application(site: Site) -> int:
    """One that waits."""
    filed = site.ask("POST", "/projects", SPEC, token=token("O")["X-Auth-Token"])
    return int(filed.json()["application"])


@pytest.mark.parametrize(
    ("role", "decides", "suspends"),
    [("viewer", 403, 403), ("approver", 200, 403), ("admin", 200, 200)],
)
def test_a_role_does_what_the_table_says(
    site: Site, application: int, role: str, decides: int, suspends: int
) -> None:
    fresh = site.add("t", f"bursar:{role}")
    bearer = {"Authorization": f"Bearer {fresh}"}
    told = site.ask("GET", "/bursar/v1/connection", headers=bearer).json()["connection"]
    assert told["actor"] == {"name": "token:t", "role": role, "uuid": "", "component": ""}
    answer = plan(site, fresh, "ApproveApplication", application=application, project="")
    assert answer.status_code == decides
    if decides == 200:
        (command,) = answer.json()["command"].values()
        assert command["actor"]["name"] == "token:t"
    answer = plan(site, fresh, "ChangeProjectState", project=MIA, action="suspend")
    assert answer.status_code == suspends
    assert site.ask("GET", "/bursar/v1/badges", headers=bearer).json()["waiting"] == 1


@pytest.mark.parametrize("grant", ["astakos:admin", "astakos:service:cyclades"])
def test_other_grants_open_no_console(site: Site, grant: str) -> None:
    bearer = {"Authorization": f"Bearer {site.add('t', grant)}"}
    answer = site.ask("GET", "/bursar/v1/badges", headers=bearer)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not-allowed")


def test_guessing_is_slowed_down_there_too(site: Site) -> None:
    limit = site.app.settings.attempts
    seen = [
        site.ask("GET", "/bursar/v1/badges", headers={"Authorization": f"Bearer {n}"})
        for n in range(limit + 1)
    ]
    assert [answer.status_code for answer in seen] == [401] * limit + [429]
    assert 0 < int(seen[-1].headers["retry-after"]) <= 60
