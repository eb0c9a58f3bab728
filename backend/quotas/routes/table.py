"""The calls of this room, as data."""

from __future__ import annotations

from backend.quotas import answers, wire
from backend.quotas.routes import handlers as do
from backend.quotas.routes.dialect import Access, Endpoint, Json

USERS = {"user": "uuids of users, separated by commas"}
PROJECTS = {"project": "uuids of projects, separated by commas"}
BEYOND = {
    "Idempotency-Key": "makes a retry answer the first serial; not in Astakos",
    "Bursar-Expires-In": "seconds until it is rejected, 0 for never; not in Astakos",
}
RESOLUTION: Json = {
    "type": "object",
    "oneOf": [{"required": ["accept"]}, {"required": ["reject"]}],
    "properties": {"accept": {}, "reject": {}},
}
C = Access.COMPONENT

ENDPOINTS = (
    Endpoint(
        "GET", "/commissions", C, do.pending, "Own pending commissions", gives=answers.Serials
    ),
    Endpoint(
        "POST",
        "/commissions",
        C,
        do.issue,
        "Issue a commission",
        takes=wire.CommissionBody,
        gives=answers.IssuedAnswer,
        ok=201,
        errors=(400, 404, 409, 413),
        headers=BEYOND,
    ),
    Endpoint(
        "POST",
        "/commissions/action",
        C,
        do.resolve_many,
        "Accept and reject many",
        takes=wire.BulkBody,
        gives=answers.BulkAnswer,
        errors=(400,),
    ),
    Endpoint(
        "GET",
        "/commissions/{serial}",
        C,
        do.commission,
        "An own pending commission",
        gives=answers.CommissionAnswer,
        bare=(404,),
    ),
    Endpoint(
        "POST",
        "/commissions/{serial}/action",
        C,
        do.resolve,
        "Accept or reject one",
        takes=RESOLUTION,
        errors=(400,),
        bare=(404,),
    ),
    Endpoint(
        "GET", "/resources", Access.NOBODY, do.resources, "What is counted", gives=answers.Resources
    ),
    Endpoint(
        "GET",
        "/service_quotas",
        C,
        do.service_quotas,
        "Members' figures of own resources",
        gives=answers.ServiceQuotas,
        errors=(404,),
        query={**USERS, **PROJECTS},
    ),
    Endpoint(
        "GET",
        "/service_project_quotas",
        C,
        do.service_project_quotas,
        "Projects' figures of own resources",
        gives=answers.ProjectQuotas,
        errors=(404,),
        query=PROJECTS,
    ),
)
