"""Hearing of changes from a bursar server: by events, by asking where none come through, and
again after every failure. Keeps the state of the link."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from backend.backend import Link, LinkState
from backend.core.errors import BursarError, NotSignedIn, unforeseen
from backend.core.runtime import Runtime, micros
from backend.http import Http
from backend.served import wire
from backend.served.wire import PREFIX, Head

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long a server may be silent, how long it is asked to wait when it is polled,
    for how long that goes on before events are tried again, and the first and the longest pause
    between attempts."""

    silence: float = 25.0
    wait: int = 10
    polling: float = 300.0
    pause: float = 1.0
    longest: float = 30.0


class Listener:
    """Follows one server while anybody watches."""

    def __init__(
        self, http: Http, introduce: Callable[[], Awaitable[None]], pace: Pace, runtime: Runtime
    ) -> None:
        self._http = http
        self._introduce = introduce
        self._pace = pace
        self._runtime = runtime
        self._watchers: list[Callable[[int], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()
        self._head: int | None = None
        self._failures = 0
        self.link = Link(LinkState.CONNECTING, since=self._now())

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Call `changed(head)` after changes, from the running event loop, until the function
        returned is called."""
        self._watchers.append(changed)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._follow())

        def forget() -> None:
            with suppress(ValueError):
                self._watchers.remove(changed)
            if not self._watchers:
                self._stop()

        return forget

    def tell(self) -> None:
        """Have everybody look again."""
        for changed in list(self._watchers):
            changed(self._head or 0)

    def hurry(self) -> None:
        """Do not wait for the next attempt: the server has answered somebody."""
        self._hurried.set()

    async def close(self) -> None:
        """Stop following."""
        self._watchers.clear()
        task = self._task
        self._stop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _follow(self) -> None:
        while True:
            try:
                await self._introduce()
                await self._hear()
            except BursarError as error:
                signed_out = isinstance(error, NotSignedIn)
                await self._pause(LinkState.SIGNED_OUT if signed_out else LinkState.LOST, error)
            except Exception as error:
                await self._pause(LinkState.LOST, unforeseen(self._http.place, error))

    async def _pause(self, state: LinkState, error: BursarError) -> None:
        longest = min(self._pace.longest, self._pace.pause * 2**self._failures)
        self._failures = min(self._failures + 1, 20)
        pause = longest * self._runtime.rng.uniform(0.5, 1)
        self._become(state, error.shown, self._now() + int(pause * SECOND))
        self._hurried.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), pause)
        self._become(LinkState.CONNECTING, error.shown)

    async def _hear(self) -> None:
        """Events until they break off; polling if none ever came."""
        heard = False
        try:
            after = {} if self._head is None else {"after": self._head}
            path, silence = f"{PREFIX}/events", self._pace.silence
            async with self._http.stream(path, after, silence=silence) as lines:
                async for line in lines:
                    heard = True
                    self._arrived(LinkState.LIVE, "")
                    if line.startswith("data:"):
                        self._know(wire.request(Head, line[5:].encode()).seq)
        except NotSignedIn:
            raise
        except BursarError as error:
            if heard:
                raise
            await self._poll(error)

    async def _poll(self, why: BursarError) -> None:
        """Ask again and again, for servers behind something that holds events back."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._pace.polling
        while loop.time() < until:
            asked = {"after": self._head or 0, "wait": self._pace.wait}
            answer = await self._http.get(f"{PREFIX}/head", asked)
            self._arrived(LinkState.POLLING, f"no events come through: {why.message}")
            head: int = wire.reply(Head, answer).seq
            if head != self._head:
                self._know(head)

    def _know(self, head: int) -> None:
        self._head = head
        self.tell()

    def _arrived(self, state: LinkState, reason: str) -> None:
        self._failures = 0
        self._become(state, reason)

    def _become(self, state: LinkState, reason: str, retry_at: int = 0) -> None:
        old = self.link
        # Attempts that fail are part of one loss.
        same = state is old.state or not (state.hears or old.state.hears)
        since = old.since if same else self._now()
        self.link = Link(state, reason, since, retry_at, self._now() if state.hears else old.heard)

    def _now(self) -> int:
        return micros(self._runtime.now())
