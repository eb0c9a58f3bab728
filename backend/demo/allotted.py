"""What projects of the demo world may use of clusters, here and at other portals, and used."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime

from backend.core.runtime import moment
from backend.demo.plot import DAY, MINUTE, Plot
from backend.demo.portal import CUSTOMERS, PORTAL, SECOND, Portal, fresh_hex, ground
from backend.demo.scene import Scene
from backend.demo.troubles import awards, troubles
from backend.openportal.model import (
    HUNDREDTHS,
    Allocation,
    Association,
    Customer,
    Job,
    Operation,
    Part,
    PortalProject,
    PortalUser,
    RemoteProject,
    RemoteState,
    Service,
    State,
    Usage,
)
from backend.projects.model import ProjectState
from backend.world.portal_model import (
    AllocationEntry,
    AssociationEntry,
    JobEntry,
    PortalWorld,
    UsageEntry,
)

PROJECTS, MEMBERS, MONTHS = 30, 6, 4
"""Projects of a block, and how many of their members used something in how many months."""
REMOTE, ON_DAWN = 4, 9
"""Every so many projects have an award elsewhere, or are on the service that is down."""
LIMITS = (200, 500, 1000, 1200, 2000, 5000, 20_000)
READ = 9 * MINUTE
"""How long ago usage at other portals was read."""
PENDING = "Project update is still pending: waiting for approval at {}"


def portal(scene: Scene, number: int, seed: int) -> PortalWorld:
    """What one block of the world has of OpenPortal; its projects are those of the block."""
    rng = random.Random(f"{seed}:{number}:portal")  # noqa: S311
    people = {one.uuid: one for one in scene.people}
    found = Portal(rng, scene.now, number, ground(seed, scene.now), people)
    chosen = [
        plot
        for plot in scene.plots
        if plot.project.state is ProjectState.ACTIVE and not plot.project.is_base
    ]
    for n, plot in enumerate(chosen[:PROJECTS]):
        _project(found, plot, n)
    if number == 0:
        troubles(found)
        awards(found)
    return found.world()


def _project(found: Portal, plot: Plot, n: int) -> None:
    """A project with its people and what it may use."""
    rng, project = found.rng, plot.project
    customer = found.ground.customers[n % len(CUSTOMERS)]
    code = f"{'abcdefghkm'[n // 26]}{found.number}{chr(97 + n % 26)}"
    limit = rng.choice(LIMITS)
    ends = moment(project.end_date).date().isoformat()
    starts = moment(project.created_at).date().isoformat()
    one = PortalProject(
        uuid=plot.uuid.replace("-", ""),
        customer=customer.uuid,
        name=project.realname,
        description=project.description,
        start_date=starts,
        end_date=ends,
        shortname=code,
        allowed_destinations=None,
        credits=limit * rng.randrange(3, 9) * HUNDREDTHS,
        created_at=project.created_at,
    )
    found.projects.append(one)
    members = _members(found, plot, one, customer)
    clusters = ["isambard-ai", "isambard-3"][: 1 + (n % 3 > 0)]
    for name in (*clusters, *(["dawn"] if n % ON_DAWN == 5 else [])):
        _local(found, one, found.service(name), limit, members)
    if n % REMOTE == 2:
        _remote(found, one, found.service("airr" if n % 8 == 2 else "eurohpc"), n)


def _members(
    found: Portal, plot: Plot, project: PortalProject, customer: Customer
) -> list[PortalUser]:
    seats = [seat.user for seat in plot.seats if seat.initialized and seat.user in found.people]
    owner = plot.project.owner
    if owner in found.people:
        found.is_part(owner, Part.MANAGER, project=project.uuid)
        if found.rng.random() < 0.1:
            found.is_part(owner, Part.OWNER, customer=customer.uuid)
    for k, user in enumerate(seats[: 2 * MEMBERS]):
        found.is_part(user, Part.ADMIN if k == 1 else Part.MEMBER, project=project.uuid)
    return [found.user(user) for user in seats[:MEMBERS]]


def _local(
    found: Portal,
    project: PortalProject,
    service: Service,
    limit: int,
    members: Sequence[PortalUser],
) -> None:
    """An allocation here, which shares the limit of its project code, with who used it."""
    rng, code = found.rng, project.shortname
    made = max(project.created_at, found.now - rng.randrange(40, 400) * DAY)
    uuid, identifier = fresh_hex(rng), f"{code}.{PORTAL}"
    share = rng.choice((4, 12, 25, 40, 55, 70, 85, 92, 97, 104))
    used = _used(found, uuid, identifier, limit * share, members, made)
    read = found.now - rng.randrange(1, 17) * MINUTE
    one = Allocation(
        uuid=uuid,
        remote=False,
        name=f"{project.name.partition('.')[0]}-{code}",
        description="",
        service=service.uuid,
        project=project.uuid,
        state=State.OK,
        backend_id=identifier,
        counterpart=f"{PORTAL}.{code}",
        node_limit=limit,
        node_usage=used,
        is_active=True,
        is_added=True,
        error_message="",
        error_traceback="",
        local_version=1,
        remote_version=0,
        created_at=made,
        modified_at=read,
        figures_at=read,
        given_limit=limit,
    )
    found.allocations.append(AllocationEntry(one))
    for user in members:
        name = f"{user.username}.{code}"
        account = Association(name, f"{PORTAL}.{code}", f"{user.username}.{identifier}")
        found.associations.append(AssociationEntry(fresh_hex(rng), uuid, account))


def _used(
    found: Portal,
    allocation: str,
    identifier: str,
    hundredths: int,
    members: Sequence[PortalUser],
    made: int,
) -> int:
    """What members used in the last months; that of this month in all."""
    rng, this_month = found.rng, 0
    for year, month in _months(moment(found.now)):
        now = (year, month) == (moment(found.now).year, moment(found.now).month)
        if (year, month) < (moment(made).year, moment(made).month):
            continue
        shares = [rng.randrange(1, 100) for _ in members]
        for user, share in zip(members, shares, strict=True):
            part = hundredths * share // sum(shares)
            part = part if now else part * rng.randrange(60, 120) // 100
            told = Usage(year, month, f"{user.username}.{identifier}", user.full_name, part)
            found.usages.append(UsageEntry(allocation, user.uuid, told))
            this_month += part if now else 0
    return this_month


def _months(now: datetime) -> Iterator[tuple[int, int]]:
    for back in reversed(range(MONTHS)):
        year, month = divmod(12 * now.year + now.month - 1 - back, 12)
        yield year, month + 1


def _remote(found: Portal, project: PortalProject, service: Service, n: int) -> None:
    """An award at another portal, one that waits there where nobody ever decides."""
    rng, limit = found.rng, found.rng.choice(LIMITS)
    other = service.instance.split(".")[1]
    waits = service.name == "eurohpc"
    made = found.now - (rng.randrange(2, 12) if waits else rng.randrange(30, 300)) * DAY
    identifier = "" if waits else f"u{n}{project.shortname}.{other}"
    asked = f"{limit} NHR"
    one = Allocation(
        uuid=fresh_hex(rng),
        remote=True,
        name=f"{project.name.partition('.')[0]}-{other}",
        description=f"Awarded for use at {other}",
        service=service.uuid,
        project=project.uuid,
        state=State.UPDATING if waits else State.OK,
        backend_id=f"{project.shortname}.{PORTAL}",
        counterpart=identifier or None,
        node_limit=limit,
        node_usage=0 if waits else limit * rng.randrange(1, 80),
        is_active=True,
        is_added=not waits,
        error_message=PENDING.format(other) if waits else "",
        error_traceback="",
        local_version=1,
        remote_version=0 if waits else 1,
        created_at=made,
        modified_at=made + MINUTE,
        figures_at=0 if waits else found.now - READ,
        given_limit=None if waits else limit,
    )
    due = found.now + rng.randrange(5, 29) * MINUTE
    job = Job(Operation.CREATE, made, made + SECOND, due, 40, PENDING.format(other))
    found.allocations.append(AllocationEntry(one, JobEntry(job, fresh_hex(rng)) if waits else None))
    found.remote_projects.append(RemoteProject(
        uuid=fresh_hex(rng), project=project.uuid, destination=service.instance,
        identifier=identifier, state=RemoteState.PENDING if waits else RemoteState.ACTIVE,
        current_allocation="" if waits else asked, pending_allocation=asked if waits else "",
        pending_since=made if waits else 0, error_message="",
        last_contact_at=found.now - rng.randrange(2, 40) * MINUTE, earliest_approve="",
        membership_control="open", allowed_domains=None, links="{}", notes="", created_at=made,
        modified_at=made,
    ))  # fmt: skip
