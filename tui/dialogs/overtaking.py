"""Who was faster: what the journal says of the thing that a command is about."""

from __future__ import annotations

from functools import singledispatch

from backend.core.errors import BursarError
from backend.core.journal import REFUSED
from backend.core.listing import Query
from backend.core.plan import Command
from backend.openportal.model import AwardCommand
from backend.projects.model import ApplicationCommand, ChangeProjectState, ChangeUser
from backend.quotas.model import AcceptCommission, RejectCommission
from tui.format import ages
from tui.session import Session

BEGINS = ("submit", "issue")
"""The ends of actions that begin a thing: nobody decided then."""
LOOKED_AT = 5
"""Entries among which there is one that was not refused."""


@singledispatch
def target(command: Command) -> str:
    """The journal's name of what a command is about, `` where nobody else decides on it."""
    return ""


@target.register
def _(command: ApplicationCommand) -> str:
    return f"application:{command.application}"


@target.register(AcceptCommission)
@target.register(RejectCommission)
def _(command: AcceptCommission | RejectCommission) -> str:
    return f"commission:{command.serial}"


@target.register
def _(command: ChangeProjectState) -> str:
    return f"project:{command.project}"


@target.register
def _(command: ChangeUser) -> str:
    return f"user:{command.user}"


@target.register
def _(command: AwardCommand) -> str:
    return f"award:{command.identifier} {command.destination}"


async def by_whom(session: Session, command: Command) -> str:
    """Who did what to it last, when and why; `` where the journal does not say."""
    if not (scope := target(command)):
        return ""
    try:
        rows = await session.backend.journal.listing.page(Query(scope=scope), LOOKED_AT)
    except BursarError:
        return ""
    last = next((row for row in rows if row.outcome != REFUSED), None)
    if last is None or last.action.endswith(BEGINS):
        return ""
    verb = last.action.rpartition(".")[2].replace("_", " ")
    why = f": {last.reason}" if last.reason else ", without a reason"
    who = last.who.removeprefix("operator:").removeprefix("service:")
    return f"It was {who}, {verb} at {ages.clock(last.at)}Z{why}"
