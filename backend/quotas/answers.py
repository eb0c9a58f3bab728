"""What Astakos' calls about resources, quotas and commissions answer (spec astakos §5), as types
that pydantic can check and describe. Times are ISO 8601 texts with an offset."""

from __future__ import annotations

from typing_extensions import TypedDict


class ResourceAnswer(TypedDict):
    """A resource; `unit` is bytes or null."""

    service: str
    description: str
    unit: str | None
    api_visible: bool
    ui_visible: bool


class PoolFigures(TypedDict):
    """The figures of a project's own holding."""

    project_limit: int
    project_usage: int
    project_pending: int


class Figures(PoolFigures):
    """A member's figures beside the project's."""

    limit: int
    usage: int
    pending: int


class IssuedAnswer(TypedDict):
    """The number of a new commission."""

    serial: int


class ProvisionAnswer(TypedDict):
    """One provision; a project's own holding has no source."""

    holder: str
    source: str | None
    resource: str
    quantity: int


class CommissionAnswer(TypedDict):
    """A pending commission."""

    serial: int
    name: str
    issue_time: str
    provisions: list[ProvisionAnswer]


class Failure(TypedDict):
    """Why one of many was not done."""

    code: int
    message: str


class BulkAnswer(TypedDict):
    """What became of many serials; `failed` has the serial, and the failure under its fault."""

    accepted: list[int]
    rejected: list[int]
    failed: list[tuple[int, dict[str, Failure]]]


Resources = dict[str, ResourceAnswer]
UserQuotas = dict[str, dict[str, Figures]]
ServiceQuotas = dict[str, dict[str, dict[str, Figures]]]
ProjectQuotas = dict[str, dict[str, PoolFigures]]
Serials = list[int]
