"""The scenarios of spec openportal §6 that concern the domain, by number."""

from __future__ import annotations

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.identity import Actor
from backend.core.listing import Query
from backend.openportal import queries
from backend.openportal.model import (
    KEEP,
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    PullAllocation,
    Service,
    SetNodeLimit,
    State,
    UnlinkAllocation,
)
from backend.openportal.store import places, usages
from tests.openportal.portals import A, L, M, O, P, Portal, R, S, X, uuid_of

BOTH = pytest.mark.parametrize("remote", [False, True], ids=["local", "remote"])


def create(**values: object) -> CreateAllocation:
    """A creation by A that is fine but for what is given."""
    given = {"actor": A, "remote": False, "name": "climate", "service": L, "project": P}
    return CreateAllocation(**(given | values))  # type: ignore[arg-type]


def faults(found: Invalid) -> set[str]:
    """The fields that were refused."""
    fields = found.data["fields"]
    assert isinstance(fields, dict)
    return set(fields)


@BOTH
def test_o02_what_is_created_becomes_ok(p: Portal, remote: bool) -> None:
    uuid = p.make(remote=remote)
    new = p.seen(uuid)
    assert (new.state, new.backend_id, new.node_usage) == (State.CREATION_SCHEDULED, "", 0)
    assert new.is_active
    p.run(1)
    assert p.state(uuid) is State.CREATING
    p.run(1)
    done = p.seen(uuid)
    assert done.state is State.OK
    assert done.backend_id == ("a6b.airr" if remote else "a6b.brics")
    assert (done.counterpart or "").split(".")[remote] == "brics"
    assert p.sent() == [1]


def test_o03_what_the_backend_refuses_is_erred(p: Portal) -> None:
    p.simulate(L, fails=["create"], error="no space")
    uuid = p.make()
    p.run()
    assert (p.state(uuid), p.seen(uuid).error_message) == (State.ERRED, "no space")


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"name": "   "}, {"name": ["This field may not be blank."]}),
        ({"name": "x" * 151}, {"name": ["Ensure this field has no more than 150 characters."]}),
        (
            {"node_limit": -1},
            {"node_limit": ["Ensure this value is greater than or equal to 0."]},
        ),
        (
            {"actor": X},
            {"project": ["Invalid hyperlink - Object does not exist."]},
        ),
        (
            {"service": R},
            {"service_settings": ["Invalid hyperlink - Object does not exist."]},
        ),
        (
            {"counterpart": "x" * 65},
            {"groupname": ["Ensure this field has no more than 64 characters."]},
        ),
    ],
)
def test_o05_fields_are_checked(
    p: Portal, values: dict[str, object], fields: dict[str, object]
) -> None:
    assert p.refused(Invalid, create(**values)).data == {"fields": fields}


def test_o07_all_that_is_wrong_is_told_at_once(p: Portal) -> None:
    found = p.refused(Invalid, create(name="", node_limit=-2, project=uuid_of("none")))
    assert faults(found) == {"name", "node_limit", "project"}


def test_o11_members_create_nothing(p: Portal) -> None:
    told = p.refused(NotAllowed, create(actor=M)).data["detail"]
    assert told == "You do not have permissions to create allocation for given project."


def test_o14_what_is_hidden_is_not_there(p: Portal) -> None:
    uuid = p.made()
    p.refused(NotFound, PullAllocation(actor=X, allocation=uuid))
    p.refused(NotFound, ModifyAllocation(actor=X, allocation=uuid, name="x"))


@BOTH
def test_o32_a_record_is_changed(p: Portal, remote: bool) -> None:
    uuid = p.made(remote=remote, node_limit=50)
    before = p.seen(uuid)
    p.clock.move(seconds=1)
    p.do(ModifyAllocation(actor=A, allocation=uuid, description="ice cores"))
    after = p.seen(uuid)
    assert (after.description, after.name, after.node_limit) == ("ice cores", "climate", 50)
    assert after.state is State.OK
    assert after.modified_at > before.modified_at
    assert after.local_version == before.local_version + remote
    p.do(ModifyAllocation(actor=A, allocation=uuid))
    assert p.seen(uuid).local_version == after.local_version
    assert p.plan(ModifyAllocation(actor=A, allocation=uuid)).changes == ()


@pytest.mark.parametrize("state", [one for one in State if one not in ("OK", "UNKNOWN")])
def test_o36_only_what_is_ok_is_changed(p: Portal, state: State) -> None:
    uuid = p.made()
    p.put(uuid, state=state)
    found = p.refused(Conflict, ModifyAllocation(actor=A, allocation=uuid, name=""))
    assert found.data == {"rule": "state", "valid": ["OK"]}


@BOTH
def test_o38_the_counterpart_is_stored_and_removed(p: Portal, remote: bool) -> None:
    uuid = p.made(remote=remote)
    p.do(ModifyAllocation(actor=A, allocation=uuid, counterpart="u6ac.brics"))
    assert p.seen(uuid).counterpart == "u6ac.brics"
    p.do(ModifyAllocation(actor=A, allocation=uuid, counterpart=KEEP, name="other"))
    assert p.seen(uuid).counterpart == "u6ac.brics"
    p.do(ModifyAllocation(actor=A, allocation=uuid, counterpart=None))
    assert p.seen(uuid).counterpart is None
    found = p.refused(Invalid, ModifyAllocation(actor=A, allocation=uuid, counterpart="x" * 65))
    field = "remote_project_identifier" if remote else "groupname"
    assert faults(found) == {field}


@BOTH
def test_o39_a_limit_is_stored_and_pushed(p: Portal, remote: bool) -> None:
    uuid = p.made(remote=remote)
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=77))
    assert (p.seen(uuid).node_limit, p.state(uuid)) == (77, State.UPDATE_SCHEDULED)
    p.run(1)
    assert p.state(uuid) is State.UPDATING
    p.run(2)
    assert (p.seen(uuid).node_limit, p.state(uuid)) == (77, State.OK)
    assert p.seen(uuid).local_version == p.seen(uuid).remote_version


def test_o39_a_push_that_fails_keeps_the_new_number(p: Portal) -> None:
    uuid = p.made()
    p.simulate(L, fails=["limit"])
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=77))
    p.run()
    assert (p.seen(uuid).node_limit, p.state(uuid)) == (77, State.ERRED)


def test_o39_what_is_scheduled_takes_a_new_limit_along(p: Portal) -> None:
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=77))
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=78))
    p.run()
    assert (p.seen(uuid).node_limit, p.state(uuid)) == (78, State.OK)
    assert p.seen(uuid).node_usage > 0
    assert p.sent() == [1, 1]


def test_o40_limits_from_unlimited_on(p: Portal) -> None:
    uuid = p.made()
    found = p.refused(Invalid, SetNodeLimit(actor=S, allocation=uuid, node_limit=-2))
    told = ["Ensure this value is greater than or equal to -1."]
    assert found.data == {"fields": {"node_limit": told}}
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=-1))
    assert p.seen(uuid).node_limit == -1


@pytest.mark.parametrize("actor", [A, O, M])
def test_o41_what_only_staff_do(p: Portal, actor: Actor) -> None:
    uuid = p.made()
    for command in (
        SetNodeLimit(actor=actor, allocation=uuid, node_limit=5),
        UnlinkAllocation(actor=actor, allocation=uuid),
        MarkOk(actor=actor, allocation=uuid),
        MarkErred(actor=actor, allocation=uuid),
    ):
        p.refused(NotAllowed, command)


@pytest.mark.parametrize(
    "state", [one for one in State if one.busy and one is not State.UPDATE_SCHEDULED]
)
def test_o42_busy_ones_take_no_limit(p: Portal, state: State) -> None:
    uuid = p.made()
    p.put(uuid, state=state)
    found = p.refused(Conflict, SetNodeLimit(actor=S, allocation=uuid, node_limit=-5))
    assert found.data == {"rule": "state", "valid": ["OK", "ERRED"]}


def test_o43_a_pull_refreshes_usage(p: Portal) -> None:
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    found = p.seen(uuid)
    assert (found.state, found.node_usage > 0) == (State.OK, True)
    told = p.see(usages.usages, uuid)
    assert {one.username for one in told} == {"a.a6b.brics", "m.a6b.brics"}
    assert sum(one.usage for one in told) == found.node_usage


def test_o44_what_cannot_be_pulled(p: Portal) -> None:
    uuid = p.made()
    pull = PullAllocation(actor=A, allocation=uuid)
    p.put(uuid, backend_id="")
    assert p.refused(Invalid, pull).data == {"rule": "no_backend_id"}
    p.put(uuid, state=State.CREATING)
    found = p.refused(Conflict, pull)
    assert found.data == {"rule": "state", "valid": ["OK", "ERRED"]}


def test_o46_a_pull_clears_errors(p: Portal) -> None:
    uuid = p.made()
    p.do(MarkErred(actor=S, allocation=uuid, error_message="x", error_traceback="y"))
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    found = p.seen(uuid)
    assert (found.state, found.error_message, found.error_traceback) == (State.OK, "", "")


def test_o47_a_stuck_one_is_unlinked(p: Portal) -> None:
    uuid = p.made()
    p.put(uuid, state=State.DELETING)
    p.run(10)
    assert p.state(uuid) is State.DELETING
    p.do(UnlinkAllocation(actor=S, allocation=uuid))
    assert p.gone(uuid)
    assert p.sent() == [1]


@BOTH
def test_o49_deleting(p: Portal, remote: bool) -> None:
    uuid = p.made(remote=remote)
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    assert p.state(uuid) is State.DELETION_SCHEDULED
    p.run(1)
    assert p.state(uuid) is State.DELETING
    p.run(2)
    assert p.gone(uuid)


def test_o50_what_was_erred_goes_in_any_case(p: Portal) -> None:
    uuid = p.made()
    p.do(MarkErred(actor=S, allocation=uuid))
    p.simulate(L, down=True)
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    p.run()
    assert p.gone(uuid)


@BOTH
def test_o51_what_was_ok_stays_when_the_backend_is_down(p: Portal, remote: bool) -> None:
    uuid = p.made(remote=remote)
    there = p.seen(uuid).counterpart
    p.simulate(R if remote else L, down=True)
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    p.run()
    found = p.seen(uuid)
    assert (found.state, found.counterpart) == (State.ERRED, there)
    assert "does not answer" in found.error_message


def test_o52_busy_ones_are_not_deleted(p: Portal) -> None:
    uuid = p.made()
    p.put(uuid, state=State.UPDATING)
    p.refused(Conflict, DeleteAllocation(actor=A, allocation=uuid))


def test_o53_marking(p: Portal) -> None:
    uuid = p.made()
    p.do(MarkErred(actor=S, allocation=uuid, error_message="text", error_traceback="lines"))
    found = p.seen(uuid)
    assert (found.state, found.error_message) == (State.ERRED, "text")
    p.do(MarkOk(actor=S, allocation=uuid))
    found = p.seen(uuid)
    assert (found.state, found.error_message, found.error_traceback) == (State.OK, "", "")


def test_o54_one_live_award_for_each_project_and_destination(p: Portal) -> None:
    first, second = p.make("one", remote=True), p.make("two", remote=True)
    p.run()
    assert p.state(first) is State.OK
    found = p.seen(second)
    assert found.state is State.ERRED
    assert "already has an allocation for airr.brics.isambard-ai" in found.error_message
    p.do(MarkErred(actor=S, allocation=first))
    third = p.make("three", remote=True)
    p.run()
    assert p.state(third) is State.OK


def test_o55_another_portal_that_is_away_is_waited_for(p: Portal) -> None:
    p.simulate(R, down=True)
    uuid = p.make(remote=True)
    p.run()
    found = p.seen(uuid)
    assert found.state is State.UPDATING
    assert found.error_message.startswith("Project update is still pending")
    p.clock.move(hours=4)
    p.run(1)
    assert p.state(uuid) is State.UPDATING
    p.simulate(R)
    p.clock.move(minutes=30)
    p.run()
    found = p.seen(uuid)
    assert (found.state, found.error_message) == (State.OK, "")
    p.simulate(R, down=True)
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=5))
    p.run()
    assert p.state(uuid) is State.UPDATING
    assert p.seen(uuid).local_version > p.seen(uuid).remote_version


def test_o56_destinations_that_a_project_may_go_to(p: Portal) -> None:
    p.change_project(P, allowed_destinations="a.b.some$, airr.brics.isambard-ai$")
    uuid = p.make(remote=True)
    p.run()
    assert p.state(uuid) is State.OK
    p.change_project(P, allowed_destinations="airr.brics.isambard$")
    found = p.refused(Invalid, create(remote=True, service=R))
    assert faults(found) == {"service_settings"}
    p.change_project(P, allowed_destinations="airr.brics.isambard")
    p.make(remote=True)


def test_o63_usage_restarts_with_the_month(p: Portal) -> None:
    uuid = p.made(node_limit=1000)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    before = p.seen(uuid).node_usage
    p.clock.move(days=11)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    assert 0 < p.seen(uuid).node_usage < before
    months = {(one.year, one.month) for one in p.see(usages.usages, uuid)}
    assert months == {(2026, 11), (2026, 12)}
    p.clock.move(days=31)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    months = {(one.year, one.month) for one in p.see(usages.usages, uuid)}
    assert months == {(2026, 11), (2026, 12), (2027, 1)}


def test_o64_a_limit_that_rows_share_counts_once(p: Portal) -> None:
    other = uuid_of("L2")
    told = (other, "Isambard 4", False, State.OK, "", True, "", "brics.bristol.i4", "NHR", 0, 0)
    p.database.write(lambda tx: places.add_service(tx, Service(*told)))
    p.made(node_limit=100)
    p.made("second", service=other, node_limit=100)
    statement = p.see(lambda tx: queries.code_keys_sql(Query(), tx.now))
    keys = [key for (key,) in p.see(Tx.all, *statement)]
    (row,) = p.see(queries.code_rows, keys).values()
    assert (row.code, row.node_limit) == ("a6b", 100)
    assert row.services == ("Isambard 3", "Isambard 4")


def test_a_creation_without_an_end_times_out(p: Portal) -> None:
    p.simulate(L, delay=10_000_000)
    uuid = p.make()
    p.run(2)
    assert p.state(uuid) is State.CREATING
    p.clock.move(hours=3)
    p.run(1)
    found = p.seen(uuid)
    assert (found.state, found.error_message) == (State.ERRED, "Provisioning has timed out.")
