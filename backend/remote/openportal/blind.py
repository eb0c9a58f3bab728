"""Decisions about what a server knows more of than it shows: it is the one that decides."""

from __future__ import annotations

from dataclasses import replace

from backend.core.database import Tx
from backend.core.errors import NotFound
from backend.core.plan import Change, Command, Plan, Tier, WireRequest
from backend.core.stored import object_of
from backend.core.usecase import Decision, Write, decide
from backend.openportal.model import (
    ApproveAward,
    AwardCommand,
    AwardState,
    ModifyRemoteProject,
    RemoteState,
    ResendRequest,
)
from backend.openportal.queries import earliest
from backend.openportal.rules import awards as rules
from backend.openportal.rules.outbound import award_path
from backend.openportal.service import ROOM, remote_projects
from backend.openportal.store import awards as store
from backend.openportal.store import places

HIDDEN = "which service it is for is not shown: the server decides what becomes of it"


def decided(tx: Tx, command: Command) -> Decision:
    """The decision of a command, as far as what is shown goes. What follows at the server is not
    written down as if it were known."""
    if isinstance(command, ResendRequest):
        return _resend(tx, command)
    if isinstance(command, ApproveAward):
        service = places.service_at(tx, command.destination, remote=False)
        if service is None or not service.customer:
            return _approve(tx, command)
    found = decide(tx, ROOM, command)
    if isinstance(command, AwardCommand | ModifyRemoteProject):
        own = [w for w in found.writes if isinstance(w, Write) and w.target == found.target]
        return replace(found, writes=own, created={})
    return found


def _approve(tx: Tx, command: ApproveAward) -> Decision:
    award = store.award(tx, command.identifier, command.destination)
    if award is None:
        raise NotFound(f"there is no award {command.identifier!r} for {command.destination!r}")
    rules.require_pending(award)
    details = object_of(award.details)
    rules.require_open(award, earliest(details), tx.now)
    name, amount = str(details.get("name") or award.identifier), details.get("allocation")
    changes = [Change(name, "state", award.state, AwardState.APPROVED)]
    changes += [Change(name, "allocation", None, str(amount))] if amount else []
    path = award_path(award.identifier, award.destination, "approve")
    plan = Plan(
        command,
        "Approve",
        f"Approve award {name}",
        award.identifier,
        Tier.REVERSIBLE,
        WireRequest("POST", path, {}),
        changes=tuple(changes),
        warnings=(HIDDEN,),
    )
    write = Write(award, replace(award, state=AwardState.APPROVED))
    return Decision(plan, "award.approve", award.target, f"Award {name} approved", [write])


def _resend(tx: Tx, command: ResendRequest) -> Decision:
    before, project = remote_projects.find(tx, command.actor, command.remote_project)
    after = replace(before, state=RemoteState.PENDING) if command.reset else before
    return remote_projects.asked_again(command, before, after, project, [Write(before, after)])
