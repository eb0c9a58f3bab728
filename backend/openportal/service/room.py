"""The room: which use case answers which command, and how decisions are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect
from backend.core.plan import Command, Receipt
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.openportal.model import (
    Allocation,
    AllocationCommand,
    ApproveAward,
    AttachAward,
    Award,
    AwardCommand,
    CreateAllocation,
    DeleteAllocation,
    DeleteAward,
    DetachAward,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    ModifyRemoteProject,
    NameProject,
    NoteAward,
    PartOf,
    PortalProject,
    PullAllocation,
    RejectAward,
    RemoteProject,
    ResendRequest,
    SetNodeLimit,
    UnlinkAllocation,
)
from backend.openportal.rules.identifiers import plain
from backend.openportal.service import allocations, awards, names, operations, remote_projects
from backend.openportal.service.finding import COUNTDOWN, Forget, Hurry, Instead, Schedule
from backend.openportal.store import allocations as allocation_store
from backend.openportal.store import awards as award_store
from backend.openportal.store import jobs, people, places


def persist(tx: Tx, write: object) -> Sequence[SideEffect]:
    """Store one write of a decision."""
    if isinstance(write, Write):
        _store(tx, write)
    elif isinstance(write, Schedule):
        due_at = tx.now + COUNTDOWN
        jobs.add(tx, write.allocation, write.operation, due_at, forced=write.forced)
    elif isinstance(write, Forget):
        jobs.remove(tx, write.allocation)
    elif isinstance(write, Instead | Hurry):
        _adjust(tx, write)
    else:
        raise TypeError(f"{write!r} is no write of this room")
    return ()


def _adjust(tx: Tx, write: Instead | Hurry) -> None:
    task = jobs.of(tx, write.allocation)
    if task is None:
        return
    if isinstance(write, Instead):
        jobs.change(tx, task.id, write.operation)
    else:
        jobs.hurry(tx, task.id)


def _store(tx: Tx, write: Write) -> None:
    before, after = write.before, write.after
    one = after or before
    if isinstance(one, Allocation):
        if after is None:
            allocation_store.delete(tx, one.uuid)
        else:
            allocation_store.save(tx, before, after)
    elif isinstance(one, Award):
        if after is None:
            award_store.delete_award(tx, one)
        else:
            award_store.save_award(tx, before, after)
    elif isinstance(one, PortalProject):
        places.save_project(tx, before, after)
    elif isinstance(one, RemoteProject):
        award_store.save_remote_project(tx, before, after)
    elif isinstance(one, PartOf):
        people.add_part(tx, one)
    else:
        raise TypeError(f"{write!r} is no write of this room")


def _subject(command: Command) -> str:
    """What a command is about, `openportal` when that is not there yet."""
    if isinstance(command, AllocationCommand):
        return f"allocation:{plain(command.allocation)}"
    if isinstance(command, AwardCommand):
        return f"award:{command.identifier} {command.destination}"
    if isinstance(command, ModifyRemoteProject | ResendRequest):
        return f"remote_project:{plain(command.remote_project)}"
    if isinstance(command, NameProject):
        return f"portal_project:{plain(command.project)}"
    return "openportal"


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    if isinstance(decision.plan.command, ApproveAward | RejectAward):
        decision = replace(decision, writes=[_commented(w, reason) for w in decision.writes])
    elif isinstance(decision.plan.command, MarkErred) and reason:
        decision = replace(decision, writes=[_explained(w, reason) for w in decision.writes])
    return perform_writes(tx, decision, reason, persist)


def _commented(write: object, reason: str) -> object:
    """The reason of a review is its comment."""
    if isinstance(write, Write) and isinstance(write.after, Award):
        return Write(write.before, replace(write.after, comment=reason))
    return write


def _explained(write: object, reason: str) -> object:
    """Why something is marked as ERRED is its error, unless that says another."""
    after = write.after if isinstance(write, Write) else None
    if isinstance(write, Write) and isinstance(after, Allocation) and not after.error_message:
        return Write(write.before, replace(after, error_message=reason))
    return write


ROOM = Room(
    "openportal",
    {
        CreateAllocation: ("allocation.create", allocations.create),
        ModifyAllocation: ("allocation.modify", allocations.modify),
        SetNodeLimit: ("allocation.set_limit", operations.set_limit),
        PullAllocation: ("allocation.pull", operations.pull),
        DeleteAllocation: ("allocation.delete", operations.delete),
        UnlinkAllocation: ("allocation.unlink", operations.unlink),
        MarkOk: ("allocation.set_ok", operations.mark_ok),
        MarkErred: ("allocation.set_erred", operations.mark_erred),
        ApproveAward: ("award.approve", awards.approve),
        RejectAward: ("award.reject", awards.reject),
        AttachAward: ("award.attach", awards.attach),
        DetachAward: ("award.detach", awards.detach),
        NoteAward: ("award.note", awards.note),
        DeleteAward: ("award.delete", awards.delete),
        ModifyRemoteProject: ("remote_project.modify", remote_projects.modify),
        ResendRequest: ("remote_project.resend", remote_projects.resend),
        NameProject: ("portal_project.name", names.name),
    },
    _perform,
    _subject,
)
