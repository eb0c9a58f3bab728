"""What every screen lists: where its rows are in the port, and what they are called where lists
are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.backend import Backend
from backend.core.listing import Listing


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: its `name` in commands and files, and its rows in a backend."""

    name: str
    rows: Callable[[Backend], Listing[Any]]


_PROJECTS = Listed("projects", lambda backend: backend.projects.listing)
_USERS = Listed("users", lambda backend: backend.projects.people)
_QUOTAS = Listed("quotas", lambda backend: backend.quotas.listing)
_RESOURCES = Listed("resources", lambda backend: backend.quotas.catalog)
_COMMISSIONS = Listed("commissions", lambda backend: backend.quotas.commissions)
_JOURNAL = Listed("journal", lambda backend: backend.journal.listing)
_ALLOCATIONS = Listed("allocations", lambda backend: backend.allocations)
_CONSTRAINTS = Listed("constraints", lambda backend: backend.nico.constraints)
_TYPES = Listed("types", lambda backend: backend.nico.types)
_BLOCKS = Listed("blocks", lambda backend: backend.nico.blocks)
_INVENTORIES = Listed("inventories", lambda backend: backend.placement.inventories)
_CODES = Listed("codes", lambda backend: backend.openportal.codes)
_SERVICES = Listed("services", lambda backend: backend.openportal.services)
_AWARDS = Listed("awards", lambda backend: backend.openportal.awards)
_REMOTE = Listed("remote-projects", lambda backend: backend.openportal.remote_projects)
_PROVIDERS = Listed("providers", lambda backend: backend.placement.providers)
LISTED: Mapping[str, Listed] = {
    "projects": _PROJECTS,
    "project": _PROJECTS,
    "expired": _PROJECTS,
    "heat": Listed("projects", lambda backend: backend.projects.fullest),
    "users": _USERS,
    "user": _USERS,
    "quotas": _QUOTAS,
    "quota": _QUOTAS,
    "resources": _RESOURCES,
    "resource": _RESOURCES,
    "verify": Listed("mismatches", lambda backend: backend.projects.mismatches),
    "commissions": _COMMISSIONS,
    "commission": _COMMISSIONS,
    "allocations": _ALLOCATIONS,
    "allocation": _ALLOCATIONS,
    "codes": _CODES,
    "code": _CODES,
    "services": _SERVICES,
    "service": _SERVICES,
    "awards": _AWARDS,
    "award": _AWARDS,
    "remote-projects": _REMOTE,
    "remote-project": _REMOTE,
    "constraints": _CONSTRAINTS,
    "constraint": _CONSTRAINTS,
    "types": _TYPES,
    "type": _TYPES,
    "blocks": _BLOCKS,
    "block": _BLOCKS,
    "inventories": _INVENTORIES,
    "inventory": _INVENTORIES,
    "providers": _PROVIDERS,
    "provider": _PROVIDERS,
    "audit": _JOURNAL,
    "entry": _JOURNAL,
}
"""By the scope of the screen."""


def named(name: str) -> Listed:
    """The usual list of a name. Raises StopIteration."""
    return next(one for one in LISTED.values() if one.name == name)
