"""What an Astakos' API cannot do, and why (spec astakos §5, §6.1)."""

from __future__ import annotations

from collections.abc import Mapping

from backend.core.plan import Command
from backend.projects.model import (
    ApproveApplication,
    ChangeProjectState,
    ChangeUser,
    DenyApplication,
    ModifyBaseProjects,
    ModifyProject,
    ReconcilePendingApps,
    RegisterResource,
    TerminateExpired,
    VerifyQuotas,
)
from backend.quotas.model import (
    AcceptCommission,
    IssueCommission,
    ModifyResource,
    RejectCommission,
)

AT_SERVER = "at the command line of Astakos' server only"
NEVER: Mapping[type[Command], str] = {
    ChangeUser: f"people are moderated {AT_SERVER}",
    ModifyResource: f"resources are changed {AT_SERVER}",
    RegisterResource: f"resources are registered {AT_SERVER}",
    ModifyProject: f"projects are changed in place {AT_SERVER}; file a modification",
    ModifyBaseProjects: f"all base projects are changed {AT_SERVER}",
    TerminateExpired: f"all expired ones end {AT_SERVER}; terminate them one by one",
    VerifyQuotas: f"limits are set right {AT_SERVER}",
    ReconcilePendingApps: f"counters are set right {AT_SERVER}",
    IssueCommission: "services issue their commissions themselves",
}
ADMINS = (ApproveApplication, DenyApplication, ChangeProjectState)
RESOLVING = (AcceptCommission, RejectCommission)


def lacks(*, admin: bool, components: bool) -> Mapping[str, str]:
    """Reasons by the names of commands' classes, for a token that is a project admin's or not,
    with or without one of a component."""
    found = {command.__name__: why for command, why in NEVER.items()}
    if not admin:
        found |= dict.fromkeys((c.__name__ for c in ADMINS), "only project admins decide this")
    if not components:
        why = "it takes the token of the component that issued it"
        found |= dict.fromkeys((c.__name__ for c in RESOLVING), why)
    return found
