"""What a Waldur's API cannot do with this token, and why (spec openportal §2.3, §2.4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from backend.core.identity import Actor, Role
from backend.core.plan import Command
from backend.openportal.model import (
    ApproveAward,
    AttachAward,
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
    PullAllocation,
    RejectAward,
    ResendRequest,
    SetNodeLimit,
    UnlinkAllocation,
)
from backend.remote.openportal.reader import AWARDS, REMOTE_PROJECTS

Commands = tuple[type[Command], ...]

MARKS: Commands = (MarkOk, MarkErred)
STAFF: Commands = (SetNodeLimit, UnlinkAllocation, *MARKS, NameProject)
OF_AWARDS: Commands = (
    ApproveAward,
    RejectAward,
    AttachAward,
    DetachAward,
    NoteAward,
    DeleteAward,
)
OF_REMOTE: Commands = (ModifyRemoteProject, ResendRequest)
CHANGES: Commands = (
    CreateAllocation,
    ModifyAllocation,
    PullAllocation,
    DeleteAllocation,
    *STAFF,
    *OF_AWARDS,
    *OF_REMOTE,
)
OLDER = "this server is older and has no marks"


def lacks(actor: Actor, lacking: Collection[str], *, marks: bool) -> Mapping[str, str]:
    """Reasons by the names of commands' classes; little before it is known who signed in."""
    found: dict[str, str] = {}
    if actor.uuid and actor.role is not Role.ADMIN:
        found |= _because(STAFF, "only staff do this")
    if not marks:
        found |= _because(MARKS, OLDER)
    if AWARDS in lacking:
        found |= _because(OF_AWARDS, f"this server shows no {AWARDS}")
    if REMOTE_PROJECTS in lacking:
        found |= _because(OF_REMOTE, f"this server shows no {REMOTE_PROJECTS}")
    if actor.role is Role.VIEWER:
        found |= _because(CHANGES, "support sees all and changes nothing")
    return found


def _because(commands: Commands, why: str) -> dict[str, str]:
    return {command.__name__: why for command in commands}
