"""The demo world: a research cloud as a pure function of a seed and a moment."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeVar

from backend.core.runtime import micros
from backend.demo.allotted import portal
from backend.demo.cloud import CLASSES, TRAITS, Cloud, cloud
from backend.demo.extras import base_plots, extras, newcomers, stray_claims
from backend.demo.nico import nico
from backend.demo.people import crowd
from backend.demo.plot import RESOURCES, Pending, Plot, Wish, pending_of
from backend.demo.portal import Ground, ground
from backend.demo.scene import Scene
from backend.demo.story import ADMINS, HOST, story
from backend.projects.model import ApplicationState
from backend.world.model import (
    CommissionEntry,
    ConsumerEntry,
    HoldingEntry,
    MembershipEntry,
    Person,
    ProjectEntry,
    ProviderEntry,
    Service,
    World,
)
from backend.world.portal_model import PortalWorld

T = TypeVar("T")

PEOPLE, PROJECTS = 420, 210
FIRST_WAITING = 417
LAST_SERIAL = 90_214
# Numbers of a further block begin after this many times its place.
APPLICATIONS, MEMBERSHIPS, SERIALS = 10_000, 100_000, 1_000
CHANGES = 150


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the world that knows nothing of the others."""

    people: tuple[Person, ...]
    plots: tuple[Plot, ...]
    commissions: tuple[CommissionEntry, ...]
    pending: Pending
    providers: tuple[ProviderEntry, ...]
    consumers: tuple[ConsumerEntry, ...]
    portal: PortalWorld


class Section(Generic[T]):
    """Records of all blocks, made anew, the same, each time they are read."""

    def __init__(
        self, blocks: Callable[[], Iterable[Block]], of: Callable[[Block], Iterable[T]]
    ) -> None:
        self._blocks = blocks
        self._of = of

    def __iter__(self) -> Iterator[T]:
        for block in self._blocks():
            yield from self._of(block)


def generate(seed: int, now: datetime, scale: int = 1) -> World:
    """A world of about `scale` times 14,000 holdings, the first block told by hand in part.

    Blocks are made when they are read, so that memory does not grow with `scale`.
    """
    at = micros(now)

    def blocks() -> Iterator[Block]:
        return (_block(seed, number, at) for number in range(scale))

    counters = {
        "application": scale * APPLICATIONS,
        "membership": scale * MEMBERSHIPS,
        "serial": LAST_SERIAL + (scale - 1) * SERIALS,
    }
    return World(
        [Service(name) for name in ("astakos", "cyclades", "pithos")],
        RESOURCES,
        Section(blocks, lambda block: block.people),
        Section(blocks, _projects),
        Section(blocks, _memberships),
        Section(blocks, _holdings),
        Section(blocks, lambda block: block.commissions),
        counters=counters if scale > 1 else {},
        classes=CLASSES,
        traits=TRAITS,
        providers=Section(blocks, lambda block: block.providers),
        consumers=Section(blocks, lambda block: block.consumers),
        portal=_portal(blocks, ground(seed, at)),
        nico=nico(seed, at),
    )


def _portal(blocks: Callable[[], Iterable[Block]], there: Ground) -> PortalWorld:
    return PortalWorld(
        there.customers,
        Section(blocks, lambda block: block.portal.projects),
        Section(blocks, lambda block: block.portal.accounts),
        there.services,
        Section(blocks, lambda block: block.portal.allocations),
        Section(blocks, lambda block: block.portal.usages),
        Section(blocks, lambda block: block.portal.associations),
        Section(blocks, lambda block: block.portal.awards),
        Section(blocks, lambda block: block.portal.remote_projects),
    )


def _projects(block: Block) -> Iterator[ProjectEntry]:
    return (plot.record() for plot in block.plots)


def _memberships(block: Block) -> Iterator[MembershipEntry]:
    return (seat.record(plot.uuid) for plot in block.plots for seat in plot.seats)


def _holdings(block: Block) -> Iterator[HoldingEntry]:
    for plot in block.plots:
        yield from plot.holdings(block.pending)


@lru_cache(maxsize=2)
def _block(seed: int, number: int, now: int) -> Block:
    rng = random.Random(f"{seed}:{number}")  # noqa: S311
    scene = Scene(rng, now, [f"{nick}@{HOST}" for nick, *_ in ADMINS])
    mark = str(number) if number else ""
    if number == 0:
        story(scene)
    scene.people += crowd(rng, PEOPLE, now, mark)
    told = sum(wish.state is not ApplicationState.PENDING for wish in _wishes(scene))
    extras(scene, PROJECTS, FIRST_WAITING - 1 - PROJECTS - told if number == 0 else CHANGES, mark)
    if number:
        newcomers(scene, mark)
    stray_claims(scene, 3)
    return _finished(scene, number, cloud(scene, number, seed), portal(scene, number, seed))


def _wishes(scene: Scene) -> Iterator[Wish]:
    return (wish for plot in scene.plots for wish in plot.wishes)


def _finished(scene: Scene, number: int, runs_on: Cloud, used: PortalWorld) -> Block:
    """Numbers for everything, and the base projects."""
    _number_wishes(scene, number)
    waiting = Counter(
        wish.applicant for wish in _wishes(scene) if wish.state is ApplicationState.PENDING
    )
    plots = (*base_plots(scene, waiting), *scene.plots)
    seats = sorted(
        (seat for plot in plots for seat in plot.seats), key=lambda seat: seat.path[0][1]
    )
    for n, seat in enumerate(seats, 1):
        seat.number = n + number * MEMBERSHIPS
    claims = sorted(scene.claims, key=lambda claim: -claim.at)
    serials = _serials(scene.rng, number)
    commissions = [claim.record(serial) for claim, serial in zip(claims, serials, strict=False)]
    people = tuple(one.person for one in scene.people)
    stock = (tuple(runs_on.providers()), tuple(runs_on.consumers))
    return Block(people, plots, tuple(reversed(commissions)), pending_of(claims), *stock, used)


def _number_wishes(scene: Scene, number: int) -> None:
    """In the order they were filed, those that wait last."""
    pending = ApplicationState.PENDING
    ordered = sorted(_wishes(scene), key=lambda wish: (wish.state is pending, wish.at))
    for n, wish in enumerate(ordered, 1):
        wish.number = n + number * APPLICATIONS


def _serials(rng: random.Random, number: int) -> Iterator[int]:
    """Serials from the newest back, with gaps where others were resolved."""
    serial = LAST_SERIAL + number * SERIALS
    while True:
        yield serial
        serial -= rng.randrange(1, 30)
