"""Making allocations (scenarios 1 to 12)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.openportal.wire.waldur import COUNTERPARTS, ROOTS, Cast

NEEDED = {"name", "service_settings", "project"}
REQUIRED = ["This field is required."]
EARLIEST = "Ensure this value is greater than or equal to 0."
WHOLE = "A valid integer is required."
NO_OBJECT = ["Invalid hyperlink - Object does not exist."]
KEYS = """url uuid name description service_name service_settings service_settings_uuid
service_settings_state service_settings_error_message project project_name project_uuid customer
customer_uuid customer_name customer_native_name customer_abbreviation error_message
error_traceback resource_type state created modified backend_id access_url node_limit COUNTERPART
node_usage is_active marketplace_offering_uuid marketplace_offering_name marketplace_offering_type
marketplace_offering_plugin_options marketplace_category_uuid marketplace_category_name
marketplace_resource_uuid marketplace_plan_uuid marketplace_resource_state is_usage_based
is_limit_based"""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")


def test_o01_what_is_made_is_scheduled(cast: Cast, remote: bool) -> None:
    answer = cast.create(remote=remote)
    assert answer.status_code == 201, answer.text
    row = answer.json()
    assert list(row) == KEYS.replace("COUNTERPART", COUNTERPARTS[remote]).split()
    assert row["state"] == "CREATION_SCHEDULED"
    assert re.fullmatch(r"[0-9a-f]{32}", row["uuid"])
    assert (row["backend_id"], row["node_usage"], row["is_active"]) == ("", "0.00", True)
    assert row["url"] == f"{cast.site.url}{ROOTS[remote]}{row['uuid']}/"
    assert row["project"] == f"{cast.site.url}/projects/{cast.project}/"
    assert row["customer_abbreviation"] == f"C{cast.customer[:6]}"
    assert all(TIME.match(row[name]) for name in ("created", "modified"))
    assert (row["access_url"], row[COUNTERPARTS[remote]]) == (None, None)
    assert answer.headers["location"] == row["url"]


def test_o02_it_becomes_ok(cast: Cast, remote: bool) -> None:
    cast.simulate(remote=remote, delay=1)
    row = cast.create(remote=remote, node_limit=120).json()
    states, row = cast.settled(row["uuid"], remote=remote)
    assert states == ["CREATION_SCHEDULED", "CREATING", "OK"]
    assert re.fullmatch(r"[^.]+\.[^.]+", row["backend_id"])
    assert row["node_limit"] == 120


def test_o03_what_the_backend_refuses_is_erred(cast: Cast) -> None:
    cast.simulate(fails=["create"])
    states, row = cast.settled(cast.create().json()["uuid"])
    assert states[-1] == "ERRED"
    assert row["error_message"]


def test_o04_a_name_is_required(cast: Cast, remote: bool) -> None:
    answer = cast.ask("A", "POST", ROOTS[remote], cast.places(remote=remote))
    assert (answer.status_code, answer.json()) == (400, {"name": REQUIRED})


@pytest.mark.parametrize("name", ["", "   "])
def test_o05_a_name_is_not_blank(cast: Cast, remote: bool, name: str) -> None:
    answer = cast.create(remote=remote, name=name)
    told = {"name": ["This field may not be blank."]}
    assert (answer.status_code, answer.json()) == (400, told)


def test_o06_a_name_has_an_end(cast: Cast, remote: bool) -> None:
    answer = cast.create(remote=remote, name="x" * 151)
    told = {"name": ["Ensure this field has no more than 150 characters."]}
    assert (answer.status_code, answer.json()) == (400, told)
    answer = cast.create(remote=remote, name="  " + "x" * 150 + " ")
    assert (answer.status_code, answer.json()["name"]) == (201, "x" * 150)


def test_o07_all_that_is_missing_is_told_at_once(cast: Cast, remote: bool) -> None:
    answer = cast.ask("A", "POST", ROOTS[remote], {})
    assert (answer.status_code, answer.json()) == (400, dict.fromkeys(NEEDED, REQUIRED))
    bad = {"name": "", "node_limit": -1, "service_settings": 7, "project": "/api/projects/x/"}
    answer = cast.ask("A", "POST", ROOTS[remote], bad)
    assert list(answer.json()) == ["name", "service_settings", "project", "node_limit"]
    assert answer.json()["project"] == NO_OBJECT
    told = "Incorrect type. Expected URL string, received int."
    assert answer.json()["service_settings"] == [told]


@pytest.mark.parametrize(
    ("limit", "told"),
    [(-1, EARLIEST), (1.5, WHOLE), ("abc", WHOLE), (True, WHOLE), ([], WHOLE), (2**63, ""),
     (None, "This field may not be null.")],
)  # fmt: skip
def test_o08_a_limit_is_a_whole_number(cast: Cast, limit: Any, told: str) -> None:
    answer = cast.create(node_limit=limit)
    told = told or f"Ensure this value is less than or equal to {2**63 - 1}."
    assert (answer.status_code, answer.json()) == (400, {"node_limit": [told]})


@pytest.mark.parametrize("limit", [10, "10", 10.0, "10.0"])
def test_o08_a_whole_number_may_be_a_text(cast: Cast, limit: Any) -> None:
    answer = cast.create(node_limit=limit)
    assert (answer.status_code, answer.json()["node_limit"]) == (201, 10)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("{base}/service-settings/{local}/", "Invalid hyperlink - Incorrect URL match."),
        ("{base}/nothing/{local}/", "Invalid hyperlink - No URL match."),
        ("nonsense", "Invalid hyperlink - No URL match."),
        ("{base}/projects/{local}/", NO_OBJECT[0]),
    ],
)
def test_o09_links_name_what_they_should(cast: Cast, place: str, told: str) -> None:
    url = place.format(base=cast.site.url, local=cast.local)
    answer = cast.create(project=url)
    assert (answer.status_code, answer.json()) == (400, {"project": [told]})


@pytest.mark.parametrize(
    "place",
    [
        "/api/projects/{uuid}/",
        "/api/project/{uuid}/",
        "https://api.example.com/api/project/{uuid}/",
    ],
)
def test_o09_only_the_path_of_a_link_matters(cast: Cast, place: str) -> None:
    dashed = "-".join(re.findall(r"(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})", cast.project)[0]).upper()
    for uuid in (cast.project, dashed):
        answer = cast.create(project=place.format(uuid=uuid))
        assert (answer.status_code, answer.json()["project_uuid"]) == (201, cast.project)


def test_o10_what_is_not_seen_is_not_there(cast: Cast, remote: bool) -> None:
    answer = cast.create("X", remote=remote)
    assert (answer.status_code, answer.json()) == (400, {"project": NO_OBJECT})


def test_o11_members_make_none(cast: Cast, remote: bool) -> None:
    answer = cast.create("M", remote=remote)
    told = "You do not have permissions to create allocation for given project."
    assert (answer.status_code, answer.json()) == (403, {"detail": told})
    for who in "OS":
        assert cast.create(who, remote=remote).status_code == 201


def test_o12_services_are_of_one_kind(cast: Cast, remote: bool) -> None:
    wrong = cast.places(remote=not remote)["service_settings"]
    answer = cast.create(remote=remote, service_settings=wrong)
    assert (answer.status_code, answer.json()) == (400, {"service_settings": NO_OBJECT})
