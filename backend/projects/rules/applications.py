"""Applications: what may be wished for, who decides, what a decision does (spec §2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.core.errors import BursarError, Conflict, Invalid, NotAllowed
from backend.core.identity import Actor
from backend.projects.model import (
    Application,
    ApplicationState,
    Capacity,
    JoinPolicy,
    Project,
    ProjectState,
    Wishes,
)
from backend.projects.rules.access import applied, owns
from backend.projects.rules.limits import with_grants
from backend.quotas.model import UNLIMITED, Resource

MAX_NAME = 80
MAX_HOMEPAGE = 255
MAX_TEXT = 4096
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"(?:{LABEL}\.)+[a-z]{{2,6}}", re.IGNORECASE | re.ASCII)

# Wished field → the project's.
FIELDS: Mapping[str, str] = {
    "owner": "owner",
    "name": "realname",
    "homepage": "homepage",
    "description": "description",
    "end_date": "end_date",
    "join_policy": "join_policy",
    "leave_policy": "leave_policy",
    "max_members": "max_members",
    "private": "private",
}
FIXED_IN_BASE = ("owner", "name", "homepage", "description")


def check_name(name: str) -> None:
    """A project name looks like a domain name. Raises Invalid."""
    if len(name) > MAX_NAME or not NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} is not a project name",
            hint=f"use a domain name such as physics.uni, at most {MAX_NAME} characters",
        )


def check_capacity(resource: str, capacity: Capacity) -> None:
    """0 <= member <= project <= unlimited. Raises Invalid."""
    for whose, value in (("project", capacity.project), ("member", capacity.member)):
        if not 0 <= value <= UNLIMITED:
            raise Invalid(
                f"{resource}: the {whose} limit {value} is not between 0 and inf",
                hint="give a whole number",
            )
    if capacity.member > capacity.project:
        raise Invalid(
            f"{resource}: the member limit is above the project limit", hint="lower one, raise one"
        )


def check_grants(
    grants: Mapping[str, Capacity], resources: Mapping[str, Resource], *, hidden: bool
) -> None:
    """Known, nameable resources with sound limits (§2.1.1); `hidden` ones are for operators.

    Raises Invalid.
    """
    for name, capacity in grants.items():
        resource = resources.get(name)
        if resource is None or not (hidden or resource.api_visible):
            raise Invalid(f"there is no resource {name!r}", hint="see :resources")
        check_capacity(name, capacity)


def check_texts(wishes: Wishes) -> None:
    """Names, lengths and the number of members. Raises Invalid."""
    if wishes.name is not None:
        check_name(wishes.name)
    limits = (
        ("homepage", wishes.homepage, MAX_HOMEPAGE),
        ("description", wishes.description, MAX_TEXT),
        ("comments", wishes.comments, MAX_TEXT),
    )
    for field, text, most in limits:
        if text is not None and len(text) > most:
            raise Invalid(f"{field} is longer than {most} characters", hint="shorten it")
    if wishes.max_members is not None and not 0 <= wishes.max_members <= UNLIMITED:
        raise Invalid(
            f"max_members {wishes.max_members} is not between 0 and inf", hint="give a whole number"
        )


def check_required(wishes: Wishes) -> None:
    """What a new project cannot do without. Raises Invalid."""
    for field in ("name", "end_date"):
        if getattr(wishes, field) is None:
            raise Invalid(f"{field} is missing", hint="a new project needs a name and an end date")


def check_future(end_date: int | None, now: int) -> None:
    """An end date lies ahead. Raises Invalid."""
    if end_date is not None and end_date <= now:
        raise Invalid("the end date has passed", hint="choose a later one")


def check_base(wishes: Wishes, error: type[BursarError]) -> None:
    """A base project keeps its name and has no owner. Raises `error`."""
    asked = [field for field in FIXED_IN_BASE if getattr(wishes, field) is not None]
    if asked:
        raise error(f"{asked[0]} of a base project cannot be changed", hint="leave it out")


def modification_refusal(actor: Actor, project: Project) -> BursarError | None:
    """Why the actor cannot file a modification of this project."""
    if not owns(actor, project):
        return NotAllowed("only the owner applies for a modification of this project")
    if not project.is_initialized:
        return Conflict(project.standing)
    return None


@dataclass(frozen=True, slots=True)
class Case:
    """An application with what its decision depends on; `path` is the project uuid the
    request named, `namesake` the uuid of another project with the reserved name."""

    application: Application
    project: Project
    path: str = ""
    namesake: str = ""


def _irrelevant(case: Case) -> Conflict | None:
    application, project = case.application, case.project
    if case.path not in ("", project.uuid):
        return Conflict(f"application {application.id} is about another project")
    if project.last_application != application.id:
        return Conflict(
            f"application {application.id} was followed by {project.last_application}",
            hint="decide on the latest one",
        )
    return None


def _not(state: ApplicationState, application: Application) -> Conflict | None:
    if application.state is state:
        return None
    return Conflict(f"application {application.id} is {application.state}, not {state}")


def decision_refusal(actor: Actor, case: Case, verb: str) -> BursarError | None:
    """Why the actor cannot approve or deny."""
    irrelevant = _irrelevant(case)
    if irrelevant:
        return irrelevant
    if not actor.is_admin:
        return NotAllowed(f"your role is {actor.role}: only project admins {verb} applications")
    return _not(ApplicationState.PENDING, case.application)


def approval_refusal(actor: Actor, case: Case) -> BursarError | None:
    """Why the actor cannot approve; the name must be free whether or not it changes (Q10)."""
    refused = decision_refusal(actor, case, "approve")
    if refused is None and case.namesake:
        name = final_name(case.project, case.application)
        return name_conflict(name, case.namesake)
    return refused


def name_conflict(name: str, namesake: str) -> Conflict:
    """The error of a reserved name that is taken."""
    return Conflict(
        f"the name {name} belongs to project {namesake}",
        hint="terminate that project, or choose another name",
    )


def withdrawal_refusal(
    actor: Actor, case: Case, verb: str, origin: ApplicationState
) -> BursarError | None:
    """Why the actor cannot dismiss or cancel: only who filed it, from the right state."""
    irrelevant = _irrelevant(case)
    if irrelevant:
        return irrelevant
    if not applied(actor, case.application):
        return NotAllowed(f"only its applicant may {verb} application {case.application.id}")
    return _not(origin, case.application)


def final_name(project: Project, wished: Wishes | Application) -> str:
    """The name the project has once the wishes are granted."""
    return project.realname if wished.name is None else wished.name


def wished_fields(wished: Wishes | Application) -> dict[str, Any]:
    """The project's fields that are asked to change."""
    values = ((field, getattr(wished, name)) for name, field in FIELDS.items())
    return {field: value for field, value in values if value is not None}


def with_wishes(project: Project, wished: Wishes | Application) -> Project:
    """The project with every wished field and limit put in."""
    return with_grants(replace(project, **wished_fields(wished)), wished.grants)


def new_application(id: int, project: str, applicant: str, wishes: Wishes, now: int) -> Application:
    """A pending application."""
    wished = {name: getattr(wishes, name) for name in FIELDS}
    return Application(
        id,
        project,
        applicant,
        ApplicationState.PENDING,
        now,
        start_date=wishes.start_date,
        comments=wishes.comments,
        grants=dict(wishes.grants),
        **wished,
    )


def completed(wishes: Wishes, applicant: str) -> Wishes:
    """The wishes for a new project with everything that was left open at its default."""
    defaults = Wishes(
        owner=applicant,
        homepage="",
        description="",
        join_policy=JoinPolicy.MODERATED,
        leave_policy=JoinPolicy.AUTO,
        max_members=UNLIMITED,
        private=False,
    )
    left_open = [name for name in FIELDS if getattr(wishes, name) is None]
    return replace(wishes, **{name: getattr(defaults, name) for name in left_open})


def new_project(id: int, uuid: str, wishes: Wishes, now: int) -> Project:
    """An uninitialized project as applied for."""
    blank = Project(id, uuid, "", ProjectState.UNINITIALIZED, "", 0, now)
    return with_wishes(blank, wishes)


def answered(
    application: Application, state: ApplicationState, actor: Actor, now: int
) -> Application:
    """The application after approval or denial."""
    return replace(application, state=state, response_at=now, response_actor=actor.name)


def waived(
    application: Application, state: ApplicationState, actor: Actor, now: int
) -> Application:
    """The application after it was cancelled or dismissed."""
    return replace(application, state=state, waive_at=now, waive_actor=actor.name)


def closing_state(project: Project) -> ProjectState:
    """What becomes of the project when its application is withdrawn."""
    new = project.state is ProjectState.UNINITIALIZED
    return ProjectState.DELETED if new else project.state
