"""Changes on a server: previewed on what was read just now, sent once, and never guessed at."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from backend.core.errors import (
    BursarError,
    Invalid,
    NotAllowed,
    NotSignedIn,
    OutcomeUnknown,
    PreviewStale,
)
from backend.core.identity import Actor
from backend.core.journal import DONE, Entry
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, micros
from backend.core.usecase import Decision
from backend.embedded.changes import HANDLERS
from backend.outbox import Outcome, Unfinished
from backend.remote.mirror import Mirror
from backend.remote.trail import UNKNOWN, Trail

GIVEN_UP = 600 * 1_000_000
"""Microseconds after which what is not to be seen will not come any more."""
SIGN_IN = "nothing was changed; decide it again once you have signed in"
FIRST = "astakos"
"""Whose requests were kept before there were others."""

Effect = Mapping[str, Any]
"""What is to be seen of a change afterwards, as JSON: it is kept until it is."""
Created = Mapping[str, str | int]
"""The ids of what a request made."""


@dataclass(frozen=True, slots=True)
class Case:
    """A decision on what was just read, and what will be seen of it."""

    decision: Decision
    effect: Effect


class Signed(Protocol):
    """Who reads a server."""

    @property
    def actor(self) -> Actor:
        """Whom the token stands for."""
        ...


T = TypeVar("T")
CaseT = TypeVar("CaseT", bound=Case)
ReaderT = TypeVar("ReaderT", bound=Signed)
MirrorT = TypeVar("MirrorT", bound=Mirror)


class Sender(ABC, Generic[CaseT, ReaderT, MirrorT]):
    """Plans and carries out commands through one server's API. `system` is its name, `lacks` why
    commands cannot be done, by the names of their classes; `hidden` says what can never be told."""

    system = ""
    hidden = ""

    def __init__(
        self,
        reader: ReaderT,
        mirror: MirrorT,
        trail: Trail,
        runtime: Runtime,
        looks: Sequence[float],
    ) -> None:
        self._reader, self._mirror = reader, mirror
        self._trail, self._runtime, self._looks = trail, runtime, looks
        self._sending: set[str] = set()
        self.lacks: Mapping[str, str] = {}

    async def plan(self, command: Command) -> Plan:
        """What the command would do now."""
        return (await self._judged(command)).decision.plan

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Read again, compare and send once."""
        command, room = plan.command, HANDLERS[type(plan.command)]
        try:
            case = await self._judged(command)
            if case.decision.plan.fingerprint != plan.fingerprint:
                raise PreviewStale(case.decision.plan)
            decision = case.decision.taking_back(plan.takes_back)
            return await self._send(replace(case, decision=decision), reason)
        except OutcomeUnknown:
            raise
        except BursarError as error:
            await self._trail.refuse(room, command, reason, error)
            raise

    async def settle(self) -> None:
        """See what became of requests that were never answered."""
        for one in await self._trail.open():
            if one.key not in self._sending:
                with suppress(ValueError, KeyError):
                    await self._look_back(one)

    # What a server's dialect says

    @abstractmethod
    async def _case(self, command: Command) -> CaseT:
        """The decision of a command on what is read for it."""

    @abstractmethod
    async def _request(self, case: CaseT, reason: str) -> tuple[Created, str]:
        """The one request; what it made, and what is worth telling beside."""

    @abstractmethod
    async def _again(self, case: CaseT, created: Created) -> None:
        """Read anew what was changed."""

    async def _shows(self, case: CaseT) -> bool | None:
        """Whether it is to be seen, read anew; None when that can never be told."""
        return await self._seen(case.effect)

    @abstractmethod
    async def _seen(self, effect: Effect) -> bool | None:
        """The same of what was kept of a request."""

    async def _refused(self, case: CaseT, error: BursarError) -> None:
        """Learn from a refusal. Raises BursarError where that says it better."""

    def _made(self, decision: Decision, created: Created) -> Decision:
        """The decision about what now has a number."""
        return decision

    def _message(self, decision: Decision, created: Created) -> str:
        return decision.message

    # For dialects

    async def _sent(self, case: CaseT, sending: Awaitable[T]) -> T:
        """What comes of a request, which is not sent again with another token; after a refusal
        what is there is read again, for that shows why."""
        try:
            return await sending
        except OutcomeUnknown:
            raise
        except NotSignedIn as error:
            raise NotSignedIn(error.message, hint=SIGN_IN, aside=error.aside) from error
        except BursarError as error:
            await self._refused(case, error)
            with suppress(BursarError):
                await self._again(case, {})
            raise

    def _undoable(self, plan: Plan) -> Plan:
        """The plan, undone only as far as this server can."""
        inverse = plan.inverse if type(plan.inverse).__name__ not in self.lacks else None
        return replace(plan, inverse=inverse, undo=plan.undo if inverse or not plan.inverse else "")

    # Sending

    async def _judged(self, command: Command) -> CaseT:
        if why := self.lacks.get(type(command).__name__):
            raise NotAllowed(f"this server's API cannot do it: {why}")
        if type(command) not in HANDLERS:
            raise Invalid(f"{type(command).__name__} is not a command of this backend")
        return await self._case(command)

    async def _send(self, case: CaseT, reason: str) -> Receipt:
        plan = case.decision.plan
        body = self._kept(case)
        one = Unfinished(self._runtime.uuid(), self._now(), plan.title, reason, body)
        await self._trail.keep(one)
        self._sending.add(one.key)
        try:
            created, note = await self._request(case, reason)
        except OutcomeUnknown as error:
            return await self._unanswered(case, one, error)
        except BursarError as error:
            await self._trail.finish(one, Outcome.REFUSED, error.message, self._now())
            raise
        finally:
            self._sending.discard(one.key)
        return await self._done(case, one, created, note)

    async def _done(self, case: CaseT, one: Unfinished, created: Created, note: str) -> Receipt:
        seq, told = 0, self._message(case.decision, created)
        message = f"{told}; {note}" if note else told
        try:
            made = self._made(case.decision, created)
            seq = await self._trail.record(made, one.reason, one.key)
        except BursarError as error:  # what was done is done
            message = f"{message}; it could not be noted here: {error.message}"
        await self._trail.finish(one, Outcome.DONE, message, self._now())
        with suppress(BursarError):  # it is read again soon anyway
            await self._again(case, created)
        return Receipt(seq, message, created)

    async def _unanswered(self, case: CaseT, one: Unfinished, error: OutcomeUnknown) -> Receipt:
        """Look until it is to be seen; what is not stays open."""
        shown: bool | None = False
        for pause in self._looks:
            await asyncio.sleep(pause)
            with suppress(BursarError):
                shown = await self._shows(case)
                if shown is not False:
                    break
        if shown:
            return await self._done(case, one, {}, "")
        with suppress(BursarError):  # that it is unknown matters more than the note of it
            await self._trail.record(case.decision, one.reason, one.key, UNKNOWN)
        told = self.hidden
        if shown is None:
            await self._trail.finish(one, Outcome.UNKNOWN, told, self._now())
        else:
            told = "so far the server does not show it; it is looked for again"
        raise OutcomeUnknown(f"{error.message}; {told}", hint=error.hint) from error

    async def _look_back(self, one: Unfinished) -> None:
        """What the mirror shows of a request of earlier."""
        kept = json.loads(one.body)
        if kept.get("system", FIRST) != self.system:
            return
        shown = await self._seen(kept["effect"])
        late = self._now() - one.at > GIVEN_UP
        if shown is False and not late:
            return
        told = "carried out after all" if shown else "not to be seen, given up"
        entry = Entry(self._reader.actor.name, kept["action"], kept["target"], reason=one.reason)
        outcome = DONE if shown else UNKNOWN
        await self._trail.note(replace(entry, request_id=one.key, outcome=outcome))
        await self._trail.finish(one, Outcome(outcome), told, self._now())

    def _kept(self, case: CaseT) -> str:
        """All it takes to see later what became of it."""
        named = {"action": case.decision.action, "target": case.decision.target}
        return json.dumps({"system": self.system, "effect": case.effect, **named})

    def _now(self) -> int:
        return micros(self._runtime.now())
