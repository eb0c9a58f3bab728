"""Use cases that have something done with an allocation, or end it (spec openportal §2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.plan import Change, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.openportal.model import (
    HUNDREDTHS,
    UNLIMITED,
    Allocation,
    AllocationCommand,
    DeleteAllocation,
    MarkErred,
    MarkOk,
    Operation,
    PullAllocation,
    SetNodeLimit,
    State,
    UnlinkAllocation,
    node_hours,
)
from backend.openportal.rules import access, outbound, states, values
from backend.openportal.service import credits, sharing
from backend.openportal.service.allocations import over_most
from backend.openportal.service.finding import (
    Forget,
    Found,
    Instead,
    Schedule,
    find,
    named,
    touched,
)
from backend.openportal.store import jobs

GOES_ON = "what is under way is not waited for any more, and may still happen at the service"
HISTORY = "its usage history goes with it, and is no longer counted as spent"
USED_MORE = "more than this was used this month already"
READS = "nothing to take back: it only reads"
UNTRIED = "what failed is not tried again"
MARKS = (State.OK, State.ERRED)
"""What people say of an allocation."""


def set_limit(tx: Tx, command: SetNodeLimit) -> Decision:
    """Store a limit and have it pushed; what is scheduled already takes it along."""
    found = find(tx, command.actor, command.allocation)
    before = found.allocation
    access.require_staff(found.standing, "set limits")
    if before.state is not State.UPDATE_SCHEDULED:
        states.require_state(before, states.SETTLED)
    values.refuse(values.set_limit(command.node_limit))
    after = replace(before, state=State.UPDATE_SCHEDULED, node_limit=command.node_limit)
    plan = Plan(
        command,
        "Set limit",
        f"Set the node limit of {named(found)}",
        named(found),
        Tier.HARMFUL
        if values.lowers(before.node_limit or 0, command.node_limit)
        else Tier.REVERSIBLE,
        WireRequest(
            "POST", outbound.path(before, "set_limits"), {"node_limit": command.node_limit}
        ),
        changes=(
            Change(before.name, "node limit", before.node_limit, after.node_limit, "node-hours"),
        ),
        warnings=tuple(_about_limit(tx, found, command.node_limit)),
        figures=tuple(_used_already(tx, found, command.node_limit)),
        undo="set the old limit again",
        inverse=replace(command, node_limit=before.node_limit),
    )
    writes = [touched(tx, before, states.edited(after)), *_push(tx, before)]
    message = f"Limit of {before.name} set, the resource backend hears of it soon"
    return Decision(plan, "allocation.set_limit", before.target, message, writes)


def _push(tx: Tx, before: Allocation) -> Sequence[object]:
    """What pushes a limit: a job of its own, or the one that has not begun yet."""
    task = jobs.of(tx, before.uuid)
    if task is None:
        return [Schedule(before.uuid, Operation.LIMIT)]
    pulls = task.job.operation is Operation.PULL
    return [Instead(before.uuid, Operation.UPDATE)] if pulls else []


def _about_limit(tx: Tx, found: Found, limit: int) -> Iterator[str]:
    before = found.allocation
    if limit == UNLIMITED:
        yield "-1 bounds nothing: the project may use all it gets hold of"
    elif _is_below_usage(before, limit):
        yield USED_MORE
    yield from over_most(limit, found.service)
    yield from sharing.differing(tx, found, limit)
    yield from sharing.verdict(tx, found, limit)
    if _raises(before, limit):
        yield from credits.overdrawn(tx, found)
    if before.remote:
        yield f"the portal behind {found.service.name} decides, which may take days"


def _is_below_usage(before: Allocation, limit: int) -> bool:
    return limit != UNLIMITED and (before.node_usage or 0) > limit * HUNDREDTHS


def _raises(before: Allocation, limit: int) -> bool:
    return limit != before.node_limit and not values.lowers(before.node_limit, limit)


def _used_already(tx: Tx, found: Found, limit: int) -> Iterator[str]:
    """The figures of what `_about_limit` warns of; they drift while one reads."""
    before = found.allocation
    if _is_below_usage(before, limit):
        used = node_hours(before.node_usage or 0, short=True)
        yield f"{USED_MORE}: {used} node-hours"
    if _raises(before, limit):
        yield from credits.short(tx, found)


def pull(tx: Tx, command: PullAllocation) -> Decision:
    """Have usage and people read anew from the resource backend."""
    found = find(tx, command.actor, command.allocation)
    before = found.allocation
    access.require_manager(found.standing, found.project)
    states.require_state(before, states.SETTLED)
    states.require_backend_id(before)
    told = _untried(found) if before.state is State.ERRED else ()
    decided = _scheduled(
        tx, command, found, Operation.PULL, "pull", "Pull", Tier.REVERSIBLE, tuple(told)
    )
    return replace(decided, plan=replace(decided.plan, undo=READS, is_harmless=True))


def delete(tx: Tx, command: DeleteAllocation) -> Decision:
    """Have it deleted at the resource backend, then here; what was ERRED goes in any case."""
    found = find(tx, command.actor, command.allocation)
    before = found.allocation
    access.require_manager(found.standing, found.project)
    states.require_state(before, states.SETTLED)
    told = [HISTORY, *credits.freed(tx, found)]
    if before.state is State.ERRED:
        told.append("it is ERRED: it goes here even if the resource backend fails to delete it")
    figures = tuple(credits.left(tx, found))
    decided = _scheduled(
        tx, command, found, Operation.DELETE, "delete", "Delete", Tier.DANGEROUS, told
    )
    return replace(decided, plan=replace(decided.plan, figures=figures))


def _scheduled(
    tx: Tx,
    command: AllocationCommand,
    found: Found,
    operation: Operation,
    action: str,
    verb: str,
    tier: Tier,
    warnings: Sequence[str] = (),
) -> Decision:
    before = found.allocation
    after = replace(before, state=states.scheduled(operation))
    post = WireRequest("POST", outbound.path(before, action), {})
    request = post if action != "delete" else WireRequest("DELETE", outbound.path(before), {})
    plan = Plan(
        command,
        verb,
        f"{verb} allocation {named(found)}",
        named(found),
        tier,
        request,
        changes=(Change(before.name, "state", before.state, after.state),),
        warnings=tuple(warnings),
    )
    forced = operation is Operation.DELETE and before.state is State.ERRED
    writes = [touched(tx, before, after), Schedule(before.uuid, operation, forced)]
    message = f"{verb} of {before.name} scheduled"
    return Decision(plan, f"allocation.{action}", before.target, message, writes)


def unlink(tx: Tx, command: UnlinkAllocation) -> Decision:
    """Forget it here at once, whatever its state; the resource backend is told nothing."""
    found = find(tx, command.actor, command.allocation)
    before = found.allocation
    access.require_staff(found.standing, "unlink allocations")
    plan = Plan(
        command,
        "Unlink",
        f"Unlink allocation {named(found)} of {found.project.name}",
        named(found),
        Tier.DANGEROUS,
        WireRequest("POST", outbound.path(before, "unlink"), {}),
        changes=(Change(before.name, "allocation", "there", None),),
        warnings=(
            *([GOES_ON] if before.state.busy else []),
            f"{found.service.name} is told nothing and keeps what it has",
            HISTORY,
            *credits.freed(tx, found),
        ),
        figures=tuple(credits.left(tx, found)),
    )
    message = f"Allocation {before.name} unlinked"
    return Decision(plan, "allocation.unlink", before.target, message, [Write(before, None)])


def mark_ok(tx: Tx, command: MarkOk) -> Decision:
    """Say that it is well; what is under way ends, errors are cleared."""
    found = find(tx, command.actor, command.allocation)
    access.require_staff(found.standing, "mark allocations")
    before = found.allocation
    return _marked(tx, command, found, states.well(before), "set_ok", {}, tuple(_untold(found)))


def _untold(found: Found) -> Iterator[str]:
    before = found.allocation
    if not before.backend_id:
        yield "it has no backend id: the service has never made it, and marking does not"
    elif before.state is not State.OK:
        yield from _untried(found)


def _untried(found: Found) -> Iterator[str]:
    """That a failure stands, and which limit does at the service as far as that has said."""
    before, service = found.allocation, found.service.name
    if before.state is State.ERRED:
        yield UNTRIED
    if before.given_limit is None:
        yield f"what limit {service} keeps is not known"
    elif before.given_limit != before.node_limit:
        given, stands = values.bound(before.given_limit), values.bound(before.node_limit)
        yield f"{service} gave {given} last, here stands {stands}"


def mark_erred(tx: Tx, command: MarkErred) -> Decision:
    """Say that it has failed; what is under way ends."""
    found = find(tx, command.actor, command.allocation)
    access.require_staff(found.standing, "mark allocations")
    before = found.allocation
    after = states.failed(before, command.error_message, command.error_traceback)
    body = {
        "error_message": command.error_message,
        "error_traceback": command.error_traceback,
    }
    return _marked(tx, command, found, after, "set_erred", body)


def _marked(
    tx: Tx,
    command: AllocationCommand,
    found: Found,
    after: Allocation,
    action: str,
    body: Mapping[str, object],
    warnings: tuple[str, ...] = (),
) -> Decision:
    before = found.allocation
    ends = (GOES_ON,) if before.state.busy else ()
    plan = Plan(
        command,
        f"Mark {after.state}",
        f"Mark allocation {named(found)} as {after.state}",
        named(found),
        Tier.HARMFUL if before.state.busy else Tier.REVERSIBLE,
        WireRequest("POST", outbound.path(before, action), body),
        changes=(Change(before.name, "state", before.state, after.state),),
        warnings=(*ends, *warnings),
        undo=f"mark it {before.state} again" if before.state in MARKS else "",
    )
    message = f"Allocation {before.name} marked as {after.state}"
    writes = [Forget(before.uuid), touched(tx, before, after)]
    return Decision(plan, f"allocation.{action}", before.target, message, writes)
