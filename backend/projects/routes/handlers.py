"""What each call about people, projects and memberships does: decode, call, encode."""

from __future__ import annotations

from starlette.responses import Response

from backend.core.database import Tx
from backend.core.errors import NotAllowed
from backend.core.plan import Command, Receipt
from backend.core.usecase import execute
from backend.projects import service, wire
from backend.projects.model import SetDefaultProject, SubmitApplication, Wishes
from backend.projects.service import ProjectFilter
from backend.quotas import encode
from backend.quotas import service as quotas
from backend.quotas.routes.dialect import Call, answer, empty


async def projects(call: Call) -> Response:
    """GET /projects."""
    told, actor = call.request.query_params, call.actor
    wanted = ProjectFilter(
        told.get("mode", "default"), *(told.get(name, "") for name in ("state", "owner", "name"))
    )
    return await call.read(lambda tx: service.list_projects(tx, actor, wanted))


async def project(call: Call) -> Response:
    """GET /projects/<uuid>."""
    uuid, actor = call.text("uuid"), call.actor
    return await call.read(lambda tx: service.get_project(tx, uuid, actor))


async def submit(call: Call) -> Response:
    """POST /projects."""
    return await _filed(call, wire.submission(await call.json()), "")


async def modify(call: Call) -> Response:
    """PUT /projects/<uuid>."""
    return await _filed(call, wire.modification(await call.json()), call.text("uuid"))


async def _filed(call: Call, wishes: Wishes, project: str) -> Response:
    actor = call.actor
    if not actor.uuid:
        raise NotAllowed(
            "an application needs a user who applies", hint="grant astakos:user:<uuid> as well"
        )
    command = SubmitApplication(actor=actor, applicant=actor.uuid, wishes=wishes, project=project)
    made = (await _done(call, command, wishes.comments)).created
    return answer({"id": made["project"], "application": made["application"]}, 201)


async def act(call: Call) -> Response:
    """POST /projects/<uuid>/action."""
    command, reason = wire.project_action(await call.json(), call.text("uuid"), call.actor)
    await _done(call, command, reason)
    return empty()


async def memberships(call: Call) -> Response:
    """GET /projects/memberships."""
    project, actor = call.request.query_params.get("project", ""), call.actor
    return await call.read(lambda tx: service.list_memberships(tx, actor, project))


async def enter(call: Call) -> Response:
    """POST /projects/memberships."""
    command = wire.membership_request(await call.json(), call.actor)
    receipt = await _done(call, command, "")
    return answer({"id": receipt.created["membership"]})


async def membership(call: Call) -> Response:
    """GET /projects/memberships/<int>."""
    id, actor = call.number("id"), call.actor
    return await call.read(lambda tx: service.get_membership(tx, id, actor))


async def act_on_membership(call: Call) -> Response:
    """POST /projects/memberships/<int>/action."""
    command, reason = wire.membership_action(await call.json(), call.number("id"), call.actor)
    await _done(call, command, reason)
    return empty()


async def user_quotas(call: Call) -> Response:
    """GET /quotas: the caller's figures of what the API shows."""
    user = call.actor.uuid

    def read(tx: Tx) -> object:
        visible = {r.name for r in quotas.resources(tx) if r.api_visible}
        projects = set(service.quota_projects(tx, user))
        rows = quotas.holder_quotas(tx, f"user:{user}")
        return encode.quotas(r for r in rows if r.project_id in projects and r.resource in visible)

    return await call.read(read)


async def user_catalogs(call: Call) -> Response:
    """POST /user_catalogs."""
    return await _catalogs(call, everybody=False)


async def service_catalogs(call: Call) -> Response:
    """POST /service/user_catalogs."""
    return await _catalogs(call, everybody=True)


async def _catalogs(call: Call, *, everybody: bool) -> Response:
    wanted = wire.catalogs(await call.json())
    return await call.read(
        lambda tx: service.catalogs(tx, wanted.uuids, wanted.displaynames, everybody=everybody)
    )


async def choose_default(call: Call) -> Response:
    """POST /myaccount/default_project."""
    project = wire.default_project(await call.json())
    command = SetDefaultProject(actor=call.actor, user=call.actor.uuid, project=project)
    await _done(call, command, "")
    return empty()


async def _done(call: Call, command: Command, reason: str) -> Receipt:
    """The command carried out, journal included."""
    return await call.desk.database.awrite(lambda tx: execute(tx, service.ROOM, command, reason))
