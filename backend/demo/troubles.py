"""What an operator of the demo world finds in the morning: what failed, what hangs, what goes on,
and awards of other portals to decide on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backend.core.runtime import moment
from backend.demo.plot import DAY, HOUR
from backend.demo.portal import SECOND, Portal, fresh_hex
from backend.openportal.model import (
    UNLIMITED,
    Award,
    AwardState,
    Job,
    Operation,
    RemoteState,
    State,
)
from backend.world.portal_model import (
    AllocationEntry,
    JobEntry,
)

SOON = 20 * SECOND
TRACEBACK = """Traceback (most recent call last):
  File "/opt/agents/slurm/agent.py", line 214, in create_project
    self.sacctmgr("add", "account", account)
  File "/opt/agents/slurm/agent.py", line 88, in sacctmgr
    raise SlurmError(done.stderr.strip())
SlurmError: sacctmgr: error: Problem talking to the database: Connection refused
"""
NO_DATABASE = "sacctmgr: error: Problem talking to the database: Connection refused"
NO_NAME = "Empty project_name for allocation. Please set a short name for {}"
REFUSED = "airr refused: the call that this award names is closed"


def troubles(found: Portal) -> None:
    """What an operator finds in the morning, and what goes on while he looks."""
    here = [n for n, entry in enumerate(found.allocations) if not entry.allocation.remote]
    away = [n for n, entry in enumerate(found.allocations) if entry.allocation.remote]
    _fails(found, here[3], NO_DATABASE, TRACEBACK, hours=5)
    _fails(found, here[8], "Provisioning has timed out.", "", hours=30)
    _fails(found, here[13], "The resource backend has refused the limit", TRACEBACK, hours=2)
    _fails(found, away[0], REFUSED, "", hours=50)
    found.remote_projects[0] = replace(
        found.remote_projects[0], state=RemoteState.ERROR, error_message=REFUSED
    )
    found.remote_projects[2] = replace(
        found.remote_projects[2], state=RemoteState.STALE, last_contact_at=found.now - 20 * HOUR
    )
    _nameless(found, here[20])
    long_ago = found.now - 3 * DAY
    _changes(found, here[25], state=State.DELETING, modified_at=long_ago, figures_at=long_ago)
    _changes(found, here[28], node_limit=UNLIMITED, given_limit=UNLIMITED)
    _changes(found, here[30], node_limit=0, given_limit=0, is_active=False)
    _changes(found, here[13], given_limit=found.allocations[here[13]].allocation.node_limit // 2)
    _works(found, here[6], Operation.LIMIT, State.UPDATING, begun=40)
    _works(found, here[10], Operation.PULL, State.UPDATE_SCHEDULED)
    fresh = replace(
        found.allocations[here[33]].allocation,
        backend_id="", counterpart=None, node_usage=0, is_added=False, created_at=found.now,
        figures_at=0, given_limit=None,
    )  # fmt: skip
    found.allocations[here[33]] = AllocationEntry(fresh)
    _works(found, here[33], Operation.CREATE, State.CREATION_SCHEDULED)
    uuid = fresh.uuid
    found.usages = [entry for entry in found.usages if entry.allocation != uuid]
    found.associations = [entry for entry in found.associations if entry.allocation != uuid]


def _changes(found: Portal, n: int, **changed: object) -> None:
    entry = found.allocations[n]
    one = replace(entry.allocation, **changed)  # type: ignore[arg-type]
    found.allocations[n] = replace(entry, allocation=one)


def _fails(found: Portal, n: int, error: str, traceback: str, *, hours: int) -> None:
    found.allocations[n] = replace(found.allocations[n], job=None)
    _changes(found, n, state=State.ERRED, error_message=error, error_traceback=traceback,
             modified_at=found.now - hours * HOUR,
             figures_at=found.now - (hours + 1) * HOUR)  # fmt: skip


def _nameless(found: Portal, n: int) -> None:
    """One whose project was never given a short name."""
    project = found.allocations[n].allocation.project
    name = next(one.name for one in found.projects if one.uuid == project)
    made = found.now - 4 * HOUR
    one = replace(
        found.allocations[n].allocation,
        uuid=fresh_hex(found.rng), project=fresh_hex(found.rng), name="glacier-melt",
        state=State.ERRED,
        error_message=NO_NAME.format("glacier-melt"), backend_id="", counterpart=None,
        node_limit=1000, node_usage=0, is_added=False, created_at=made, modified_at=made,
        figures_at=0, given_limit=None,
    )  # fmt: skip
    like = next(each for each in found.projects if each.name == name)
    found.projects.append(
        replace(like, uuid=one.project, name="glacier-melt", shortname=None, credits=0,
                created_at=made, description="Ice that leaves Greenland")
    )  # fmt: skip
    found.allocations.append(AllocationEntry(one))


def _works(found: Portal, n: int, operation: Operation, state: State, *, begun: int = 0) -> None:
    """Something that settles while one looks."""
    since = found.now - (begun + 2) * SECOND
    job = Job(operation, since, found.now - begun * SECOND if begun else 0, found.now + SOON, 0, "")
    _changes(found, n, state=state, modified_at=since)
    found.allocations[n] = replace(found.allocations[n], job=JobEntry(job, fresh_hex(found.rng)))


def awards(found: Portal) -> None:
    """Three that wait, one of them not yet to be approved and one for a project that is there,
    and two that were decided."""
    attached = found.projects[4]
    where = found.service("isambard-ai").instance
    user = next(iter(found.accounts.values())).user
    members = {user.email: "PI", "eve.adams@airr.example": "member"}
    later = moment(found.now + 12 * DAY).isoformat()
    told: Sequence[tuple[str, str, str, AwardState, str, Mapping[str, object], int]] = (
        ("u6ac", "Ocean eddies at 1 km", "4000 NHR", AwardState.PENDING, "", {}, 26),
        ("u7bd", "Protein folding atlas", "800 NHR", AwardState.PENDING, "",
         {"earliest_approve": later}, 11),
        ("u5kk", attached.name, "1500 NHR", AwardState.PENDING, attached.uuid,
         {"renewal": {"id": "r-12", "url": "https://airr.example/renewals/12"}}, 3),
        ("u2aa", "Lattice QCD", "12000 NHR", AwardState.APPROVED, found.projects[1].uuid, {}, 900),
        ("u1zz", "Mining", "99999 NHR", AwardState.REJECTED, "", {}, 700),
    )  # fmt: skip
    for code, name, amount, state, project, more, hours in told:
        came = found.now - hours * HOUR
        details = {
            "name": name,
            "template": "airr",
            "description": f"{name}, awarded by the AIRR call 2026",
            "members": members,
            "start_date": moment(came).date().isoformat(),
            "end_date": moment(found.now + 300 * DAY).date().isoformat(),
            "allocation": amount,
            "award": {"id": code, "url": f"https://airr.example/awards/{code}"},
            "call": {"id": "2026-1", "url": "https://airr.example/calls/2026-1"},
            "notes": ["Reviewed by the panel in October"],
            **more,
        }
        done = state is not AwardState.PENDING
        review = (came + 5 * HOUR, "iris@uni.example", "as agreed") if done else (0, "", "")
        text = json.dumps(details, ensure_ascii=False)
        found.awards.append(Award(
            f"{code}.airr", where, state, text, project, "airr", "", came, *review
        ))  # fmt: skip
