"""Our awards to other portals, from request to answer, and what projects are called."""

from __future__ import annotations

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.identity import Actor, Role
from backend.openportal.model import (
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    ModifyRemoteProject,
    NameProject,
    RemoteProject,
    RemoteState,
    ResendRequest,
    SetNodeLimit,
    State,
)
from backend.openportal.store import awards, places
from tests.openportal.portals import R_INSTANCE, A, L, M, O, P, Portal, R, S, X

VIEWER = Actor("token:eve", Role.VIEWER)


def ours(p: Portal) -> RemoteProject:
    """Our award to R."""
    found = p.see(awards.remote_project_at, P, R_INSTANCE)
    assert found is not None
    return found


def test_an_award_waits_for_the_other_sides_people(p: Portal) -> None:
    p.simulate(R, approval=3600 * 24, identifiers={"a6b": "u6ac.brics"})
    uuid = p.make(remote=True, node_limit=500)
    p.run()
    assert (p.state(uuid), p.seen(uuid).error_message) == (State.UPDATING, "")
    waiting = ours(p)
    assert (waiting.state, waiting.pending_allocation) == (RemoteState.PENDING, "500 NHR")
    assert (waiting.identifier, waiting.current_allocation) == ("", "")
    entries = p.content()["journal"]
    p.clock.move(hours=12)
    p.run()
    assert p.content()["journal"] == entries
    p.clock.move(hours=12)
    p.run()
    done = ours(p)
    assert p.seen(uuid).counterpart == "u6ac.brics"
    assert (done.state, done.identifier) == (RemoteState.ACTIVE, "u6ac.brics")
    assert (done.current_allocation, done.pending_allocation) == ("500 NHR", "")
    assert p.sent() == [1]


def test_an_award_that_waits_for_months_is_not_sent_again(p: Portal) -> None:
    p.simulate(R, approval=90 * 86_400)
    uuid = p.make(remote=True)
    p.run()
    sent = p.see(Tx.all, "SELECT key, at FROM sim_order")
    p.clock.move(days=40)
    p.made("here")
    p.run()
    assert p.see(Tx.all, "SELECT key, at FROM sim_order ORDER BY at LIMIT 1") == sent
    p.clock.move(days=51)
    p.run()
    assert p.state(uuid) is State.OK
    assert p.sent() == [1, 1]


def test_another_amount_is_pending_until_it_is_confirmed(p: Portal) -> None:
    uuid = p.made(remote=True, node_limit=500)
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=700))
    p.run(1)
    asked = ours(p)
    assert (asked.state, asked.current_allocation) == (RemoteState.ACTIVE, "500 NHR")
    assert asked.pending_allocation == "700 NHR"
    p.run()
    assert ours(p).current_allocation == "700 NHR"


def test_a_refusal_shows_on_both(p: Portal) -> None:
    p.simulate(R, rejects="no time left")
    uuid = p.make(remote=True)
    p.run()
    assert (p.state(uuid), p.seen(uuid).error_message) == (State.ERRED, "no time left")
    assert (ours(p).state, ours(p).error_message) == (RemoteState.ERROR, "no time left")
    p.simulate(R)
    p.do(ResendRequest(actor=O, remote_project=ours(p).uuid))
    p.run()
    assert (p.state(uuid), ours(p).state) == (State.OK, RemoteState.ACTIVE)


def test_silence_makes_an_award_stale(p: Portal) -> None:
    uuid = p.made(remote=True)
    p.simulate(R, down=True)
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=700))
    p.clock.move(hours=13)
    p.run()
    assert ours(p).state is RemoteState.STALE
    assert ours(p).error_message.startswith("Project update is still pending")


def looked(p: Portal, hours: int) -> None:
    """Let so many hours pass, with a look at the other portal every 29 minutes."""
    for _ in range(hours * 60 // 29):
        p.clock.move(minutes=29)
        p.run(1)


def test_silence_is_told_by_the_last_contact_however_often_is_looked(p: Portal) -> None:
    uuid = p.made(remote=True)
    p.simulate(R, down=True)
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=700))
    looked(p, 11)
    assert ours(p).state is RemoteState.ACTIVE
    looked(p, 2)
    assert ours(p).state is RemoteState.STALE


def test_who_lets_wait_is_in_contact(p: Portal) -> None:
    uuid = p.made(remote=True)
    p.simulate(R, delay=5 * 86_400)
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=700))
    p.run(2)
    entries = p.content()["journal"]
    looked(p, 13)
    assert p.content()["journal"] == entries
    p.simulate(R, delay=5 * 86_400, down=True)
    looked(p, 11)
    assert ours(p).state is RemoteState.ACTIVE
    looked(p, 2)
    assert ours(p).state is RemoteState.STALE
    p.simulate(R, delay=5 * 86_400)
    looked(p, 1)
    assert (ours(p).state, ours(p).error_message) == (RemoteState.ACTIVE, "")


def test_who_does_not_wait_asks_again_at_once(p: Portal) -> None:
    p.simulate(R, down=True)
    uuid = p.make(remote=True)
    p.run()
    p.simulate(R)
    p.run()
    assert p.state(uuid) is State.UPDATING
    p.do(ResendRequest(actor=S, remote_project=ours(p).uuid))
    p.run(2)
    assert p.state(uuid) is State.OK
    assert p.sent() == [1]


def test_asking_again_says_what_it_does_where_no_state_changes(p: Portal) -> None:
    p.made(remote=True)
    award = ours(p)
    plan = p.plan(ResendRequest(actor=S, remote_project=award.uuid))
    assert plan.changes == ()
    told = "asks again; it stays active until the other portal answers, which may take days"
    assert plan.warnings == (told,)
    anew = p.plan(ResendRequest(actor=S, remote_project=award.uuid, reset=True))
    assert [(one.before, one.after) for one in anew.changes] == [("active", "pending")]
    assert anew.warnings == ("the other portal decides, which may take days",)


def test_a_deletion_clears_the_identifier_only_when_it_succeeds(p: Portal) -> None:
    uuid = p.made(remote=True)
    there = ours(p).identifier
    p.simulate(R, down=True)
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    p.run()
    assert (ours(p).identifier, ours(p).state) == (there, RemoteState.ERROR)
    assert p.seen(uuid).counterpart == there
    p.simulate(R)
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    p.run()
    assert p.gone(uuid)
    assert (ours(p).identifier, ours(p).state) == ("", RemoteState.DELETED)
    p.refused(Conflict, ResendRequest(actor=S, remote_project=ours(p).uuid))


def test_a_reset_asks_as_if_nobody_had_answered(p: Portal) -> None:
    uuid = p.made(remote=True)
    p.do(ResendRequest(actor=S, remote_project=ours(p).uuid, reset=True))
    assert p.state(uuid) is State.CREATION_SCHEDULED
    assert (ours(p).identifier, ours(p).state) == ("", RemoteState.PENDING)
    p.refused(Conflict, ResendRequest(actor=S, remote_project=ours(p).uuid, reset=True))
    p.run()
    assert ours(p).state is RemoteState.ACTIVE


def test_what_goes_with_an_award(p: Portal) -> None:
    p.made(remote=True)
    uuid = ours(p).uuid

    def change(**values: str | None) -> ModifyRemoteProject:
        return ModifyRemoteProject(actor=O, remote_project=uuid, **values)  # type: ignore[arg-type]

    p.do(change(membership_control="locked", allowed_domains="example.org", note="called"))
    found = ours(p)
    assert (found.membership_control, found.allowed_domains) == ("locked", "example.org")
    p.do(change(allowed_domains=None, links='{"call": "https://example.org"}', note="again"))
    found = ours(p)
    assert (found.allowed_domains, found.notes) == (None, "called\nagain")
    assert found.membership_control == "locked"
    p.do(change(earliest_approve="2026-12-01T00:00:00Z"))
    p.do(change(earliest_approve=""))
    assert ours(p).earliest_approve == ""
    for wrong in ({"membership_control": "x"}, {"links": "{"}, {"earliest_approve": "soon"}):
        p.refused(Invalid, change(**wrong))


def test_who_changes_awards(p: Portal) -> None:
    p.made(remote=True)
    uuid = ours(p).uuid
    for actor, error in ((X, NotFound), (A, NotAllowed), (M, NotAllowed), (VIEWER, NotAllowed)):
        p.refused(error, ResendRequest(actor=actor, remote_project=uuid))


def test_a_project_without_a_short_name_gets_no_allocation(p: Portal) -> None:
    p.do(NameProject(actor=S, project=P, shortname=None))
    command = CreateAllocation(actor=A, remote=False, name="x", service=L, project=P)
    (warning,) = p.plan(command).warnings
    assert "no short name" in warning
    uuid = p.make()
    p.run()
    found = p.seen(uuid)
    assert found.state is State.ERRED
    assert found.error_message.startswith("Empty project_name for allocation. Please set")
    assert p.sent() == []
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=5))
    p.run()
    assert (p.state(uuid), p.seen(uuid).backend_id) == (State.ERRED, "")
    p.do(NameProject(actor=S, project=P, shortname="ocean"))
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    assert p.seen(p.made("again")).backend_id == "ocean.brics"


@pytest.mark.parametrize("name", ["", "A", "1a", "a-b", "a" * 31, "ß"])
def test_names_that_no_project_has(p: Portal, name: str) -> None:
    p.refused(Invalid, NameProject(actor=S, project=P, shortname=name))


def test_naming(p: Portal) -> None:
    p.refused(Conflict, NameProject(actor=S, project=P, shortname="ice"))
    p.refused(Invalid, NameProject(actor=S, project=P, allowed_destinations="a.b, ("))
    p.refused(NotAllowed, NameProject(actor=A, project=P, shortname="x"))
    p.refused(NotFound, NameProject(actor=X, project=P, shortname="x"))
    p.do(NameProject(actor=S, project=P, allowed_destinations="*, a.b$"))
    found = p.see(places.projects, [P])[P]
    assert (found.shortname, found.allowed_destinations) == ("a6b", "*, a.b$")


def test_what_a_project_has_keeps_its_name(p: Portal) -> None:
    assert p.plan(NameProject(actor=S, project=P, shortname="x")).warnings == ()
    p.made()
    named = NameProject(actor=S, project=P, shortname="x")
    assert p.plan(named).warnings == ("what it has at services is called a6b and stays so",)
    assert p.plan(NameProject(actor=S, project=P, allowed_destinations="*")).warnings == ()


def test_marking_an_award_that_waits_ends_the_wait(p: Portal) -> None:
    p.simulate(R, approval=-1)
    uuid = p.make(remote=True)
    p.run()
    p.do(MarkErred(actor=S, allocation=uuid, error_message="they said no"))
    p.clock.move(days=2)
    p.run()
    assert (p.state(uuid), p.seen(uuid).error_message) == (State.ERRED, "they said no")
