"""The calls of Waldur that are offered, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backend.openportal import answers
from backend.openportal.routes import entries, schemas
from backend.openportal.routes.allocations import Allocations
from backend.openportal.routes.dialect import Endpoint, Handler
from backend.openportal.routes.neighbours import NEIGHBOURS
from backend.openportal.service import api
from backend.openportal.wire import links

GIVES: Mapping[bool, Any] = {False: answers.AllocationAnswer, True: answers.RemoteAllocationAnswer}
KINDS = {False: "allocation", True: "remote allocation"}
DETAIL = answers.DetailAnswer


def _allocations(*, remote: bool) -> Iterator[Endpoint]:
    do, gives, kind = Allocations(remote=remote), GIVES[remote], KINDS[remote]
    path = f"/{links.ALLOCATIONS[remote]}/"
    one = f"{path}{{uuid}}/"
    changes, places = schemas.changes(remote=remote), schemas.places()
    create = schemas.body(("name", *places), **changes, **places)
    put, patch = schemas.body(("name",), **changes, **places), schemas.body(**changes)
    yield entries.listing(path, api.ALLOCATIONS[remote], do.list, gives, f"{kind.capitalize()}s")
    yield Endpoint(
        "POST", path, do.create, f"Make a {kind}", create, gives=gives, ok=201, errors=(400, 403)
    )
    yield entries.row(one, do.retrieve, gives, f"One {kind}")
    every = (400, 403, 404, 409)
    yield Endpoint("PUT", one, do.update, f"Change a {kind}", put, gives=gives, errors=every)
    yield Endpoint(
        "PATCH", one, do.change, f"Change some of a {kind}", patch, False, gives, errors=every
    )
    yield Endpoint("DELETE", one, do.delete, f"Delete a {kind}", ok=204, errors=every)
    for action, handler, told in _actions(do, kind):
        yield Endpoint("POST", f"{one}{action}/", handler, **told)


def _actions(do: Allocations, kind: str) -> Iterator[tuple[str, Handler, Mapping[str, Any]]]:
    detail: Mapping[str, Any] = {"gives": DETAIL, "errors": (403, 404)}
    every = (400, 403, 404, 409)
    told: Mapping[str, Any] = {"gives": DETAIL, "ok": 202, "errors": every}
    yield "pull", do.pull, {"summary": f"Synchronise a {kind}", **told}
    told = {"ok": 204, "errors": (403, 404)}
    yield "unlink", do.unlink, {"summary": f"Forget a {kind} here only", **told}
    told = {"takes": schemas.LIMIT, "gives": answers.LimitAnswer, "errors": every}
    yield "set_limits", do.set_limits, {"summary": f"Set the limit of a {kind}", **told}
    yield "set_ok", do.set_ok, {"summary": f"Mark a {kind} as OK", **detail}
    told = {**detail, "takes": schemas.FAILURE, "needs_body": False, "errors": (400, 403, 404)}
    yield "set_erred", do.set_erred, {"summary": f"Mark a {kind} as ERRED", **told}


ENDPOINTS: tuple[Endpoint, ...] = (
    *_allocations(remote=False),
    *_allocations(remote=True),
    *NEIGHBOURS,
)
