"""Use cases of an allocation's record (spec openportal §2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.plan import Change, Plan, Tier
from backend.core.usecase import Decision, Write
from backend.openportal.model import (
    KEEP,
    UNLIMITED,
    Allocation,
    CreateAllocation,
    ModifyAllocation,
    Operation,
    PortalProject,
    Service,
    State,
)
from backend.openportal.rules import access, identifiers, outbound, states, values
from backend.openportal.service.finding import Schedule, find, named, touched
from backend.openportal.service.people import standing
from backend.openportal.store import allocations as store
from backend.openportal.store import places


def create(tx: Tx, command: CreateAllocation) -> Decision:
    """A new allocation, which the scheduler then makes at the resource backend."""
    project, service = _where(tx, command)
    after = new_allocation(tx, command, project, service)
    plan = Plan(
        command,
        "Create",
        f"Create {_kind(command.remote)} {after.name} of {project.name} on {service.name}",
        f"{after.name} on {service.name}",
        Tier.REVERSIBLE,
        outbound.create_request(command),
        changes=tuple(_first(after, project, service)),
        warnings=tuple(_doubts(tx, after, project, service)),
        undo="delete the allocation",
    )
    writes = [Write(None, after), Schedule(after.uuid, Operation.CREATE)]
    message = f"Creation of {after.name} scheduled"
    return Decision(
        plan, "allocation.create", after.target, message, writes, {"allocation": after.uuid}
    )


def new_allocation(
    tx: Tx, command: CreateAllocation, project: PortalProject, service: Service
) -> Allocation:
    """The allocation that a command makes; without a uuid while it is only planned."""
    limit = command.node_limit
    if limit is None:
        limit = service.default_allocation or values.DEFAULT_LIMIT
    return Allocation(
        uuid=identifiers.plain(tx.runtime.uuid()) if tx.writable else "",
        remote=command.remote,
        name=command.name.strip(),
        description=command.description,
        service=service.uuid,
        project=project.uuid,
        state=State.CREATION_SCHEDULED,
        backend_id="",
        counterpart=command.counterpart,
        node_limit=limit,
        node_usage=0,
        is_active=True,
        is_added=False,
        error_message="",
        error_traceback="",
        local_version=int(command.remote),
        remote_version=0,
        created_at=tx.now,
        modified_at=tx.now,
    )


def _where(tx: Tx, command: CreateAllocation) -> tuple[PortalProject, Service]:
    """Project and service of a new allocation. Raises Invalid, then NotAllowed."""
    who = standing(tx, command.actor)
    project = places.project(tx, identifiers.plain(command.project))
    service = places.service(tx, identifiers.plain(command.service))
    faults = values.name(command.name) | values.description(command.description)
    faults |= values.node_limit(command.node_limit)
    faults |= values.counterpart(command.counterpart, remote=command.remote)
    if project is None or not who.sees(project):
        faults["project"] = values.absent("project", command.project)
    if service is None or service.remote != command.remote or not who.sees_service(service):
        faults["service_settings"] = values.absent(_service(command), command.service)
    values.refuse(faults)
    if project is None or service is None:
        raise AssertionError("what is not there was refused")
    access.require_manager(who, project, access.NOT_HERE)
    if command.remote and not identifiers.may_go(project, service.instance):
        told = f"project {project.name} may not go to {service.instance}"
        says = f"Project {project.name} is not allowed to use {service.instance}."
        values.refuse({"service_settings": (says, told)})
    return project, service


def _service(command: CreateAllocation) -> str:
    return "service at another portal" if command.remote else "service"


def _kind(remote: bool) -> str:
    return "remote allocation" if remote else "allocation"


def _first(after: Allocation, project: PortalProject, service: Service) -> Iterator[Change]:
    yield Change(after.name, _kind(after.remote), None, "new")
    yield Change(after.name, "project", None, project.name)
    yield Change(after.name, "service", None, service.name)
    yield Change(after.name, "node limit", None, after.node_limit, "node-hours")
    if after.counterpart:
        field = values.counterpart_field(remote=after.remote).replace("_", " ")
        yield Change(after.name, field, None, after.counterpart)


def _doubts(tx: Tx, after: Allocation, project: PortalProject, service: Service) -> Iterator[str]:
    if service.state is State.ERRED or service.error_message:
        told = f": {service.error_message}" if service.error_message else ""
        yield f"{service.name} is {service.state}{told}"
    if not project.shortname:
        yield f"{project.name} has no short name: creating will fail until it has one"
    if after.remote:
        yield f"the portal behind {service.name} decides, which may take days"
    for code, limit in store.limits(tx, project.uuid) if not after.remote else ():
        if limit != after.node_limit:
            held = "no limit" if limit == UNLIMITED else f"a limit of {limit:,}"
            yield f"project code {code} has {held} elsewhere, and one code has one limit"
    yield from over_most(after.node_limit, service)


def over_most(limit: int, service: Service) -> Iterator[str]:
    """A warning about a limit that a service is not meant to give."""
    most = service.max_allocation
    if most and (limit > most or limit < 0):
        yield f"{service.name} is meant to give at most {most:,} node-hours"


def modify(tx: Tx, command: ModifyAllocation) -> Decision:
    """Change the record of an allocation that is OK; no resource backend is told."""
    found = find(tx, command.actor, command.allocation)
    before = found.allocation
    access.require_manager(found.standing, found.project)
    states.require_state(before, states.ONLY_OK)
    faults = values.name(command.name) | values.description(command.description)
    faults |= values.node_limit(command.node_limit)
    values.refuse(faults | values.counterpart(command.counterpart, remote=before.remote))
    after = _modified(command, before)
    changes = tuple(_changes(before, after))
    if changes:
        after = states.edited(after)
    plan = Plan(
        command,
        "Change",
        f"Change {_kind(before.remote)} {named(found)}",
        named(found),
        Tier.REVERSIBLE,
        outbound.modify_request(command, before),
        changes=changes,
        warnings=tuple(_record_only(before, after, found.service)),
        undo="change it back",
        inverse=_back(command, before),
    )
    message = f"Allocation {after.name} changed"
    write = touched(tx, before, after)
    return Decision(plan, "allocation.modify", before.target, message, [write])


def _modified(command: ModifyAllocation, before: Allocation) -> Allocation:
    name, text, limit = command.name, command.description, command.node_limit
    kept = command.counterpart == KEEP
    return replace(
        before,
        name=before.name if name is None else name.strip(),
        description=before.description if text is None else text,
        node_limit=before.node_limit if limit is None else limit,
        counterpart=before.counterpart if kept else command.counterpart,
    )


def _changes(before: Allocation, after: Allocation) -> Iterator[Change]:
    fields = {"name": "", "description": "", "node_limit": "node-hours", "counterpart": ""}
    for field, unit in fields.items():
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            told = values.counterpart_field(remote=before.remote)
            name = (told if field == "counterpart" else field).replace("_", " ")
            yield Change(before.name, name, old, new, unit)


def _record_only(before: Allocation, after: Allocation, service: Service) -> Iterator[str]:
    if before.node_limit != after.node_limit:
        yield "record only: the resource backend is not told of the limit"
        yield from over_most(after.node_limit, service)


def _back(command: ModifyAllocation, before: Allocation) -> ModifyAllocation | None:
    """The command that restores what this one changes; a limit below 0 cannot be written."""
    if command.node_limit is not None and before.node_limit < 0:
        return None
    return ModifyAllocation(
        actor=command.actor,
        allocation=before.uuid,
        name=None if command.name is None else before.name,
        description=None if command.description is None else before.description,
        node_limit=None if command.node_limit is None else before.node_limit,
        counterpart=KEEP if command.counterpart == KEEP else before.counterpart,
    )
