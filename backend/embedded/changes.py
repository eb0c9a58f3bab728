"""What the writing half of the port does: plans, and what was planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from backend.core.database import Database, Tx
from backend.core.errors import BursarError, Invalid, StorageError
from backend.core.once import Once, once
from backend.core.plan import Command, Plan, Receipt
from backend.core.usecase import Room, decide, execute, record_refusal
from backend.projects import service as projects
from backend.quotas import service as quotas

ROOMS: Sequence[Room] = (quotas.ROOM, projects.ROOM)
HANDLERS: Mapping[type[Command], Room] = {
    command: room for room in ROOMS for command in room.decide
}


async def plan(database: Database, command: Command) -> Plan:
    """What the command would do now."""
    room = _room(command)
    return await database.aread(lambda tx: decide(tx, room, command).plan)


async def carry_out(
    database: Database, command: Command, fingerprint: str, reason: str, wanted: Once | None
) -> Receipt:
    """Do what was previewed, once however often it is asked for; refused attempts are
    journalled too. Raises Conflict, too, when the key was used for something else."""
    room = _room(command)

    def work(tx: Tx) -> Receipt:
        if wanted is None:
            return execute(tx, room, command, reason, fingerprint)
        do = partial(execute, tx, room, command, reason, fingerprint)
        return once(tx, command.actor.name, wanted, do)

    try:
        return await database.awrite(work)
    except StorageError:
        raise  # the database that would keep a note has failed
    except BursarError as error:
        refused = error
        with suppress(BursarError):  # why it was refused matters more than the note of it
            await database.awrite(lambda tx: record_refusal(tx, room, command, reason, refused))
        raise


def _room(command: Command) -> Room:
    room = HANDLERS.get(type(command))
    if room is None:
        raise Invalid(f"{type(command).__name__} is not a command of this backend")
    return room
