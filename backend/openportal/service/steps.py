"""What the scheduler writes: an operation begins, waits and settles, each in one transaction."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.journal import Entry, SideEffect, to_json
from backend.core.usecase import Write, difference
from backend.openportal.model import (
    Allocation,
    Answer,
    Done,
    Failed,
    Operation,
    Order,
    State,
    Waiting,
)
from backend.openportal.rules import identifiers, states
from backend.openportal.service import outcome, outgoing
from backend.openportal.store import allocations, jobs, people, places
from backend.openportal.store.jobs import Task

ACTOR = "service:openportal"
STALLS = 3 * 3600 * 1_000_000
"""Microseconds after which a creation that nothing has touched is given up (§2.2)."""
JUMP = 60 * 1_000_000
"""Microseconds; clocks that are set right move by less."""
TIMED_OUT = "Provisioning has timed out."
PENDING = "Project update is still pending: {}"


def due(tx: Tx) -> tuple[str, bool] | None:
    """The key of the job that is due first, and whether it has begun."""
    return jobs.due(tx)


def begin(tx: Tx, key: str) -> Order | None:
    """Begin a job; None when it is gone, or cannot be done and has been settled so."""
    task = jobs.by_key(tx, key)
    if task is None:
        return None
    if task.job.begun_at:
        return order(tx, task)
    made = order(tx, task)
    before = made.allocation
    veto = _veto(tx, made) if task.job.operation is Operation.CREATE else ""
    after = replace(before, state=states.running(task.job.operation), modified_at=tx.now)
    effects = [] if veto else outgoing.sent(tx, made)
    jobs.begin(tx, task.id)
    allocations.save(tx, before, after)
    _record(tx, "allocation.begin", before, after, effects=effects)
    if veto:
        settle(tx, key, Failed(veto))
        return None
    return replace(made, allocation=after)


def order(tx: Tx, task: Task) -> Order:
    """What a job is, in a resource backend's terms."""
    one = allocations.by_id(tx, task.allocation)
    service = places.services(tx, [one.service])[one.service]
    project = places.projects(tx, [one.project])[one.project]
    members = people.members(tx, project.uuid)
    return Order(task.key, task.job.operation, task.forced, one, service, project, members)


def resumed(tx: Tx, key: str) -> Order | None:
    """A job that has begun; None when it is gone meanwhile."""
    task = jobs.by_key(tx, key)
    return order(tx, task) if task is not None else None


def _veto(tx: Tx, made: Order) -> str:
    """Why an allocation cannot be created, `` when it can (§2.3, §5.5)."""
    project, service = made.project, made.service
    if not project.shortname:
        return f"Empty project_name for allocation. Please set a short name for {project.name}"
    if not made.allocation.remote:
        return ""
    if not identifiers.may_go(project, service.instance):
        return f"Project {project.name} is not allowed to use {service.instance}"
    rival = allocations.rival(tx, made.allocation.uuid, service.instance)
    if rival is None:
        return ""
    return (
        f"Project {project.name} already has an allocation for {service.instance} "
        f"in OpenPortal: {rival}"
    )


def settle(tx: Tx, key: str, answer: Answer, *, again_at: int = 0) -> bool:
    """Write what came of a job; False when it is gone, so that a late answer changes nothing.
    What could not be reached at another portal is tried again at `again_at`."""
    task = jobs.by_key(tx, key)
    if task is None:
        return False
    made = order(tx, task)
    if isinstance(answer, Failed) and answer.unreachable and _bides(made):
        answer = Waiting(again_at, PENDING.format(answer.message), heard=False)
        _wait(tx, task, made, answer, answer.told)
    elif isinstance(answer, Waiting):
        _wait(tx, task, made, answer, "")
    else:
        _end(tx, task, made, answer)
    return True


def _bides(made: Order) -> bool:
    """Whether an outage is waited out: what goes to another portal is, deletion is not (§2.3)."""
    return made.allocation.remote and made.operation is not Operation.DELETE


def _wait(tx: Tx, task: Task, made: Order, answer: Waiting, message: str) -> None:
    jobs.wait(tx, task.id, max(answer.until, tx.now + 1), answer.told)
    before = made.allocation
    hangs = made.operation is Operation.CREATE and before.remote and bool(answer.told)
    state = State.UPDATING if hangs else before.state
    after = replace(before, state=state, error_message=message, error_traceback="")
    effects = outgoing.waits(tx, made, message, heard=answer.heard)
    if after != before or answer.told != task.job.told or effects:
        after = replace(after, modified_at=tx.now)
        allocations.save(tx, before, after)
        _record(tx, "allocation.wait", before, after, effects=effects)


def _end(tx: Tx, task: Task, made: Order, answer: Done | Failed) -> None:
    before = made.allocation
    effects = outgoing.answered(tx, made, answer)
    goes = made.operation is Operation.DELETE and (task.forced or isinstance(answer, Done))
    jobs.remove(tx, before.uuid)
    if goes:
        allocations.delete(tx, before.uuid)
        _record(tx, "allocation.settle", before, None, _left(answer), effects)
        return
    told = outcome.noted(tx, before, answer)
    if isinstance(answer, Failed):
        after = states.failed(before, answer.message, answer.traceback)
    else:
        after = outcome.settled(tx, made, answer)
    after = replace(after, modified_at=tx.now)
    allocations.save(tx, before, after)
    _record(tx, "allocation.settle", before, after, told, effects)


def _left(answer: Done | Failed) -> str:
    return "the resource backend may still have it" if isinstance(answer, Failed) else ""


def put_off(tx: Tx, key: str, until: int, why: str) -> None:
    """Have a job go on later that can neither begin nor end: what it is about is not looked at."""
    if about := jobs.put_off(tx, key, until, why):
        tx.record(Entry(ACTOR, "allocation.wait", about, reason=why))


def time_out(tx: Tx) -> int:
    """Give creations up that nothing has touched for three hours; how many."""
    stalled = allocations.stalled(tx, tx.now - STALLS)
    for before in stalled:
        after = replace(states.failed(before, TIMED_OUT), modified_at=tx.now)
        jobs.remove(tx, before.uuid)
        allocations.save(tx, before, after)
        _record(tx, "allocation.timeout", before, after)
    return len(stalled)


def stalls(tx: Tx) -> bool:
    """Whether a creation is to be given up."""
    at = _stalls_at(tx)
    return at is not None and at <= tx.now


def _stalls_at(tx: Tx) -> int | None:
    """When the next creation is given up; none is by a clock that has jumped ahead."""
    if tx.runtime.ahead() * 1_000_000 > JUMP:
        return None
    oldest = allocations.oldest_creation(tx)
    return None if oldest is None else oldest + STALLS


def next_at(tx: Tx) -> int | None:
    """When there is something to do, None for never, in microseconds since the epoch."""
    times = (jobs.next_due(tx), _stalls_at(tx))
    return min((at for at in times if at is not None), default=None)


def _record(
    tx: Tx,
    action: str,
    before: Allocation,
    after: Allocation | None,
    reason: str = "",
    effects: list[SideEffect] | None = None,
) -> None:
    old, new = map(to_json, difference(Write(before, after)))
    tx.record(Entry(ACTOR, action, before.target, old, new, reason, effects=effects or ()))
