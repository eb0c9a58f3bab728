"""NICo's calls about allocations and what belongs to them (spec nico)."""

from backend.nico.routes.dialect import (
    Caller,
    Desk,
    Endpoint,
    Person,
    envelope,
    no_member,
    not_signed_in,
    nowhere,
    token_of,
)
from backend.nico.routes.site import Site
from backend.nico.routes.table import ENDPOINTS
from backend.nico.rules.outbound import NAME

__all__ = [
    "ENDPOINTS",
    "NAME",
    "Caller",
    "Desk",
    "Endpoint",
    "Person",
    "Site",
    "envelope",
    "no_member",
    "not_signed_in",
    "nowhere",
    "token_of",
]
