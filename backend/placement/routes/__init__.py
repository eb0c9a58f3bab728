"""Placement's calls at every microversion (spec placement §3, §4)."""

from backend.placement.routes.dialect import Access, Caller, Desk, Endpoint, envelope
from backend.placement.routes.microversion import LATEST
from backend.placement.routes.site import Root, Site
from backend.placement.routes.table import ENDPOINTS

__all__ = [
    "ENDPOINTS",
    "LATEST",
    "Access",
    "Caller",
    "Desk",
    "Endpoint",
    "Root",
    "Site",
    "envelope",
]
