"""What allocations are called, kept with what was asked of them: a server forgets those that go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.core.database import Tx
from backend.openportal.model import Allocation, Customer, PortalProject, Service
from backend.openportal.store import allocations, places


@dataclass(frozen=True, slots=True)
class Called:
    """An allocation with all that it is told by."""

    allocation: Allocation
    service: Service
    project: PortalProject
    customer: Customer


def called(tx: Tx, uuid: str) -> Called | None:
    """What a mirror knows of it, without long texts."""
    found = allocations.allocation(tx, uuid)
    if found is None:
        return None
    service, project = places.service(tx, found.service), places.project(tx, found.project)
    if service is None or project is None:
        return None
    customer = places.customer(tx, project.customer)
    if customer is None:
        return None
    brief = replace(found, description="", error_message="", error_traceback="")
    return Called(brief, service, replace(project, description=""), customer)


def keep(tx: Tx, one: Called) -> None:
    """Have a journal tell it by its name."""
    if places.customer(tx, one.customer.uuid) is None:
        places.add_customer(tx, one.customer)
    places.save_project(tx, places.project(tx, one.project.uuid), one.project)
    if places.service(tx, one.service.uuid) is None:
        places.add_service(tx, replace(one.service, customer="", error_message=""))
    allocations.save(tx, allocations.allocation(tx, one.allocation.uuid), one.allocation)
