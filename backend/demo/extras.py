"""The many projects of the demo world that nobody told by hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backend.demo import names
from backend.demo.people import Somebody
from backend.demo.plot import DAY, GIB, HOUR, MINUTE, RESOURCES, Plot, Seat, filled, grants
from backend.demo.scene import Scene
from backend.projects.model import Capacity, JoinPolicy, MembershipState, ProjectState
from backend.projects.rules.projects import base_project
from backend.projects.rules.users import USER_DEACTIVATION
from backend.quotas.model import BYTES, UNLIMITED

M, P = MembershipState, ProjectState

# How many projects of a hundred end in which way; the others are active.
FATES = (
    ("terminated", 11), ("suspended", 5), ("denied", 3), ("dismissed", 3), ("cancelled", 3),
    ("expired", 4), ("full", 3), ("unlimited", 2), ("over", 2),
)  # fmt: skip
NEVER_BEGAN = frozenset({"denied", "dismissed", "cancelled"})
BYTE_STEP = 256 * 2**20
UNITS: Mapping[str, str] = {resource.name: resource.unit for resource in RESOURCES}
HISTORY = 3 * DAY  # the told queue is younger


def extras(scene: Scene, count: int, changes: int, mark: str) -> None:
    """`count` projects in every state with `changes` modifications among them; `mark` makes
    their names unique."""
    rng = scene.rng
    words = [(topic, kind) for topic in names.TOPICS for kind in names.KINDS]
    active = [one for one in scene.people if one.person.user.is_active]
    accepted = [one for one in scene.people if one.person.user.is_accepted]
    began = [n for n in range(count) if _fate(n, count) not in NEVER_BEGAN]
    modified = Counter(rng.choice(began) for _ in range(changes))
    for n, (topic, kind) in enumerate(rng.sample(words, count)):
        name = f"{topic}-{kind}{mark}.{rng.choice(names.ENDINGS)}"
        fate = _fate(n, count)
        _tell(scene, name, rng.choice(active), fate, accepted, modified[n])


def _fate(n: int, count: int) -> str:
    """Fates in fixed shares, in the order of the names, which are random."""
    percent = n * 100 // count
    for fate, share in FATES:
        if percent < share:
            return fate
        percent -= share
    return "active"


def _tell(
    scene: Scene,
    name: str,
    owner: Somebody,
    fate: str,
    accepted: Sequence[Somebody],
    changes: int,
) -> None:
    rng = scene.rng
    began = scene.ago(days=rng.randrange(60, 900), minutes=rng.randrange(1440))
    until = scene.now - HISTORY
    moments = sorted(rng.randrange(began + 5 * DAY, until) for _ in range(changes))
    limits = _limits(rng, fate)
    plot = scene.project(
        name,
        owner,
        rng.choice(names.PURPOSES),
        _earlier(limits, changes),
        made=began,
        ends=-rng.randrange(2, 60) if fate == "expired" else rng.randrange(5, 900),
        seats=UNLIMITED if rng.random() < 0.4 else rng.randrange(4, 20),
        join=rng.choice((JoinPolicy.MODERATED, JoinPolicy.MODERATED, *JoinPolicy)),
        leave=rng.choice((JoinPolicy.AUTO, JoinPolicy.AUTO, *JoinPolicy)),
        private=rng.random() < 0.2,
        comments=rng.choice(names.COMMENTS),
    )
    if fate in NEVER_BEGAN:
        _never_began(scene, plot, fate, began, owner)
        return
    scene.approve(plot, began + rng.randrange(1, 90) * HOUR, rng.choice(names.ANSWERS))
    _change(scene, plot, moments, limits)
    _populate(scene, plot, accepted, fate, began)
    if fate in ENDED:
        after = max([began + 5 * DAY, *moments])
        _end(scene, plot, fate, rng.randrange(after, until + 1))


def _limits(rng: random.Random, fate: str) -> dict[str, Capacity]:
    """Limits of a project: a size, and how much of it one member may take."""
    if fate == "unlimited":
        free = (UNLIMITED, UNLIMITED)
        return grants(vm=free, cpu=free, ram=free, disk=free, store=free)
    size, share = rng.choice((1, 1, 2, 2, 4, 8)), rng.choice((1, 2, 4))
    pools = {
        "vm": 4 * size,
        "cpu": 4 * size * rng.choice((4, 8, 16)),
        "ram": 16 * size * rng.choice((2, 4, 8)),
        "disk": 128 * size * rng.choice((1, 2, 4)),
        "store": 256 * size * rng.choice((1, 4, 16)),
        "ip": 4 * rng.randrange(2),
        "net": 4 * rng.randrange(2),
    }
    return grants(**{short: (pool, pool // share) for short, pool in pools.items()})


def _earlier(limits: Mapping[str, Capacity], changes: int) -> dict[str, Capacity]:
    """What was asked for at first, when each change has doubled it since."""
    return {name: _halved(c, changes) for name, c in limits.items()}


def _halved(c: Capacity, times: int) -> Capacity:
    if c.project == UNLIMITED:
        return c
    return Capacity(c.project >> times, c.member >> times)


def _never_began(scene: Scene, plot: Plot, fate: str, filed: int, owner: Somebody) -> None:
    rng = scene.rng
    answered = filed + rng.randrange(1, 200) * HOUR
    if fate != "cancelled":
        scene.deny(plot, answered, rng.choice(names.DENIALS))
    if fate != "denied":
        why = rng.choice(names.WITHDRAWALS)
        scene.waive(plot, answered + 3 * HOUR, why, owner.email)


def _change(
    scene: Scene, plot: Plot, moments: Sequence[int], limits: Mapping[str, Capacity]
) -> None:
    """Modifications at these moments, each granted; some were asked for twice before."""
    rng = scene.rng
    owner = next(one for one in scene.people if one.uuid == plot.project.owner)
    for n, at in enumerate(moments, 1):
        more = {name: _halved(c, len(moments) - n) for name, c in limits.items()}
        scene.modify(plot, at, owner, grants=more, comments=rng.choice(names.COMMENTS))
        # An undecided request is replaced by the next; the last one is always granted.
        if n == len(moments) or rng.random() < 0.8:
            scene.approve(plot, at + rng.randrange(1, 40) * HOUR, rng.choice(names.ANSWERS))


def _populate(
    scene: Scene, plot: Plot, accepted: Sequence[Somebody], fate: str, began: int
) -> None:
    rng = scene.rng
    count = min(rng.choice((0, 1, 2, 3, 3, 4, 5, 6, 8, 11)), plot.project.max_members)
    count = max(count, 2) if fate in ("over", "full") else count
    people = rng.sample(accepted, count)
    uses = [rng.random() for _ in people]
    fill = rng.random() if fate not in ENDED else 0.0
    for one, weight in zip(people, uses, strict=True):
        used = _usage(rng, plot.project.grants, fill * weight / sum(uses))
        _seat(scene, plot, one, rng.randrange(began + 5 * DAY, scene.now - DAY), used)
    if fate == "full":
        seats = sum(seat.state in SEATED for seat in plot.seats)
        plot.project = replace(plot.project, max_members=seats)
    if fate == "over":
        _lowered(scene, plot)


def _usage(rng: random.Random, limits: Mapping[str, Capacity], share: float) -> dict[str, int]:
    """A share of each pool, within the member's limit."""
    told: dict[str, int] = {}
    for name, c in limits.items():
        pool = (64 * GIB if UNITS[name] == BYTES else 24) if c.project == UNLIMITED else c.project
        step = BYTE_STEP if UNITS[name] == BYTES else 1
        amount = min(int(pool * min(1.0, share * rng.uniform(0.7, 1.1))), c.member, pool)
        if name != "astakos.pending_app" and amount >= step:
            told[name] = amount // step * step
    return told


def _seat(scene: Scene, plot: Plot, one: Somebody, at: int, used: dict[str, int]) -> None:
    """A member in one of the usual states; only who is in uses anything."""
    rng, roll = scene.rng, scene.rng.random()
    if roll < 0.08:
        scene.requester(plot, one, at)
        return
    seat = scene.member(plot, one, at)
    later = rng.randrange(at, scene.now)
    user = one.person.user
    if not user.is_active:
        gone = max(at, user.deactivated_at)
        seat.path.append((M.SUSPENDED, gone, scene.admin(), USER_DEACTIVATION))
    elif roll < 0.12:
        scene.leaves(plot, seat, M.REMOVED, later, "left the group")
    elif roll < 0.15:
        seat.path.append((M.LEAVE_REQUESTED, later, one.email, "changing subject"))
        seat.used.update(used)
    else:
        seat.used.update(used)


def _lowered(scene: Scene, plot: Plot) -> None:
    """The pool of what is used most was cut below the usage."""
    totals: dict[str, int] = {}
    for seat in plot.seats:
        for name, amount in seat.used.items():
            totals[name] = totals.get(name, 0) + amount
    name = max(totals, key=lambda name: totals[name], default="")
    if name:
        less = totals[name] * 3 // 4
        given = {**plot.project.grants, name: Capacity(less, less)}
        plot.project = replace(plot.project, grants=given)


def _end(scene: Scene, plot: Plot, fate: str, at: int) -> None:
    rng = scene.rng
    if fate == "suspended":
        scene.suspend(plot, at, rng.choice(names.SUSPENSIONS))
    else:
        scene.terminate(plot, at, rng.choice(names.ENDINGS_OF_PROJECTS))


SEATED = frozenset({M.ACCEPTED, M.LEAVE_REQUESTED, M.SUSPENDED})
ENDED = frozenset({"suspended", "terminated"})


def base_plots(scene: Scene, waiting: Mapping[str, int]) -> Iterator[Plot]:
    """The base project of every accepted user; `waiting` applications by user."""
    for one in scene.people:
        if one.person.user.is_accepted:
            yield _base(scene, one, waiting.get(one.uuid, 0))


def _base(scene: Scene, one: Somebody, waiting: int) -> Plot:
    rng, user = scene.rng, one.person.user
    admin = scene.admin()
    project = base_project(0, user, one.since)
    project = replace(project, grants=filled({}, base=True))
    seat = Seat(user.uuid, [(M.ACCEPTED, one.since, admin, "")])
    plot = Plot(project, seats=[seat], path=[(P.ACTIVE, one.since, admin, "")])
    if waiting:
        seat.used["astakos.pending_app"] = waiting
    if user.is_active:
        seat.used |= _usage(rng, project.grants, rng.choice((0, 0, 0.3, 0.6, 1.0)))
        return plot
    gone = max(one.since, user.deactivated_at)
    plot.project = replace(project, state=P.SUSPENDED)
    plot.path.append((P.SUSPENDED, gone, admin, USER_DEACTIVATION))
    seat.path.append((M.SUSPENDED, gone, admin, USER_DEACTIVATION))
    return plot


def newcomers(scene: Scene, mark: str) -> None:
    """Applications of the last hours, younger than those told by hand."""
    rng = scene.rng
    active = [one for one in scene.people if one.person.user.is_active]
    for n, topic in enumerate(rng.sample(names.TOPICS, 2)):
        filed = scene.ago(minutes=rng.randrange(1, 40) + n)
        scene.project(
            f"new-{topic}{mark}.lab",
            rng.choice(active),
            rng.choice(names.PURPOSES),
            _limits(rng, ""),
            made=filed,
            ends=rng.randrange(100, 900),
        )


def stray_claims(scene: Scene, count: int) -> None:
    """Pending commissions of members with something in use."""
    rng = scene.rng
    able = [
        (plot, seat)
        for plot in scene.plots
        for seat in plot.seats
        if plot.project.state is P.ACTIVE and seat.used and not plot.waits
    ]
    users = {one.uuid: one for one in scene.people}
    for plot, seat in rng.sample(able, min(count, len(able))):
        resource, used = rng.choice(sorted(seat.used.items()))
        step = BYTE_STEP if UNITS[resource] == BYTES else 1
        what = {resource: -step if used >= step and rng.random() < 0.5 else step}
        at = scene.now - rng.randrange(1, 4000) * MINUTE
        scene.reserve(plot, users[seat.user], at, "resize", resource.partition(".")[0], what)
