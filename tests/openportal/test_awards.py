"""Awards of other portals: reviewed, attached, noted and forgotten (spec openportal §5.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from backend.core.database import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.identity import Actor, Role
from backend.core.plan import Change, Tier
from backend.openportal.model import (
    HUNDREDTHS,
    MOST,
    ApproveAward,
    AttachAward,
    Award,
    AwardState,
    DeleteAward,
    DetachAward,
    NoteAward,
    RejectAward,
    State,
)
from backend.openportal.store import allocations, awards, people, places
from tests.openportal.portals import A, C, L, M, O, P, Portal, Q, S, X, uuid_of

WHERE = "brics.bristol.i3"
U6 = {"identifier": "u6ac.brics", "destination": WHERE}
VIEWER = Actor("token:eve", Role.VIEWER)
DETAILS: Mapping[str, Any] = {
    "name": "Glaciers",
    "description": "ice",
    "members": {"a@example.org": "pi", "m@example.org": "member", "new@example.org": "member"},
    "start_date": "2026-12-01",
    "end_date": "2027-12-01",
    "allocation": "1000 NHR",
}


def award(p: Portal, *, destination: str = WHERE, project: str = "", **details: Any) -> None:
    """An award that waits, with these details."""
    told = json.dumps({**DETAILS, **details})
    one = Award("u6ac.brics", destination, AwardState.PENDING, told, project, "t", "", 0, 0, "", "")
    p.database.write(lambda tx: awards.save_award(tx, None, one))


def seen(p: Portal) -> Award:
    """The award as it is."""
    found = p.see(awards.award, "u6ac.brics", WHERE)
    assert found is not None
    return found


def test_approving_makes_project_members_and_allocation(p: Portal) -> None:
    award(p)
    command = ApproveAward(actor=O, **U6)
    assert p.plan(command).warnings == ("1 of 3 members have no account here yet",)
    made = p.do(command, "well deserved").created
    found = seen(p)
    assert (found.state, found.comment) == (AwardState.APPROVED, "well deserved")
    assert (found.reviewed_by, found.project) == (O.name, made["project"])
    project = p.see(places.projects, [found.project])[found.project]
    assert (project.customer, project.name, project.shortname) == (C, "Glaciers", "u6ac")
    assert (project.credits, project.end_date) == (100_000, "2027-12-01")
    assert [one.username for one in p.see(people.members, project.uuid)] == ["a", "m"]
    p.run()
    made_one = p.seen(str(made["allocation"]))
    assert (made_one.state, made_one.node_limit) == (State.OK, 1000)
    assert made_one.backend_id == "u6ac.brics"


def test_an_award_of_more_than_can_be_counted_is_refused(p: Portal) -> None:
    award(p, allocation=f"{MOST // HUNDREDTHS + 1} NHR")
    assert "no number of node-hours" in p.refused(Invalid, ApproveAward(actor=S, **U6)).message
    p.do(DeleteAward(actor=S, **U6))
    award(p, allocation=f"{MOST // HUNDREDTHS} NHR")
    p.do(ApproveAward(actor=S, **U6))
    assert seen(p).state is AwardState.APPROVED


def test_an_attached_award_goes_to_its_project(p: Portal) -> None:
    award(p, allocation="250 NHR")
    p.do(AttachAward(actor=S, project=P, **U6))
    p.do(ApproveAward(actor=S, **U6))
    p.run()
    (one,) = p.see(allocations.on_service, P, L)
    assert (one.node_limit, one.backend_id) == (250, "a6b.brics")


def test_another_award_of_a_project_raises_its_limit(p: Portal) -> None:
    uuid = p.made(node_limit=10)
    award(p, project=P)
    plan = p.plan(ApproveAward(actor=S, **U6))
    assert plan.changes[-1] == Change("Glaciers", "node limit", 10, 1000, "node-hours")
    told = "it makes no allocation, it sets the limit of climate on Isambard 3"
    assert (plan.tier, plan.warnings[0]) == (Tier.REVERSIBLE, told)
    p.do(ApproveAward(actor=S, **U6))
    assert p.state(uuid) is State.UPDATE_SCHEDULED
    p.run()
    assert (p.state(uuid), p.seen(uuid).node_limit) == (State.OK, 1000)


def test_an_award_that_lowers_a_limit_says_so(p: Portal) -> None:
    p.made(node_limit=1500)
    award(p, project=P)
    plan = p.plan(ApproveAward(actor=S, **U6))
    told = "it makes no allocation, it lowers the limit of climate on Isambard 3"
    assert (plan.tier, plan.warnings[0]) == (Tier.HARMFUL, told)


def test_a_busy_allocation_is_waited_for(p: Portal) -> None:
    p.make()
    award(p, project=P)
    assert p.refused(Conflict, ApproveAward(actor=S, **U6)).data["valid"] == ["OK"]


def test_what_is_embargoed_waits_for_its_day(p: Portal) -> None:
    award(p, earliest_approve="2026-11-21T00:00:00Z")
    command = ApproveAward(actor=S, **U6)
    p.refused(NotAllowed, command)
    p.clock.move(days=1)
    p.do(command)


@pytest.mark.parametrize(
    "details",
    [
        {"allocation": "many NHR"},
        {"allocation": "-5 NHR"},
        {"allocation": "nan NHR"},
        {"allocation": "1e99 NHR"},
        {"allocation": "10 GPUHR"},
        {"earliest_approve": "soon"},
    ],
)
def test_terms_that_make_no_sense(p: Portal, details: dict[str, Any]) -> None:
    award(p, **details)
    p.refused(Invalid, ApproveAward(actor=S, **U6))


def test_an_award_without_an_allocation_makes_its_project_alone(p: Portal) -> None:
    award(p, allocation="No allocation")
    made = p.do(ApproveAward(actor=S, **U6)).created
    assert set(made) == {"project"}


def test_a_destination_that_leads_nowhere(p: Portal) -> None:
    award(p, destination="airr.brics.nowhere")
    names = {"identifier": "u6ac.brics", "destination": "airr.brics.nowhere"}
    p.refused(Invalid, ApproveAward(actor=S, **names))
    p.do(RejectAward(actor=S, **names))


def test_what_was_decided_stays_decided(p: Portal) -> None:
    award(p)
    p.do(RejectAward(actor=S, **U6), "no room")
    assert (seen(p).state, seen(p).comment) == (AwardState.REJECTED, "no room")
    for command in (ApproveAward(actor=S, **U6), RejectAward(actor=S, **U6)):
        told = p.refused(Conflict, command)
        assert told.message == "award u6ac.brics is rejected already"
        assert told.data == {"rule": "award_state", "valid": ["pending"]}


def test_a_project_has_one_award_at_most(p: Portal) -> None:
    award(p)
    p.do(AttachAward(actor=S, project=P, **U6))
    assert p.refused(Invalid, AttachAward(actor=S, project=Q, **U6)).data["rule"] == "managed"
    p.do(DetachAward(actor=S, **U6))
    assert seen(p).project == ""
    p.refused(NotFound, AttachAward(actor=S, project=uuid_of("none"), **U6))


def test_notes_add_up_and_an_award_is_forgotten(p: Portal) -> None:
    award(p)
    p.do(NoteAward(actor=S, text="call\nthem", **U6))
    p.do(NoteAward(actor=S, text="called", **U6))
    assert seen(p).notes == "call them\ncalled"
    p.refused(Invalid, NoteAward(actor=S, text="  ", **U6))
    p.do(DeleteAward(actor=S, **U6))
    p.refused(NotFound, DeleteAward(actor=S, **U6))


def test_who_decides(p: Portal) -> None:
    award(p)
    for actor, error in ((X, NotFound), (A, NotFound), (VIEWER, NotAllowed)):
        p.refused(error, RejectAward(actor=actor, **U6))
    p.database.write(lambda tx: attached(tx, P))
    p.refused(NotAllowed, RejectAward(actor=M, **U6))


def attached(tx: Tx, project: str) -> None:
    """Let the award belong to a project."""
    before = awards.award(tx, "u6ac.brics", WHERE)
    assert before is not None
    awards.save_award(tx, before, replace(before, project=project))


def test_nothing_private_enters_the_journal(p: Portal) -> None:
    award(p)
    p.do(NoteAward(actor=S, text="secret", **U6))
    p.do(ApproveAward(actor=S, **U6), "because")
    told = [str(row) for row in p.see(Tx.all, 'SELECT target, "before", "after" FROM journal')]
    told += [str(row) for row in p.see(Tx.all, 'SELECT target, "after" FROM journal_change')]
    assert not [line for line in told if "secret" in line or "@" in line]
