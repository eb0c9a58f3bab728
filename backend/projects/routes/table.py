"""The calls of this room, as data."""

from __future__ import annotations

from collections.abc import Iterable

from backend.projects import answers, wire
from backend.projects.model import MembershipAction
from backend.projects.routes import handlers as do
from backend.projects.routes import identity
from backend.quotas.answers import UserQuotas
from backend.quotas.routes.dialect import Access, Endpoint, Json

FILTERS = {
    "state": "a state, such as active",
    "owner": "the uuid of an owner",
    "name": "the whole name",
    "mode": "member, related, active or default",
}
PROJECT = {"project": "the uuid of a project"}
U, W, C = Access.USER, Access.WRITER, Access.COMPONENT
PROJECTS, MEMBERSHIPS = "/projects", "/projects/memberships"

TEXT: Json = {"type": ["string", "null"]}
REASONED: Json = {
    "type": "object",
    "properties": {"reason": TEXT, "reasons": TEXT, "app_id": {"type": ["integer", "null"]}},
}


def one_of(actions: Iterable[str], value: Json) -> Json:
    """An object with exactly one of these keys."""
    properties = {str(action): value for action in actions}
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": properties,
    }


ENTRY: Json = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {
        "join": {
            "type": "object",
            "required": ["project"],
            "properties": {"project": {"type": "string"}},
        },
        "enroll": {
            "type": "object",
            "required": ["project", "user"],
            "properties": {"project": {"type": "string"}, "user": {"type": "string"}},
        },
    },
}


ACCOUNT = (
    Endpoint(
        "GET",
        PROJECTS,
        U,
        do.projects,
        "Projects",
        gives=list[answers.ProjectAnswer],
        errors=(400,),
        query=FILTERS,
    ),
    Endpoint(
        "POST",
        PROJECTS,
        W,
        do.submit,
        "Apply for a project",
        takes=wire.SubmissionBody,
        gives=answers.FiledAnswer,
        ok=201,
        errors=(400, 403, 409),
    ),
    Endpoint(
        "GET",
        MEMBERSHIPS,
        U,
        do.memberships,
        "Memberships",
        gives=list[answers.MembershipAnswer],
        query=PROJECT,
    ),
    Endpoint(
        "POST",
        MEMBERSHIPS,
        W,
        do.enter,
        "Join, or enrol somebody",
        takes=ENTRY,
        gives=answers.EnteredAnswer,
        errors=(400, 403, 404, 409),
    ),
    Endpoint(
        "GET",
        f"{MEMBERSHIPS}/{{id}}",
        U,
        do.membership,
        "A membership",
        gives=answers.MembershipAnswer,
        errors=(403, 404),
    ),
    Endpoint(
        "POST",
        f"{MEMBERSHIPS}/{{id}}/action",
        W,
        do.act_on_membership,
        "Leave, cancel, accept, reject or remove",
        takes=one_of(MembershipAction, TEXT),
        errors=(400, 403, 404, 409),
    ),
    Endpoint(
        "GET",
        f"{PROJECTS}/{{uuid}}",
        U,
        do.project,
        "A project",
        gives=answers.ProjectAnswer,
        errors=(403, 404),
    ),
    Endpoint(
        "PUT",
        f"{PROJECTS}/{{uuid}}",
        W,
        do.modify,
        "Apply for a change of a project",
        takes=wire.WishesBody,
        gives=answers.FiledAnswer,
        ok=201,
        errors=(400, 403, 404, 409),
    ),
    Endpoint(
        "POST",
        f"{PROJECTS}/{{uuid}}/action",
        W,
        do.act,
        "Suspend, terminate, approve and the like",
        takes=one_of(wire.PROJECT_ACTIONS, REASONED),
        errors=(400, 403, 404, 409),
    ),
    Endpoint("GET", "/quotas", U, do.user_quotas, "Own figures", gives=UserQuotas),
    Endpoint(
        "POST",
        "/user_catalogs",
        U,
        do.user_catalogs,
        "Addresses by uuid and the other way round",
        takes=wire.CatalogsBody,
        gives=answers.CatalogsAnswer,
        errors=(400,),
    ),
    Endpoint(
        "POST",
        "/service/user_catalogs",
        C,
        do.service_catalogs,
        "Addresses by uuid and the other way round",
        takes=wire.CatalogsBody,
        gives=answers.CatalogsAnswer,
        errors=(400,),
    ),
    Endpoint(
        "POST",
        "/myaccount/default_project",
        W,
        do.choose_default,
        "Choose the own default project",
        takes=wire.DefaultProjectBody,
        errors=(400, 403, 404),
    ),
)

IDENTITY = (
    Endpoint("GET", "", Access.NOBODY, identity.versions, "Versions", gives=answers.VersionsAnswer),
    Endpoint(
        "POST",
        "/v2.0/tokens",
        Access.NOBODY,
        identity.tokens,
        "The catalog, and whose a token is",
        takes=wire.AuthBody,
        gives=answers.SignedInAnswer,
        errors=(400, 401),
        needs_body=False,
    ),
    Endpoint(
        "GET",
        "/v2.0/tokens/{token}",
        Access.NOBODY,
        identity.token,
        "OAuth 2 tokens, of which there are none",
        errors=(404,),
    ),
)
