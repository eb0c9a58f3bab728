"""Use cases of awards that other portals make to us (spec openportal §5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from backend.core.database.tx import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound
from backend.core.plan import Change, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.openportal.model import (
    HUNDREDTHS,
    Allocation,
    ApproveAward,
    AttachAward,
    Award,
    AwardCommand,
    AwardState,
    CreateAllocation,
    DeleteAward,
    DetachAward,
    NoteAward,
    Operation,
    PartOf,
    PortalProject,
    RejectAward,
    Service,
    State,
)
from backend.openportal.rules import access, identifiers, outbound, states, values
from backend.openportal.rules import awards as rules
from backend.openportal.rules.awards import Terms
from backend.openportal.service.allocations import new_allocation, over_most
from backend.openportal.service.finding import Schedule, touched
from backend.openportal.service.people import standing
from backend.openportal.store import allocations, people, places
from backend.openportal.store import awards as store


@dataclass(frozen=True, slots=True)
class Case:
    """An award with the service it is for, None where its destination leads nowhere, and the
    project it belongs to, None while there is none."""

    award: Award
    service: Service | None
    project: PortalProject | None


def find(tx: Tx, command: AwardCommand) -> Case:
    """The award, when the actor may review it. Raises NotFound, NotAllowed."""
    what = f"award {command.identifier!r} for {command.destination!r}"
    award = store.award(tx, command.identifier, command.destination)
    if award is None:
        raise NotFound(f"there is no {what}")
    who = standing(tx, command.actor)
    service = places.service_at(tx, award.destination, remote=False)
    project = places.project(tx, award.project) if award.project else None
    if who.staff or (service is not None and service.customer in who.owned):
        return Case(award, service, project)
    if who.support or (project is not None and who.sees(project)):
        raise NotAllowed(
            "only staff and owners of the organisation that provides it decide on awards",
            hint="ask one of them",
            data={"detail": access.NOT_YOURS},
        )
    raise NotFound(f"there is no {what}")


def approve(tx: Tx, command: ApproveAward) -> Decision:
    """Take an award: its project, unless it has one, gets an allocation of what was awarded."""
    case = find(tx, command)
    award = case.award
    rules.require_pending(award)
    service = _service(case)
    terms = rules.terms(award, service)
    rules.require_open(award, terms.earliest, tx.now)
    project, makes = _project(tx, case, service, terms)
    there = _there(tx, project, service, terms)
    given = _given(tx, command, project, service, terms, there)
    writes = [*makes, *_members(tx, project, terms), *given]
    after = replace(
        award,
        state=AwardState.APPROVED,
        project=project.uuid,
        reviewed_at=tx.now,
        reviewed_by=command.actor.name,
    )
    plan = Plan(
        command,
        "Approve",
        f"Approve award {terms.name} for {service.name}",
        award.identifier,
        Tier.HARMFUL if _lowers(there, terms) else Tier.REVERSIBLE,
        _request(command, "approve"),
        changes=tuple(_approved(case, project, terms, there)),
        warnings=tuple(_doubts(tx, service, terms, there)),
    )
    message = f"Award {terms.name} approved"
    created = {"project": project.uuid}
    for one in writes:
        if isinstance(one, Write) and isinstance(one.after, Allocation):
            created["allocation"] = one.after.uuid
    every = [*writes, Write(award, after)]
    return Decision(plan, "award.approve", award.target, message, every, created)


def _service(case: Case) -> Service:
    if case.service is None:
        raise Invalid(
            f"no service is at {case.award.destination}", hint="name one that is, or reject it"
        )
    return case.service


def _project(
    tx: Tx, case: Case, service: Service, terms: Terms
) -> tuple[PortalProject, list[object]]:
    """The project of an award with what was awarded among its credits, and how to store it."""
    credits = (terms.amount or 0) * HUNDREDTHS
    if case.project is not None:
        after = replace(case.project, credits=case.project.credits + credits)
        return after, [Write(case.project, after)]
    if not service.customer:
        raise Invalid(
            f"{service.name} belongs to no organisation, so its projects have none",
            hint="attach the award to a project",
        )
    code = case.award.identifier.partition(".")[0]
    named = identifiers.is_shortname(code) and not places.namesake(tx, code, "")
    new = PortalProject(
        uuid=identifiers.plain(tx.runtime.uuid()) if tx.writable else "",
        customer=service.customer,
        name=terms.name,
        description=terms.description,
        start_date=terms.start_date,
        end_date=terms.end_date,
        shortname=code if named else None,
        allowed_destinations=None,
        credits=credits,
        created_at=tx.now,
    )
    return new, [Write(None, new)]


def _members(tx: Tx, project: PortalProject, terms: Terms) -> Iterator[Write]:
    """Those of the award's members whom the portal knows."""
    known = people.with_emails(tx, list(terms.members))
    seated = {user.uuid for user in people.members(tx, project.uuid)}
    for address, part in terms.members.items():
        user = known.get(address.lower())
        if user is not None and user.uuid not in seated:
            seated.add(user.uuid)
            yield Write(None, PartOf(user.uuid, "", project.uuid, part))


def _there(tx: Tx, project: PortalProject, service: Service, terms: Terms) -> Allocation | None:
    """The allocation that gets what was awarded, None where a new one does."""
    if terms.amount is None or not project.uuid:
        return None
    there = allocations.on_service(tx, project.uuid, service.uuid)
    return next((one for one in there if one.state is not State.ERRED), None)


def _lowers(there: Allocation | None, terms: Terms) -> bool:
    if there is None or terms.amount is None:
        return False
    return values.lowers(there.node_limit or 0, terms.amount)


def _given(
    tx: Tx,
    command: ApproveAward,
    project: PortalProject,
    service: Service,
    terms: Terms,
    before: Allocation | None,
) -> list[object]:
    """A new allocation, or another limit of the one that there is."""
    if terms.amount is None:
        return []
    if before is not None:
        states.require_state(before, states.ONLY_OK)
        after = replace(before, state=State.UPDATE_SCHEDULED, node_limit=terms.amount)
        return [touched(tx, before, after), Schedule(before.uuid, Operation.LIMIT)]
    wanted = CreateAllocation(
        actor=command.actor,
        remote=False,
        name=terms.name[:150],
        service=service.uuid,
        project=project.uuid,
        node_limit=terms.amount,
    )
    new = new_allocation(tx, wanted, project, service)
    return [Write(None, new), Schedule(new.uuid, Operation.CREATE)]


def _approved(
    case: Case, project: PortalProject, terms: Terms, there: Allocation | None
) -> Iterator[Change]:
    yield Change(terms.name, "state", case.award.state, AwardState.APPROVED)
    yield Change(terms.name, "project", None, project.name if case.project else "new")
    if terms.amount is not None:
        before = there.node_limit if there is not None else None
        yield Change(terms.name, "node limit", before, terms.amount, "node-hours")


def _doubts(tx: Tx, service: Service, terms: Terms, there: Allocation | None) -> Iterator[str]:
    if there is not None:
        what = "lowers" if _lowers(there, terms) else "sets"
        yield f"it makes no allocation, it {what} the limit of {there.name} on {service.name}"
    known = people.with_emails(tx, list(terms.members))
    strangers = sum(address.lower() not in known for address in terms.members)
    if strangers:
        yield f"{strangers} of {len(terms.members)} members have no account here yet"
    if terms.amount is None:
        yield "it awards no allocation: only the project is made"
    else:
        yield from over_most(terms.amount, service)


def reject(tx: Tx, command: RejectAward) -> Decision:
    """Refuse an award."""
    award = find(tx, command).award
    rules.require_pending(award)
    after = replace(
        award,
        state=AwardState.REJECTED,
        reviewed_at=tx.now,
        reviewed_by=command.actor.name,
    )
    change = Change(award.identifier, "state", award.state, after.state)
    return _decided(command, award, after, "reject", change, Tier.HARMFUL)


def attach(tx: Tx, command: AttachAward) -> Decision:
    """Say which project an award is for; a project has one award at most."""
    award = find(tx, command).award
    project = places.project(tx, identifiers.plain(command.project))
    if project is None or not standing(tx, command.actor).sees(project):
        raise NotFound(f"there is no project {command.project!r}")
    managing = store.managing(tx, project.uuid)
    if award.project or managing is not None:
        what = f"award {award.identifier}" if award.project else f"project {project.name}"
        raise Invalid(
            f"{what} has been attached already",
            hint="detach it first",
            data={"rule": rules.MANAGED},
        )
    after = replace(award, project=project.uuid)
    change = Change(award.identifier, "project", None, project.name)
    return _decided(command, award, after, "attach", change, Tier.REVERSIBLE)


def detach(tx: Tx, command: DetachAward) -> Decision:
    """Take its project from an award; the project stays."""
    case = find(tx, command)
    name = case.project.name if case.project else None
    change = Change(case.award.identifier, "project", name, None)
    after = replace(case.award, project="")
    return _decided(command, case.award, after, "detach", change, Tier.HARMFUL)


def note(tx: Tx, command: NoteAward) -> Decision:
    """Add a note to an award."""
    award = find(tx, command).award
    after = replace(award, notes=rules.noted(award.notes, command.text))
    change = Change(award.identifier, "note", None, " ".join(command.text.split()))
    return _decided(command, award, after, "note", change, Tier.REVERSIBLE)


def delete(tx: Tx, command: DeleteAward) -> Decision:
    """Forget an award; what it became stays."""
    award = find(tx, command).award
    change = Change(award.identifier, "award", str(award.state), None)
    return _decided(command, award, None, "delete", change, Tier.DANGEROUS)


DONE = {
    "reject": "rejected",
    "attach": "attached",
    "detach": "detached",
    "note": "noted",
    "delete": "deleted",
}


def _decided(
    command: AwardCommand, award: Award, after: Award | None, word: str, change: Change, tier: Tier
) -> Decision:
    plan = Plan(
        command,
        word.capitalize(),
        f"{word.capitalize()} award {rules.title(award)}",
        award.identifier,
        tier,
        _request(command, word),
        changes=(change,),
    )
    message = f"Award {rules.title(award)} {DONE[word]}"
    return Decision(plan, f"award.{word}", award.target, message, [Write(award, after)])


def _request(command: AwardCommand, word: str) -> WireRequest:
    """What the command is on the wire; the comment is added when the reason is given."""
    body = {"project_uuid": command.project} if isinstance(command, AttachAward) else {}
    if isinstance(command, NoteAward):
        word, body = "add-note", {"text": command.text}
    method = "DELETE" if isinstance(command, DeleteAward) else "POST"
    path = outbound.award_path(command.identifier, command.destination, word)
    return WireRequest(method, path, body)
