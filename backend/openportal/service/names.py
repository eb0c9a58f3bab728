"""What projects are called at resource backends, and where they may go (spec openportal §5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.plan import Change, Plan, Tier, WireRequest
from backend.core.usecase import Decision, Write
from backend.openportal.model import KEEP, NameProject, PortalProject
from backend.openportal.rules import access, identifiers
from backend.openportal.rules.outbound import NAMES
from backend.openportal.service.people import standing
from backend.openportal.store import allocations, places


def name(tx: Tx, command: NameProject) -> Decision:
    """Give a project its short name or its destinations; what it has already keeps its names."""
    who = standing(tx, command.actor)
    before = places.project(tx, identifiers.plain(command.project))
    if before is None or not who.sees(before):
        raise NotFound(f"there is no project {command.project!r}")
    access.require_staff(who, "name projects")
    after = replace(
        before,
        shortname=before.shortname if command.shortname == KEEP else command.shortname,
        allowed_destinations=before.allowed_destinations
        if command.allowed_destinations == KEEP
        else command.allowed_destinations,
    )
    _check(tx, after)
    plan = Plan(
        command,
        "Name",
        f"Name project {before.name}",
        before.name,
        Tier.REVERSIBLE,
        _request(command, before),
        changes=tuple(_changes(before, after)),
        warnings=tuple(_keeps(tx, before, after)),
        undo="name it as before",
        inverse=replace(
            command,
            shortname=KEEP if command.shortname == KEEP else before.shortname,
            allowed_destinations=KEEP
            if command.allowed_destinations == KEEP
            else before.allowed_destinations,
        ),
    )
    message = f"Project {before.name} named"
    return Decision(plan, "portal_project.name", before.target, message, [Write(before, after)])


def _check(tx: Tx, after: PortalProject) -> None:
    short = after.shortname
    if short is not None and not identifiers.is_shortname(short):
        raise Invalid(
            f"{short!r} is no short name",
            hint="up to 30 lower-case letters and digits, a letter first",
        )
    if short is not None and places.namesake(tx, short, after.uuid):
        raise Conflict(f"another project is called {short}", hint="choose another short name")
    wrong = identifiers.bad_pattern(after.allowed_destinations or "")
    if wrong:
        raise Invalid(f"{wrong!r} is no expression", hint="such as airr.brics.*, or *")


def _keeps(tx: Tx, before: PortalProject, after: PortalProject) -> Iterator[str]:
    codes = {code for code, _ in allocations.limits(tx, before.uuid)}
    if before.shortname != after.shortname and codes:
        yield f"what it has at services is called {', '.join(sorted(codes))} and stays so"


def _changes(before: PortalProject, after: PortalProject) -> Iterator[Change]:
    for field in ("shortname", "allowed_destinations"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Change(before.name, field.replace("_", " "), old, new)


def _request(command: NameProject, before: PortalProject) -> WireRequest:
    path = f"{NAMES}{before.uuid}/"
    if command.shortname != KEEP:
        return WireRequest("PUT", f"{path}set_shortname/", {"shortname": command.shortname})
    body = {"allowed_destinations": command.allowed_destinations}
    return WireRequest("PUT", f"{path}set_allowed_destinations/", body)
