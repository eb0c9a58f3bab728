"""The calls of this room, as data."""

from __future__ import annotations

from backend.quotas.routes import handlers as do
from backend.quotas.routes.dialect import Access, Endpoint

USERS = {"user": "uuids of users, separated by commas"}
PROJECTS = {"project": "uuids of projects, separated by commas"}
C = Access.COMPONENT

ENDPOINTS = (
    Endpoint("GET", "/commissions", C, do.pending, "Own pending commissions"),
    Endpoint("POST", "/commissions", C, do.issue, "Issue a commission", ok=201),
    Endpoint("POST", "/commissions/action", C, do.resolve_many, "Accept and reject many"),
    Endpoint("GET", "/commissions/{serial}", C, do.commission, "An own pending commission"),
    Endpoint("POST", "/commissions/{serial}/action", C, do.resolve, "Accept or reject one"),
    Endpoint("GET", "/resources", Access.NOBODY, do.resources, "What is counted"),
    Endpoint("GET", "/service_quotas", C, do.service_quotas, "Members' figures", query=USERS),
    Endpoint("GET", "/service_project_quotas", C, do.service_project_quotas, "Projects' figures"),
)
