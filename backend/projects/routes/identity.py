"""The part of a Keystone v2 that clients use: find the services, look what a token is (§5)."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from backend.core.errors import Invalid, NotFound, NotSignedIn
from backend.projects import service, wire
from backend.projects.rules import outbound
from backend.quotas.routes.dialect import Call, answer

Json = dict[str, object]

NEVER = "9999-12-31T23:59:59+00:00"
"""What is said of tokens that do not expire."""

_HOST = re.compile(r"[A-Za-z0-9._\-]+(:[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?\Z")


async def tokens(call: Call) -> Response:
    """POST /tokens: the catalog, and with credentials whose they are."""
    request = call.request
    catalog = {"serviceCatalog": service_catalog(_root(request))}
    if not await request.body():
        return answer({"access": catalog})
    given = wire.credentials(await call.json())
    actor, until = await call.desk.present(request, given.token)
    if given.username and given.username != actor.uuid:
        raise NotSignedIn("the token is another user's")
    if given.tenant and given.tenant != actor.uuid:
        raise Invalid("tenantName is not the user's uuid", hint="leave it out")
    tenant, user = await call.desk.database.aread(lambda tx: service.identity(tx, actor))
    expires = outbound.date(until) if until else NEVER
    token: Json = {"id": given.token, "expires": expires, "tenant": tenant}
    return answer({"access": {"token": token, "user": user, **catalog}})


async def token(call: Call) -> Response:
    """GET /tokens/<id>: only OAuth 2 tokens are looked up there, and there are none."""
    raise NotFound("there is no such token", hint="POST it to /tokens")


async def versions(call: Call) -> Response:
    """GET the root: which versions there are."""
    url = f"{_root(call.request)}/identity/v2.0/"
    links = [{"rel": "self", "href": url}]
    told = {"id": "v2.0", "status": "SUPPORTED", "updated": "2013-03-06T00:00:00Z", "links": links}
    return answer({"versions": {"values": [told]}})


def service_catalog(root: str) -> list[Json]:
    """Where the services are; clients read each endpoint's `SNF:uiURL` as well."""
    return [
        _service("astakos_account", "account", f"{root}/account/v1.0", "v1.0", root),
        _service("astakos_identity", "identity", f"{root}/identity/v2.0", "v2.0", root),
    ]


def _service(name: str, kind: str, url: str, version: str, ui: str) -> Json:
    endpoint = {"versionId": version, "publicURL": url, "region": "default", "SNF:uiURL": ui}
    return {"name": name, "type": kind, "endpoints": [endpoint], "endpoints_links": []}


def _root(request: Request) -> str:
    """The URL below which both services hang, as the client knows it."""
    host = request.headers.get("host", "")
    if not _HOST.match(host):
        raise Invalid("the Host header names no host", hint="send the one of the URL")
    return f"{request.url.scheme}://{host}{request.scope['root_path']}"
