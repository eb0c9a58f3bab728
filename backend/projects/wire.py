"""Bodies of Astakos' project calls (spec astakos §2.1, §5); outbound is `rules.outbound`.

What depends on state (names, owners, end dates in the past) is for the rules to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, model_validator

from backend.core.errors import Invalid, NotAllowed
from backend.core.identity import Actor
from backend.decode import (
    Amount,
    Body,
    Flag,
    Instant,
    Many,
    Path,
    Refused,
    Text,
    Whole,
    decode,
    nearest,
    refuse,
)
from backend.projects.model import (
    ApplicationCommand,
    ApproveApplication,
    CancelApplication,
    Capacity,
    ChangeMembership,
    ChangeProjectState,
    DenyApplication,
    DismissApplication,
    EnrollMember,
    Grants,
    JoinPolicy,
    JoinProject,
    MembershipAction,
    ProjectAction,
    Wishes,
)
from backend.quotas.model import UNLIMITED

Policy = Literal["auto", "moderated", "closed"]

DECISIONS: Mapping[str, type[ApplicationCommand]] = {
    "approve": ApproveApplication,
    "deny": DenyApplication,
    "dismiss": DismissApplication,
    "cancel": CancelApplication,
}
PROJECT_ACTIONS = (*map(str, ProjectAction), *DECISIONS)
POWERS = "KMGTP"
INFINITE = frozenset({"inf", "infinite"})

_MEMBERS = re.compile(rf"\s*(\d{{1,30}}(?:\.\d{{1,30}})?)\s*(?:([{POWERS}])(?:i?b)?)?\s*\Z", re.I)


def members_limit(value: object) -> int:
    """`max_members`: a whole number, or text such as `5`, `5K`, `inf` (§2.1.1)."""
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value <= UNLIMITED:
            return value
        raise Refused("is out of range", f"stay between 0 and {UNLIMITED}, which is unlimited")
    raise Refused("is not a number of members", 'give a whole number or "inf"')


def _number(value: str) -> int:
    """Powers of 1024, without rounding."""
    if value.strip().lower() in INFINITE:
        return UNLIMITED
    found = _MEMBERS.match(value)
    if found:
        power = POWERS.index(found[2].upper()) + 1 if found[2] else 0
        number = Fraction(found[1]) * (1 << 10 * power)
        if number.denominator == 1:
            return number.numerator
    raise Refused("is not a number of members", 'give a whole number, "5K" or "inf"')


Seats = Annotated[int, PlainValidator(members_limit, json_schema_input_type=int | str)]


class CapacityBody(Body):
    """The two limits of a resource; the project's is never below a member's."""

    project_capacity: Amount
    member_capacity: Amount

    @model_validator(mode="after")
    def _fits(self) -> CapacityBody:
        if self.member_capacity > self.project_capacity:
            raise Refused(
                "gives a member more than the project",
                "make project_capacity at least member_capacity",
            )
        return self

    def capacity(self) -> Capacity:
        """The domain's pair."""
        return Capacity(self.project_capacity, self.member_capacity)


class WishesBody(Body):
    """PUT /projects/<uuid>: absent and null both mean no change, but `resources: null` (§2.1)."""

    owner: Text | None = None
    name: Text | None = None
    homepage: Text | None = None
    description: Text | None = None
    start_date: Instant | None = None
    end_date: Instant | None = None
    join_policy: Policy | None = None
    leave_policy: Policy | None = None
    max_members: Seats | None = None
    private: Flag | None = None
    comments: Text | None = None
    resources: dict[Text, CapacityBody] = Field(default_factory=dict)

    def wishes(self) -> Wishes:
        """The domain's wishes."""
        fields = self.model_dump(exclude={"resources", "comments", "join_policy", "leave_policy"})
        return Wishes(
            **fields,
            comments=self.comments or "",
            join_policy=self.join_policy and JoinPolicy(self.join_policy),
            leave_policy=self.leave_policy and JoinPolicy(self.leave_policy),
            grants=self.grants(),
        )

    def grants(self) -> Grants:
        """Capacities by resource."""
        return {name: found.capacity() for name, found in self.resources.items()}


class SubmissionBody(WishesBody):
    """POST /projects: what a new project has unless said otherwise (§1.2)."""

    name: Text
    homepage: Text | None = ""
    description: Text | None = ""
    end_date: Instant
    join_policy: Policy = "moderated"
    leave_policy: Policy = "auto"
    max_members: Seats = UNLIMITED
    private: Flag = False


class EnrollBody(Body):
    """Whom to make a member of what."""

    project: Text
    user: Text


class JoinBody(Body):
    """What to become a member of."""

    project: Text


class ActionBody(Body):
    """Why, and about which application; some clients say `reasons` (Q15)."""

    reason: Text | None = None
    reasons: Text | None = None
    app_id: Whole | None = None

    @property
    def told(self) -> str:
        """The reason under either name."""
        return self.reason or self.reasons or ""


class CatalogsBody(Body):
    """POST /user_catalogs and /service/user_catalogs; the uuids null are everybody's."""

    uuids: Many[Text] | None = Field(default_factory=list)
    displaynames: Many[Text] = Field(default_factory=list)


class DefaultProjectBody(Body):
    """POST /myaccount/default_project."""

    project_id: Text | None = None


class TokenBody(Body):
    """A token alone."""

    id: Text


class PasswordBody(Body):
    """A user's uuid with the token for a password."""

    username: Text
    password: Text


class CredentialsBody(Body):
    """Either kind of credentials; the tenant is the user's own uuid."""

    token: TokenBody | None = None
    passwordCredentials: PasswordBody | None = None
    tenantName: Text | None = None


class AuthBody(Body):
    """POST /tokens of the identity service."""

    auth: CredentialsBody


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, and whose it must be; `` when anybody's will do."""

    token: str
    username: str
    tenant: str


def catalogs(body: object) -> CatalogsBody:
    """POST /user_catalogs. Raises Invalid."""
    return decode(CatalogsBody, body)


def default_project(body: object) -> str:
    """POST /myaccount/default_project. Raises Invalid, and NotAllowed without a project."""
    project = decode(DefaultProjectBody, body).project_id
    if project is None:
        raise NotAllowed("project_id is missing", hint="add the uuid of a project")
    return project


def credentials(body: object) -> Credentials:
    """POST /tokens. Raises Invalid."""
    found = decode(AuthBody, body).auth
    tenant = found.tenantName or ""
    if found.token is not None:
        return Credentials(found.token.id, "", tenant)
    if found.passwordCredentials is None:
        raise Invalid("auth has no credentials", hint="give a token or passwordCredentials")
    given = found.passwordCredentials
    return Credentials(given.password, given.username, tenant)


def submission(body: object) -> Wishes:
    """POST /projects. Raises Invalid."""
    found = decode(SubmissionBody, body).wishes()
    return replace(found, homepage=found.homepage or "", description=found.description or "")


def modification(body: object) -> Wishes:
    """PUT /projects/<uuid>. Raises Invalid."""
    return decode(WishesBody, body).wishes()


def project_action(
    body: object, project: str, actor: Actor
) -> tuple[ChangeProjectState | ApplicationCommand, str]:
    """POST /projects/<uuid>/action: the command and the reason given. Raises Invalid."""
    name, value = _single(body, PROJECT_ACTIONS)
    found = decode(ActionBody, value, (name,))
    if name not in DECISIONS:
        action = ProjectAction(name)
        return ChangeProjectState(actor=actor, project=project, action=action), found.told
    if found.app_id is None:
        raise Invalid(
            f"{name}.app_id is missing",
            hint="add the number of the application, as in last_application.id",
            data={"path": f"{name}.app_id"},
        )
    command = DECISIONS[name](actor=actor, application=found.app_id, project=project)
    return command, found.told


def membership_request(body: object, actor: Actor) -> JoinProject | EnrollMember:
    """POST /projects/memberships. Raises Invalid."""
    name, value = _single(body, ("join", "enroll"))
    at: Path = (name,)
    if name == "join":
        return JoinProject(actor=actor, project=decode(JoinBody, value, at).project)
    found = decode(EnrollBody, value, at)
    return EnrollMember(actor=actor, project=found.project, email=found.user)


def membership_action(body: object, membership: int, actor: Actor) -> tuple[ChangeMembership, str]:
    """POST /projects/memberships/<id>/action: the command and the reason. Raises Invalid."""
    name, value = _single(body, tuple(MembershipAction))
    action = MembershipAction(name)
    reason = "" if value is None else decode(Text, value, (name,))
    return ChangeMembership(actor=actor, membership=membership, action=action), reason


def _single(body: object, known: tuple[str, ...]) -> tuple[str, Any]:
    """The one action that a body names, with its value."""
    if not isinstance(body, Mapping):
        refuse((), body, "is not an object", f'give {{"{known[0]}": ...}}')
    if len(body) != 1:
        found = ", ".join(map(str, body)) or "no action"
        raise Invalid(f"the body has {found}", hint=f"give exactly one of {', '.join(known)}")
    ((name, value),) = body.items()
    if name not in known:
        refuse((), name, "is not an action", nearest(str(name), known))
    return str(name), value
