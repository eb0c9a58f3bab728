"""Use cases of applications (spec astakos §2.1)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.plan import Change, Tier
from backend.core.usecase import Decision, Write
from backend.projects.model import (
    Application,
    ApplicationCommand,
    ApplicationState,
    ApproveApplication,
    CancelApplication,
    DenyApplication,
    DismissApplication,
    Project,
    ProjectState,
    SubmitApplication,
    User,
    Wishes,
)
from backend.projects.rules import applications as rules
from backend.projects.rules import changes, outbound, projects
from backend.projects.rules.limits import filled
from backend.projects.service.draft import Draft, Telling, find_project, fresh_id, refuse
from backend.projects.service.pending_apps import charge
from backend.projects.store import applications as store
from backend.projects.store import people
from backend.projects.store import projects as project_store

UNKNOWN_DEFAULTS = "what is not asked for gets the server's defaults, which it does not show"


def submit(tx: Tx, command: SubmitApplication) -> Decision:
    """File an application, for a new project or a modification."""
    actor, wishes = command.actor, command.wishes
    _check_applicant(tx, command)
    if wishes.owner is not None:
        _accepted(tx, wishes.owner, "owner")
    draft = Draft(tx, command)
    if not command.project:
        rules.check_required(wishes)
        return _submit_new(draft, command)
    project = find_project(tx, command.project)
    refuse(rules.modification_refusal(actor, project))
    return _submit_modification(draft, command, project)


def _check_applicant(tx: Tx, command: SubmitApplication) -> None:
    """People file in their own name; operators in anybody's."""
    actor = command.actor
    if not actor.is_admin and command.applicant != actor.uuid:
        raise NotAllowed("applications are filed in one's own name")
    if not _accepted(tx, command.applicant, "applicant").is_active:
        raise Conflict("the applicant is not active", hint="activate the user first")


def _accepted(tx: Tx, uuid: str, what: str) -> User:
    user = people.user(tx, uuid)
    if user is None or not user.is_accepted:
        raise Invalid(f"the {what} {uuid!r} is not an accepted user")
    return user


def _check_wishes(draft: Draft, command: SubmitApplication) -> None:
    known = {resource.name: resource for resource in draft.resources}
    at_command_line = command.actor.is_admin and not command.actor.uuid
    rules.check_grants(command.wishes.grants, known, hidden=at_command_line)
    rules.check_texts(command.wishes)
    rules.check_future(command.wishes.end_date, draft.tx.now)


def _submit_new(draft: Draft, command: SubmitApplication) -> Decision:
    tx, wishes = draft.tx, rules.completed(command.wishes, command.applicant)
    _check_wishes(draft, command)
    charge(draft, command.applicant, ())
    uuid = tx.runtime.uuid() if tx.writable else ""
    id = fresh_id(tx, "application")
    project = rules.new_project(fresh_id(tx, "project"), uuid, wishes, tx.now)
    application = rules.new_application(id, uuid, command.applicant, wishes, tx.now)
    draft.writes += [Write(None, replace(project, last_application=id)), Write(None, application)]
    _tell_wishes(draft, wishes, None)
    telling = Telling(
        "Apply",
        f"Apply for the new project {project.realname}",
        project.realname,
        outbound.submit_request("", command.wishes),
        undo="cancel the application",
    )
    created: dict[str, str | int] = {"project": uuid, "application": id}
    message = f"Application {id} filed for {project.realname}"
    return draft.decide(telling, "application.submit", application.target, message, created)


def _submit_modification(draft: Draft, command: SubmitApplication, project: Project) -> Decision:
    tx, wishes = draft.tx, command.wishes
    _check_wishes(draft, command)
    replaced = _waiting(tx, project)
    charge(draft, command.applicant, [a.applicant for a in replaced])
    if project.is_base:
        rules.check_base(wishes, Conflict)
    for old in replaced:
        draft.application(old, replace(old, state=ApplicationState.REPLACED))
    id = fresh_id(tx, "application")
    application = rules.new_application(id, project.uuid, command.applicant, wishes, tx.now)
    draft.writes += [
        Write(None, application),
        Write(project, replace(project, last_application=id)),
    ]
    _tell_wishes(draft, wishes, project)
    telling = Telling(
        "Apply",
        f"Apply for a modification of {project.realname}",
        project.realname,
        outbound.submit_request(project.uuid, wishes),
        Tier.HARMFUL if replaced else Tier.REVERSIBLE,
        "" if replaced else "cancel the application",
    )
    created: dict[str, str | int] = {"project": project.uuid, "application": id}
    message = f"Application {id} filed for {project.realname}"
    return draft.decide(telling, "application.submit", application.target, message, created)


def _waiting(tx: Tx, project: Project) -> list[Application]:
    last = store.application(tx, project.last_application)
    return [last] if last and last.state is ApplicationState.PENDING else []


def _tell_wishes(draft: Draft, wishes: Wishes, project: Project | None) -> None:
    """Nothing of the project changes yet: the wishes are told as the application's fields."""
    target = "new application"
    labels = people.emails(draft.tx, [wishes.owner or "", project.owner if project else ""])
    draft.changes.append(Change(target, "state", None, str(ApplicationState.PENDING)))
    draft.changes += changes.wish_changes(target, project, wishes, labels, draft.units)


def find_case(tx: Tx, command: ApplicationCommand) -> rules.Case:
    """The application with what deciding on it depends on. Raises NotFound."""
    application = store.application(tx, command.application)
    if application is None:
        raise NotFound(f"there is no application {command.application}")
    project = find_project(tx, application.project)
    name = rules.final_name(project, application)
    namesake = project_store.namesake(tx, name, project.uuid)
    return rules.Case(application, project, command.project, namesake)


def approve(tx: Tx, command: ApproveApplication) -> Decision:
    """Grant what is asked for and make the project active."""
    case = find_case(tx, command)
    refuse(rules.approval_refusal(command.actor, case))
    before, application = case.project, case.application
    draft = Draft(tx, command)
    after = projects.moved(rules.with_wishes(before, application), ProjectState.ACTIVE, tx.now)
    after = filled(after, draft.resources)
    state = ApplicationState.APPROVED
    draft.application(application, rules.answered(application, state, command.actor, tx.now))
    draft.project(before, after)
    draft.sync([after])
    charge(draft, "", [application.applicant])
    draft.warnings += _approval_warnings(draft, before, after)
    return _decided(draft, case, "approve", Tier.REVERSIBLE)


def _approval_warnings(draft: Draft, before: Project, after: Project) -> list[str]:
    warnings = []
    now = draft.tx.now
    if not before.is_initialized and any(r.name not in after.grants for r in draft.resources):
        warnings.append(UNKNOWN_DEFAULTS)
    if before.state in (ProjectState.SUSPENDED, ProjectState.TERMINATED):
        warnings.append(f"the project is {before.state}: approving makes it active again")
    if after.end_date <= now:
        warnings.append("the end date has passed already")
    return warnings


def deny(tx: Tx, command: DenyApplication) -> Decision:
    """Refuse; the project stays as it is."""
    case = find_case(tx, command)
    refuse(rules.decision_refusal(command.actor, case, "deny"))
    draft, application = Draft(tx, command), case.application
    state = ApplicationState.DENIED
    draft.application(application, rules.answered(application, state, command.actor, tx.now))
    charge(draft, "", [application.applicant])
    return _decided(draft, case, "deny", Tier.HARMFUL)


def dismiss(tx: Tx, command: DismissApplication) -> Decision:
    """Put a denied application away."""
    case = find_case(tx, command)
    denied = ApplicationState.DENIED
    refuse(rules.withdrawal_refusal(command.actor, case, "dismiss", denied))
    draft = Draft(tx, command)
    _withdraw(draft, case, ApplicationState.DISMISSED)
    return _decided(draft, case, "dismiss", Tier.HARMFUL)


def cancel(tx: Tx, command: CancelApplication) -> Decision:
    """Withdraw a waiting application."""
    case = find_case(tx, command)
    pending = ApplicationState.PENDING
    refuse(rules.withdrawal_refusal(command.actor, case, "cancel", pending))
    draft = Draft(tx, command)
    _withdraw(draft, case, ApplicationState.CANCELLED)
    charge(draft, "", [case.application.applicant])
    return _decided(draft, case, "cancel", Tier.HARMFUL)


def _withdraw(draft: Draft, case: rules.Case, state: ApplicationState) -> None:
    """A project that never was is deleted with its application."""
    now, project = draft.tx.now, case.project
    after = rules.waived(case.application, state, draft.command.actor, now)
    draft.application(case.application, after)
    closed = rules.closing_state(project)
    if closed is not project.state:
        draft.project(project, projects.moved(project, closed, now))


DONE = {"approve": "approved", "deny": "denied", "dismiss": "dismissed", "cancel": "cancelled"}


def _decided(draft: Draft, case: rules.Case, verb: str, tier: Tier) -> Decision:
    application, project = case.application, case.project
    telling = Telling(
        verb.capitalize(),
        f"{verb.capitalize()} application {application.id} for project {project.realname}",
        project.realname,
        outbound.action_request(project.uuid, verb, application.id),
        tier,
    )
    message = f"Application {application.id} {DONE[verb]}"
    return draft.decide(telling, f"application.{verb}", application.target, message)
