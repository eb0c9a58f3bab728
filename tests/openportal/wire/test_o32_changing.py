"""Changing allocations and having something done with them (scenarios 32 to 56, 63)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.openportal.model import State, Usage
from backend.openportal.store import usages
from tests.openportal.wire.waldur import COUNTERPARTS, MISSING, ROOTS, Cast

LOCAL = ROOTS[False]
NOT_YOURS = {"detail": "You do not have permission to perform this action."}
SETTLED_ONLY = {"detail": "Valid states for operation: OK, ERRED."}
OK_ONLY = {"detail": "Valid states for operation: OK."}
BUSY = [state for state in State if state.busy]


def at(uuid: str, action: str = "", *, remote: bool = False) -> str:
    """Where an allocation is, or an action on it."""
    return f"{ROOTS[remote]}{uuid}/{action + '/' if action else ''}"


def test_o32_a_description_is_changed(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    before = cast.get("A", at(uuid, remote=remote))
    cast.site.turn()
    answer = cast.ask("A", "PATCH", at(uuid, remote=remote), {"description": "second"})
    after = answer.json()
    assert (answer.status_code, after["description"], after["state"]) == (200, "second", "OK")
    assert after["modified"] > before["modified"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"description", "modified"}
    assert cast.get("M", at(uuid, remote=remote)) == after


def test_o33_nothing_is_changed(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    before = cast.get("A", at(uuid, remote=remote))
    for content in (b"", b"{}"):
        given = {"content-type": "application/json"} if content else {}
        where = at(uuid, remote=remote)
        answer = cast.ask("A", "PATCH", where, content=content, headers=given)
        assert answer.status_code == 200
        assert {**answer.json(), "modified": before["modified"]} == before


def test_o34_and_35_a_row_is_not_moved(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    places = {**cast.places(remote=remote), "project": f"/api/projects/{cast.other}/"}
    body = {"name": "renamed", **places}
    answer = cast.ask("A", "PUT", at(uuid, remote=remote), body)
    row = answer.json()
    assert (answer.status_code, row["name"], row["project_uuid"]) == (200, "renamed", cast.project)
    assert (row["description"], row["node_limit"]) == ("first", 100)
    assert row[COUNTERPARTS[remote]]


def test_o34_moving_is_ignored(cast: Cast) -> None:
    uuid = cast.made()
    answer = cast.ask("A", "PUT", at(uuid), {"name": "n", "project": 7, "service_settings": "x"})
    assert (answer.status_code, answer.json()["project_uuid"]) == (200, cast.project)


def test_o35_what_is_left_out_stays(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    answer = cast.ask("A", "PUT", at(uuid, remote=remote), {"name": "only"})
    assert (answer.status_code, answer.json()["description"]) == (200, "first")
    answer = cast.ask("A", "PUT", at(uuid, remote=remote), {"description": "x"})
    told = {"name": ["This field is required."]}
    assert (answer.status_code, answer.json()) == (400, told)


@pytest.mark.parametrize("state", [*BUSY, State.ERRED])
def test_o36_only_what_is_ok_is_changed(cast: Cast, state: State) -> None:
    for remote in (False, True):
        uuid = cast.made(state=state, remote=remote)
        for method in ("PUT", "PATCH"):
            answer = cast.ask("A", method, at(uuid, remote=remote), {"name": ""})
            assert (answer.status_code, answer.json()) == (409, OK_ONLY)


def test_o36_who_may_not_is_told_so_first(cast: Cast, remote: bool) -> None:
    uuid = cast.made(state=State.UPDATING, remote=remote)
    for method in ("PUT", "PATCH", "DELETE"):
        answer = cast.ask("M", method, at(uuid, remote=remote), {"name": ""})
        assert (answer.status_code, answer.json()) == (403, NOT_YOURS)
        answer = cast.ask("X", method, at(uuid, remote=remote), {"name": ""})
        assert answer.status_code == 404


def test_o37_what_is_not_to_be_written(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    before = cast.get("A", at(uuid, remote=remote))
    body = {"node_usage": "1.00", "state": "ERRED", "backend_id": "x.y", "is_active": False}
    answer = cast.ask("A", "PATCH", at(uuid, remote=remote), body)
    assert answer.status_code == 200
    assert {**answer.json(), "modified": before["modified"]} == before


def test_o38_the_counterpart(cast: Cast, remote: bool) -> None:
    uuid, name = cast.made(remote=remote), COUNTERPARTS[remote]
    for value in ("u6ac.brics", "", None):
        answer = cast.ask("A", "PATCH", at(uuid, remote=remote), {name: value})
        assert (answer.status_code, answer.json()[name]) == (200, value)
    answer = cast.ask("A", "PATCH", at(uuid, remote=remote), {name: "x" * 65})
    told = {name: ["Ensure this field has no more than 64 characters."]}
    assert (answer.status_code, answer.json()) == (400, told)
    wrong = COUNTERPARTS[not remote]
    answer = cast.ask("A", "PATCH", at(uuid, remote=remote), {wrong: "x" * 65})
    assert answer.status_code == 200
    assert wrong not in answer.json()


def test_o39_a_limit_is_set(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    cast.simulate(remote=remote, delay=1)
    answer = cast.ask("S", "POST", at(uuid, "set_limits", remote=remote), {"node_limit": 77})
    assert (answer.status_code, answer.json()) == (200, {"node_limit": 77})
    assert cast.get("A", at(uuid, remote=remote))["node_limit"] == 77
    states, row = cast.settled(uuid, remote=remote)
    assert states == ["UPDATE_SCHEDULED", "UPDATING", "OK"]
    assert row["node_limit"] == 77


def test_o39_a_push_that_fails_keeps_the_number(cast: Cast) -> None:
    uuid = cast.made()
    cast.simulate(fails=["limit", "update"])
    assert cast.ask("S", "POST", at(uuid, "set_limits"), {"node_limit": 77}).status_code == 200
    states, row = cast.settled(uuid)
    assert (states[-1], row["node_limit"]) == ("ERRED", 77)


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"node_limit": -1}, 200, None),
        ({"node_limit": -2}, 400, "Ensure this value is greater than or equal to -1."),
        ({}, 400, "This field is required."),
        (MISSING, 400, "This field is required."),
        ({"node_limit": "x"}, 400, "A valid integer is required."),
    ],
)
def test_o40_limits(cast: Cast, body: object, status: int, told: str | None) -> None:
    uuid = cast.made()
    answer = cast.ask("S", "POST", at(uuid, "set_limits"), body)
    assert answer.status_code == status
    if told is not None:
        assert answer.json() == {"node_limit": [told]}
    else:
        assert answer.json() == {"node_limit": -1}
        assert cast.get("A", at(uuid))["node_limit"] == -1


def test_o41_only_staff_set_limits(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    for who in "AOM":
        answer = cast.ask(who, "POST", at(uuid, "set_limits", remote=remote), {"node_limit": 7})
        assert (answer.status_code, answer.json()) == (403, NOT_YOURS)
    assert cast.get("A", at(uuid, remote=remote))["node_limit"] == 100


@pytest.mark.parametrize("state", [one for one in BUSY if one is not State.UPDATE_SCHEDULED])
def test_o42_busy_ones_take_no_limit(cast: Cast, state: State) -> None:
    uuid = cast.made(state=state)
    answer = cast.ask("S", "POST", at(uuid, "set_limits"), {"node_limit": -9})
    assert (answer.status_code, answer.json()) == (409, SETTLED_ONLY)


def test_o42_what_is_scheduled_takes_a_limit_along(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    for limit in (70, 71):
        where = at(uuid, "set_limits", remote=remote)
        answer = cast.ask("S", "POST", where, {"node_limit": limit})
        assert (answer.status_code, answer.json()) == (200, {"node_limit": limit})
    states, row = cast.settled(uuid, remote=remote)
    assert (states[-1], row["node_limit"]) == ("OK", 71)


def test_o43_pulling(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote, node_usage=1)
    answer = cast.ask("A", "POST", at(uuid, "pull", remote=remote))
    told = {"detail": "Pull operation was successfully scheduled."}
    assert (answer.status_code, answer.json()) == (202, told)
    states, row = cast.settled(uuid, remote=remote)
    assert (states[0], states[-1]) == ("UPDATE_SCHEDULED", "OK")
    assert row["node_usage"] != "0.01"


def test_o44_what_has_no_backend_id(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote, backend_id="")
    answer = cast.ask("A", "POST", at(uuid, "pull", remote=remote))
    assert (answer.status_code, answer.json()) == (400, ["Resource does not have backend ID."])


@pytest.mark.parametrize("state", BUSY)
def test_o45_busy_ones_are_not_pulled(cast: Cast, state: State) -> None:
    uuid = cast.made(state=state, backend_id="")
    answer = cast.ask("A", "POST", at(uuid, "pull"))
    assert (answer.status_code, answer.json()) == (409, SETTLED_ONLY)


def test_o46_a_pull_mends(cast: Cast, remote: bool) -> None:
    uuid = cast.made(state=State.ERRED, remote=remote)
    assert cast.ask("A", "POST", at(uuid, "pull", remote=remote)).status_code == 202
    states, row = cast.settled(uuid, remote=remote)
    assert (states[-1], row["error_message"], row["error_traceback"]) == ("OK", "", "")


def test_o47_unlinking(cast: Cast, remote: bool) -> None:
    uuid = cast.made(state=State.DELETING, remote=remote)
    answer = cast.ask("S", "POST", at(uuid, "unlink", remote=remote))
    assert (answer.status_code, answer.content) == (204, b"")
    assert cast.ask("S", "GET", at(uuid, remote=remote)).status_code == 404


def test_o48_only_staff_unlink(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    for who in "AOM":
        answer = cast.ask(who, "POST", at(uuid, "unlink", remote=remote))
        assert (answer.status_code, answer.json()) == (403, NOT_YOURS)
    assert cast.ask("X", "POST", at(uuid, "unlink", remote=remote)).status_code == 404
    assert cast.get("A", at(uuid, remote=remote))


def test_o49_deleting(cast: Cast, remote: bool) -> None:
    uuid = cast.made(remote=remote)
    cast.simulate(remote=remote, delay=1)
    answer = cast.ask("A", "DELETE", at(uuid, remote=remote))
    assert (answer.status_code, answer.content) == (204, b"")
    states, row = cast.settled(uuid, remote=remote)
    assert (states, row) == (["DELETION_SCHEDULED", "DELETING"], {})


def test_o50_what_was_erred_goes_in_any_case(cast: Cast) -> None:
    uuid = cast.made(state=State.ERRED)
    cast.simulate(down=True)
    assert cast.ask("A", "DELETE", at(uuid)).status_code == 204
    assert cast.settled(uuid)[1] == {}


def test_o51_what_was_ok_stays(cast: Cast) -> None:
    uuid = cast.made()
    cast.simulate(down=True)
    assert cast.ask("A", "DELETE", at(uuid)).status_code == 204
    states, row = cast.settled(uuid)
    assert (states[-1], bool(row["error_message"])) == ("ERRED", True)


@pytest.mark.parametrize("state", BUSY)
def test_o52_busy_ones_are_not_deleted(cast: Cast, state: State) -> None:
    uuid = cast.made(state=state)
    answer = cast.ask("A", "DELETE", at(uuid))
    assert (answer.status_code, answer.json()) == (409, SETTLED_ONLY)


def test_o53_marking(cast: Cast, remote: bool) -> None:
    uuid = cast.made(state=State.UPDATING, remote=remote)
    body = {"error_message": "by hand", "error_traceback": "line 1"}
    answer = cast.ask("S", "POST", at(uuid, "set_erred", remote=remote), body)
    told = {"detail": "Resource has been marked as ERRED."}
    assert (answer.status_code, answer.json()) == (200, told)
    row = cast.get("A", at(uuid, remote=remote))
    told = {"state": "ERRED", **body}
    assert {name: row[name] for name in told} == told
    answer = cast.ask("S", "POST", at(uuid, "set_ok", remote=remote))
    told = {"detail": "Resource has been marked as OK."}
    assert (answer.status_code, answer.json()) == (200, told)
    row = cast.get("A", at(uuid, remote=remote))
    assert (row["state"], row["error_message"], row["error_traceback"]) == ("OK", "", "")
    for action in ("set_ok", "set_erred"):
        answer = cast.ask("A", "POST", at(uuid, action, remote=remote))
        assert (answer.status_code, answer.json()) == (403, NOT_YOURS)
    assert cast.ask("S", "POST", at(uuid, "set_erred", remote=remote)).status_code == 200


def test_o54_one_live_award_for_each_destination(cast: Cast) -> None:
    first = cast.create(remote=True).json()["uuid"]
    cast.settled(first, remote=True)
    second = cast.create(remote=True).json()["uuid"]
    row = cast.settled(second, remote=True)[1]
    assert (row["state"], "already has an allocation for" in row["error_message"]) == (
        "ERRED",
        True,
    )
    cast.put(first, state=State.ERRED)
    third = cast.create(remote=True).json()["uuid"]
    assert cast.settled(third, remote=True)[1]["state"] == "OK"


def test_o55_another_portal_is_waited_for(cast: Cast) -> None:
    cast.simulate(remote=True, down=True)
    uuid = cast.create(remote=True).json()["uuid"]
    waits = "Project update is still pending"
    _, row = cast.until(uuid, lambda row: waits in row["error_message"], remote=True)
    assert row["state"] in ("CREATING", "UPDATING")


@pytest.mark.parametrize(("end", "status"), [("$", 400), ("", 201)])
def test_o56_destinations(cast: Cast, end: str, status: int) -> None:
    cast.change_project(allowed_destinations=f"x.y,a{cast.distant[:8]}.brics.he{end}")
    answer = cast.create(remote=True)
    assert answer.status_code == status
    if status == 400:
        assert list(answer.json()) == ["service_settings"]


def test_o63_a_new_month(cast: Cast) -> None:
    now = datetime.now(UTC)
    last = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    uuid = cast.made(node_usage=10**6)
    kept = Usage(*last, "old.abc.brics", "Old", 4200)
    cast.site.write(lambda tx: usages.set_month(tx, uuid, *last, [kept]))
    assert cast.ask("A", "POST", at(uuid, "pull")).status_code == 202
    row = cast.settled(uuid)[1]
    assert float(row["node_usage"]) < 10_000
