"""What a resource backend is asked to do, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.openportal.model.entities import (
    Allocation,
    Operation,
    PortalProject,
    PortalUser,
    Service,
)
from backend.openportal.model.views import Association, Usage


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be done once: `key` names it for ever, whatever process asks. `forced` is a
    deletion that happens here in any case; `members` are those of the project."""

    key: str
    operation: Operation
    forced: bool
    allocation: Allocation
    service: Service
    project: PortalProject
    members: tuple[PortalUser, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """It was done. `` and None stand for what the backend says nothing about: its names for the
    project, the limit that it allows, people's accounts, and their usage of the months told."""

    backend_id: str = ""
    counterpart: str | None = None
    node_limit: int | None = None
    associations: tuple[Association, ...] | None = None
    usages: tuple[Usage, ...] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not done and will not be; `unreachable` when nobody was there to do it."""

    message: str
    traceback: str = ""
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is under way; ask again at `until`, in microseconds since the epoch. `told` says what
    is waited for, `` for nothing in particular; `heard` is False where nobody answered."""

    until: int
    told: str = ""
    heard: bool = True


Answer = Done | Failed | Waiting
