"""The calls of this room, as data."""

from __future__ import annotations

from backend.projects.routes import handlers as do
from backend.projects.routes import identity
from backend.quotas.routes.dialect import Access, Endpoint

FILTERS = {
    "state": "a state, such as active",
    "owner": "the uuid of an owner",
    "name": "the whole name",
    "mode": "member, related, active or default",
}
PROJECT = {"project": "the uuid of a project"}
U, W, C = Access.USER, Access.WRITER, Access.COMPONENT
PROJECTS, MEMBERSHIPS = "/projects", "/projects/memberships"

ACCOUNT = (
    Endpoint("GET", PROJECTS, U, do.projects, "Projects", query=FILTERS),
    Endpoint("POST", PROJECTS, W, do.submit, "Apply for a project", ok=201),
    Endpoint("GET", MEMBERSHIPS, U, do.memberships, "Memberships", query=PROJECT),
    Endpoint("POST", MEMBERSHIPS, W, do.enter, "Join, or enrol somebody"),
    Endpoint("GET", f"{MEMBERSHIPS}/{{id}}", U, do.membership, "A membership"),
    Endpoint("POST", f"{MEMBERSHIPS}/{{id}}/action", W, do.act_on_membership, "Decide on one"),
    Endpoint("GET", f"{PROJECTS}/{{uuid}}", U, do.project, "A project"),
    Endpoint("PUT", f"{PROJECTS}/{{uuid}}", W, do.modify, "Apply for a change", ok=201),
    Endpoint("POST", f"{PROJECTS}/{{uuid}}/action", W, do.act, "Decide on a project"),
    Endpoint("GET", "/quotas", U, do.user_quotas, "Own figures"),
    Endpoint("POST", "/user_catalogs", U, do.user_catalogs, "Addresses and uuids"),
    Endpoint("POST", "/service/user_catalogs", C, do.service_catalogs, "Addresses and uuids"),
    Endpoint("POST", "/myaccount/default_project", W, do.choose_default, "Choose a project"),
)

IDENTITY = (
    Endpoint("GET", "", Access.NOBODY, identity.versions, "Versions"),
    Endpoint("POST", "/v2.0/tokens", Access.NOBODY, identity.tokens, "Look what a token is"),
    Endpoint("GET", "/v2.0/tokens/{token}", Access.NOBODY, identity.token, "Always unknown"),
)
