"""One server: deadlines, retries of what may be repeated, a token that goes nowhere else."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from backend.core.errors import (
    BadReply,
    BursarError,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Unreachable,
)
from backend.core.text import display
from backend.http.causes import said_of
from backend.http.handshake import Handshake
from backend.http.lines import lines
from backend.http.reply import EXCERPT, LARGEST, Reply, Unread, bounded
from backend.http.signing import Sign, Token, bearer, is_over, is_typed

Failure = Callable[[Reply], BursarError | None]
Params = Mapping[str, str | int | Sequence[str]]

DIRECT = ("all://127.0.0.1", "all://[::1]", "all://localhost")
"""What stays on this machine goes through no proxy, which would read it and its token."""
LONGEST_WAIT = 30.0
NOT_NOW = (408, 429, 503)
PASSING = (*NOT_NOW, 500, 502, 504)
"""What may be answered otherwise a little later."""
PORTS: Mapping[str, int] = {"http": 80, "https": 443}
NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

STATUSES: Mapping[int, type[BursarError]] = {
    400: Invalid,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    422: Invalid,
}


def no_failure(reply: Reply) -> BursarError | None:
    """For servers whose errors say nothing beyond their status."""
    return None


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to connect, between two pieces of an answer, for all of it with its retries;
    and how often something is tried that may be repeated."""

    connect: float = 5.0
    silence: float = 15.0
    total: float = 30.0
    attempts: int = 3
    pause: float = 0.2


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for; `asks` when it changes nothing."""

    method: str
    path: str
    params: Params
    headers: Mapping[str, str]
    content: bytes | None = None
    asks: bool = False


class Http:
    """The client of one server.

    `failure` turns an error answer into its error where the dialect knows it; the rest follows
    from the status. Nothing is retried but what only asks; unless it `replays`, a write whose token
    is refused is not sent with another one, either. All methods raise BursarError: Unreachable
    when nothing was done, OutcomeUnknown when a write may have been. Signing in takes no time.
    """

    def __init__(
        self,
        url: str,
        *,
        token: Token | None = None,
        sign: Sign = bearer,
        failure: Failure = no_failure,
        patience: Patience | None = None,
        socket: Path | None = None,
        verify: ssl.SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
        rng: random.Random | None = None,
        replays: bool = True,
    ) -> None:
        self.place = str(socket) if socket else "{}://{}".format(*urlsplit(url)[:2])
        self._url = url.rstrip("/")
        self._origin = _origin(url)
        self._token, self._sign, self._failure = token, sign, failure
        self._held = self._refused = ""
        self._replays = replays
        self.answers = self.signed = 0
        """How many whole answers came that say more than that it fails or is busy, and how many
        tokens it had: whom it stands for may be another with each."""
        self._fetching = asyncio.Lock()
        self._patience = patience or Patience()
        self._rng = rng or random.SystemRandom()
        uds = httpx.AsyncHTTPTransport(uds=str(socket)) if socket else None
        self._transport = transport or uds
        self._verify = verify
        self._client: httpx.AsyncClient | None = None

    async def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST,
    ) -> Reply:
        """A safe request, repeated while that may help; the answer has a status below 300.

        `path` begins with / below the URL, or is a whole URL `within` this server."""
        request = _Request("GET", path, params or {}, headers or {}, asks=True)
        return await self._settled(request, largest)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        asks: bool = False,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST,
    ) -> Reply:
        """A request with a JSON body (none for None, octets as they are), sent once, or as often as
        it takes when it only `asks`."""
        told, content = dict(headers or {}), body if isinstance(body, bytes) else None
        if body is not None and content is None:
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
            told["Content-Type"] = "application/json"
        request = _Request(method, path, {}, told, content, asks)
        return await self._settled(request, largest)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        silence: float = 25.0,
    ) -> AsyncIterator[AsyncIterator[str]]:
        """The lines of an answer without an end, which breaks off as Unreachable after so many
        seconds without any. Raises like `get`, without retries."""
        async with self.download(path, params, headers, silence=silence) as octets:
            yield lines(octets, self.place, silence)

    @asynccontextmanager
    async def download(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        silence: float = 25.0,
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """A long answer as it arrives, at most so many seconds between two pieces; who takes it
        judges where it has to end. Raises like `get`, without retries."""
        plain = {**(headers or {}), "Accept-Encoding": "identity"}
        request = _Request("GET", path, params or {}, plain, asks=True)
        limits = httpx.Timeout(self._patience.connect, read=silence)
        async with AsyncExitStack() as stack:
            with self._translated(request):
                token = await self._signed()
                reply = await stack.enter_async_context(self._opened(request, limits, token))
                if reply.status_code == 401:
                    refused = await self._read(reply, LARGEST)
                    if (fresh := await self._renewed(token, refused)) == token:
                        self._judged(request, refused)
                    reply = await stack.enter_async_context(self._opened(request, limits, fresh))
                if reply.status_code >= 300:
                    self._judged(request, await self._read(reply, LARGEST))
            yield self._octets(request, reply)

    def within(self, url: str) -> str:
        """The same URL. Raises BadReply for another server's, which would be given the token."""
        if _origin(url) != self._origin:
            raise BadReply(
                f"{self.place} names {display(url)}, which is another server",
                hint="name that one in the configuration if it is right",
            )
        return url

    async def close(self) -> None:
        """Let go of connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    # One request

    async def _settled(self, request: _Request, largest: int) -> Reply:
        """The answer, with a fresh token when the first is refused."""
        token = await self._signed()
        reply = await self._in_time(request, largest, token)
        if reply.status == 401 and not (request.asks or self._replays):
            self._drop(token, reply)
            return self._judged(request, reply)
        renews = True
        while renews and reply.status == 401:
            refused, token = token, await self._renewed(token, reply)
            if renews := token != refused:
                reply = await self._in_time(request, largest, token)
                renews = is_typed(self._token)
        return self._judged(request, reply)

    async def _in_time(self, request: _Request, largest: int, token: str) -> Reply:
        try:
            async with asyncio.timeout(self._patience.total):
                return await self._patiently(request, largest, token)
        except TimeoutError:
            raise self._lost(request, f"no whole answer after {self._patience.total:g} s") from None

    async def _patiently(self, request: _Request, largest: int, token: str) -> Reply:
        """The answer of the first attempt that has a lasting one, or of the last."""
        attempts = self._patience.attempts if request.asks else 1
        for attempt in range(1, attempts + 1):
            wait, last = 0.0, attempt == attempts
            try:
                reply = await self._exchange(request, largest, token)
                wait = reply.retry_after
                if last or wait > LONGEST_WAIT or reply.status not in PASSING:
                    return reply
            except (Unreachable, OutcomeUnknown):
                if last:
                    raise
            pause = self._patience.pause * 2**attempt
            await asyncio.sleep(wait + self._rng.uniform(0, pause))
        raise AssertionError("the last attempt returns or raises")

    async def _exchange(self, request: _Request, largest: int, token: str) -> Reply:
        limits = httpx.Timeout(self._patience.silence, connect=self._patience.connect)
        with self._translated(request):
            async with self._opened(request, limits, token) as opened:
                reply = await self._read(opened, largest)
        self.answers += reply.status not in PASSING
        return reply

    @asynccontextmanager
    async def _opened(
        self, request: _Request, limits: httpx.Timeout, token: str
    ) -> AsyncIterator[httpx.Response]:
        path = request.path
        headers = {"Accept-Encoding": "gzip", "Accept": "application/json", **request.headers}
        async with self._connected().stream(
            request.method,
            self._url + path if path.startswith("/") else self.within(path),
            params=dict(request.params) or None,
            headers={**headers, **(self._sign(token) if token else {})},
            content=request.content,
            timeout=limits,
            extensions={"trace": Handshake()},
        ) as reply:
            yield reply

    async def _read(self, reply: httpx.Response, largest: int) -> Reply:
        encoding = reply.headers.get("content-encoding", "").strip().lower()
        pieces = bounded(reply.aiter_raw(), encoding, largest, self.place)
        body = b"".join([piece async for piece in pieces])
        return Reply(self.place, reply.status_code, dict(reply.headers), body)

    async def _octets(self, request: _Request, reply: httpx.Response) -> AsyncIterator[bytes]:
        with self._translated(request):
            async for octets in reply.aiter_bytes():
                yield octets

    async def _signed(self) -> str:
        """The token; whoever comes while it is fetched waits for the same one."""
        async with self._fetching:
            if self._token is not None and (not self._held or is_over(self._token)):
                self._held = await self._token(self._refused)
                self._refused = ""
                self.signed += 1
            return self._held

    async def _renewed(self, refused: str, reply: Reply) -> str:
        """A token instead of a refused one; the same when there is no other."""
        self._drop(refused, reply)
        return await self._signed()

    def _drop(self, refused: str, reply: Reply) -> None:
        """Have another token asked for, unless there is one already."""
        if self._held == refused:
            self._held, self._refused = "", self._refusal(reply, refused)

    def _refusal(self, reply: Reply, token: str) -> str:
        """What a server says about a token, without the token."""
        body = reply.body.replace(token.encode(), b"***") if token else reply.body
        shown = replace(reply, body=body)
        if error := self._failure(shown):
            words = "; ".join(filter(None, (error.message, error.hint)))
            return display(words, limit=EXCERPT)
        return shown.told

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=self._transport,
                verify=self._verify,
                follow_redirects=False,
                mounts=None if self._transport else dict.fromkeys(DIRECT),
                limits=httpx.Limits(max_connections=8, keepalive_expiry=30),
                headers={"User-Agent": "bursar"},
            )
        return self._client

    # What it came to

    def _judged(self, request: _Request, reply: Reply) -> Reply:
        """The answer to what was done. Raises what the other statuses mean."""
        if 200 <= reply.status < 300:
            return reply
        if 300 <= reply.status < 400:
            where = display(reply.headers.get("location", "nowhere"))
            raise BadReply(
                f"{self.place} redirects to {where}; nothing was sent there",
                hint="name that URL in the configuration if it is right",
            )
        raise self._failure(reply) or self._plain_failure(request, reply)

    def _plain_failure(self, request: _Request, reply: Reply) -> BursarError:
        told = reply.told or f"status {reply.status}"
        if known := STATUSES.get(reply.status):
            return known(f"{self.place}: {told}")
        if reply.status in NOT_NOW:
            hint = f"again in {reply.retry_after:g} s" if reply.retry_after else "try again later"
            data = {"retry_after": reply.retry_after}
            return Unreachable(f"{self.place} is busy: {told}", hint=hint, data=data)
        if reply.status >= 500:
            return self._lost(request, f"it failed: {told}")
        return reply.bad(told)

    @contextmanager
    def _translated(self, request: _Request) -> Iterator[None]:
        """What breaks inside, in our words; an answer that came but cannot be read leaves open
        what became of a write."""
        try:
            yield
        except NEVER_CONNECTED as error:
            raise Unreachable(f"{self.place}: {_why(error)}", hint=_hint(request)) from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            raise self._lost(request, _why(error)) from None
        except Unread as error:
            raise error if request.asks else self._lost(request, error.message) from None

    def _lost(self, request: _Request, why: str) -> BursarError:
        """An exchange that broke off: harmless where it only asked."""
        if request.asks:
            return Unreachable(f"{self.place}: {why}", hint=_hint(request))
        hint = "whether it was done is not known; look before you repeat it"
        return OutcomeUnknown(f"{self.place}: {why}", hint=hint)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _hint(request: _Request) -> str:
    """What to do about an exchange that did nothing."""
    return "is it running, and the URL right?" if request.asks else "nothing was changed"


def _why(error: BaseException) -> str:
    """What went wrong with a connection; httpx' own words may be none."""
    if told := said_of(error):
        return told
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return display(str(error)) or type(error).__name__
