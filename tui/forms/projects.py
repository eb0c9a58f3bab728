"""The forms of projects and applications: what they ask, and the command they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend.backend import Backend
from backend.core.errors import NotFound
from backend.core.filter import amount_text
from backend.core.runtime import moment
from backend.projects.model import (
    Application,
    ApplicationReview,
    Capacity,
    Grants,
    JoinPolicy,
    ModifyProject,
    Project,
    ProjectDetail,
    SubmitApplication,
    Wishes,
)
from backend.quotas.model import BYTES, UNLIMITED, QuotaRow, Resource
from tui.format.lines import Look
from tui.format.units import UNKNOWN, amount, known
from tui.forms.form import Changed, Field, Find, Form, Kind, Value

FILLING = "bursar import FILE --database PATH brings resources and people"
NO, YES = "no", "yes"
POLICIES = tuple(JoinPolicy)
FIXED_IN_BASE = ("name", "owner", "homepage", "description")


@dataclass(frozen=True, slots=True)
class Now:
    """What the fields show before anything is typed; `people` has addresses by uuid."""

    wished: Wishes = Wishes(
        join_policy=JoinPolicy.MODERATED,
        leave_policy=JoinPolicy.AUTO,
        max_members=UNLIMITED,
        private=False,
    )
    held: Grants = field(default_factory=dict)
    usage: Mapping[str, int | None] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


class Forms:
    """Makes the forms for one connection; `look` is how amounts are written beside fields."""

    def __init__(self, backend: Backend, resources: Sequence[Resource], look: Look) -> None:
        self._backend, self._resources, self._look = backend, resources, look
        self._actor = backend.connection.actor

    def application(self) -> Form:
        """An application for a new project. Raises NotFound when there is nothing to ask for."""
        now, asked = Now(), [one for one in self._resources if one.ui_visible]
        if not self._resources:
            raise NotFound("there are no resources yet to ask limits of", hint=FILLING)
        if not asked:
            raise NotFound("no resource is shown in the UI, so no limits can be asked for",
                           hint=":resources lists them all, and what shows one")  # fmt: skip
        fields = [
            self._applicant(self._actor.uuid, now),
            *self._project(now, new=True),
            *self._limits(now, asked),
            *self._texts(now),
            _comments(),
        ]

        def command(changed: Changed) -> SubmitApplication:
            applicant = str(changed.get("applicant", self._actor.uuid))
            wishes = wished(Wishes(), changed, {})
            return SubmitApplication(actor=self._actor, applicant=applicant, wishes=wishes)

        note = "It is filed for its applicant, whose waiting applications count."
        return Form("New application", "new", tuple(fields), command, capacities, note)

    def modification(self, found: ProjectDetail) -> Form:
        """An application to change a project."""
        project, now = found.project, _now(found)
        applicant = self._actor.uuid or project.owner
        asked = [one for one in self._resources if one.ui_visible]
        fields = [
            self._applicant(applicant, now),
            *self._project(now),
            *self._limits(now, asked),
            *self._texts(now),
            _comments(),
        ]

        def command(changed: Changed) -> SubmitApplication:
            return SubmitApplication(
                actor=self._actor,
                applicant=str(changed.get("applicant", applicant)),
                wishes=wished(Wishes(), changed, project.grants),
                project=project.uuid,
            )

        title, key = f"Apply to change {project.realname}", f"modify:{project.uuid}"
        note = "An application is filed and waits for a decision; nothing changes before it."
        return Form(title, key, tuple(fields), command, capacities, note)

    def in_place(self, found: ProjectDetail) -> Form:
        """A change of a project without an application."""
        project, now = found.project, _now(found)
        fields = [*self._project(now), *self._limits(now, self._resources), *self._texts(now)]
        if project.is_base:
            fields = [one for one in fields if one.id not in FIXED_IN_BASE]

        def command(changed: Changed) -> ModifyProject:
            wishes = wished(Wishes(), changed, project.grants)
            return ModifyProject(actor=self._actor, project=project.uuid, wishes=wishes)

        title, key = f"Change {project.realname}", f"change:{project.uuid}"
        note = "The operator's tool: it changes at once, without an application."
        if found.pending:
            note += f" Application #{found.pending.id} goes on waiting."
        return Form(title, key, tuple(fields), command, capacities, note)

    def replacement(self, review: ApplicationReview) -> Form:
        """An application in place of a waiting one, with what that one asks for but for what is
        edited."""
        old, project = review.application, review.project
        now = _replaced(review)
        applicant = self._actor.uuid or old.applicant
        asked = [one for one in self._resources if one.ui_visible or one.name in old.grants]
        fields = [
            *self._limits(now, asked),
            self._applicant(applicant, now),
            *self._project(now),
            *self._texts(now),
            _comments(old.comments),
        ]
        if project.is_base:
            fields = [one for one in fields if one.id not in FIXED_IN_BASE]

        def command(changed: Changed) -> SubmitApplication:
            return SubmitApplication(
                actor=self._actor,
                applicant=str(changed.get("applicant", applicant)),
                wishes=wished(_wishes_of(old), changed, now.wished.grants),
                project=project.uuid,
            )

        title = f"Edit application #{old.id} for {project.realname}"
        note = f"Files an application that replaces #{old.id}; it is decided on in its place."
        return Form(title, f"replace:{old.id}", tuple(fields), command, capacities, note)

    # Fields

    async def _find(self, name: str) -> str:
        return (await self._backend.projects.find_person(name)).uuid

    def _applicant(self, uuid: str, now: Now) -> Field:
        value = now.people.get(uuid, uuid)
        found = _person("applicant", "Applicant", value, self._find, required=True)
        return replace(found, section="APPLICATION")

    def _project(self, now: Now, *, new: bool = False) -> Iterator[Field]:
        wished = now.wished
        section = "PROJECT"
        yield Field("name", "Name", value=wished.name or "", help="such as physics.uni",
                    required=True, section=section)  # fmt: skip
        owner = now.people.get(wished.owner or "", wished.owner or "")
        told = "applicant, if empty" if new else ""
        yield replace(_person("owner", "Owner", owner, self._find, told), section=section)
        yield Field("end_date", "Ends", Kind.DATE, date_text(wished.end_date), "YYYY-MM-DD, UTC",
                    required=True, section=section)  # fmt: skip
        yield Field("max_members", "Members at most", Kind.AMOUNT,
                    limit_text(wished.max_members), "or inf", section=section)  # fmt: skip
        for id, label, policy in (
            ("join_policy", "Joining", wished.join_policy),
            ("leave_policy", "Leaving", wished.leave_policy),
        ):
            yield Field(id, label, Kind.CHOICE, policy or "", choices=POLICIES, section=section)
        yield Field("private", "Private", Kind.CHOICE, YES if wished.private else NO,
                    choices=(NO, YES), section=section)  # fmt: skip

    def _limits(self, now: Now, resources: Iterable[Resource]) -> Iterator[Field]:
        for one in resources:
            there = now.wished.grants.get(one.name)
            for whose, value in zip(Capacity._fields, there or (None, None), strict=True):
                text, told = limit_text(value, one.unit), self._held(one, now)
                yield Field(limit_id(one.name, whose), f"{whose.upper()}", Kind.AMOUNT, text, told,
                            section="LIMITS", row=one.name)  # fmt: skip

    def _held(self, one: Resource, now: Now) -> str:
        held, units = now.held.get(one.name), self._look.units
        if held is None:
            return f"default {known(one.known, amount(one.project_default, one.unit, units))}"
        used = now.usage.get(one.name, 0)
        told = UNKNOWN if used is None else amount(used, one.unit, units)
        limits = "/".join(amount(limit, one.unit, units) for limit in held)
        return f"{limits}, used {told}"

    def _texts(self, now: Now) -> Iterator[Field]:
        yield Field("homepage", "Homepage", value=now.wished.homepage or "", section="TEXTS")
        description = now.wished.description or ""
        yield Field("description", "Description", Kind.TEXT, description, section="TEXTS")


def _person(
    id: str, label: str, value: str, find: Find, told: str = "", *, required: bool = False
) -> Field:
    help = told or "an e-mail address"
    return Field(id, label, Kind.PERSON, value, help, find=find, required=required)


def _comments(text: str = "") -> Field:
    return Field("comments", "Comments", Kind.TEXT, text, "for review", section="TEXTS")


def limit_id(resource: str, whose: str) -> str:
    """The field of a limit; `whose` is `project` or `member`."""
    return f"limit.{resource}.{whose}"


def limit_text(value: int | None, unit: str = "") -> str:
    """A limit as it is typed, without loss; `` for none."""
    if value is None:
        return ""
    return amount_text(value) if unit == BYTES or value == UNLIMITED else str(value)


def date_text(value: int | None) -> str:
    """A day as it is typed, with the time where it is not midnight."""
    if not value:
        return ""
    at = moment(value)
    midnight = (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    return f"{at:%Y-%m-%d}" if midnight else f"{at:%Y-%m-%d %H:%M:%S}"


def capacities(read: Mapping[str, Value | None]) -> dict[str, str]:
    """Limits come in pairs, and no member has more than the project."""
    wrong = {}
    for id, limit in read.items():
        if not (id.startswith("limit.") and id.endswith(".project")):
            continue
        other = limit_id(id[len("limit.") : -len(".project")], "member")
        member = read.get(other)
        if (limit is None) != (member is None):
            wrong[id if limit is None else other] = "both limits are needed"
        elif isinstance(limit, int) and isinstance(member, int) and member > limit:
            wrong[other] = "the member limit is above the project limit"
    return wrong


def wished(base: Wishes, changed: Changed, grants: Grants) -> Wishes:
    """The wishes with what was changed put in; of a pair of limits both are sent."""
    plain: dict[str, Any] = {}
    limits = {resource: capacity._asdict() for resource, capacity in grants.items()}
    touched = []
    for id, value in changed.items():
        if id.startswith("limit."):
            resource, _, whose = id.removeprefix("limit.").rpartition(".")
            limits.setdefault(resource, {})[whose] = int(value)
            touched.append(resource)
        elif id != "applicant":
            plain[id] = _VALUES[id](value) if id in _VALUES else value
    sent = {resource: Capacity(**limits[resource]) for resource in touched}
    return replace(base, **plain, grants={**base.grants, **sent})


_VALUES: Mapping[str, Any] = {
    "join_policy": JoinPolicy,
    "leave_policy": JoinPolicy,
    "private": lambda value: value == YES,
}


def _of(project: Project) -> Wishes:
    """Everything a project is, as wishes."""
    return Wishes(
        owner=project.owner,
        name=project.realname,
        homepage=project.homepage,
        description=project.description,
        end_date=project.end_date,
        join_policy=project.join_policy,
        leave_policy=project.leave_policy,
        max_members=project.max_members,
        private=project.private,
        grants=project.grants,
    )


def _wishes_of(application: Application) -> Wishes:
    """What an application asks for."""
    names = Wishes.__slots__
    return Wishes(**{name: getattr(application, name) for name in names})


def _usage(pool: Iterable[QuotaRow]) -> dict[str, int | None]:
    return {row.resource: row.usage if row.known else None for row in pool}


def _now(found: ProjectDetail) -> Now:
    project = found.project
    people = {project.owner: found.owner_email}
    return Now(_of(project), project.grants, _usage(found.pool), people)


def _replaced(review: ApplicationReview) -> Now:
    """The project as the application would have it."""
    old, project = review.application, review.project
    asked = _wishes_of(old)
    names = [name for name in Wishes.__slots__ if getattr(asked, name) is not None]
    changes = {name: getattr(asked, name) for name in names if name != "grants"}
    both = replace(_of(project), **changes, grants={**project.grants, **old.grants})
    people = {project.owner: review.owner_email, old.applicant: review.applicant_email}
    labels = {one.field: one.after for one in review.changes}
    if old.owner and "owner" in labels:
        people[old.owner] = str(labels["owner"])
    people = {uuid: email for uuid, email in people.items() if uuid and email}
    return Now(both, project.grants, _usage(review.pool), people)
