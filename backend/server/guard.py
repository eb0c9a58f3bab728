"""Who sends a request: tokens of every kind, and the operator at the other end of a socket."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from starlette.requests import HTTPConnection, Request

from backend.core.database import Database, Tx
from backend.core.errors import NotSignedIn, Throttled
from backend.core.identity import Actor, Role, operator
from backend.core.principals import Principal, digest, find, has_expired
from backend.nico import routes as nico
from backend.nico.rules.roles import GRANTED
from backend.openportal import routes as openportal
from backend.placement.routes import Caller
from backend.projects import service as projects
from backend.quotas.routes.dialect import Access
from backend.server.attempts import Attempts
from backend.server.bearers import Bearers
from backend.server.bearers.bearers import Expired
from backend.server.settings import ServerSettings

PEER = "peer:"
"""What the host of a Unix socket's client begins with; its OS user follows."""
NOBODY = Actor("", Role.VIEWER)
BEARER = "bearer "
WHO = "bursar.who"
"""Where the scope of a request says who sent it, for the access log."""


def _portal_actor(tx: Tx, principal: Principal) -> Actor:
    try:
        actor = projects.portal_actor(tx, principal)
    except NotSignedIn:
        raise openportal.inactive() from None
    if not openportal.is_active(tx, actor):
        raise openportal.inactive()
    return actor


class Guard:
    """Finds the actors of requests, on the event loop's thread only."""

    def __init__(self, database: Database, settings: ServerSettings) -> None:
        self._database = database
        self._settings = settings
        self._attempts = Attempts(settings.attempts, settings.attempts_within, settings.addresses)
        self._bearers = Bearers(settings.issuers)
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def admit(self, request: Request, access: Access) -> Actor:
        """The actor of an Astakos call. Raises NotSignedIn, NotAllowed, Throttled."""
        if access is Access.NOBODY:
            return NOBODY
        token = request.headers.get("x-auth-token", "")
        if access is Access.COMPONENT:
            actor = projects.astakos_component(await self._lately(request, token))
        else:
            principal = await self._principal(request, token)
            writing = access is Access.WRITER
            actor = await self._database.aread(
                lambda tx: projects.astakos_user(tx, principal, writing=writing)
            )
        request.scope[WHO] = actor.name
        return actor

    async def present(self, request: Request, token: str) -> tuple[Actor, int]:
        """The user of a token, and when it expires. Raises NotSignedIn, Throttled."""
        principal = await self._principal(request, token)
        actor = await self._database.aread(lambda tx: projects.astakos_user(tx, principal))
        return actor, principal.expires_at

    async def console(self, request: HTTPConnection) -> Actor:
        """The actor of a /bursar call. Raises NotSignedIn, NotAllowed, Throttled."""
        told = request.headers.get("authorization", "")
        bearer = told[len(BEARER) :].strip() if told.lower().startswith(BEARER) else ""
        token = bearer or request.headers.get("x-auth-token", "")
        host = request.client.host if request.client else ""
        if not token and self._settings.operators and host.startswith(PEER):
            actor = operator(host.removeprefix(PEER))
        else:
            principal = await self._principal(request, token)
            actor = await self._database.aread(lambda tx: projects.console_actor(tx, principal))
        request.scope[WHO] = actor.name
        return actor

    async def placement(self, request: Request) -> Caller:
        """Who makes a call of Placement. Raises NotSignedIn, Throttled."""
        token = request.headers.get("x-auth-token", "")
        principal = await self._lately(request, token)
        roles, own = principal.granted("placement"), frozenset[str]()
        if principal.name.startswith("user:") or Role.USER in roles:
            roles, own = await self._database.aread(
                lambda tx: projects.placement_roles(tx, principal)
            )
        request.scope[WHO] = principal.name
        return Caller(principal.name, roles, own)

    async def openportal(self, request: Request) -> openportal.Caller:
        """Who makes a call of OpenPortal. Raises NotSignedIn, NotAllowed, Throttled; the former
        in the words of that dialect."""
        token = openportal.token_of(request.headers.get("authorization", ""))
        try:
            principal = await self._principal(request, token)
        except NotSignedIn:
            expired = await self._database.aread(lambda tx: has_expired(tx, token))
            raise openportal.not_signed_in(expired=expired) from None
        actor = await self._database.aread(lambda tx: _portal_actor(tx, principal))
        request.scope[WHO] = actor.name
        return openportal.Caller(actor, principal.expires_at)

    async def _signed(self, request: Request, token: str, org: str) -> nico.Caller:
        """Who shows a signed token; only those of strangers are counted."""
        try:
            caller = await asyncio.to_thread(self._bearers.caller, token, org)
        except Expired:
            raise
        except NotSignedIn:
            address = self.address(request)
            self._hold_off(address)
            self._attempts.failed(address)
            raise
        request.scope[WHO] = caller.name
        return caller

    async def nico(self, request: Request, org: str) -> nico.Caller:
        """Who makes a call of NICo about an organisation. Raises NotSignedIn, NotAllowed,
        Throttled."""
        token = nico.token_of(request.headers.get("authorization", ""))
        if self._bearers.knows(token):
            return await self._signed(request, token, org)
        try:
            principal = await self._principal(request, token)
        except NotSignedIn:
            expired = await self._database.aread(lambda tx: has_expired(tx, token))
            raise nico.not_signed_in(expired=expired) from None
        request.scope[WHO] = principal.name
        grants = [one for one in principal.grants if one.system == nico.NAME]
        here = [one for one in grants if one.scope.lower() in ("", org)]
        if not here:
            raise nico.no_member(org)
        roles = frozenset(GRANTED[one.role] for one in here if one.role in GRANTED)
        return nico.Caller(principal.name, roles)

    def _hold_off(self, address: str) -> None:
        """Raises Throttled."""
        wait = self._attempts.wait(address)
        if wait:
            raise Throttled(
                "too many unknown tokens from your address",
                hint=f"try again in {wait} seconds",
                data={"retry_after": wait},
            )

    async def _lately(self, request: HTTPConnection, token: str) -> Principal:
        """Services ask by the thousand; one second old knowledge will do for them."""
        known = self._known.get(digest(token))
        if known and time.monotonic() - known[0] < self._settings.trust:
            return known[1]
        return await self._principal(request, token)

    async def _principal(self, request: HTTPConnection, token: str) -> Principal:
        if not token:
            raise NotSignedIn("this call wants a token", hint="send it as X-Auth-Token")
        address, sha256 = self.address(request), digest(token)
        if sha256 not in self._known:  # who is known shares an address with a stranger
            self._hold_off(address)
        found = await self._database.aread(lambda tx: find(tx, token))
        if found is None:
            self._known.pop(sha256, None)
            self._attempts.failed(address)
            raise NotSignedIn("nobody has this token", hint="it may have expired")
        self._remember(sha256, found)
        return found

    def _remember(self, sha256: str, principal: Principal) -> None:
        self._known[sha256] = (time.monotonic(), principal)
        self._known.move_to_end(sha256)
        if len(self._known) > self._settings.remembered:
            self._known.popitem(last=False)

    def address(self, connection: HTTPConnection) -> str:
        """Where a request comes from; behind a proxy what the proxy itself has added."""
        if self._settings.behind_proxy:
            told = connection.headers.getlist("x-forwarded-for")
            if told:
                return told[-1].rpartition(",")[2].strip()
        return connection.client.host if connection.client else ""
