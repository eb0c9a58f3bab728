"""Identifiers and where a project may go (spec openportal §4.2, §5.5)."""

from __future__ import annotations

import re

from backend.openportal.model import PortalProject, Service

NO_PATTERN = (re.error, OverflowError, RecursionError)
"""What an expression raises that is none, or asks for too much."""
SHORTNAME = re.compile(r"[a-z][a-z0-9]{0,29}\Z")


def plain(uuid: str) -> str:
    """A uuid as it is kept: 32 digits, whatever form it came in."""
    return uuid.replace("-", "").lower()


def code_of(backend_id: str, counterpart: str | None, *, remote: bool) -> str:
    """The project code: before the dot of a backend id, after that of a groupname; `` without
    either."""
    if backend_id:
        return backend_id.partition(".")[0]
    return "" if remote or not counterpart else counterpart.partition(".")[2]


def portal_of(service: Service) -> str:
    """Our side of a destination."""
    return service.instance.partition(".")[0]


def other_portal_of(service: Service) -> str:
    """The other side of a destination."""
    return service.instance.partition(".")[2].partition(".")[0]


def is_shortname(text: str) -> bool:
    """Whether a project may be called so at resource backends."""
    return SHORTNAME.match(text) is not None


def bad_pattern(destinations: str) -> str:
    """The part that is no regular expression, `` when all are."""
    for part in _parts(destinations):
        try:
            re.compile(part)
        except NO_PATTERN:
            if part != "*":
                return part
    return ""


def may_go(project: PortalProject, destination: str) -> bool:
    """Whether the project may have allocations at a destination: all without a list, else what
    is named there exactly, by `*`, or by an expression from the start on."""
    if project.allowed_destinations is None:
        return True
    return any(_admits(part, destination) for part in _parts(project.allowed_destinations))


def _parts(destinations: str) -> list[str]:
    return [part.strip() for part in destinations.split(",") if part.strip()]


def _admits(part: str, destination: str) -> bool:
    if part in ("*", destination):
        return True
    try:
        return re.match(part, destination) is not None
    except NO_PATTERN:
        return False
