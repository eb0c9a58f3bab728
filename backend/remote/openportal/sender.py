"""Changes through Waldur's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from backend.core.database import Tx
from backend.core.errors import (
    BursarError,
    Invalid,
    NotAllowed,
    NotFound,
)
from backend.core.identity import Role
from backend.core.plan import Command, Plan, Receipt, WireRequest
from backend.core.runtime import Runtime
from backend.core.usecase import Decision, Write
from backend.openportal.client import AwardTold
from backend.openportal.model import (
    KEEP,
    AllocationCommand,
    ApproveAward,
    AwardCommand,
    CreateAllocation,
    MarkErred,
    ModifyRemoteProject,
    NameProject,
    RejectAward,
    ResendRequest,
    SetNodeLimit,
)
from backend.openportal.rules.identifiers import plain
from backend.remote.openportal import called, effects
from backend.remote.openportal.blind import decided
from backend.remote.openportal.lacks import MARKS, OLDER
from backend.remote.openportal.mirror import OpenPortalMirror
from backend.remote.openportal.poller import SELECT_KINDS
from backend.remote.openportal.reader import Reader
from backend.remote.openportal.reading import Reading, Some
from backend.remote.openportal.wishes import Wishes
from backend.remote.sender import Case, Created, Effect, Sender
from backend.remote.trail import Trail

NO_SUCH_PATH = (404, 405)
UNNAMED, STRANGERS = "has no short name", "have no account here"
"""What warnings say that are true only where names, and people, are told."""


@dataclass(frozen=True, slots=True)
class PortalCase(Case):
    """A decision with the request that it is."""

    request: WireRequest


class OpenPortalSender(Sender[PortalCase, Reader, OpenPortalMirror]):
    """Plans and carries out what Waldur's API offers. `asked` is told of allocations with which
    something is under way."""

    system = "openportal"
    hidden = "it cannot be told whether this was done"

    def __init__(
        self,
        reader: Reader,
        mirror: OpenPortalMirror,
        trail: Trail,
        runtime: Runtime,
        looks: Sequence[float],
    ) -> None:
        super().__init__(reader, mirror, trail, runtime, looks)
        self.asked: Callable[[str], None] = lambda _: None
        self.wishes = Wishes(mirror.database)

    async def apply(self, plan: Plan, reason: str) -> Receipt:
        """Read again, compare and send once; the journal keeps what it is called."""
        command = plan.command
        if isinstance(command, AllocationCommand):
            await self._keep_name(plain(command.allocation))
        receipt = await super().apply(plan, reason)
        if made := receipt.created.get("allocation"):
            await self._keep_name(str(made))
        return receipt

    async def _keep_name(self, uuid: str) -> None:
        with suppress(BursarError):  # what is done matters more
            if one := await self._mirror.database.peek(lambda tx: called.called(tx, uuid)):
                await self._trail.database.awrite(lambda tx: called.keep(tx, one))

    # Reading again

    async def _case(self, command: Command) -> PortalCase:
        await self._reader.signed_in()
        told = replace(command, actor=self._reader.actor)
        _check_single(told)
        async with self._mirror.turn:
            nameless = await self._read_for(told)
            return await self._mirror.database.aread(
                lambda tx: self._decide(tx, told, nameless=nameless)
            )

    async def _read_for(self, command: Command) -> bool:
        """What a command is about, as it is now; whether short names are not told."""
        if isinstance(command, AllocationCommand):
            await self._read(await self._kinds(plain(command.allocation)))
        elif isinstance(command, CreateAllocation):
            return await self._read_places(command)
        elif isinstance(command, AwardCommand):
            await self._read_awards([(command.identifier, command.destination)])
        elif isinstance(command, ModifyRemoteProject | ResendRequest):
            await self._mirror.apply(replace(await self._reader.awards(), fresh=True))
        elif isinstance(command, NameProject):
            await self._mirror.apply(await self._reader.places(plain(command.project)))
            await self._read_names(plain(command.project))
        return False

    async def _kinds(self, uuid: str) -> dict[str, bool]:
        found = await self._mirror.database.peek(lambda tx: tx.within(SELECT_KINDS, [uuid]))
        return {uuid: bool(found[0][1]) if found else False}

    async def _read(self, wanted: Mapping[str, bool]) -> None:
        await self._mirror.apply(await self._reader.some(wanted, fresh=True))

    async def _read_places(self, command: CreateAllocation) -> bool:
        """Where a new allocation goes, and those there that it could be taken for."""
        project = plain(command.project)
        await self._mirror.apply(await self._reader.places(project, plain(command.service)))
        await self._read_alike(command.name.strip(), project, remote=command.remote)
        return not await self._read_names(project)

    async def _read_alike(self, name: str, project: str, *, remote: bool) -> None:
        found = await self._reader.client.alike(remote=remote, name=name, project=project)
        some = {one.uuid: Some(remote, one) for one in found}
        await self._mirror.apply(Reading(some=some, fresh=True))

    async def _read_names(self, project: str) -> bool:
        names = await self._reader.names(project)
        if names is not None:
            await self._mirror.apply(Reading(names={project: names}, fresh=True))
        return names is not None

    async def _read_awards(self, keys: Sequence[effects.Key]) -> None:
        found: dict[effects.Key, AwardTold | None] = {}
        for key in keys:
            found[key] = None
            with suppress(NotFound):
                found[key] = await self._reader.client.award(*key)
        await self._mirror.apply(Reading(some_awards=found, fresh=True))

    def _decide(self, tx: Tx, command: Command, *, nameless: bool) -> PortalCase:
        decision = decided(tx, _ruled_there(command))
        plan = replace(decision.plan, command=command)
        unknown = (STRANGERS, UNNAMED) if nameless else (STRANGERS,)
        warnings = [one for one in plan.warnings if not any(part in one for part in unknown)]
        told = self._undoable(replace(plan, warnings=tuple(warnings)))
        sealed = replace(decision, plan=told).sealed()
        return PortalCase(sealed, effects.expected(tx, command), plan.request)

    # Sending

    async def _request(self, case: PortalCase, reason: str) -> tuple[Created, str]:
        command = case.decision.plan.command
        request = _commented(command, case.request, reason)
        made = await self._sent(case, self._reader.client.send(request))
        if not isinstance(command, CreateAllocation) or not made:
            return {}, ""
        if command.node_limit is not None:
            self.wishes.add(made, command.node_limit)
        return {"allocation": made}, ""

    async def _refused(self, case: PortalCase, error: BursarError) -> None:
        """Raises NotAllowed when a server knows the allocation, but no marks."""
        command = case.decision.plan.command
        if not isinstance(command, MARKS) or error.data.get("status") not in NO_SUCH_PATH:
            return
        wanted = effects.allocation_of(case.effect)
        found = await self._reader.some(wanted)
        if all(one.told is not None for one in found.some.values()):
            self._reader.marks = False
            raise NotAllowed(OLDER, hint="unlink it, or mend it at the server") from error

    def _made(self, decision: Decision, created: Created) -> Decision:
        uuid = created.get("allocation")
        if not uuid:
            return decision
        writes = [
            replace(one, after=replace(one.after, uuid=uuid)) if isinstance(one, Write) else one
            for one in decision.writes
        ]
        return replace(decision, target=f"allocation:{uuid}", writes=writes)

    async def _again(self, case: PortalCase, created: Created) -> None:
        command = case.decision.plan.command
        wanted = effects.allocation_of(case.effect)
        if isinstance(command, CreateAllocation) and "allocation" in created:
            wanted = {str(created["allocation"]): command.remote}
        if isinstance(command, SetNodeLimit):
            self.wishes.drop(plain(command.allocation))
        for uuid in wanted:
            self.asked(uuid)
        async with self._mirror.turn:
            await self._look(case.effect, wanted)

    async def _seen(self, effect: Effect) -> bool | None:
        async with self._mirror.turn:
            await self._look(effect, effects.allocation_of(effect))
            return await self._mirror.database.peek(lambda tx: effects.seen(tx, effect))

    async def _look(self, effect: Effect, wanted: Mapping[str, bool]) -> None:
        """Read what a change is to be seen by."""
        if wanted:
            await self._read(wanted)
        if keys := effects.award_of(effect):
            await self._read_awards(keys)
        kind = effect["kind"]
        if kind == "created" and not wanted:
            name, project, _, remote = effect["where"]
            await self._read_alike(name, project, remote=bool(remote))
        elif kind == "named":
            await self._read_names(effect["project"])
        elif kind in ("agreed", "hidden"):
            await self._mirror.apply(replace(await self._reader.awards(), fresh=True))


def _ruled_there(command: Command) -> Command:
    """The command as one whose rights the server judges: who reviews what is not shown."""
    if isinstance(command, AwardCommand | ModifyRemoteProject | ResendRequest):
        return replace(command, actor=replace(command.actor, role=Role.ADMIN))
    return command


def _check_single(command: Command) -> None:
    """Raises Invalid for what would be several requests, of which some could fail."""
    if isinstance(command, ModifyRemoteProject):
        texts = (command.earliest_approve, command.membership_control, command.links)
        given = [one for one in texts if one is not None]
        given += [one for one in (command.note,) if one]
        count = len(given) + (command.allowed_domains != KEEP)
    elif isinstance(command, NameProject):
        count = sum(one != KEEP for one in (command.shortname, command.allowed_destinations))
    else:
        return
    if count > 1:
        raise Invalid("this server changes one of these at a time", hint="do them one by one")


def _commented(command: Command, request: WireRequest, reason: str) -> WireRequest:
    """The request with the reason where it has a place."""
    if isinstance(command, ApproveAward | RejectAward) and reason:
        return replace(request, body={**request.body, "comment": reason})
    if isinstance(command, MarkErred) and reason and not command.error_message:
        return replace(request, body={**request.body, "error_message": reason})
    return request
