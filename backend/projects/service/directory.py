"""What Astakos tells of people: catalogs of addresses, and who a token is (spec astakos §5)."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Tx
from backend.core.errors import NotSignedIn
from backend.core.identity import Actor
from backend.projects.model import ACTUAL, ProjectState
from backend.projects.store import memberships as membership_store
from backend.projects.store import people
from backend.projects.store import projects as project_store

Json = dict[str, object]


def catalogs(tx: Tx, uuids: Sequence[str] | None, names: Sequence[str], *, everybody: bool) -> Json:
    """Addresses by uuid and uuids by address as given; no `uuids` are all, or none."""
    if uuids is None:
        told = {u.uuid: u.email for u in people.all_users(tx)} if everybody else {}
    else:
        told = people.emails(tx, uuids)
    found = people.users_by_email(tx, list({name.lower() for name in names}))
    known = {name: found[name.lower()].uuid for name in names if name.lower() in found}
    return {"uuid_catalog": told, "displayname_catalog": known}


def identity(tx: Tx, actor: Actor) -> tuple[Json, Json]:
    """The tenant and the user of a token. Raises NotSignedIn for who is no user."""
    user = people.user(tx, actor.uuid)
    if user is None:
        raise NotSignedIn("this token is not a user's", hint="grant astakos:user:<uuid>")
    name = user.name or user.email
    tenant: Json = {"id": user.default_project or user.uuid, "name": name}
    told: Json = {"id": user.uuid, "name": name, "roles": [], "roles_links": []}
    return tenant, told | {"projects": _active_projects(tx, user.uuid)}


def _active_projects(tx: Tx, user: str) -> list[str]:
    seats = membership_store.memberships_of(tx, user)
    found = project_store.projects(tx, [m.project for m in seats if m.state in ACTUAL])
    return [p.uuid for p in found.values() if p.state is ProjectState.ACTIVE]
