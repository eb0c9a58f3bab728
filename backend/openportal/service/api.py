"""What the API reads, as far as the caller may see it (spec openportal §2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import NAMESPACE_URL, uuid5

from backend.core.database.tx import Tx
from backend.core.errors import NotFound
from backend.core.identity import Actor, Role
from backend.core.runtime import moment
from backend.openportal.model import AwardCommand, Customer, PortalUser, State
from backend.openportal.model.reads import (
    Person,
    Shown,
    ShownAssociation,
    ShownAward,
    ShownProject,
    ShownRemoteProject,
    ShownService,
    ShownUsage,
    Sight,
    Spending,
    Wanted,
)
from backend.openportal.rules import access, states
from backend.openportal.rules.access import Standing
from backend.openportal.rules.identifiers import plain
from backend.openportal.rules.values import NO_OBJECT
from backend.openportal.service import awards, finding, remote_projects
from backend.openportal.service.people import standing
from backend.openportal.store import catalogues, listing, people, places, shown
from backend.openportal.store.catalogues import Catalogue
from backend.openportal.store.listing import Counts

T = TypeVar("T")
FEW = 1000
"""Rows that are sorted sooner than they are come by in the order of all."""
Rows = Callable[[Tx, Sequence[int]], Sequence[T]]


@dataclass(frozen=True, slots=True)
class List(Generic[T]):
    """A list of the API and how its rows are read."""

    catalogue: Catalogue
    rows: Rows[T]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list and how long all of it is."""

    count: int
    rows: Sequence[T]


def _spending(tx: Tx, ids: Sequence[int]) -> list[Spending]:
    now = moment(tx.now)
    return shown.spending(tx, ids, now.year, now.month)


ALLOCATIONS: Mapping[bool, List[Shown]] = {
    remote: List(found, shown.shown) for remote, found in catalogues.ALLOCATIONS.items()
}
ASSOCIATIONS: Mapping[bool, List[ShownAssociation]] = {
    remote: List(found, shown.associations) for remote, found in catalogues.ASSOCIATIONS.items()
}
SERVICES: List[ShownService] = List(catalogues.SERVICES, shown.services)
CUSTOMERS: List[Customer] = List(catalogues.CUSTOMER_LIST, shown.customers)
PROJECTS: List[ShownProject] = List(catalogues.PROJECT_LIST, shown.projects)
USAGES: List[ShownUsage] = List(catalogues.USAGE, shown.usages)
SPENDING: List[Spending] = List(catalogues.SPENDING, _spending)
AWARDS: List[ShownAward] = List(catalogues.AWARDS, shown.awards)
REMOTE_PROJECTS: List[ShownRemoteProject] = List(catalogues.REMOTE_PROJECTS, shown.remote_projects)


def sight(tx: Tx, actor: Actor) -> Sight:
    """What the actor sees."""
    who = standing(tx, actor)
    return Sight(who.sees_all, _user(actor), who.staff)


def _user(actor: Actor) -> str:
    return plain(actor.uuid or actor.name.removeprefix("user:"))


def is_active(tx: Tx, actor: Actor) -> bool:
    """False for a user of the portal who may not sign in any more."""
    user = people.user(tx, _user(actor)) if actor.role is Role.USER else None
    return user is None or user.is_active


def page(
    tx: Tx,
    counts: Counts,
    actor: Actor,
    what: List[T],
    wanted: Wanted,
    span: Callable[[int], range],
) -> Page[T]:
    """The rows at the places that `span` makes of how many there are."""
    sees = sight(tx, actor)
    total = counts.count(tx, what.catalogue, sees, wanted)
    places = span(total)
    many = total > FEW
    ids = listing.ids(tx, what.catalogue, sees, wanted, places, many=many) if places else []
    return Page(total, what.rows(tx, ids))


def one(tx: Tx, actor: Actor, what: List[T], *key: object) -> T:
    """The row with this key. Raises NotFound where the actor sees none."""
    found = listing.find(tx, what.catalogue, sight(tx, actor), key)
    rows = what.rows(tx, [found]) if found is not None else ()
    if not rows:
        raise NotFound(f"No {what.catalogue.name} matches the given query.")
    return rows[0]


def allocation(tx: Tx, actor: Actor, uuid: str, *, remote: bool) -> Shown:
    """An allocation of a kind. Raises NotFound."""
    return one(tx, actor, ALLOCATIONS[remote], uuid)


def project(tx: Tx, actor: Actor, uuid: str) -> ShownProject:
    """A project. Raises NotFound."""
    return one(tx, actor, PROJECTS, uuid)


def award(tx: Tx, actor: Actor, identifier: str, destination: str) -> ShownAward:
    """An award of another portal by what names it. Raises NotFound."""
    return one(tx, actor, AWARDS, identifier, destination)


def spending(tx: Tx, actor: Actor, project: str) -> Spending:
    """What a project spent. Raises NotFound."""
    return one(tx, actor, SPENDING, project)


def places_of(
    tx: Tx, actor: Actor, project: str, service: str, *, remote: bool
) -> dict[str, list[str]]:
    """What is wrong with where an allocation is to be made, by field."""
    who = standing(tx, actor)
    there, on = places.project(tx, project), places.service(tx, service)
    faults: dict[str, list[str]] = {}
    if on is None or on.remote != remote or not who.sees_service(on):
        faults["service_settings"] = [NO_OBJECT]
    if there is None or not who.sees(there):
        faults["project"] = [NO_OBJECT]
    return faults


@dataclass(frozen=True, slots=True)
class Need:
    """What an operation wants before its body is looked at: staff or a manager of the project,
    and an allocation in one of these states (or, not said aloud, of `also`), any when there are
    none."""

    staff: bool = False
    states: tuple[State, ...] = ()
    also: tuple[State, ...] = ()
    backend_id: bool = False


def require(tx: Tx, actor: Actor, uuid: str, need: Need, *, remote: bool) -> None:
    """Raises NotFound, NotAllowed, Conflict, Invalid, in this order."""
    seen = allocation(tx, actor, uuid, remote=remote).allocation
    found = finding.find(tx, actor, seen.uuid)
    if need.staff:
        access.require_staff(found.standing, "do this")
    else:
        access.require_manager(found.standing, found.project)
    if need.states and found.allocation.state not in need.also:
        states.require_state(found.allocation, need.states)
    if need.backend_id:
        states.require_backend_id(found.allocation)


def require_reviewer(tx: Tx, actor: Actor, identifier: str, destination: str) -> None:
    """Raises NotFound, NotAllowed about an award of another portal."""
    award(tx, actor, identifier, destination)
    awards.find(tx, AwardCommand(actor=actor, identifier=identifier, destination=destination))


def require_awarder(tx: Tx, actor: Actor, uuid: str) -> None:
    """Raises NotFound, NotAllowed about an award of ours."""
    one(tx, actor, REMOTE_PROJECTS, uuid)
    remote_projects.find(tx, actor, uuid)


def require_namer(tx: Tx, actor: Actor, uuid: str) -> None:
    """Raises NotFound, NotAllowed about what a project is called."""
    project(tx, actor, uuid)
    access.require_staff(standing(tx, actor), "name projects")


def person(tx: Tx, actor: Actor) -> Person:
    """Who calls; whoever is no user of the portal is described by the grant."""
    who = standing(tx, actor)
    user = people.user(tx, _user(actor)) if actor.role is Role.USER else None
    if user is None:
        return Person(_granted(actor, who))
    user = replace(user, is_staff=who.staff, is_support=who.support)
    return Person(user, shown.roles(tx, user.uuid))


def _granted(actor: Actor, who: Standing) -> PortalUser:
    """A token as if it were somebody."""
    uuid = _user(actor) if actor.role is Role.USER else uuid5(NAMESPACE_URL, actor.name).hex
    name = actor.name
    return PortalUser(uuid, name, name, "", who.staff, who.support, True, 0)
