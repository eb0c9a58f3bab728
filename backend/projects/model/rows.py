"""What the list of projects shows."""

from __future__ import annotations

from dataclasses import dataclass

from backend.projects.model.states import ProjectState


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One line of the Projects pane. `display_state` is the overall state of §1.2 (such as
    `Pending`); `pending_app` its waiting application or 0; `tightest` the fullest resources
    of the pool as (resource, usage, limit), fullest first; `usage_known` is False when there
    may be fuller ones, whose usage a server does not show; `members_known` when it shows only
    some of the members."""

    key: int
    uuid: str
    name: str
    owner: str
    display_state: str
    state: ProjectState
    pending_app: int
    end_date: int
    members: int
    max_members: int
    is_base: bool
    created_at: int
    tightest: tuple[tuple[str, int, int], ...] = ()
    usage_known: bool = True
    members_known: bool = True
