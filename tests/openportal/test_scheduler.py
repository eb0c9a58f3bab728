"""How the scheduler bears what resource backends do, and clocks; when it looks again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from backend.core.database import Database, Tx, open_database
from backend.core.errors import Invalid, OutcomeUnknown, Unreachable
from backend.core.runtime import Runtime
from backend.openportal.model import (
    MOST,
    Answer,
    Association,
    DeleteAllocation,
    Done,
    Failed,
    MarkErred,
    MarkOk,
    Operation,
    PullAllocation,
    RemoteState,
    SetNodeLimit,
    State,
    UnlinkAllocation,
    Usage,
    Waiting,
)
from backend.openportal.rules import identifiers
from backend.openportal.store import awards, jobs, usages
from backend.openportal.work import settings
from backend.openportal.work.simulator import USED_AT_MOST
from backend.schema import STEPS
from tests.openportal.portals import R_INSTANCE, A, Clock, L, P, Portal, Q, R, S, furnish
from tests.openportal.scripted import scripted
from tests.places import Places

COUNT_ANEW = "UPDATE counter SET value = 0 WHERE name = 'portal_remote_project'"
SET_STATE = "UPDATE portal_service SET state = ? WHERE uuid = ?"
SELECT_NOTES = "SELECT reason FROM journal WHERE action = 'allocation.settle' AND target = ?"
SELECT_TOLD = "SELECT reason FROM journal WHERE action = 'allocation.wait' AND target = ?"


DONE = Done(backend_id="a6b.brics")
USED = Usage(2026, 11, "a.a6b.brics", "A", 100)


def test_what_is_unknown_is_asked_for_and_not_sent_again(p: Portal) -> None:
    resource = scripted(p, None, OutcomeUnknown("no answer"), DONE)
    uuid = p.make()
    p.run(2)
    assert p.state(uuid) is State.CREATING
    p.run(30)
    assert p.state(uuid) is State.OK
    assert resource.asked == ["find create", "send create", "find create"]


def test_no_answer_is_no_contact(p: Portal) -> None:
    uuid = p.made(remote=True)
    scripted(p, *[OutcomeUnknown("no answer")] * 12, Waiting(0))
    p.do(SetNodeLimit(actor=S, allocation=uuid, node_limit=700))
    p.run(1)
    before = p.see(awards.remote_project_at, P, R_INSTANCE)
    for _ in range(11):
        p.clock.move(hours=2)
        p.run(1)
    after = p.see(awards.remote_project_at, P, R_INSTANCE)
    assert before is not None
    assert after is not None
    assert after.last_contact_at == before.last_contact_at
    assert after.state is RemoteState.STALE
    p.run(30)
    heard = p.see(awards.remote_project_at, P, R_INSTANCE)
    assert heard is not None
    assert heard.state is RemoteState.ACTIVE


def test_an_error_of_the_backends_own_fails_with_its_traceback(p: Portal) -> None:
    scripted(p, None, ZeroDivisionError("by nothing"))
    uuid = p.make()
    p.run(2)
    found = p.seen(uuid)
    assert (found.state, found.error_message) == (State.ERRED, "ZeroDivisionError: by nothing")
    assert "Traceback (most recent call last)" in found.error_traceback


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Done(usages=(Usage(2026, 11, "a.a6b.brics", "A", 2**63),)), "a number is too large"),
        (Failed("half of a character: \ud800"), "half a surrogate pair"),
        (Done(usages=(USED, USED)), "portal_usage"),
    ],
)
def test_what_cannot_be_written_fails_and_holds_nobody_up(
    p: Portal, answer: Answer, told: str
) -> None:
    scripted(p, answer, DONE)
    first, second = p.make("one"), p.make("two")
    p.run(2)
    found = p.seen(first)
    assert (found.state, p.state(second)) == (State.ERRED, State.OK)
    assert told in found.error_message
    assert "Traceback (most recent call last)" in found.error_traceback


def test_what_cannot_begin_fails_and_holds_nobody_up(p: Portal) -> None:
    p.made("known", remote=True)
    p.database.write(lambda tx: tx.execute(COUNT_ANEW))
    first, second = p.make("one", remote=True, project=Q, actor=S), p.make("two")
    p.run(2)
    found = p.seen(first)
    assert (found.state, p.state(second)) == (State.ERRED, State.OK)
    assert "portal_remote_project" in found.error_message
    assert "Traceback (most recent call last)" in found.error_traceback


def test_what_cannot_even_fail_is_put_off_and_told(p: Portal) -> None:
    first, second = p.make("one", remote=True), p.make("two")
    p.database.write(lambda tx: tx.execute(SET_STATE, ("BEYOND", R)))
    p.run(5)
    assert (p.state(first), p.state(second)) == (State.CREATION_SCHEDULED, State.OK)
    (told,) = p.see(Tx.all, SELECT_TOLD, (f"allocation:{first}",))
    assert "'BEYOND' is not a valid State" in told[0]
    job = p.see(jobs.of, first)
    assert job is not None
    assert job.job.told == told[0]
    p.database.write(lambda tx: tx.execute(SET_STATE, ("OK", R)))
    p.clock.move(minutes=29)
    p.run(2)
    assert p.state(first) is State.OK


@pytest.mark.parametrize("many", ["a{99999999999}", "(" * 9999], ids=["often", "deep"])
def test_an_expression_that_is_too_much_admits_nothing(p: Portal, many: str) -> None:
    uuid = p.make(remote=True)
    p.change_project(P, allowed_destinations=many)
    p.run(2)
    assert "is not allowed to use" in p.seen(uuid).error_message
    assert identifiers.bad_pattern(many) == many


@pytest.mark.parametrize("remote", [False, True])
def test_nobody_there(p: Portal, remote: bool) -> None:
    resource = scripted(p, Unreachable("gone fishing"), Unreachable("gone fishing"), None, DONE)
    uuid = p.make(remote=remote)
    p.run(2)
    assert p.state(uuid) is (State.UPDATING if remote else State.ERRED)
    if remote:
        p.clock.move(minutes=29)
        p.run(2)
        p.clock.move(minutes=29)
        p.run(2)
        assert p.state(uuid) is State.OK
        assert resource.asked == ["find create", "find create", "find create", "send create"]


@pytest.mark.parametrize(
    ("end", "state"),
    [(MarkOk, State.OK), (MarkErred, State.ERRED), (UnlinkAllocation, None)],
)
def test_a_late_answer_changes_nothing(
    p: Portal, end: Callable[..., MarkOk], state: State | None
) -> None:
    uuid = p.make()
    p.clock.move(seconds=1)
    order = p.scheduler.take()
    assert order is not None
    p.do(end(actor=S, allocation=uuid))
    before = p.content()
    for answer in (DONE, Failed("x"), Waiting(0, "x")):
        p.scheduler.settle(order, answer)
    assert p.content() == before
    assert p.gone(uuid) if state is None else p.state(uuid) is state


def test_a_late_answer_does_not_settle_what_came_after(p: Portal) -> None:
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.clock.move(seconds=1)
    order = p.scheduler.take()
    assert order is not None
    p.do(MarkOk(actor=S, allocation=uuid))
    p.do(DeleteAllocation(actor=A, allocation=uuid))
    p.scheduler.settle(order, Done())
    assert p.state(uuid) is State.DELETION_SCHEDULED
    p.run()
    assert p.gone(uuid)


def test_a_backend_that_always_says_wait_holds_nobody_up(p: Portal) -> None:
    resource = scripted(p, None, Waiting(0), None, DONE, Waiting(0), Waiting(0))
    first, second = p.make("one"), p.make("two")
    p.clock.move(seconds=1)
    assert p.scheduler.step()
    assert (p.state(first), p.state(second)) == (State.CREATING, State.OK)
    assert len(resource.asked) == 4


def test_when_it_looks_again(p: Portal) -> None:
    assert p.see(p.scheduler.pause) is None
    p.simulate(L, delay=60)
    p.make()
    assert p.see(p.scheduler.pause) == 1
    p.run(1)
    assert p.see(p.scheduler.pause) == 60
    p.run(60)
    assert p.see(p.scheduler.pause) is None


def test_a_creation_without_a_job_is_given_up_in_time(p: Portal) -> None:
    uuid = p.make()
    p.put(uuid, state=State.CREATING)
    assert p.see(p.scheduler.pause) == 3 * 3600
    p.clock.move(hours=3)
    assert p.scheduler.step()
    assert p.state(uuid) is State.ERRED


def test_a_clock_that_jumps_gives_nothing_up(new_place: Places) -> None:
    clock, jumped = Clock(), [0.0]
    database = open_database(
        new_place(STEPS), STEPS, Runtime(clock.now, Random(6), lambda: jumped[0])
    )
    database.write(furnish)
    p = Portal(database, clock)
    uuid = p.make()
    p.put(uuid, state=State.CREATING)
    clock.move(days=365)
    jumped[0] = 365 * 86_400
    assert p.scheduler.step()
    assert p.state(uuid) is State.CREATING
    assert p.see(p.scheduler.pause) is None
    jumped[0] = 0
    assert p.scheduler.step()
    assert p.state(uuid) is State.ERRED
    database.close()


def test_orders_say_who_is_a_member(p: Portal) -> None:
    p.make()
    p.clock.move(seconds=1)
    order = p.scheduler.take()
    assert order is not None
    assert order.operation is Operation.CREATE
    assert [one.username for one in order.members] == ["a", "m"]
    assert order.allocation.state is State.CREATING


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ('{"dely": 1}', "no setting 'dely'"),
        ('{"delay": "1"}', "delay cannot be '1'"),
        ('{"delay": true}', "delay cannot be True"),
        ('{"down": 1}', "down cannot be 1"),
        ('{"fails": "create"}', "fails cannot be 'create'"),
    ],
)
def test_settings_that_the_simulator_does_not_have(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        settings.read(text)
    assert settings.read('{"fails": ["pull"], "down": true}').fails == ("pull",)


class Lost:
    """A claim that another process has taken over."""

    holds = False

    def close(self) -> None:
        """Nothing to let go."""


def test_who_has_lost_his_claim_sends_nothing(p: Portal) -> None:
    resource = scripted(p, None)
    p.make()
    p.clock.move(seconds=1)
    order = p.scheduler.take()
    assert order is not None
    before = p.content()
    p.scheduler.settle(order, p.scheduler.carry_out(order, Lost()))
    assert p.content() == before
    assert resource.asked == ["find create"]


def test_who_has_lost_his_claim_begins_nothing(p: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    uuid = p.make()
    p.clock.move(seconds=1)
    monkeypatch.setattr(Database, "claim", lambda *_: Lost())
    assert not p.scheduler.step()
    assert p.state(uuid) is State.CREATION_SCHEDULED


def test_an_account_that_is_told_twice_is_one(p: Portal) -> None:
    one = Association("a.a6b", "brics.a6b", "a.a6b.brics")
    scripted(p, Done("a6b.brics", associations=(one, one)), Done(associations=(one, one)))
    uuid = p.made()
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run(2)
    assert p.see(usages.associations, uuid) == [one]


def test_no_limit_is_too_large_for_the_simulator(p: Portal) -> None:
    uuid = p.made(node_limit=MOST)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run(2)
    assert p.state(uuid) is State.OK
    assert 0 < p.seen(uuid).node_usage <= USED_AT_MOST


def test_a_simulator_takes_nothing_back_of_what_was_used(p: Portal) -> None:
    uuid = p.made(node_limit=10)
    p.put(uuid, created_at=0, node_usage=900_000)
    used = [Usage(2026, month, "a.a6b.brics", "A", 900_000) for month in (11, 10)]

    def write(tx: Tx) -> None:
        for one in used:
            usages.set_month(tx, uuid, one.year, one.month, [one])

    p.database.write(write)
    p.do(PullAllocation(actor=A, allocation=uuid))
    p.run(2)
    assert p.see(usages.usages, uuid) == used
    assert p.seen(uuid).node_usage == 900_000


def test_where_less_is_told_than_before_it_is_noted(p: Portal) -> None:
    month = replace(USED, month=10, usage=131_999)
    first = (replace(USED, usage=208_000), replace(month, usage=191_360))
    scripted(p, DONE, Done(usages=first), Done(usages=(replace(USED, usage=93_183), month)), DONE)
    uuid = p.made()
    for _ in range(3):
        p.do(PullAllocation(actor=A, allocation=uuid))
        p.run(2)
    notes = p.see(Tx.all, SELECT_NOTES, (f"allocation:{uuid}",))
    lines = (
        "2026-11: 931.83 node-hours used, less than before: 2,080",
        "2026-10: 1,319.99 node-hours used, less than before: 1,913.6",
    )
    assert notes == [("",), ("",), ("; ".join(lines),), ("",)]
