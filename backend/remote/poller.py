"""Keeps a mirror fresh: what is seen and what people wait for often, everything now and then."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from backend.backend import Link, LinkState
from backend.core.errors import BursarError, NotSignedIn, Unreachable, unforeseen
from backend.core.identity import Actor
from backend.core.runtime import Runtime, micros
from backend.remote.mirror import Mirror

T = TypeVar("T")
ReadingT = TypeVar("ReadingT")

SEEN = 60
"""Rows that count as being looked at, at most."""
SHARE = 5
"""Reading everything takes a fifth of the time at most."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks at what is seen and at everything, at `lists` that are long and
    seldom change, and the longest pause after failures; before each look whether a request without
    an answer was carried out; and the first ones at what is `busy`."""

    quick: float = 2.0
    whole: float = 10.0
    lists: float = 30.0
    busy: float = 1.0
    longest: float = 60.0
    looks: Sequence[float] = (0.0, 1.0, 2.0, 4.0)


class Reader(Protocol):
    """Who asks a server."""

    @property
    def place(self) -> str:
        """Where that is, as far as that is known."""
        ...

    @property
    def answers(self) -> int:
        """How many came from it."""
        ...

    @property
    def actor(self) -> Actor:
        """Whom the token stands for, as far as that is known."""
        ...

    @property
    def who(self) -> str:
        """The same in people's words, `` for none."""
        ...


class Poller(ABC, Generic[ReadingT]):
    """One server and its mirror. `link` says how it stands, those who `watch` are called with a
    count after every change of the mirror or of the link."""

    def __init__(self, reader: Reader, mirror: Mirror, runtime: Runtime, pace: Pace) -> None:
        self._asks = reader
        self._mirror, self._runtime, self._pace = mirror, runtime, pace
        self._filling = asyncio.Lock()
        self._tried = asyncio.Event()
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[int], None]] = []
        self._count = self._failures = 0
        self._next_whole = 0.0
        self.after: Callable[[], Awaitable[None]] = nothing
        """Done after everything was read."""
        self._error: BursarError | None = None
        self.filled = self._missed = False
        self.link = Link(LinkState.CONNECTING)

    @property
    def place(self) -> str:
        """The server's address, as far as that is known."""
        return self._asks.place

    @abstractmethod
    async def _often(self) -> bool:
        """Read what is on screen; whether anything is not as it was."""

    @abstractmethod
    async def _whole(self, began: float) -> bool:
        """Read everything, bit by bit; the same."""

    @abstractmethod
    async def _keep(self, reading: ReadingT) -> bool:
        """Put it into the mirror; the same."""

    # For readers

    async def ready(self) -> None:
        """Wait until there is something to be read. Raises what prevents it."""
        if self.filled:
            return
        if self._task is None:
            await self.fill()
            return
        await self._tried.wait()
        if not self.filled:
            raise self._error or Unreachable(f"{self.place} was not read yet")

    async def fill(self) -> None:
        """Read everything, unless that was done."""
        async with self._filling:
            if not self.filled:
                await self._everything()
                self.filled = True
                self._stand(LinkState.POLLING)

    # For followers

    def watch(self, changed: Callable[[int], None]) -> Callable[[], None]:
        """Follow the server while anybody listens."""
        self._listeners.append(changed)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

        def forget() -> None:
            with suppress(ValueError):
                self._listeners.remove(changed)
            if not self._listeners:
                self.stop()

        return forget

    @property
    def watched(self) -> bool:
        """Whether anybody follows the server."""
        return self._task is not None

    def begin(self) -> None:
        """There is something to be read, though not all of it."""
        self.filled = True
        self._tried.set()
        self._stand(LinkState.POLLING)
        self.tell()

    def stop(self) -> None:
        """Follow it no more."""
        task, self._task = self._task, None
        if task is not None and not task.get_loop().is_closed():
            task.cancel()

    def poke(self) -> None:
        """Look now."""
        self._poked.set()

    def tell(self) -> None:
        """Something is not as it was."""
        self._count += 1
        for changed in list(self._listeners):
            changed(self._count)

    async def _run(self) -> None:
        while True:
            try:
                await self._round()
            except BursarError as error:
                pause = self._failed(error)
            except Exception as error:
                pause = self._failed(unforeseen(self.place, error))
            else:
                self._failures, self._error = 0, None
                self._stand(LinkState.POLLING)
                pause = self._pause()
            self._tried.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), pause)
            self._poked.clear()

    def _pause(self) -> float:
        """Seconds until the next round."""
        return self._pace.quick

    def _failed(self, error: BursarError) -> float:
        """Say why, and how many seconds to wait."""
        self._failures, self._error = self._failures + 1, error
        steps = min(self._failures, 10)
        pause = min(self._pace.longest, self._pace.quick * float(2**steps))
        pause *= self._runtime.rng.uniform(0.5, 1.0)
        asked = error.data.get("retry_after")
        if isinstance(asked, int | float):
            pause = max(pause, min(float(asked), self._pace.longest))
        signed_out = isinstance(error, NotSignedIn)
        state = LinkState.SIGNED_OUT if signed_out else LinkState.LOST
        self._stand(state, error.on_screen(), pause)
        return pause

    def _stand(self, state: LinkState, reason: str = "", pause: float = 0.0) -> None:
        old, now = self.link, micros(self._runtime.now())
        same = state is old.state or not (state.hears or old.state.hears)
        since = old.since if same and old.since else now
        retry_at = now + int(pause * 1e6) if pause else 0
        self.link = Link(state, reason, since, retry_at, old.heard)
        if replace(old, since=0) != replace(self.link, since=0):
            self.tell()

    # What is read

    async def _round(self) -> None:
        if not self.filled:
            await self.fill()
            self.tell()
            return
        changed = await self._often()
        if asyncio.get_running_loop().time() >= self._next_whole:
            changed = await self._everything() or changed
        if changed:
            self.tell()

    async def _everything(self) -> bool:
        clock = asyncio.get_running_loop().time
        began, self._missed = clock(), False
        changed = await self._whole(began)
        await self.after()
        took = clock() - began
        pause = 0.0 if self._missed else max(self._pace.whole, SHARE * took)
        self._next_whole = clock() + pause
        return changed

    async def _take(self, reading: Awaitable[ReadingT]) -> bool:
        """Read and keep it, unless parts of it were read meanwhile and are newer."""
        before = self._mirror.reads
        found = await self._hearing(reading)
        async with self._mirror.turn:
            if self._mirror.reads != before:
                self._missed = True
                return False
            return await self._keep(found)

    async def _hearing(self, asking: Awaitable[T]) -> T:
        """What comes of asking the server, who is heard if he answers."""
        answers = self._asks.answers
        found = await asking
        if self._asks.answers != answers:
            self.link = replace(self.link, heard=micros(self._runtime.now()))
        return found


async def nothing() -> None:
    """Nothing is done."""
