"""Tokens of a Keystone, and where its catalog says that services are."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.core.errors import BadReply, BursarError, Invalid, NotFound, NotSignedIn
from backend.core.signin import plausible
from backend.core.text import display
from backend.decode import Body, Foreign, Told
from backend.http import Http, Reply, read
from backend.keystone.login import Login, request

GIVEN = "x-subject-token"
LOCAL = ("127.0.0.1", "::1", "localhost")


class _Endpoint(Body):
    interface: Foreign = ""
    region: Foreign | None = None
    region_id: Foreign | None = None
    url: Foreign | None = None


class _Service(Body):
    type: Foreign = ""
    endpoints: list[_Endpoint] = []


class _Named(Body):
    id: Foreign = ""
    name: Foreign = ""


class _Token(Body):
    expires_at: Told
    user: _Named = _Named()
    catalog: list[_Service] = []


class _Answer(Body):
    token: _Token


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A token, until when it is good (microseconds since the epoch), whose it is, what there is
    by type of service, and how it was got."""

    token: str
    until: int
    user: str
    services: Mapping[str, Sequence[_Endpoint]]
    login: Login


class Keystone:
    """Where tokens are from: called, it gets one, and another one when called again. `read` says
    how to sign in, anew each time; it may look at files. All raise BursarError."""

    def __init__(
        self, read: Callable[[], Login], http: Callable[..., Http] = Http, known: str = ""
    ) -> None:
        self._read, self._http = read, http
        self.place = known
        self._signed: SignedIn | None = None
        self._given = False
        self._signing = asyncio.Lock()

    async def __call__(self, refusal: str = "") -> str:
        """A token; what was given before is not given again, for it was refused or expired."""
        async with self._signing:
            if self._signed is None or self._given:
                self._signed = await self._sign_in()
            self._given = True
            return self._signed.token

    async def signed_in(self) -> SignedIn:
        """The token in use, got first if there is none."""
        async with self._signing:
            self._signed = self._signed or await self._sign_in()
            return self._signed

    async def endpoint(self, service: str) -> str:
        """The URL of a service in the chosen region. Raises NotFound, Invalid."""
        signed = await self.signed_in()
        login = signed.login
        found = [one for one in signed.services.get(service, ()) if _fits(one, login)]
        urls = dict.fromkeys(one.url for one in found if one.url)
        if not urls:
            where = f"{login.interface} endpoint of {service}"
            told = f"{self.place}: the catalog names no {where} {_in(login)}".rstrip()
            raise NotFound(told, hint="give its url, or another region_name or interface")
        if len(urls) > 1:
            regions = ", ".join(sorted({display(_region(one)) for one in found}))
            told = f"{self.place}: {service} is in several regions: {regions}"
            raise Invalid(told, hint="name one as region_name", data={"usage": True})
        return self._private(next(iter(urls)))

    def verify(self) -> ssl.SSLContext | bool:
        """What servers of this cloud have to show."""
        return _trust(self._signed.login if self._signed else None)

    def _private(self, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            told = f"{self.place}: the catalog names {display(url)}, which can be read on the way"
            raise BadReply(told, hint="give the url of an https:// endpoint")
        return url.rstrip("/")

    async def _sign_in(self) -> SignedIn:
        login = await asyncio.to_thread(self._read)
        body = request(login)
        self.place = login.url
        http = self._http(login.url, verify=await asyncio.to_thread(_trust, login))
        try:
            reply = await http.send("POST", "/auth/tokens", body, asks=True)
        except BursarError as error:
            raise _without(login.secret, error) from None
        finally:
            await http.close()
        return _signed(login, reply)


def _signed(login: Login, reply: Reply) -> SignedIn:
    token = reply.headers.get(GIVEN, "")
    if not plausible(token):
        raise reply.bad("no token")
    told = read(_Answer, reply).token
    services: dict[str, list[_Endpoint]] = {}
    for service in told.catalog:
        services.setdefault(service.type, []).extend(service.endpoints)
    return SignedIn(token, told.expires_at, told.user.name or told.user.id, services, login)


def _fits(endpoint: _Endpoint, login: Login) -> bool:
    regions = (endpoint.region, endpoint.region_id)
    return endpoint.interface == login.interface and (not login.region or login.region in regions)


def _region(endpoint: _Endpoint) -> str:
    return endpoint.region_id or endpoint.region or "?"


def _in(login: Login) -> str:
    return f"in {login.region}" if login.region else ""


def _without(secret: str, error: BursarError) -> BursarError:
    """The error without the secret, which a server may repeat, and with what to do about it."""
    message, hint = (
        text.replace(secret, "***") if secret else text for text in (error.message, error.hint)
    )
    if isinstance(error, NotSignedIn):
        hint = "check the name, the domain and the password or secret"
    return type(error)(message, hint=hint, data=error.data)


def _trust(login: Login | None) -> ssl.SSLContext | bool:
    if login is None or login.cacert is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(login.cacert))
    except (OSError, ssl.SSLError) as error:
        why = getattr(error, "strerror", "") or "no certificate in it"
        raise Invalid(f"cacert: {login.cacert}: {why}", hint="name a PEM file") from None
