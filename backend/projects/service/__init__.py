"""Use cases of the projects room, as re-runnable functions of a transaction."""

from backend.projects.queries import FIELDS, full_rows, fullest_sql, keys_sql, queue, rows
from backend.projects.service.api import (
    ProjectFilter,
    get_membership,
    get_project,
    list_memberships,
    list_projects,
    quota_projects,
    raw,
)
from backend.projects.service.directory import catalogs, identity
from backend.projects.service.limits import mismatches
from backend.projects.service.reads import detail, person
from backend.projects.service.review import review
from backend.projects.service.room import ROOM, refresh_standing
from backend.projects.service.signin import (
    astakos_component,
    astakos_user,
    console_actor,
    placement_roles,
    portal_actor,
)
from backend.projects.service.users import add_user

__all__ = [
    "FIELDS",
    "ROOM",
    "ProjectFilter",
    "add_user",
    "astakos_component",
    "astakos_user",
    "catalogs",
    "console_actor",
    "detail",
    "get_membership",
    "get_project",
    "full_rows",
    "fullest_sql",
    "identity",
    "keys_sql",
    "list_memberships",
    "list_projects",
    "mismatches",
    "person",
    "placement_roles",
    "portal_actor",
    "queue",
    "quota_projects",
    "raw",
    "refresh_standing",
    "review",
    "rows",
]
