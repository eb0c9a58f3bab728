"""Awards between portals and names of projects, at somebody else's Waldur."""

from __future__ import annotations

import pytest

from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.identity import operator
from backend.core.listing import Query
from backend.openportal.model import (
    ApproveAward,
    AttachAward,
    AwardState,
    DeleteAward,
    DetachAward,
    ModifyRemoteProject,
    NameProject,
    NoteAward,
    RejectAward,
    RemoteState,
    ResendRequest,
)
from backend.remote import RemoteBackend
from backend.remote.openportal.blind import HIDDEN
from tests.remote.openportal.conftest import Stand, carry_out
from tests.remote.openportal.waldur import ADMIN, page

ME = operator("ops")
KEY = {"identifier": "u6ac.brics", "destination": "brics.clusters.isambard"}


async def states(backend: RemoteBackend) -> list[AwardState]:
    """Where awards stand, those that wait first."""
    return [one.award.state for one in await backend.openportal.awards.page(Query(), 9)]


def test_an_award_is_approved_with_the_reason_as_its_comment(stand: Stand) -> None:
    stand.waldur.service("isambard")
    key = stand.waldur.award(**KEY)

    async def scene(backend: RemoteBackend) -> None:
        (waiting,) = await backend.openportal.queue()
        review = await backend.openportal.review(waiting)
        assert (review.row.name, review.row.allocation) == ("u6ac.brics", "1000 NHR")
        plan = await backend.plan(ApproveAward(actor=ME, **KEY))
        assert plan.warnings == (HIDDEN,)
        await backend.apply(plan, "well founded")
        assert await states(backend) == [AwardState.APPROVED]
        with pytest.raises(Conflict, match="approved"):
            await backend.plan(RejectAward(actor=ME, **KEY))
        (entry,) = await backend.journal.listing.page(Query(view="decisions"), 1)
        assert (entry.action, entry.reason) == ("award.approve", "well founded")

    stand.play(scene)
    assert stand.waldur.awards[key]["review_comment"] == "well founded"


def test_whoever_is_shown_an_award_may_try_to_decide_it(stand: Stand) -> None:
    stand.waldur.project("climate")
    stand.waldur.award(**KEY)
    stand.play(lambda on: carry_out(on, RejectAward(actor=ME, **KEY), "no room"), token=ADMIN)
    (award,) = stand.waldur.awards.values()
    assert (award["state"], award["review_comment"]) == ("rejected", "no room")


@pytest.mark.parametrize("kind", [ApproveAward, RejectAward])
def test_names_of_awards_are_quoted(
    stand: Stand, kind: type[ApproveAward] | type[RejectAward]
) -> None:
    odd = {"identifier": "u6 ac#1?%41.brics", "destination": "brics.clusters.isam;bard"}
    key = stand.waldur.award(**odd)
    stand.play(lambda on: carry_out(on, kind(actor=ME, **odd), "as agreed"))
    assert stand.waldur.awards[key]["review_comment"] == "as agreed"


def test_an_embargo_is_told_before_anything_is_sent(stand: Stand) -> None:
    details = {"name": "x", "earliest_approve": "2999-01-01T00:00:00Z"}
    stand.waldur.award(**KEY, details=details)

    async def scene(backend: RemoteBackend) -> None:
        with pytest.raises(NotAllowed, match="not be approved yet"):
            await backend.plan(ApproveAward(actor=ME, **KEY))

    stand.play(scene)
    assert stand.waldur.written == []


def test_an_award_is_noted_attached_detached_and_forgotten(stand: Stand) -> None:
    project = stand.waldur.project("climate")
    stand.waldur.award(**KEY)

    async def scene(backend: RemoteBackend) -> None:
        await carry_out(backend, NoteAward(actor=ME, **KEY, text="ask  them"))
        await carry_out(backend, AttachAward(actor=ME, **KEY, project=project))
        (found,) = await backend.openportal.awards.page(Query(), 9)
        assert (found.award.notes, found.award.project) == ("ask  them", project)
        await carry_out(backend, DetachAward(actor=ME, **KEY))
        (found,) = await backend.openportal.awards.page(Query(), 9)
        assert found.award.project == ""
        await carry_out(backend, DeleteAward(actor=ME, **KEY))
        assert await states(backend) == []
        with pytest.raises(NotFound):
            await backend.plan(DeleteAward(actor=ME, **KEY))

    stand.play(scene)


def test_an_award_of_ours_is_changed_one_thing_at_a_time(stand: Stand) -> None:
    stand.waldur.project("climate")
    uuid = stand.waldur.remote_project("airr.brics.isambard-ai")

    async def scene(backend: RemoteBackend) -> None:
        change = ModifyRemoteProject(actor=ME, remote_project=uuid, allowed_domains="a.org, b.org")
        plan = await backend.plan(change)
        assert plan.request.body == {"allowed_domains": ["a.org", "b.org"]}
        await backend.apply(plan, "")
        (found,) = await backend.openportal.remote_projects.page(Query(), 9)
        assert found.remote_project.allowed_domains == "a.org, b.org"
        both = ModifyRemoteProject(
            actor=ME, remote_project=uuid, membership_control="locked", note="why"
        )
        with pytest.raises(Invalid, match="one of these at a time"):
            await backend.plan(both)
        await carry_out(backend, ResendRequest(actor=ME, remote_project=uuid, reset=True))
        (found,) = await backend.openportal.remote_projects.page(Query(), 9)
        assert found.remote_project.state is RemoteState.PENDING

    stand.play(scene)


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_about_an_award_that_is_lost_is_looked_for(stand: Stand, done: bool) -> None:
    stand.waldur.award(**KEY)

    async def scene(backend: RemoteBackend) -> str:
        plan = await backend.plan(RejectAward(actor=ME, **KEY))
        stand.waldur.lose = lambda request: done and request.method == "POST"
        if not done:
            stand.waldur.meddle = lambda request: page(502) if request.method == "POST" else None
        try:
            return (await backend.apply(plan, "")).message
        except Exception as error:
            return type(error).__name__

    told = stand.play(scene)
    assert told == ("Award u6ac.brics rejected" if done else "OutcomeUnknown")
    assert len(stand.waldur.written) == 1


def test_a_project_is_named(stand: Stand) -> None:
    project = stand.waldur.project("climate")

    async def scene(backend: RemoteBackend) -> None:
        await backend.badges()
        await carry_out(backend, NameProject(actor=ME, project=project, shortname="clim"))
        (found,) = await backend.openportal.projects.page(Query(), 9)
        assert found.project.shortname == "clim"

    stand.play(scene)
    assert stand.waldur.names[project]["shortname"] == "clim"
