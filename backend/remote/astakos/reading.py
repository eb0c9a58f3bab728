"""What was read of a server in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.projects.client import Identity, ProjectTold
from backend.projects.model import Membership
from backend.quotas.client import CommissionTold, Key, Ledger
from backend.quotas.model import Resource

OWN = ""
"""The source of the figures that the user's own token shows; components go by their names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a server; None where it was not read. `names` are addresses by uuid, `figures`
    and `commissions` go by the source they are from. It tells all there is of the projects in
    `scope`, or of everything when that is None."""

    identity: Identity | None = None
    resources: Sequence[Resource] | None = None
    projects: Sequence[ProjectTold] | None = None
    memberships: Sequence[Membership] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Ledger] = field(default_factory=dict)
    commissions: Mapping[str, Sequence[CommissionTold]] = field(default_factory=dict)
    scope: frozenset[str] | None = None

    def people(self) -> set[str]:
        """The uuids of everybody who is named in it."""
        found = {m.user for m in self.memberships or ()}
        for told in self.projects or ():
            found |= {told.project.owner, told.project.uuid if told.project.is_base else ""}
            if told.application:
                found |= {told.application.applicant, told.application.owner or ""}
        holders = (key[0] for ledger in self.figures.values() for key in ledger)
        found |= {name[5:] for name in holders if name.startswith("user:")}
        return found - {""}


def project_of(key: Key) -> str:
    """The uuid of the project that a holding is of."""
    return (key[1] or key[0]).removeprefix("project:")
