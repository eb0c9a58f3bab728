"""What the writing half of the port does: plans, and what was planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, Invalid, OutcomeUnknown, PreviewStale, StorageError
from backend.core.once import Once, earlier, note
from backend.core.plan import Command, Plan, Receipt
from backend.core.usecase import Room, decide, execute, record_refusal
from backend.nico import service as nico
from backend.openportal import service as openportal
from backend.placement import service as placement
from backend.projects import service as projects
from backend.quotas import service as quotas

ROOMS: Sequence[Room] = (quotas.ROOM, projects.ROOM, placement.ROOM, openportal.ROOM, nico.ROOM)
HANDLERS: Mapping[type[Command], Room] = {command: room for room in ROOMS for command in room.uses}


async def plan(database: Database, command: Command) -> Plan:
    """What the command would do now."""
    room = _room(command)
    return await database.aread(lambda tx: decide(tx, room, command).plan)


async def carry_out(
    database: Database,
    command: Command,
    fingerprint: str,
    reason: str,
    wanted: Once | None,
    takes_back: int,
) -> Receipt:
    """Do what was previewed, once however often it is asked for; refused attempts are
    journalled too. Raises Conflict, too, when the key was used for something else."""
    room, actor = _room(command), command.actor.name

    def work(tx: Tx) -> Receipt:
        before = earlier(tx, actor, wanted) if wanted else None
        if before is None:
            receipt = execute(tx, room, command, reason, fingerprint, takes_back)
            if wanted:
                note(tx, actor, wanted, receipt)
            return receipt
        if before.receipt is None:  # a late copy of what was refused, and told so
            raise PreviewStale(decide(tx, room, command).plan)
        return before.receipt

    try:
        return await database.awrite(work)
    except (StorageError, OutcomeUnknown):
        raise  # the database that would keep a note has failed
    except BursarError as error:
        refused = error

    def remember(tx: Tx) -> Receipt | None:
        before = earlier(tx, actor, wanted) if wanted else None
        if before is not None:  # another copy came in between
            return before.receipt
        record_refusal(tx, room, command, reason, refused)
        if wanted:
            note(tx, actor, wanted, None)
        return None

    done: Receipt | None = None
    with suppress(BursarError):  # why it was refused matters more than the note of it
        done = await database.awrite(remember)
    if done is None:
        raise refused
    return done


def _room(command: Command) -> Room:
    room = HANDLERS.get(type(command))
    if room is None:
        raise Invalid(f"{type(command).__name__} is not a command of this backend")
    return room
