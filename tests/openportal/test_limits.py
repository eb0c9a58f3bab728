"""What a limit is, what its preview says, and what becomes of one that the backend cuts (§1.4)."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial

import pytest

from backend.core.database import Tx
from backend.core.errors import Invalid
from backend.core.plan import Change, Tier
from backend.openportal.model import (
    CreateAllocation,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    PullAllocation,
    SetNodeLimit,
    State,
    UnlinkAllocation,
    Usage,
)
from backend.openportal.queries import allocation_rows
from backend.openportal.store import usages
from tests.openportal.portals import A, L, P, Portal, R, S, uuid_of


def limit(uuid: str, node_limit: int) -> SetNodeLimit:
    """Staff set a limit."""
    return SetNodeLimit(actor=S, allocation=uuid, node_limit=node_limit)


def test_the_default_is_the_services_or_a_thousand(p: Portal) -> None:
    assert p.seen(p.made()).node_limit == 1000
    sql = "UPDATE portal_service SET default_allocation = 250, max_allocation = 300"
    p.database.write(lambda tx: tx.execute(sql))
    assert p.seen(p.made("other")).node_limit == 250
    assert p.seen(p.made("none", node_limit=0)).node_limit == 0


def test_a_limit_that_is_cut_is_logged_and_ok(p: Portal, caplog: pytest.LogCaptureFixture) -> None:
    p.simulate(L, clamp=50)
    with caplog.at_level(logging.WARNING, "bursar"):
        uuid = p.made(node_limit=80)
    told = "the resource backend allows 50 node-hours, not 80"
    assert told in caplog.text
    assert p.seen(uuid).node_limit == 80
    assert (told,) in p.see(Tx.all, "SELECT reason FROM journal")


def test_a_preview_shows_the_limit_and_its_harm(p: Portal) -> None:
    uuid = p.made(node_limit=1000)
    plan = p.plan(limit(uuid, 2000))
    assert plan.changes == (Change("climate", "node limit", 1000, 2000, "node-hours"),)
    assert (plan.tier, plan.warnings) == (Tier.REVERSIBLE, ())
    assert plan.request.path == f"/api/openportal-allocations/{uuid}/set_limits/"
    assert plan.request.body == {"node_limit": 2000}
    assert plan.inverse == limit(uuid, 1000)
    assert p.plan(limit(uuid, 1)).tier is Tier.HARMFUL
    assert "bounds nothing" in p.plan(limit(uuid, -1)).warnings[0]
    p.do(limit(uuid, -1))
    p.run()
    assert p.plan(limit(uuid, 5000)).tier is Tier.HARMFUL


def test_a_preview_warns_of_what_was_used_already(p: Portal) -> None:
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    plan = p.plan(limit(uuid, 1))
    assert plan.warnings == ("more than this was used this month already",)
    told = "more than this was used this month already: 332.81 node-hours"
    assert (plan.figures, plan.told) == ((told,), (told,))
    assert not p.plan(limit(uuid, -1)).figures
    p.put(uuid, node_usage=40_000)
    assert p.plan(limit(uuid, 1)).fingerprint == plan.fingerprint


def test_a_preview_tells_of_shared_limits(p: Portal) -> None:
    one = p.made("one", node_limit=100)
    p.made("two", node_limit=100)
    (warning,) = p.plan(limit(one, 200)).warnings
    differs = "the limit of the project code will differ"
    assert warning == f"two on Isambard 3 keeps 100 node-hours: {differs}"
    for name in ("three", "four", "five"):
        p.made(name, node_limit=100)
    (warning,) = p.plan(limit(one, 200)).warnings
    where = " on Isambard 3"
    assert warning.startswith(f"two{where}, three{where}, four{where} and 1 other keep 100 node")
    assert p.plan(limit(one, 100)).warnings == ()


def differing(p: Portal) -> set[bool]:
    """What rows say about the limits of their codes."""
    keys = [key for (key,) in p.see(Tx.all, "SELECT id FROM portal_allocation")]
    return {row.differs for row in p.see(allocation_rows, keys).values()}


def test_a_preview_tells_when_a_code_stops_or_starts_being_over(p: Portal) -> None:
    one, two = p.made("one", node_limit=100), p.made("two", node_limit=100)
    for uuid in (one, two):
        p.put(uuid, node_usage=7_000)
    told = "compared with its largest limit"
    (_, warning) = p.plan(limit(one, 140)).warnings
    assert warning == f"a6b is no longer counted as over: all that it used is {told}, 140"
    assert not any(told in one for one in p.plan(limit(one, 139)).warnings)
    assert p.plan(limit(one, -1)).warnings[-1].endswith(f"all that it used is {told}")
    p.put(one, node_limit=140)
    assert differing(p) == {True}
    (warning,) = p.plan(limit(one, 139)).warnings
    assert warning == f"a6b is then counted as over: all that it used is {told}, 139"
    p.put(two, node_limit=140)
    assert differing(p) == {False}


def test_a_preview_of_more_says_that_the_credits_are_spent(p: Portal) -> None:
    uuid = p.made(node_limit=1000)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    p.change_project(P, credits=30_000)
    for more in (2000, -1):
        plan = p.plan(limit(uuid, more))
        assert any("has spent more than its credits" in told for told in plan.warnings)
        spent = "Ocean has spent more than its credits, by 32.81 node-hours"
        assert plan.figures == (spent,)
        assert [told for told in plan.told if "credits" in told] == [spent]
    less = p.plan(limit(uuid, 900))
    assert (less.warnings, less.figures) == ((), ())


def test_a_preview_tells_what_a_service_is_meant_to_give(p: Portal) -> None:
    uuid = p.made()
    p.database.write(lambda tx: tx.execute("UPDATE portal_service SET max_allocation = 300"))
    told = "is meant to give at most 300 node-hours"
    assert told in p.plan(limit(uuid, 301)).warnings[0]
    assert told in p.plan(limit(uuid, -1)).warnings[1]
    create = CreateAllocation(actor=A, remote=False, name="x", service=L, project=P, node_limit=301)
    assert told in p.plan(create).warnings[-1]
    change = ModifyAllocation(actor=A, allocation=uuid, node_limit=301)
    first, second = p.plan(change).warnings
    assert first.startswith("record only")
    assert told in second


def test_a_preview_says_that_others_decide(p: Portal) -> None:
    uuid = p.made(remote=True)
    create = CreateAllocation(actor=A, remote=True, name="x", service=R, project=P)
    for command in (limit(uuid, 5000), create):
        assert "decides, which may take days" in p.plan(command).warnings[-1]


def test_dangerous_things_want_the_name(p: Portal) -> None:
    uuid = p.made()
    for command in (
        UnlinkAllocation(actor=S, allocation=uuid),
        DeleteAllocation(actor=A, allocation=uuid),
    ):
        plan = p.plan(command)
        assert (plan.tier, plan.target) == (Tier.DANGEROUS, "climate on Isambard 3")


def test_a_record_is_changed_back(p: Portal) -> None:
    uuid = p.made(node_limit=5)
    plan = p.plan(ModifyAllocation(actor=A, allocation=uuid, name="new", node_limit=6))
    assert plan.inverse is not None
    p.do(plan.command)
    p.do(plan.inverse)
    assert (p.seen(uuid).name, p.seen(uuid).node_limit) == ("climate", 5)


def test_noise_is_not_written(p: Portal) -> None:
    p.simulate(L, usage=0)
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    assert p.see(usages.usages, uuid) == []
    assert (p.seen(uuid).node_usage, p.state(uuid)) == (0, State.OK)


def test_uuids_come_in_any_form(p: Portal) -> None:
    uuid = p.make(project=uuid_of("P").upper())
    dashed = "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:])).upper()
    p.run()
    p.do(limit(dashed, 7))
    assert p.seen(uuid).node_limit == 7


def test_refusals_are_in_words_of_people(p: Portal) -> None:
    wrong = CreateAllocation(actor=A, remote=False, name=" ", service=R, project=P, node_limit=-4)
    told = p.refused(Invalid, wrong).message
    assert told.split("; ") == [
        "a name may not be blank",
        "a limit cannot be -4, 0 is the least",
        f"there is no service {R!r} that you may use",
    ]


def test_plans_name_the_service(p: Portal) -> None:
    uuid = p.made()
    create = CreateAllocation(actor=A, remote=False, name="x", service=L, project=P)
    for command in (
        create,
        limit(uuid, 7),
        PullAllocation(actor=A, allocation=uuid),
        DeleteAllocation(actor=A, allocation=uuid),
        UnlinkAllocation(actor=S, allocation=uuid),
        MarkOk(actor=S, allocation=uuid),
        MarkErred(actor=S, allocation=uuid),
        ModifyAllocation(actor=A, allocation=uuid, description="d"),
    ):
        plan = p.plan(command)
        assert "on Isambard 3" in plan.title
        assert plan.target.endswith(" on Isambard 3")


def test_what_ends_is_no_longer_counted_as_spent(p: Portal) -> None:
    uuid = p.made()
    used = [Usage(2026, 10, "m.a6b.brics", "M", 150_025)]
    p.database.write(lambda tx: usages.set_month(tx, uuid, 2026, 10, used))
    for command in (
        DeleteAllocation(actor=A, allocation=uuid),
        UnlinkAllocation(actor=S, allocation=uuid),
    ):
        plan = p.plan(command)
        assert plan.figures == (
            "what is left of the project's credits goes from -500.25 to 1,000 node-hours",
        )
        assert "its usage history goes with it, and is no longer counted as spent" in plan.warnings
        assert "Ocean is overdrawn, and would no longer look so" in plan.warnings
        more = [Usage(2026, 9, "m.a6b.brics", "M", 100)]
        p.database.write(partial(usages.set_month, allocation=uuid, year=2026, month=9, told=more))
        again = p.plan(command)
        assert again.figures != plan.figures
        assert again.fingerprint == plan.fingerprint
        p.database.write(lambda tx: usages.set_month(tx, uuid, 2026, 9, []))


def test_what_used_nothing_frees_nothing(p: Portal) -> None:
    plan = p.plan(DeleteAllocation(actor=A, allocation=p.made()))
    assert plan.figures == ()
    assert len(plan.warnings) == 1


def test_creating_tells_of_an_outage_and_of_the_codes_limit(p: Portal) -> None:
    p.made(node_limit=200)
    create = CreateAllocation(actor=A, remote=False, name="x", service=L, project=P)
    (warning,) = p.plan(create).warnings
    assert warning == "project code a6b has a limit of 200 elsewhere, and one code has one limit"
    assert p.plan(replace(create, node_limit=200)).warnings == ()
    sql = "UPDATE portal_service SET state = 'ERRED', error_message = 'no answer'"
    p.database.write(lambda tx: tx.execute(sql))
    assert p.plan(create).warnings[0] == "Isambard 3 is ERRED: no answer"


def test_marking_as_ok_makes_nothing(p: Portal) -> None:
    uuid = p.make()
    told = "it has no backend id: the service has never made it, and marking does not"
    assert told in p.plan(MarkOk(actor=S, allocation=uuid)).warnings
    p.run()
    assert p.plan(MarkOk(actor=S, allocation=uuid)).warnings == ()


def test_what_was_refused_is_not_tried_again_by_a_pull_or_a_mark(p: Portal) -> None:
    uuid = p.made()
    pull, mark = PullAllocation(actor=A, allocation=uuid), MarkOk(actor=S, allocation=uuid)
    assert p.plan(pull).warnings == p.plan(mark).warnings == ()
    p.simulate(L, fails=["limit"])
    p.do(limit(uuid, 20))
    p.run()
    told = (
        "what failed is not tried again",
        "Isambard 3 gave 1,000 node-hours last, here stands 20 node-hours",
    )
    assert p.plan(pull).warnings == p.plan(mark).warnings == told
    p.put(uuid, given_limit=None)
    told = ("what failed is not tried again", "what limit Isambard 3 keeps is not known")
    assert p.plan(pull).warnings == p.plan(mark).warnings == told


def test_a_limit_that_the_service_does_not_have_is_told_after_a_pull(p: Portal) -> None:
    uuid = p.made()
    p.simulate(L, fails=["limit"])
    p.do(limit(uuid, -1))
    p.run()
    p.do(MarkOk(actor=S, allocation=uuid))
    assert (p.seen(uuid).node_limit, p.seen(uuid).given_limit) == (-1, 1000)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    told = "the resource backend gave 1,000 node-hours last, not -1"
    assert (told,) in p.see(Tx.all, "SELECT reason FROM journal")
    p.simulate(L)
    p.do(limit(uuid, -1))
    p.run()
    assert p.seen(uuid).given_limit == -1


def test_why_something_is_marked_stands_with_it(p: Portal) -> None:
    uuid = p.made()
    p.do(MarkErred(actor=S, allocation=uuid), "the agent is gone")
    assert p.seen(uuid).error_message == "the agent is gone"
    p.do(MarkErred(actor=S, allocation=uuid, error_message="no answer"), "as agreed")
    assert p.seen(uuid).error_message == "no answer"
    p.do(MarkErred(actor=S, allocation=uuid), "")
    assert p.seen(uuid).error_message == ""


def test_forgetting_what_is_busy_says_that_it_may_still_happen(p: Portal) -> None:
    uuid = p.make()
    told = "what is under way is not waited for any more, and may still happen at the service"
    for command in (UnlinkAllocation(actor=S, allocation=uuid), MarkOk(actor=S, allocation=uuid)):
        assert p.plan(command).warnings[0] == told


def test_figures_are_as_of_the_last_pull_that_came(p: Portal) -> None:
    uuid = p.made()
    assert p.seen(uuid).figures_at == 0
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    read = p.seen(uuid).figures_at
    assert read == p.seen(uuid).modified_at
    p.clock.move(days=3)
    p.do(MarkErred(actor=S, allocation=uuid))
    p.simulate(L, fails=["pull"])
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run()
    assert p.seen(uuid).figures_at == read < p.seen(uuid).modified_at
