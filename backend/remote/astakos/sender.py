"""Changes through Astakos' API."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from backend.core.database import Tx
from backend.core.errors import BadReply, NotAllowed
from backend.core.plan import Command
from backend.core.usecase import Decision, Write, decide
from backend.embedded.changes import HANDLERS
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
from backend.remote.astakos import effects
from backend.remote.astakos.mirror import AstakosMirror
from backend.remote.astakos.poller import SELECT_RESERVED
from backend.remote.astakos.reader import Reader
from backend.remote.astakos.reading import OWN
from backend.remote.sender import Case, Created, Effect, Sender

REASONED = (ApplicationCommand, ChangeProjectState)
PLAIN = (ChangeMembership, AcceptCommission, RejectCommission)


@dataclass(frozen=True, slots=True)
class AstakosCase(Case):
    """A decision with the projects it is about, and the component whose token it takes (`` for
    the user's own)."""

    projects: frozenset[str]
    service: str


class AstakosSender(Sender[AstakosCase, Reader, AstakosMirror]):
    """Plans and carries out what an Astakos' API offers."""

    system = "astakos"
    hidden = "it is no longer pending, but how it ended is not shown"

    # Reading again

    async def _case(self, command: Command) -> AstakosCase:
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

    def _decide(self, tx: Tx, command: Command, service: str) -> AstakosCase:
        decision = decide(tx, HANDLERS[type(command)], command)
        if decision.plan.request.method == "CLI":
            raise NotAllowed(f"this server's API cannot do it: {decision.plan.request.path}")
        inverse = decision.plan.inverse
        if inverse is not None and type(inverse).__name__ in self.lacks:
            decision = replace(decision, plan=replace(decision.plan, inverse=None))
        projects = frozenset(effects.projects_of(tx, command))
        return AstakosCase(decision, effects.expected(tx, command), projects, service)

    # Sending

    async def _request(self, case: AstakosCase, reason: str) -> tuple[Created, str]:
        plan = case.decision.plan
        base = (await self._reader.signed_in()).base
        http, path = self._reader.http[case.service or OWN], plan.request.path
        body = _reasoned(plan.command, plan.request.body, reason)
        reply = await http.send(plan.request.method, f"{base}/{path}", body)
        with suppress(BadReply):  # it was done, whatever is said about it
            if isinstance(plan.command, SubmitApplication):
                filed = read(FiledReply, reply)
                return {"project": filed.id, "application": filed.application}, ""
            if isinstance(plan.command, JoinProject | EnrollMember):
                return {"membership": read(NumberReply, reply).id}, ""
        return {}, ""

    async def _again(self, case: AstakosCase, created: Created) -> None:
        async with self._mirror.turn:
            await self._read_again(case.projects | _project(created), case.service)

    async def _shows(self, case: AstakosCase) -> bool | None:
        async with self._mirror.turn:
            if case.effect["kind"] in ("filed", "default"):
                await self._reader.signed_in(again=True)
                found = await self._reader.structure()
                await self._mirror.apply(found, admin=self._reader.admin)
            else:
                await self._read_again(case.projects, case.service)
            return await self._seen(case.effect)

    async def _seen(self, effect: Effect) -> bool | None:
        return await self._mirror.database.peek(lambda tx: effects.seen(tx, effect))

    def _made(self, decision: Decision, created: Created) -> Decision:
        kind = decision.target.partition(":")[0]
        if kind not in created:
            return decision
        writes = [
            _numbered(write, decision.target, int(created[kind])) for write in decision.writes
        ]
        return replace(decision, target=f"{kind}:{created[kind]}", writes=writes)

    def _message(self, decision: Decision, created: Created) -> str:
        if "application" in created:
            return f"Application {created['application']} filed"
        if "membership" in created:
            return f"Membership {created['membership']} made"
        return decision.message


def _about(tx: Tx, command: Command) -> tuple[frozenset[str], str]:
    """The projects and the component that a command is about."""
    service = effects.service_of(tx, command)
    if service and isinstance(command, AcceptCommission | RejectCommission):
        told = {name for serial, name in tx.all(SELECT_RESERVED) if serial == command.serial}
        return frozenset(name.removeprefix("project:") for name in told), service
    return frozenset(effects.projects_of(tx, command)), service


def _reasoned(command: Command, body: Mapping[str, object], reason: str) -> Mapping[str, object]:
    """The request's body with the reason where it has a place."""
    if isinstance(command, REASONED):
        return {
            verb: {**told, "reason": reason} if isinstance(told, Mapping) else told
            for verb, told in body.items()
        }
    return dict.fromkeys(body, reason) if isinstance(command, PLAIN) else body


def _project(created: Created) -> frozenset[str]:
    return frozenset({str(created["project"])} if "project" in created else ())


def _numbered(write: object, target: str, number: int) -> object:
    if not isinstance(write, Write) or write.target != target:
        return write
    return replace(write, after=replace(write.after, id=number))
