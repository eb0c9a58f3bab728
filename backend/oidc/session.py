"""Tokens of an OpenID Connect issuer: got with a secret, and anew before they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from backend.core.errors import BadReply, BursarError, Invalid, NotAllowed, NotSignedIn
from backend.core.signin import plausible
from backend.decode import Body, Count, Words
from backend.http import Http, read
from backend.oidc.grants import REFRESH, Grant

SHARE = 0.2
"""A token is replaced in the last part of its life, of a minute at most."""
SOON = 60.0
SECRETS = ("client_secret", "password", "refresh_token")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class _Answer(Body):
    access_token: Words
    refresh_token: Words = ""
    expires_in: Count = None


class Oidc:
    """Where tokens are from: called, it gets one, and another one when called again. `ask` says
    how, anew each time; it may look at files. All raise BursarError."""

    def __init__(
        self,
        ask: Callable[[], Grant],
        http: Callable[..., Http] = Http,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._http, self._clock = ask, http, clock
        self._refresh = ""
        self._ends = float("inf")
        self._asking = asyncio.Lock()

    def over(self) -> bool:
        """Whether the last token ends soon."""
        return self._clock() >= self._ends

    async def __call__(self, refusal: str = "") -> str:
        """A token; what was given before is not given again, for it was refused or ends."""
        async with self._asking:
            grant = await asyncio.to_thread(self._ask)
            if self._refresh:
                try:
                    return await self._token(grant, grant.renewal(self._refresh))
                except NotSignedIn:
                    self._refresh = ""  # it is used up: the secret has to do
            return await self._token(grant, grant.form())

    async def _token(self, grant: Grant, form: Mapping[str, str]) -> str:
        http, began = self._http(grant.url), self._clock()
        try:
            octets = urlencode(form).encode()
            reply = await http.send("POST", grant.url, octets, asks=True, headers=FORM)
            told = read(_Answer, reply)
        except BursarError as error:
            raise _plain(grant, form, error) from None
        finally:
            await http.close()
        if not plausible(told.access_token):
            raise BadReply(f"{http.place} answered with no token", hint="check token_url")
        life = told.expires_in
        self._ends = float("inf") if life is None else began + life - min(SOON, life * SHARE)
        await self._remember(grant, told.refresh_token)
        return told.access_token

    async def _remember(self, grant: Grant, refresh_token: str) -> None:
        """Keep what the next token is got with; the one that was kept may be used up by now."""
        if refresh_token and refresh_token != self._refresh:
            self._refresh = refresh_token
            if grant.kind == REFRESH and grant.keep is not None and refresh_token != grant.secret:
                await asyncio.to_thread(grant.keep, refresh_token)


def _plain(grant: Grant, form: Mapping[str, str], error: BursarError) -> BursarError:
    """The error without what is secret, which a server may repeat, and with what to do about it."""
    message, hint = error.message, error.hint
    for name in SECRETS:
        if secret := form.get(name, ""):
            message, hint = (text.replace(secret, "***") for text in (message, hint))
    if isinstance(error, Invalid | NotAllowed | NotSignedIn):
        hint = f"check client_id, and the secret of the {grant.kind} grant"
        return NotSignedIn(message, hint=hint)
    return type(error)(message, hint=hint)
