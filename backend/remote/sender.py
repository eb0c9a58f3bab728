"""Changes on a server: previewed on what was read just now, sent once, and never guessed at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from backend.core.database import Tx
from backend.core.errors import (
    BadReply,
    BursarError,
    Invalid,
    NotAllowed,
    OutcomeUnknown,
    PreviewStale,
)
from backend.core.journal import DONE, Entry
from backend.core.plan import Command, Plan, Receipt
from backend.core.runtime import Runtime, micros
from backend.core.usecase import Decision, Write, decide
from backend.embedded.changes import HANDLERS
from backend.outbox import Outcome, Unfinished
from backend.projects.client.replies import FiledReply, NumberReply
from backend.projects.model import (
    ApplicationCommand,
    ChangeMembership,
    ChangeProjectState,
    EnrollMember,
    JoinProject,
    SetDefaultProject,
    SubmitApplication,
)
from backend.quotas.client import read
from backend.quotas.model import AcceptCommission, RejectCommission
from backend.remote import effects
from backend.remote.mirror import Mirror
from backend.remote.poller import SELECT_RESERVED
from backend.remote.reader import Reader
from backend.remote.reading import OWN
from backend.remote.trail import UNKNOWN, Trail

GIVEN_UP = 600 * 1_000_000
"""Microseconds after which what is not to be seen will not come any more."""
REASONED = (ApplicationCommand, ChangeProjectState)
PLAIN = (ChangeMembership, AcceptCommission, RejectCommission)


@dataclass(frozen=True, slots=True)
class _Case:
    """A decision on what was just read: the projects it is about, the component whose token it
    takes (`` for the user's own), and what will be seen of it."""

    decision: Decision
    projects: frozenset[str]
    service: str
    effect: effects.Effect


class Sender:
    """Plans and carries out commands through one server's API."""

    def __init__(
        self, reader: Reader, mirror: Mirror, trail: Trail, runtime: Runtime, looks: Sequence[float]
    ) -> None:
        self._reader, self._mirror, self._trail = reader, mirror, trail
        self._runtime, self._looks = runtime, looks
        self._sending: set[str] = set()
        self.lacks: Mapping[str, str] = {}

    async def plan(self, command: Command) -> Plan:
        """What the command would do now."""
        return (await self._case(command)).decision.plan

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Read again, compare and send once."""
        command, room = plan.command, HANDLERS[type(plan.command)]
        try:
            case = await self._case(command)
            if case.decision.plan.fingerprint != plan.fingerprint:
                raise PreviewStale(case.decision.plan)
            return await self._send(case, reason)
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

    # Reading again

    async def _case(self, command: Command) -> _Case:
        if why := self.lacks.get(type(command).__name__):
            raise NotAllowed(f"this server's API cannot do it: {why}")
        if type(command) not in HANDLERS:
            raise Invalid(f"{type(command).__name__} is not a command of this backend")
        await self._reader.signed_in()
        told = replace(command, actor=self._reader.actor)
        self._check_own(told)
        async with self._mirror.turn:
            await self._read_people(told)
            projects, service = await self._mirror.database.aread(lambda tx: _about(tx, told))
            await self._read_again(projects, service)
            return await self._mirror.database.aread(lambda tx: self._decide(tx, told, service))

    def _check_own(self, command: Command) -> None:
        """The API has nobody act for somebody else."""
        who = getattr(command, "applicant", "") or getattr(command, "user", "")
        own = isinstance(command, SubmitApplication | SetDefaultProject)
        if own and who != self._reader.actor.uuid:
            raise NotAllowed(
                "through this server's API everybody acts in his own name",
                hint="sign in with that person's token",
            )

    async def _read_people(self, command: Command) -> None:
        """People who are named, but need not be in any project."""
        if isinstance(command, EnrollMember):
            await self._mirror.apply(await self._reader.find(command.email))
        elif isinstance(command, SubmitApplication) and command.wishes.owner:
            await self._mirror.apply(await self._reader.named(command.wishes.owner))

    async def _read_again(self, projects: frozenset[str], service: str) -> None:
        if service:
            pending = await self._reader.commissions()
            await self._mirror.apply(replace(pending, scope=frozenset()))
            if projects:
                await self._mirror.apply(await self._reader.usage(projects))
        elif projects:
            await self._mirror.apply(await self._reader.around(projects))

    def _decide(self, tx: Tx, command: Command, service: str) -> _Case:
        decision = decide(tx, HANDLERS[type(command)], command)
        if decision.plan.request.method == "CLI":
            raise NotAllowed(f"this server's API cannot do it: {decision.plan.request.path}")
        inverse = decision.plan.inverse
        if inverse is not None and type(inverse).__name__ in self.lacks:
            decision = replace(decision, plan=replace(decision.plan, inverse=None))
        projects = frozenset(effects.projects_of(tx, command))
        return _Case(decision, projects, service, effects.expected(tx, command))

    # Sending

    async def _send(self, case: _Case, reason: str) -> Receipt:
        plan = case.decision.plan
        one = Unfinished(self._runtime.uuid(), self._now(), plan.title, reason, _body(case))
        await self._trail.keep(one)
        self._sending.add(one.key)
        try:
            created = await self._request(case, reason)
        except OutcomeUnknown as error:
            return await self._unanswered(case, one, error)
        except BursarError as error:
            await self._trail.finish(one, Outcome.REFUSED, error.message, self._now())
            raise
        finally:
            self._sending.discard(one.key)
        return await self._done(case, one, created)

    async def _request(self, case: _Case, reason: str) -> Mapping[str, str | int]:
        """The one request; the ids of what it made."""
        plan = case.decision.plan
        base = (await self._reader.signed_in()).base
        http, path = self._reader.http[case.service or OWN], plan.request.path
        body = _reasoned(plan.command, plan.request.body, reason)
        reply = await http.send(plan.request.method, f"{base}/{path}", body)
        with suppress(BadReply):  # it was done, whatever is said about it
            if isinstance(plan.command, SubmitApplication):
                filed = read(FiledReply, reply)
                return {"project": filed.id, "application": filed.application}
            if isinstance(plan.command, JoinProject | EnrollMember):
                return {"membership": read(NumberReply, reply).id}
        return {}

    async def _done(
        self, case: _Case, one: Unfinished, created: Mapping[str, str | int]
    ) -> Receipt:
        seq, message = 0, _message(case.decision, created)
        try:
            seq = await self._trail.record(_made(case.decision, created), one.reason, one.key)
        except BursarError as error:  # what was done is done
            message = f"{message}; it could not be noted here: {error.message}"
        await self._trail.finish(one, Outcome.DONE, message, self._now())
        with suppress(BursarError):  # it is read again soon anyway
            async with self._mirror.turn:
                await self._read_again(case.projects | _project(created), case.service)
        return Receipt(seq, message, created)

    async def _unanswered(self, case: _Case, one: Unfinished, error: OutcomeUnknown) -> Receipt:
        """Look until it is to be seen; what is not stays open."""
        shown: bool | None = False
        for pause in self._looks:
            await asyncio.sleep(pause)
            with suppress(BursarError):
                shown = await self._shows(case.effect, case.projects, case.service)
                if shown is not False:
                    break
        if shown:
            return await self._done(case, one, {})
        with suppress(BursarError):  # that it is unknown matters more than the note of it
            await self._trail.record(case.decision, one.reason, one.key, UNKNOWN)
        told = "it is no longer pending, but how it ended is not shown"
        if shown is None:
            await self._trail.finish(one, Outcome.UNKNOWN, told, self._now())
        else:
            told = "so far the server does not show it; it is looked for again"
        raise OutcomeUnknown(f"{error.message}; {told}", hint=error.hint) from error

    async def _shows(
        self, effect: effects.Effect, projects: frozenset[str], service: str
    ) -> bool | None:
        async with self._mirror.turn:
            if effect["kind"] in ("filed", "default"):
                await self._reader.signed_in(again=True)
                found = await self._reader.structure()
                await self._mirror.apply(found, admin=self._reader.admin)
            else:
                await self._read_again(projects, service)
            return await self._mirror.database.peek(lambda tx: effects.seen(tx, effect))

    async def _look_back(self, one: Unfinished) -> None:
        """What the mirror shows of a request of earlier."""
        kept = json.loads(one.body)
        effect = kept["effect"]
        shown = await self._mirror.database.peek(lambda tx: effects.seen(tx, effect))
        late = self._now() - one.at > GIVEN_UP
        if shown is False and not late:
            return
        told = "carried out after all" if shown else "not to be seen, given up"
        entry = Entry(self._reader.actor.name, kept["action"], kept["target"], reason=one.reason)
        outcome = DONE if shown else UNKNOWN
        await self._trail.note(replace(entry, request_id=one.key, outcome=outcome))
        await self._trail.finish(one, Outcome(outcome), told, self._now())

    def _now(self) -> int:
        return micros(self._runtime.now())


def _about(tx: Tx, command: Command) -> tuple[frozenset[str], str]:
    """The projects and the component that a command is about."""
    service = effects.service_of(tx, command)
    if service and isinstance(command, AcceptCommission | RejectCommission):
        told = {name for serial, name in tx.all(SELECT_RESERVED) if serial == command.serial}
        return frozenset(name.removeprefix("project:") for name in told), service
    return frozenset(effects.projects_of(tx, command)), service


def _body(case: _Case) -> str:
    named = {"action": case.decision.action, "target": case.decision.target}
    return json.dumps({"effect": case.effect, "service": case.service, **named})


def _reasoned(command: Command, body: Mapping[str, object], reason: str) -> Mapping[str, object]:
    """The request's body with the reason where it has a place."""
    if isinstance(command, REASONED):
        return {
            verb: {**told, "reason": reason} if isinstance(told, Mapping) else told
            for verb, told in body.items()
        }
    return dict.fromkeys(body, reason) if isinstance(command, PLAIN) else body


def _project(created: Mapping[str, str | int]) -> frozenset[str]:
    return frozenset({str(created["project"])} if "project" in created else ())


def _made(decision: Decision, created: Mapping[str, str | int]) -> Decision:
    """The decision about what now has a number."""
    kind = decision.target.partition(":")[0]
    if kind not in created:
        return decision
    writes = [_numbered(write, decision.target, int(created[kind])) for write in decision.writes]
    return replace(decision, target=f"{kind}:{created[kind]}", writes=writes)


def _numbered(write: object, target: str, number: int) -> object:
    if not isinstance(write, Write) or write.target != target:
        return write
    return replace(write, after=replace(write.after, id=number))


def _message(decision: Decision, created: Mapping[str, str | int]) -> str:
    if "application" in created:
        return f"Application {created['application']} filed"
    if "membership" in created:
        return f"Membership {created['membership']} made"
    return decision.message
