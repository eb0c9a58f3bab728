"""Everything a bursar server offers, as one ASGI application (design §5)."""

from __future__ import annotations

import asyncio
import json

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from backend.acting import Acting
from backend.core.database import Tx
from backend.core.errors import BursarError, NotFound, StorageError, WrongMethod
from backend.core.journal import SELECT_HEAD
from backend.embedded import EmbeddedBackend
from backend.nico import routes as nico
from backend.openportal import routes as openportal
from backend.placement import routes as placement
from backend.projects import routes as projects
from backend.quotas import counts
from backend.quotas import routes as quotas
from backend.quotas.routes import dialect
from backend.quotas.routes.dialect import Desk, Site
from backend.served import routes as served
from backend.served.wire import PREFIX
from backend.server import metrics
from backend.server.access_log import Writer
from backend.server.edge import Edge
from backend.server.guard import Guard
from backend.server.settings import ServerSettings

ASTAKOS = "/astakos"
PLACEMENT = "/placement"
WALDUR = "/api"
NICO = "/v2/org"
PLACES = {
    "/account/v1.0": (*quotas.ENDPOINTS, *projects.ACCOUNT),
    "/identity": projects.IDENTITY,
}


class Application(Starlette):
    """The application with its edge outermost, which `run` closes before it waits."""

    def __init__(
        self, backend: EmbeddedBackend, settings: ServerSettings, log: Writer | None
    ) -> None:
        self.backend, self.settings = backend, settings
        self.guard = Guard(backend.database, settings)
        self.metrics = metrics.Metrics()
        self._document: bytes | None = None
        desk = Desk(backend.database, backend.ledger, self.guard.admit, self.guard.present)
        cloud = placement.Desk(backend.database, self.guard.placement)
        site = placement.Site(placement.ENDPOINTS, cloud)
        portal = openportal.Site(
            openportal.ENDPOINTS, openportal.Desk(backend.database, self.guard.openportal)
        )
        metal = nico.Desk(backend.database, self.guard.nico)
        names = (nico.NAME, *settings.nico_names)
        super().__init__(
            routes=[
                Mount(ASTAKOS, app=Site(PLACES, desk)),
                Mount(PLACEMENT, app=site),
                Route(PLACEMENT, placement.Root(site)),
                Mount(WALDUR, app=portal),
                Mount(NICO, app=nico.Site(nico.ENDPOINTS, metal, names)),
                Route("/healthz", self.health),
                Route("/readyz", self.health),
                Route("/bursar/health", self.health),
                Route("/bursar/metrics", self.tell_metrics),
                Route("/bursar/openapi.json", self.openapi),
                Mount(PREFIX, routes=served.routes(self.console)),
            ],
            exception_handlers={HTTPException: _http_error, BursarError: _error},
        )
        self.edge = Edge(
            self.router,
            settings,
            self.metrics,
            {
                f"{ASTAKOS}/": dialect.envelope,
                f"{PLACEMENT}/": placement.envelope,
                f"{WALDUR}/": openportal.envelope,
                f"{NICO}/": nico.envelope,
            },
            envelope,
            self.guard.address,
            log,
        )

    def build_middleware_stack(self) -> ASGIApp:
        """The usual stack within the edge."""
        self.edge.app = super().build_middleware_stack()
        return self.edge

    async def console(self, request: Request) -> Acting:
        """The backend as the sender of a request may use it. Raises NotSignedIn, NotAllowed."""
        return self.backend.acting(await self.guard.console(request))

    async def health(self, request: Request) -> Response:
        """Ready while the database answers."""
        try:
            seq = await self.backend.database.aread(_head)
        except StorageError as error:
            unready = envelope(error)
            unready.status_code = 503
            return unready
        return JSONResponse({"status": "ok", "seq": seq}, headers=NO_STORE)

    async def openapi(self, request: Request) -> Response:
        """What is offered here, made when it is first asked for."""
        if self._document is None:
            self._document = await asyncio.to_thread(_document)
        return Response(self._document, media_type="application/json")

    async def tell_metrics(self, request: Request) -> Response:
        """The figures of this process, and what waits in the database."""
        database = self.backend.database
        seq, pending = await database.aread(lambda tx: (_head(tx), _pending(tx)))
        gauges = (
            ("bursar_writer_queue", "Writes that wait for their transaction.", database.queued),
            ("bursar_commissions_pending", "Commissions that nobody has resolved.", pending),
            ("bursar_journal_seq", "The last journal entry.", seq),
        )
        told = self.metrics.text(gauges)
        return PlainTextResponse(told, headers=NO_STORE, media_type=metrics.TYPE)


NO_STORE = {"cache-control": "no-store"}


def create_app(
    backend: EmbeddedBackend, settings: ServerSettings | None = None, log: Writer | None = None
) -> Application:
    """A server of this backend, which whoever opened it closes; the access log goes to `log`."""
    return Application(backend, settings or ServerSettings(), log)


def envelope(error: BursarError) -> Response:
    """An error as /bursar tells it."""
    found = served.refusal(error)
    if isinstance(error, WrongMethod):
        found.headers["allow"] = str(error.data["allow"])
    return found


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BursarError)  # noqa: S101
    return envelope(error)


async def _http_error(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses; it takes no new line for a part of a path."""
    if request.url.path.startswith(f"{ASTAKOS}/"):
        return dialect.envelope(dialect.unknown_path())
    if request.url.path.startswith(f"{PLACEMENT}/"):
        return placement.envelope(NotFound(""))
    if request.url.path.startswith(f"{WALDUR}/"):
        return openportal.nowhere()
    if request.url.path.startswith(f"{NICO}/"):
        return nico.envelope(nico.nowhere())
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return envelope(WrongMethod("not this method", data={"allow": allowed}))
    return envelope(NotFound("there is nothing at this path", hint="see /bursar/openapi.json"))


def _document() -> bytes:
    from backend.server.openapi import document

    places = {ASTAKOS + prefix: endpoints for prefix, endpoints in PLACES.items()}
    clouds, portals = {PLACEMENT: placement.ENDPOINTS}, {WALDUR: openportal.ENDPOINTS}
    nicos = {f"{NICO}/{{org}}/{nico.NAME}": nico.ENDPOINTS}
    told = document(places, clouds, portals, nicos)
    return json.dumps(told, ensure_ascii=False).encode()


def _head(tx: Tx) -> int:
    row = tx.one(SELECT_HEAD)
    return int(row[0]) if row else 0


def _pending(tx: Tx) -> int:
    return int(tx.scalar(counts.COUNT_PENDING))
