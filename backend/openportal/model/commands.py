"""What can be asked of the OpenPortal room (spec openportal §2.3, §5).

What is None or `KEEP` stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.plan import Command

KEEP = "<keep>"
"""Nothing that anything is called, and no list of destinations: `*` is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationCommand(Command):
    """A command about one allocation, named by its uuid."""

    allocation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAllocation(Command):
    """A new allocation of a project (uuid) on a service (uuid); `node_limit` None gives the
    service's default."""

    remote: bool
    name: str
    service: str
    project: str
    description: str = ""
    node_limit: int | None = None
    counterpart: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyAllocation(AllocationCommand):
    """Change the record; the resource backend is told nothing, of a limit neither (§1.4)."""

    name: str | None = None
    description: str | None = None
    node_limit: int | None = None
    counterpart: str | None = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNodeLimit(AllocationCommand):
    """Store a limit and push it to the resource backend; -1 is unlimited."""

    node_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PullAllocation(AllocationCommand):
    """Read usage and members anew from the resource backend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAllocation(AllocationCommand):
    """Delete it at the resource backend, then here; what was ERRED goes in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkAllocation(AllocationCommand):
    """Forget it here at once; the resource backend is told nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOk(AllocationCommand):
    """Say that it is well, which ends what is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkErred(AllocationCommand):
    """Say that it has failed, which ends what is under way."""

    error_message: str = ""
    error_traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardCommand(Command):
    """A command about one award that another portal made to us."""

    identifier: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveAward(AwardCommand):
    """Take the award: make its project, unless it has one, and its allocation. The reason is the
    comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectAward(AwardCommand):
    """Refuse the award; the reason is the comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachAward(AwardCommand):
    """Say which project (uuid) the award is for."""

    project: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachAward(AwardCommand):
    """Take its project from the award again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAward(AwardCommand):
    """Add a note to an award."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteAward(AwardCommand):
    """Forget an award."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyRemoteProject(Command):
    """Change what goes with an award of ours (§5.3): `links` is JSON text, `earliest_approve` an
    ISO date-time, `` for none."""

    remote_project: str
    earliest_approve: str | None = None
    membership_control: str | None = None
    allowed_domains: str | None = KEEP
    links: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendRequest(Command):
    """Send an award of ours again, `reset` as one that was never answered (§5.3)."""

    remote_project: str
    reset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameProject(Command):
    """Give a project its short name or the destinations it may go to (§5.5); None removes."""

    project: str
    shortname: str | None = KEEP
    allowed_destinations: str | None = KEEP
