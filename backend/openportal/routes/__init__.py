"""Waldur's calls about OpenPortal allocations and what belongs to them (spec openportal)."""

from backend.openportal.routes.dialect import (
    Caller,
    Desk,
    Endpoint,
    envelope,
    inactive,
    not_signed_in,
    nowhere,
    token_of,
)
from backend.openportal.routes.site import Site
from backend.openportal.routes.table import ENDPOINTS
from backend.openportal.service.api import is_active

__all__ = [
    "ENDPOINTS",
    "Caller",
    "Desk",
    "Endpoint",
    "Site",
    "envelope",
    "inactive",
    "is_active",
    "not_signed_in",
    "nowhere",
    "token_of",
]
