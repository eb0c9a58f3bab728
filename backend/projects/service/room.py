"""The room: which use case answers which command, and how decisions are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect
from backend.core.plan import Command, Receipt
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.projects.model import (
    Application,
    ApplicationState,
    ApproveApplication,
    CancelApplication,
    ChangeMembership,
    ChangeProjectState,
    ChangeUser,
    DenyApplication,
    DismissApplication,
    EnrollMember,
    JoinProject,
    Membership,
    ModifyBaseProjects,
    ModifyProject,
    Moved,
    Project,
    ProjectState,
    ReconcilePendingApps,
    RegisterResource,
    SetDefaultProject,
    SubmitApplication,
    TerminateExpired,
    User,
    VerifyQuotas,
)
from backend.projects.rules import limits as limit_rules
from backend.projects.rules import projects as project_rules
from backend.projects.service import (
    applications,
    limits,
    memberships,
    pending_apps,
    projects,
    users,
)
from backend.projects.store import applications as application_store
from backend.projects.store import memberships as membership_store
from backend.projects.store import people
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas

ANSWERED = frozenset({ApplicationState.APPROVED, ApplicationState.DENIED})
WAIVED = frozenset({ApplicationState.DISMISSED, ApplicationState.CANCELLED})


def persist(tx: Tx, write: object, actor: str, reason: str) -> Sequence[SideEffect]:
    """Store one write of a decision; the reason goes where Astakos keeps it."""
    if isinstance(write, Moved):
        _log(tx, write, actor, reason)
    elif isinstance(write, limits.GrantEverywhere):
        return quotas.persist(tx, limits.grant_everywhere(tx, write.resource), actor, reason)
    elif not isinstance(write, Write) or not _stored(tx, write, reason):
        return quotas.persist(tx, write, actor, reason)
    return ()


def _log(tx: Tx, moved: Moved, actor: str, reason: str) -> None:
    told = replace(moved, reason=moved.reason or reason)
    if moved.subject == "project":
        project_store.log_project(tx, told, actor)
    else:
        membership_store.log_membership(tx, told, actor)


def _stored(tx: Tx, write: Write, reason: str) -> bool:
    """Store an entity of this room; False when it is another's."""
    after = write.after
    if isinstance(after, User):
        _store_user(tx, write.before, after, reason)
    elif isinstance(after, Project):
        _store_project(tx, write.before, after)
    elif isinstance(after, Application):
        _store_application(tx, write.before, after, reason)
    elif isinstance(after, Membership):
        membership_store.save_membership(tx, after)
    else:
        return False
    return True


def _store_user(tx: Tx, before: User, after: User, reason: str) -> None:
    if before.is_active and not after.is_active:
        after = replace(after, deactivated_reason=reason)
    people.save_user(tx, after)
    if after.is_accepted and not before.is_accepted:
        quotas.name_holder(tx, f"user:{after.uuid}", after.email)


def _store_project(tx: Tx, before: Project | None, after: Project) -> None:
    project_store.save_project(tx, after, limit_rules.changed_grants(before, after))
    was = before.realname if before and before.is_initialized else ""
    if after.is_initialized and after.realname != was:
        quotas.name_holder(tx, f"project:{after.uuid}", after.realname)
    refresh_standing(tx, after.uuid)


def _store_application(tx: Tx, before: Application | None, after: Application, reason: str) -> None:
    if before is None:
        application_store.insert_application(tx, after)
    else:
        if after.state in ANSWERED:
            after = replace(after, response=reason)
        elif after.state in WAIVED:
            after = replace(after, waive_reason=reason)
        application_store.answer_application(tx, after)
    refresh_standing(tx, after.project)


def refresh_standing(tx: Tx, project: str) -> None:
    """Bring what lists show of a project up to date with it and its last application."""
    state, application, answer = project_store.standing(tx, project)
    last = ApplicationState(answer) if answer else None
    display = project_rules.overall(ProjectState(state), last)
    pending = application if last is ApplicationState.PENDING else 0
    project_store.set_standing(tx, project, display, pending)


def _subject(command: Command) -> str:
    """What a command is about, `projects` when that is many or not there yet."""
    for kind in ("application", "membership", "user", "project"):
        named = getattr(command, kind, "")
        if named:
            return f"{kind}:{named}"
    return f"resource:{command.name}" if isinstance(command, RegisterResource) else "projects"


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    actor = decision.plan.command.actor.name
    return perform_writes(tx, decision, reason, lambda tx, write: persist(tx, write, actor, reason))


ROOM = Room(
    "projects",
    {
        SubmitApplication: ("application.submit", applications.submit),
        ApproveApplication: ("application.approve", applications.approve),
        DenyApplication: ("application.deny", applications.deny),
        DismissApplication: ("application.dismiss", applications.dismiss),
        CancelApplication: ("application.cancel", applications.cancel),
        ChangeProjectState: ("project.{}", projects.change_state),
        ModifyProject: ("project.modify", projects.modify),
        ModifyBaseProjects: ("project.modify-base", projects.modify_base),
        TerminateExpired: ("project.terminate-expired", projects.terminate_expired),
        JoinProject: ("membership.join", memberships.join),
        EnrollMember: ("membership.enroll", memberships.enroll),
        ChangeMembership: ("membership.{}", memberships.change),
        ChangeUser: ("user.{}", users.change),
        SetDefaultProject: ("user.default-project", users.set_default),
        RegisterResource: ("resource.register", limits.register),
        VerifyQuotas: ("quotas.verify", limits.verify),
        ReconcilePendingApps: ("quotas.reconcile", pending_apps.reconcile),
    },
    _perform,
    _subject,
)
