"""Keeps a mirror fresh: what is seen and what people wait for often, everything now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from backend.backend import Link, LinkState
from backend.core.database import Tx
from backend.core.errors import BursarError, NotSignedIn, Unreachable
from backend.core.runtime import Runtime, micros
from backend.remote.mirror import Mirror
from backend.remote.reader import Reader
from backend.remote.reading import Reading, project_of

SELECT_PROJECTS = """
SELECT DISTINCT CASE WHEN h.source_id = 0 THEN o.name ELSE s.name END FROM holding h
JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id WHERE h.id IN ({keys})"""
SELECT_RESERVED = """
SELECT DISTINCT c.serial, CASE WHEN h.source_id = 0 THEN o.name ELSE s.name END
FROM commission c JOIN provision v ON v.serial = c.serial JOIN holding h ON h.id = v.holding_id
JOIN holder o ON o.id = h.holder_id JOIN holder s ON s.id = h.source_id"""
SEEN = 60
"""Rows that count as being looked at, at most."""
AROUND = 20
"""Projects that are read by themselves, at most; beyond, everything is read soon."""
SHARE = 5
"""Reading everything takes a fifth of the time at most."""
NAMES_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks at what is seen and at everything, and the longest pause after
    failures; and before each look whether a request without an answer was carried out."""

    quick: float = 2.0
    whole: float = 10.0
    longest: float = 60.0
    looks: Sequence[float] = (0.0, 1.0, 2.0, 4.0)


class Poller:
    """One server and its mirror. `link` says how it stands, `refreshed` is called with a count
    after every change of the mirror or of the link."""

    def __init__(
        self,
        reader: Reader,
        mirror: Mirror,
        runtime: Runtime,
        pace: Pace,
    ) -> None:
        self._reader, self._mirror, self._runtime = reader, mirror, runtime
        self._pace = pace
        self._filling = asyncio.Lock()
        self._tried = asyncio.Event()
        self._poked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[int], None]] = []
        self._count = self._failures = 0
        self._next_whole = self._next_names = 0.0
        self.after: Callable[[], Awaitable[None]] = _nothing
        """Done after everything was read."""
        self._seen: Sequence[int] = ()
        self._error: BursarError | None = None
        self.filled = self._missed = False
        self.link = Link(LinkState.CONNECTING)

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
            raise self._error or Unreachable(f"{self._reader.place} was not read yet")

    async def fill(self) -> None:
        """Read everything, unless that was done."""
        async with self._filling:
            if not self.filled:
                await self._whole()
                self.filled = True
                self._stand(LinkState.POLLING)

    def saw(self, keys: Sequence[int]) -> None:
        """These rows of the quotas are on screen."""
        self._seen = tuple(keys[:SEEN])

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
            else:
                self._failures, self._error = 0, None
                self._stand(LinkState.POLLING)
                pause = self._pace.quick
            self._tried.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), pause)
            self._poked.clear()

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
        self._stand(state, str(error), pause)
        return pause

    def _stand(self, state: LinkState, reason: str = "", pause: float = 0.0) -> None:
        old, now = self.link, micros(self._runtime.now())
        same = state is old.state or not (state.hears or old.state.hears)
        since = old.since if same and old.since else now
        self.link = Link(state, reason, since, now + int(pause * 1e6) if pause else 0)
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
            changed = await self._whole() or changed
        if changed:
            self.tell()

    async def _often(self) -> bool:
        """Commissions, and the figures of what they and the screen are about."""
        before = await self._mirror.database.peek(_reserved)
        changed = await self._take(self._reader.commissions())
        after = await self._mirror.database.peek(_reserved)
        scope = {name for one in before.keys() ^ after.keys() for name in (before | after)[one]}
        scope |= await self._mirror.database.peek(lambda tx: _projects(tx, self._seen))
        if len(scope) > AROUND:
            self._next_whole = 0.0
        elif scope:
            changed = await self._take(self._reader.usage(scope)) or changed
        return changed

    async def _whole(self) -> bool:
        """Everything, bit by bit."""
        clock = asyncio.get_running_loop().time
        began, self._missed = clock(), False
        if began >= self._next_names:
            self._reader.forget_names()
            self._next_names = began + NAMES_SECONDS
        changed = await self._take(self._reader.structure())
        changed = await self._take(self._reader.usage()) or changed
        changed = await self._take(self._reader.commissions()) or changed
        await self.after()
        took = clock() - began
        pause = 0.0 if self._missed else max(self._pace.whole, SHARE * took)
        self._next_whole = clock() + pause
        return changed

    async def _take(self, reading: Awaitable[Reading]) -> bool:
        """Read and keep it, unless parts of it were read meanwhile and are newer."""
        before = self._mirror.reads
        found = await reading
        for name in self._reader.refused:
            self._mirror.forget(name)
        async with self._mirror.turn:
            if self._mirror.reads != before:
                self._missed = True
                return False
            return await self._mirror.apply(found, admin=self._reader.admin)


async def _nothing() -> None:
    return None


def _reserved(tx: Tx) -> dict[int, set[str]]:
    """The projects that each pending commission is about."""
    found: dict[int, set[str]] = {}
    for serial, name in tx.all(SELECT_RESERVED):
        found.setdefault(serial, set()).add(name.removeprefix("project:"))
    return found


def _projects(tx: Tx, keys: Sequence[int]) -> set[str]:
    found = tx.within(SELECT_PROJECTS, list(keys))
    return {project_of((name, "", "")) for (name,) in found}
