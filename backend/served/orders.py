"""Changes on their way to a bursar server: each has a key, so that asking again is safe, and
stands in the outbox until its outcome is known."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

from backend.core.errors import (
    BadReply,
    BursarError,
    Conflict,
    NotAllowed,
    NotSignedIn,
    OutcomeUnknown,
    Overloaded,
    ServerFailed,
    StorageError,
    Throttled,
    TooSlow,
    Unreachable,
)
from backend.core.plan import Plan, Receipt
from backend.core.runtime import Runtime, micros
from backend.http import Http
from backend.outbox import Outbox, Outcome, Unfinished
from backend.served import wire
from backend.served.listener import Pace
from backend.served.wire import KEY_HEADER, PREFIX, Order

ATTEMPTS = 4
"""How often the server is asked while somebody waits."""
KNOWN = 29 * 86_400 * 1_000_000
"""Microseconds for which a server surely knows a key: a day less than it does."""
TOLD = 20
"""How many late outcomes are told."""
OPEN = (
    BadReply,
    OutcomeUnknown,
    Unreachable,
    NotSignedIn,
    NotAllowed,
    ServerFailed,
    StorageError,
    Overloaded,
    Throttled,
    TooSlow,
)
"""Answers from before the key is looked at, which say nothing of an earlier attempt."""
HEARD = (OutcomeUnknown, BadReply, ServerFailed)
"""Those of them to what may have been done."""


class Orders:
    """The changes that one console asks for."""

    def __init__(self, http: Http, outbox: Outbox | None, runtime: Runtime, pace: Pace) -> None:
        self._http = http
        self._outbox = outbox
        self._runtime = runtime
        self._pace = pace
        self._open: dict[str, Unfinished] = {}
        self._resumed = False
        self._settling: asyncio.Task[None] | None = None
        self.told: tuple[str, ...] = ()
        """What became of changes whose outcome came late, newest last."""
        self.settled: Callable[[], None] = lambda: None

    async def carry_out(self, plan: Plan, reason: str) -> Receipt:
        """Do what was previewed. Raises what the server refuses with, and OutcomeUnknown when
        it will be asked again later."""
        told = (plan.command.actor.name, plan.takes_back)
        order = Order(plan.command, plan.fingerprint, reason, *told)
        body = json.dumps(wire.encode(Order, order))
        one = Unfinished(self._runtime.uuid(), self._now(), plan.title, reason, body)
        await self._keep(one)
        try:
            receipt = await self._insist(one)
        except BursarError as error:
            if not isinstance(error, OutcomeUnknown):
                await self._finish(one, Outcome.REFUSED, error.message)
                raise
            await self._unknown(one, error.message)
            raise
        except BaseException:  # nobody waits any more, and it may have been sent
            self._later(one)
            raise
        await self._finish(one, Outcome.DONE, receipt.message)
        return receipt

    async def resume(self) -> None:
        """Ask for the outcome of what a process that has died had sent."""
        if not self._resumed and self._outbox is not None:
            self._resumed = True
            with suppress(StorageError):
                for one in await asyncio.to_thread(self._outbox.orphans):
                    self._later(one)

    async def close(self) -> None:
        """Ask no more; what is open stays in the outbox."""
        if self._settling is not None:
            self._settling.cancel()
            await asyncio.gather(self._settling, return_exceptions=True)
        await self._write(lambda box: box.close())

    async def _keep(self, one: Unfinished) -> None:
        try:
            await self._write(lambda box: box.keep(one))
        except asyncio.CancelledError:
            await self._finish(one, Outcome.REFUSED, "left before it was sent")
            raise

    async def _insist(self, one: Unfinished) -> Receipt:
        """The answer to an order, asked for again while it may have been heard."""
        lost: BursarError | None = None
        for attempt in range(ATTEMPTS):
            try:
                return await self._send(one)
            except OPEN as error:
                if lost is None and not isinstance(error, HEARD):
                    raise
                lost = lost or error
            await asyncio.sleep(self._pause(attempt))
        raise OutcomeUnknown(
            f"{one.what}: {lost.message if lost else ''}",
            hint="the server is asked again; do not repeat it, what became of it will be told",
        )

    async def _send(self, one: Unfinished) -> Receipt:
        headers = {KEY_HEADER: one.key}
        path, body = f"{PREFIX}/apply", json.loads(one.body)
        answer = await self._http.send("POST", path, body, headers=headers)
        receipt: Receipt = wire.reply(Receipt, answer)
        return receipt

    def _later(self, one: Unfinished) -> None:
        """Settle it beside everything else."""
        self._open[one.key] = one
        if self._settling is None or self._settling.done():
            self._settling = asyncio.get_running_loop().create_task(self._settle())

    async def _settle(self) -> None:
        failures = 0
        while self._open:
            for one in list(self._open.values()):
                await self._try(one)
            await asyncio.sleep(self._pause(failures))
            failures = min(failures + 1, 20)

    async def _try(self, one: Unfinished) -> None:
        try:
            if one.at < self._now() - KNOWN:
                raise Conflict("it is too old to be asked for, look whether it was done")
            receipt = await self._send(one)
        except OPEN:
            return
        except BursarError as error:
            text, outcome = f"was not done: {error.message}", Outcome.REFUSED
        else:
            text, outcome = f"was done: {receipt.message}", Outcome.DONE
        del self._open[one.key]
        await self._finish(one, outcome, text)
        self.told = (*self.told, f"{one.what} {text}")[-TOLD:]
        self.settled()

    async def _unknown(self, one: Unfinished, message: str) -> None:
        """Note that nothing was heard, before anything can be."""
        at = self._now()
        try:
            with suppress(StorageError):
                await self._write(lambda box: box.note(one, Outcome.UNKNOWN, message, at))
        finally:
            self._later(one)

    async def _finish(self, one: Unfinished, outcome: Outcome, message: str) -> None:
        with suppress(StorageError):  # the outcome is known; asking once more does no harm
            at = self._now()
            await self._write(lambda box: box.finish(one, outcome, message, at))

    async def _write(self, do: Callable[[Outbox], None]) -> None:
        """Have the outbox do something, to its end whoever stops waiting."""
        if self._outbox is None:
            return
        writing = asyncio.ensure_future(asyncio.to_thread(do, self._outbox))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])
            raise

    def _pause(self, attempt: int) -> float:
        longest = min(self._pace.longest, self._pace.pause * 2**attempt)
        return float(longest * self._runtime.rng.uniform(0.5, 1))

    def _now(self) -> int:
        return micros(self._runtime.now())
