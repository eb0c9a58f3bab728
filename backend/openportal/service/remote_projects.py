"""Use cases of our awards to other portals (spec openportal §5.3)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.identity import Actor
from backend.core.plan import Change, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.openportal.model import (
    KEEP,
    Allocation,
    ModifyRemoteProject,
    Operation,
    PortalProject,
    RemoteProject,
    RemoteState,
    ResendRequest,
    State,
)
from backend.openportal.rules import access, states
from backend.openportal.rules import awards as rules
from backend.openportal.rules.identifiers import plain
from backend.openportal.rules.outbound import REMOTE_PROJECTS
from backend.openportal.service.finding import Hurry, Schedule, touched
from backend.openportal.service.people import standing
from backend.openportal.store import allocations, jobs, places
from backend.openportal.store import awards as store

DECIDES = "the other portal decides, which may take days"
ANSWERS = "the other portal answers, which may take days"
SHOWN = ("earliest_approve", "membership_control", "allowed_domains", "links")


def find(tx: Tx, actor: Actor, uuid: str) -> tuple[RemoteProject, PortalProject]:
    """The award of ours, when the actor may change it. Raises NotFound, NotAllowed."""
    one = store.remote_project(tx, plain(uuid))
    if one is None:
        raise NotFound(f"there is no remote project {uuid!r}")
    who = standing(tx, actor)
    project = places.projects(tx, [one.project])[one.project]
    access.require_seen(who, project, f"remote project {uuid!r}")
    if not (who.staff or project.customer in who.owned):
        raise NotAllowed(
            f"only owners of {project.name}'s organisation and staff change its awards",
            hint="ask one of them",
            data={"detail": access.NOT_YOURS},
        )
    return one, project


def modify(tx: Tx, command: ModifyRemoteProject) -> Decision:
    """Change what goes with an award; the other portal hears of it with the next request."""
    before, project = find(tx, command.actor, command.remote_project)
    _check(command)
    after = replace(_modified(command, before), modified_at=tx.now)
    changes = tuple(_changes(project.name, before, after))
    if command.note:
        changes += (Change(project.name, "note", None, " ".join(command.note.split())),)
    plan = Plan(
        command,
        "Change",
        f"Change the award of {project.name} to {before.destination}",
        project.name,
        Tier.REVERSIBLE,
        _request(command, before),
        changes=changes,
        warnings=("the other portal hears of it with the next request",) if changes else (),
        undo="change it back",
    )
    message = f"Award of {project.name} changed"
    writes = [Write(before, after)]
    return Decision(plan, "remote_project.modify", before.target, message, writes)


def _check(command: ModifyRemoteProject) -> None:
    rules.instant(command.earliest_approve or "")
    control = command.membership_control
    if control is not None and control not in rules.CONTROLS:
        raise Invalid(
            f"membership cannot be {control!r}", hint=f"one of {', '.join(rules.CONTROLS)}"
        )
    try:
        json.loads(command.links or "{}")
    except ValueError as error:
        raise Invalid(
            f"the links are no JSON: {error}", hint='such as {"call": "https://…"}'
        ) from error


def _modified(command: ModifyRemoteProject, before: RemoteProject) -> RemoteProject:
    given = {name: getattr(command, name) for name in SHOWN}
    kept = {name for name, value in given.items() if value == KEEP or value is None}
    if command.allowed_domains is None:
        kept.discard("allowed_domains")
    after = replace(before, **{name: given[name] for name in given if name not in kept})
    return replace(after, notes=rules.noted(after.notes, command.note)) if command.note else after


def _changes(name: str, before: RemoteProject, after: RemoteProject) -> Iterator[Change]:
    for field in SHOWN:
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(name, field.replace("_", " "), old, new)


def _request(command: ModifyRemoteProject, before: RemoteProject) -> WireRequest:
    """The call of the last thing that changes; each has one of its own."""
    path = f"{REMOTE_PROJECTS}{before.uuid}/"
    if command.note:
        return WireRequest("POST", f"{path}add-note/", {"text": command.note})
    if command.links is not None:
        return WireRequest("POST", f"{path}set-links/", json.loads(command.links or "{}"))
    if command.allowed_domains != KEEP:
        domains = {"allowed_domains": rules.domains(command.allowed_domains)}
        return WireRequest("POST", f"{path}set-allowed-domains/", domains)
    if command.membership_control is not None:
        control = {"membership_control": command.membership_control}
        return WireRequest("POST", f"{path}set-membership-control/", control)
    earliest = {"earliest_approve": command.earliest_approve or None}
    return WireRequest("POST", f"{path}set-earliest-approve/", earliest)


def resend(tx: Tx, command: ResendRequest) -> Decision:
    """Ask the other portal again: at once where it is waited for, else with a request of its own;
    after a `reset` as if it had never answered."""
    before, project = find(tx, command.actor, command.remote_project)
    one = _allocation(tx, before)
    after = _reset(before) if command.reset else before
    again = one.state.busy
    if again and command.reset:
        states.require_state(one, states.SETTLED)
    writes: list[object] = [Write(before, replace(after, modified_at=tx.now))]
    if again:
        _require_waiting(tx, one)
        writes.append(Hurry(one.uuid))
    else:
        anew = command.reset or not one.backend_id
        operation = Operation.CREATE if anew else Operation.UPDATE
        writes += [
            touched(tx, one, replace(one, state=states.scheduled(operation))),
            Schedule(one.uuid, operation),
        ]
    return asked_again(command, before, after, project, writes)


def asked_again(
    command: ResendRequest,
    before: RemoteProject,
    after: RemoteProject,
    project: PortalProject,
    writes: Sequence[object],
) -> Decision:
    """The decision to ask again, with what it writes."""
    word = "reset-to-pending" if command.reset else "resend-request"
    stays = before.state is after.state
    told = f"asks again; it stays {before.state} until {ANSWERS}" if stays else DECIDES
    plan = Plan(
        command,
        "Ask anew" if command.reset else "Send again",
        f"Ask {before.destination} again about {project.name}",
        project.name,
        Tier.HARMFUL if command.reset else Tier.REVERSIBLE,
        WireRequest("POST", f"{REMOTE_PROJECTS}{before.uuid}/{word}/", {}),
        changes=() if stays else (Change(project.name, "state", before.state, after.state),),
        warnings=(told,),
    )
    message = f"Request about {project.name} sent again"
    return Decision(plan, "remote_project.resend", before.target, message, writes)


def _allocation(tx: Tx, one: RemoteProject) -> Allocation:
    """The allocation that an award is for, a live one before one that has failed."""
    service = places.service_at(tx, one.destination, remote=True)
    there = allocations.on_service(tx, one.project, service.uuid) if service else []
    if not there:
        raise Conflict(
            f"nothing is asked of {one.destination} any more",
            hint="create a remote allocation there",
        )
    return min(there, key=lambda found: found.state is State.ERRED)


def _require_waiting(tx: Tx, one: Allocation) -> None:
    if jobs.of(tx, one.uuid) is None:
        states.require_state(one, states.SETTLED)


def _reset(before: RemoteProject) -> RemoteProject:
    return replace(
        before,
        state=RemoteState.PENDING,
        identifier="",
        current_allocation="",
        error_message="",
    )
