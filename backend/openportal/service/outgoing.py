"""What becomes of our awards to other portals while the scheduler works (spec openportal §5.3)."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.journal import SideEffect, to_json
from backend.core.usecase import Write, difference
from backend.openportal.model import Done, Failed, Operation, Order, RemoteProject, RemoteState
from backend.openportal.rules.awards import CONTROLS, amount_text
from backend.openportal.rules.identifiers import plain
from backend.openportal.store import awards

ASKING = (Operation.CREATE, Operation.LIMIT, Operation.UPDATE)
STANDING = (RemoteState.ACTIVE, RemoteState.STALE)
SILENCE = 12 * 3600 * 1_000_000
"""Microseconds without contact after which an award is stale."""


def sent(tx: Tx, made: Order) -> list[SideEffect]:
    """An award, or another amount, is on its way."""
    if not made.allocation.remote or made.operation not in ASKING:
        return []
    before = _known(tx, made)
    one = before or _new(tx, made)
    after = replace(
        one,
        state=one.state if one.state in STANDING else RemoteState.PENDING,
        pending_allocation=amount_text(made.allocation.node_limit, made.service),
        pending_since=tx.now,
        error_message="",
    )
    return _saved(tx, before, after)


def waits(tx: Tx, made: Order, outage: str, *, heard: bool) -> list[SideEffect]:
    """The other portal takes its time, or cannot be reached; told at every look, since what has
    the same answer may have become stale."""
    before = _known(tx, made) if made.allocation.remote else None
    if before is None:
        return []
    contact = tx.now if heard else before.last_contact_at
    silent = 0 < contact < tx.now - SILENCE
    state = before.state
    if state in STANDING:
        state = RemoteState.STALE if silent else RemoteState.ACTIVE
    after = replace(before, state=state, last_contact_at=contact, error_message=outage)
    return _saved(tx, before, after) if after != before else []


def answered(tx: Tx, made: Order, answer: Done | Failed) -> list[SideEffect]:
    """The other portal has decided, or it was deleted there; what it refused keeps its
    identifier, so that it can be tried again."""
    before = _known(tx, made) if made.allocation.remote else None
    if before is None:
        return []
    contact = before.last_contact_at if _unheard(answer) else tx.now
    after = replace(before, pending_allocation="", pending_since=0, last_contact_at=contact)
    if isinstance(answer, Failed):
        after = replace(after, state=RemoteState.ERROR, error_message=answer.message)
    elif made.operation is Operation.DELETE:
        after = replace(
            after,
            state=RemoteState.DELETED,
            identifier="",
            current_allocation="",
            error_message="",
        )
    else:
        after = _accepted(after, before, made, answer)
    return _saved(tx, before, after)


def _unheard(answer: Done | Failed) -> bool:
    return isinstance(answer, Failed) and answer.unreachable


def _accepted(
    after: RemoteProject, before: RemoteProject, made: Order, answer: Done
) -> RemoteProject:
    asked = made.operation in ASKING
    granted = amount_text(made.allocation.node_limit, made.service)
    return replace(
        after,
        state=RemoteState.ACTIVE,
        identifier=answer.counterpart or before.identifier,
        current_allocation=granted if asked else before.current_allocation,
        error_message="",
    )


def _known(tx: Tx, made: Order) -> RemoteProject | None:
    return awards.remote_project_at(tx, made.project.uuid, made.service.instance)


def _new(tx: Tx, made: Order) -> RemoteProject:
    return RemoteProject(
        uuid=plain(tx.runtime.uuid()),
        project=made.project.uuid,
        destination=made.service.instance,
        identifier="",
        state=RemoteState.PENDING,
        current_allocation="",
        pending_allocation="",
        pending_since=0,
        error_message="",
        last_contact_at=0,
        earliest_approve="",
        membership_control=CONTROLS[0],
        allowed_domains=None,
        links="",
        notes="",
        created_at=tx.now,
        modified_at=tx.now,
    )


def _saved(tx: Tx, before: RemoteProject | None, after: RemoteProject) -> list[SideEffect]:
    after = replace(after, modified_at=tx.now)
    awards.save_remote_project(tx, before, after)
    old, new = difference(Write(before, after))
    return [SideEffect(after.target, to_json(old), to_json(new))] if old or new else []
