"""Quotas as Astakos' API writes them (spec astakos §5): plain mappings, no pydantic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core.runtime import moment
from backend.quotas.model import Provision, QuotaRow, Resource

Json = dict[str, object]


def iso(at: int) -> str:
    """Microseconds since the epoch as ISO 8601 with microseconds and +00:00."""
    return moment(at).isoformat(timespec="microseconds")


def resource(r: Resource) -> Json:
    """One entry of GET /resources."""
    return {
        "service": r.service_origin,
        "description": r.description,
        "unit": r.unit or None,
        "api_visible": r.api_visible,
        "ui_visible": r.ui_visible,
    }


def resources(found: Iterable[Resource]) -> Json:
    """GET /resources: only what the API shows."""
    return {r.name: resource(r) for r in found if r.api_visible}


def pool(row: QuotaRow) -> Json:
    """The figures of a project's own holding."""
    return {
        "project_limit": row.project_limit,
        "project_usage": row.project_usage,
        "project_pending": row.project_pending,
    }


def holding(row: QuotaRow) -> Json:
    """The figures of a member's holding beside its project's."""
    return {"limit": row.limit, "usage": row.usage, "pending": row.pending, **pool(row)}


def quotas(rows: Iterable[QuotaRow]) -> dict[str, dict[str, Json]]:
    """GET /quotas: one person's rows by project and resource."""
    told: dict[str, dict[str, Json]] = {}
    for row in rows:
        told.setdefault(row.project_id, {})[row.resource] = holding(row)
    return told


def service_quotas(rows: Iterable[QuotaRow]) -> dict[str, dict[str, dict[str, Json]]]:
    """GET /service_quotas: member rows by user, project and resource."""
    told: dict[str, dict[str, dict[str, Json]]] = {}
    for row in rows:
        told.setdefault(row.holder_id, {}).setdefault(row.project_id, {})[row.resource] = holding(
            row
        )
    return told


def service_project_quotas(rows: Iterable[QuotaRow]) -> dict[str, dict[str, Json]]:
    """GET /service_project_quotas: pool rows by project and resource."""
    told: dict[str, dict[str, Json]] = {}
    for row in rows:
        told.setdefault(row.project_id, {})[row.resource] = pool(row)
    return told


def provision(p: Provision) -> Json:
    """One provision; a project's own holding has the source null."""
    return {
        "holder": p.holder,
        "source": p.source or None,
        "resource": p.resource,
        "quantity": p.quantity,
    }


def commission(serial: int, name: str, issued_at: int, provisions: Iterable[Provision]) -> Json:
    """GET /commissions/<serial>."""
    told = [provision(p) for p in provisions]
    return {"serial": serial, "name": name, "issue_time": iso(issued_at), "provisions": told}


def issue(provisions: Iterable[Provision], name: str, *, force: bool, auto_accept: bool) -> Json:
    """The body of POST /commissions."""
    told = [provision(p) for p in provisions]
    return {"provisions": told, "name": name, "force": force, "auto_accept": auto_accept}


def resolution(accepted: bool, reason: str = "") -> Json:
    """The body of POST /commissions/<serial>/action."""
    return {"accept" if accepted else "reject": reason}


def bulk_answer(
    accepted: Sequence[int], rejected: Sequence[int], failed: Mapping[int, tuple[int, str, str]]
) -> Json:
    """The answer of POST /commissions/action; `failed` has code, fault and message by serial."""
    told = [
        [serial, {name: {"code": code, "message": message}}]
        for serial, (code, name, message) in failed.items()
    ]
    return {"accepted": list(accepted), "rejected": list(rejected), "failed": told}
