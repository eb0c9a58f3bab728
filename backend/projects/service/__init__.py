"""Use cases of the projects room, as re-runnable functions of a transaction."""

from backend.projects.service.limits import mismatches
from backend.projects.service.reads import (
    detail,
    keys_sql,
    project_json,
    queue,
    raw,
    rows,
)
from backend.projects.service.review import review
from backend.projects.service.room import ROOM, refresh_standing
from backend.projects.service.users import add_user

__all__ = [
    "ROOM",
    "add_user",
    "detail",
    "keys_sql",
    "mismatches",
    "project_json",
    "queue",
    "raw",
    "refresh_standing",
    "review",
    "rows",
]
