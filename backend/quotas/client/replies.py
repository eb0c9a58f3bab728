"""What an Astakos answers about resources, quotas and commissions, read leniently: keys that are
new or missing do no harm, values that make no sense do (spec astakos §5)."""

from __future__ import annotations

from backend.core.errors import BadReply, BursarError, NotFound, OverLimit
from backend.decode import Amount, Body, Flag, Foreign, Refused, Told, Whole
from backend.http import Reply, read
from backend.quotas.client.model import CommissionTold, Figures
from backend.quotas.model import UNLIMITED, Provision, Resource


class ResourceReply(Body):
    """One entry of GET /resources; what an older one calls `allow_in_projects` is not read."""

    service: Foreign = ""
    description: Foreign | None = None
    unit: Foreign | None = None
    api_visible: Flag = True
    ui_visible: Flag = True


class PoolReply(Body):
    """The figures of a project's own holding."""

    project_limit: Amount
    project_usage: Amount
    project_pending: Amount = 0

    def pool(self) -> Figures:
        """The domain's figures. Raises Refused."""
        return _figures(self.project_limit, self.project_usage, self.project_pending)


class HoldingReply(PoolReply):
    """The figures of a member's holding beside its project's."""

    limit: Amount
    usage: Amount
    pending: Amount = 0

    def own(self) -> Figures:
        """The domain's figures. Raises Refused."""
        return _figures(self.limit, self.usage, self.pending)


class ProvisionReply(Body):
    """One provision."""

    holder: Foreign
    source: Foreign | None = None
    resource: Foreign
    quantity: Whole


class CommissionReply(Body):
    """GET /commissions/<serial>."""

    serial: Whole
    name: Foreign | None = None
    issue_time: Told
    provisions: list[ProvisionReply]


Holdings = dict[Foreign, dict[Foreign, HoldingReply]]
"""By project and resource."""
Pools = dict[Foreign, dict[Foreign, PoolReply]]


def _figures(limit: int, usage: int, pending: int) -> Figures:
    if pending > usage:
        raise Refused(f"pending {pending} is more than the usage {usage}", "")
    return Figures(limit, usage - pending, usage)


def figures(told: PoolReply, reply: Reply, *, own: bool) -> Figures:
    """One of the two triples. Raises BadReply when it contradicts itself."""
    try:
        return told.own() if own and isinstance(told, HoldingReply) else told.pool()
    except Refused as error:
        raise reply.bad(error.message) from None


def resource(name: str, told: ResourceReply) -> Resource:
    """The domain's resource; its defaults are not told, so they are those of a new one."""
    return Resource(
        id=0,
        name=name,
        description=told.description or "",
        service_type="",
        service_origin=told.service,
        unit=told.unit or "",
        uplimit=UNLIMITED,
        project_default=0,
        api_visible=told.api_visible,
        ui_visible=told.ui_visible,
        known=False,
    )


def commission(told: CommissionReply) -> CommissionTold:
    """The domain's commission."""
    provisions = tuple(
        Provision(p.holder, p.source or "", p.resource, p.quantity) for p in told.provisions
    )
    return CommissionTold(told.serial, told.name or "", told.issue_time, provisions)


class Fault(Body):
    """What an error envelope has inside."""

    message: Foreign | None = None
    data: dict[str, object] | None = None


def failure(reply: Reply) -> BursarError | None:
    """The error of an Astakos' envelope where it says more than the status."""
    if reply.status not in (404, 413):
        return None
    try:
        (fault,) = read(dict[str, Fault], reply).values()
    except (BadReply, ValueError):
        return None
    kind = OverLimit if reply.status == 413 else NotFound
    return kind(f"{reply.place}: {reply.told}", data=fault.data)
