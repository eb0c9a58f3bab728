"""What each grant opens below /placement (design §5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import replay
from tests.server.conftest import Site

Token = Callable[[str], str]
PEOPLE = {user["alias"]: user["uuid"] for user in replay.world()["users"]}
OLGA = PEOPLE["O"]
STRANGE = "00000000-0000-4000-8000-000000000001"
LATEST = {"OpenStack-API-Version": "placement latest"}
MOUNT = "/placement"


def statuses(site: Site, token: str, project: str = OLGA) -> list[int]:
    """Reading, writing, the usages of a project, reshaping."""

    def status(method: str, path: str, body: object = None) -> int:
        return site.ask(method, MOUNT + path, body, token=token, headers=LATEST).status_code

    return [
        status("GET", "/resource_providers"),
        status("PUT", "/resource_classes/CUSTOM_GRANTED"),
        status("GET", f"/usages?project_id={project}"),
        status("POST", "/reshaper", {}),
    ]


@pytest.mark.parametrize(
    ("grants", "opened"),
    [
        (("placement:admin",), [200, 201, 200, 403]),
        (("placement:service:nova",), [200, 201, 200, 400]),
        (("placement:admin", "placement:service:nova"), [200, 201, 200, 400]),
        (("placement:approver",), [200, 403, 200, 403]),
        (("placement:viewer",), [200, 403, 200, 403]),
        ((f"placement:user:{OLGA}",), [403, 403, 200, 403]),
        (("astakos:admin", "bursar:admin"), [403, 403, 403, 403]),
        (("astakos:service:cyclades",), [403, 403, 403, 403]),
    ],
)
def test_a_grant_opens_what_the_table_says(
    site: Site, grants: tuple[str, ...], opened: list[int]
) -> None:
    assert statuses(site, site.add("t", *grants)) == opened


def test_a_user_sees_the_usages_of_own_projects_only(site: Site) -> None:
    token = site.add("t", f"placement:user:{OLGA}")
    assert statuses(site, token, STRANGE) == [403, 403, 403, 403]


def test_tokens_of_a_world_open_what_their_users_may(site: Site, known: Token) -> None:
    assert statuses(site, known("A")) == [200, 201, 200, 403]
    assert statuses(site, known("O")) == [403, 403, 200, 403]
    assert statuses(site, known("O"), STRANGE) == [403, 403, 403, 403]
    assert statuses(site, known("service:cyclades")) == [403, 403, 403, 403]
    assert statuses(site, known("I")) == [401, 401, 401, 401]
    assert statuses(site, "nonsense") == [401, 401, 401, 401]


def test_a_user_grant_ends_with_the_user(site: Site) -> None:
    token = site.add("t", f"placement:user:{PEOPLE['I']}")
    assert statuses(site, token, PEOPLE["I"]) == [401, 401, 401, 401]


def test_the_journal_names_the_token(site: Site) -> None:
    token = site.add("nova", "placement:service:nova")
    site.ask("PUT", f"{MOUNT}/resource_classes/CUSTOM_NAMED", token=token, headers=LATEST)
    read = "SELECT actor FROM journal WHERE action = 'class.create'"
    assert site.app.backend.database.read(lambda tx: tx.all(read)) == [("token:nova",)]


def test_what_the_edge_refuses_has_placement_s_envelope(site: Site) -> None:
    answer = site.ask("PUT", f"{MOUNT}/allocations/x", {"x": "x" * 2**21}, token="nobody")
    assert answer.status_code == 413
    (told,) = answer.json()["errors"]
    assert told["status"] == 413
    assert told["title"] == "Content Too Large" or told["title"] == "Request Entity Too Large"
    assert answer.headers["x-openstack-request-id"] == told["request_id"]


@pytest.mark.parametrize("path", ["", "/"])
def test_the_root_wants_no_token(site: Site, path: str) -> None:
    answer = site.ask("GET", MOUNT + path)
    assert answer.status_code == 200
    assert answer.json()["versions"][0]["max_version"] == "1.39"


def test_requests_are_counted_by_call(site: Site) -> None:
    token = site.add("t", "placement:admin")
    for path in ("/nothing/here", f"/allocations/{STRANGE}"):
        site.ask("GET", MOUNT + path, token=token)
    told = site.ask("GET", "/bursar/metrics").text
    assert 'route="/placement/allocations/{consumer_uuid}"' in told
    assert 'route="unknown"' in told
    assert "nothing" not in told


def test_strange_paths_lead_nowhere(site: Site) -> None:
    token = site.add("t", "placement:admin")
    for path in ("/%00", "/resource_providers/%0a", "/a/b/c/d", "//", "/{", "/traits/{/"):
        answer = site.ask("GET", MOUNT + path, token=token, headers=LATEST)
        assert answer.status_code == 404, path
        assert answer.json()["errors"][0]["status"] == 404
