"""People, resources, projects and memberships of a reading into a mirror: what is there keeps its
key, and nothing is written that is the same already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from backend.core.database import Tx
from backend.projects.client import Identity, ProjectTold
from backend.projects.model import (
    Application,
    ApplicationState,
    Membership,
    Project,
    ProjectState,
    User,
)
from backend.projects.rules.limits import changed_grants
from backend.projects.service import refresh_standing
from backend.projects.store import applications as application_store
from backend.projects.store import memberships as membership_store
from backend.projects.store import people as person_store
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas
from backend.quotas import store as quota_store
from backend.quotas.model import UNLIMITED, Resource

FREE_NAME = "UPDATE project SET name = '' WHERE name = ? AND uuid <> ?"
DELETE_MEMBERSHIP = (
    "DELETE FROM membership_log WHERE membership_id = ?",
    "DELETE FROM membership WHERE id = ?",
)
DELETE_PROJECT = (
    """DELETE FROM membership_log WHERE membership_id IN (
        SELECT id FROM membership WHERE project_id = ?)""",
    "DELETE FROM membership WHERE project_id = ?",
    """DELETE FROM application_resource WHERE application_id IN (
        SELECT id FROM application WHERE project_id = ?)""",
    "DELETE FROM application WHERE project_id = ?",
    "DELETE FROM project_resource WHERE project_id = ?",
    "DELETE FROM project_log WHERE project_id = ?",
    "DELETE FROM project WHERE id = ?",
)


# ---------------------------------------------------------------- resources and people


def put_resources(tx: Tx, found: Sequence[Resource]) -> None:
    """What the API shows; what it shows no more is hidden, since others refer to it."""
    there = {resource.name: resource for resource in quotas.resources(tx)}
    for resource in found:
        old = there.pop(resource.name, None)
        new = replace(resource, id=old.id if old else tx.next_id("resource"))
        if new != old:
            quota_store.save_resource(tx, new)
    for old in there.values():
        if old.api_visible:
            quota_store.save_resource(tx, replace(old, api_visible=False, ui_visible=False))


def ensure_resources(tx: Tx, names: Iterable[str], service: str = "") -> None:
    """Resources that only figures, limits or commissions speak of."""
    there = {resource.name for resource in quotas.resources(tx)}
    for name in dict.fromkeys(names):
        if name not in there:
            owner = service or name.partition(".")[0]
            told = (name, "", "", owner, "", UNLIMITED, 0)
            resource = Resource(tx.next_id("resource"), *told, False, False, known=False)
            quota_store.save_resource(tx, resource)


def ensure_people(tx: Tx, uuids: Collection[str]) -> None:
    """Everybody by uuid, who serves as the address until that is known."""
    there = person_store.users(tx, list(uuids))
    for uuid in sorted(set(uuids) - there.keys()):
        _save(tx, _blank(tx.next_id("person"), uuid))


def _blank(id: int, uuid: str) -> User:
    """Somebody of whom nothing is known; a server would refuse what that forbids."""
    return User(
        id,
        uuid,
        uuid,
        is_active=True,
        email_verified=True,
        moderated=True,
        default_project=uuid,
        known=False,
    )


def _save(tx: Tx, user: User) -> None:
    person_store.save_user(tx, user)
    quotas.name_holder(tx, f"user:{user.uuid}", user.email)


def put_names(tx: Tx, names: Mapping[str, str]) -> None:
    """Addresses by uuid; one that two people have stays with the first."""
    there = person_store.users(tx, list(names))
    moved = {u: n for u, n in names.items() if u in there and there[u].email != n.lower()}
    for uuid in moved:  # they may have changed places
        _save(tx, replace(there[uuid], email=uuid))
    for uuid, name in moved.items():
        if name and person_store.user_by_email(tx, name) is None:
            _save(tx, replace(there[uuid], email=name))


def put_identity(tx: Tx, me: Identity, *, admin: bool) -> None:
    """Whom the token stands for: may sign in, and is known by name."""
    ensure_people(tx, [me.uuid])
    old = person_store.users(tx, [me.uuid])[me.uuid]
    default = me.default_project or me.uuid
    told = replace(
        old, first_name=me.name, default_project=default, is_project_admin=admin, known=True
    )
    if told != old:
        person_store.save_user(tx, told)


# ---------------------------------------------------------------- projects


def put_projects(tx: Tx, found: Sequence[ProjectTold], scope: Collection[str] | None) -> None:
    """Projects with their last applications; those of the scope that are not told are gone."""
    there = {p.uuid: p for p in _present(tx, scope)}
    wished = [told.application for told in found if told.application]
    known = application_store.applications(tx, [one.id for one in wished])
    ensure_resources(tx, {name for told in found for name in _granted(told)})
    names: set[str] = set()
    for told in found:
        old = there.pop(told.project.uuid, None)
        name = "" if told.project.name in names else told.project.name
        names |= {name} - {""}
        new = _put_project(tx, old, replace(told.project, name=name))
        asked = told.application
        stale = asked and _put_application(tx, asked, known.get(asked.id), old, new)
        if stale or new != old:
            refresh_standing(tx, new.uuid)
    for gone in there.values():
        for sql in DELETE_PROJECT:
            tx.execute(sql, (gone.id,))


def _present(tx: Tx, scope: Collection[str] | None) -> Iterable[Project]:
    if scope is None:
        return project_store.all_projects(tx)
    return project_store.projects(tx, list(scope)).values()


def _granted(told: ProjectTold) -> set[str]:
    wished = told.application.grants if told.application else {}
    return {*told.project.grants, *wished}


def _put_project(tx: Tx, old: Project | None, told: Project) -> Project:
    """The project as it is kept from now on."""
    new = replace(told, id=old.id if old else tx.next_id("project"))
    if old is not None:
        new = replace(new, created_at=old.created_at, grants={**old.grants, **new.grants})
    if new != old:
        if new.name:
            tx.execute(FREE_NAME, (new.name, new.uuid))
        project_store.save_project(tx, new, changed_grants(old, new))
        if new.is_initialized:
            quotas.name_holder(tx, f"project:{new.uuid}", new.realname)
    if old is None:
        born = (tx.next_id("project_log"), new.id, new.created_at)
        start = ("", "", str(ProjectState.UNINITIALIZED), "")
        tx.execute(project_store.INSERT_LOG, (*born, *start))
    return new


def _put_application(
    tx: Tx, told: Application, last: Application | None, old: Project | None, new: Project
) -> bool:
    """The last one; what was waiting before it has been replaced by it. True when it is not
    what was known."""
    if last is not None and last.state is told.state:
        return False
    if last is not None:
        application_store.answer_application(tx, replace(last, state=told.state))
        return True
    for other in application_store.applications_of(tx, new.id):
        if other.state is ApplicationState.PENDING:
            gone = replace(other, state=ApplicationState.REPLACED)
            application_store.answer_application(tx, gone)
    filed = replace(told, issued_at=_filed_at(tx, old, new))
    application_store.insert_application(tx, filed)
    return True


def _filed_at(tx: Tx, old: Project | None, new: Project) -> int:
    """A new project is as old as its application; of others it is known when they were seen
    to be new, else 0."""
    if new.state in (ProjectState.UNINITIALIZED, ProjectState.DELETED):
        return new.created_at
    return tx.now if old is not None else 0


# ---------------------------------------------------------------- memberships


def put_memberships(tx: Tx, found: Sequence[Membership], scope: Collection[str] | None) -> None:
    """Memberships of projects that are known; those of the scope that are not told are gone."""
    if scope is None:
        rows = membership_store.all_memberships(tx)
    else:
        rows = membership_store.memberships_in(tx, list(scope))
    there = {m.id: m for m in membership_store.dated(tx, rows)}
    known = project_store.projects(tx, [m.project for m in found])
    for told in found:
        old = there.get(told.id)
        if told.project in known and (old is None or _same(old, told)):
            there.pop(told.id, None)
            _put_membership(tx, old, told)
    for gone in there:
        for sql in DELETE_MEMBERSHIP:
            tx.execute(sql, (gone,))


def _same(one: Membership, other: Membership) -> bool:
    return (one.user, one.project) == (other.user, other.project)


def _put_membership(tx: Tx, old: Membership | None, told: Membership) -> None:
    began = told.initialized or (old is not None and old.initialized)
    new = replace(told, initialized=began)
    if new == old:
        return
    if old is None:
        twin = membership_store.membership_between(tx, new.user, new.project)
        for sql in DELETE_MEMBERSHIP if twin else ():
            tx.execute(sql, (twin.id if twin else 0,))
    membership_store.save_membership(tx, new)
    known = old.dates if old else {}
    for state, at in sorted(new.dates.items(), key=lambda moment: moment[1]):
        if known.get(state) != at:
            line = (tx.next_id("membership_log"), new.id, at, "", "", state, "")
            tx.execute(membership_store.INSERT_LOG, line)
