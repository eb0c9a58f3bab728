"""Use cases about limits as a whole: new resources and verification (spec §1.1, §3.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, Invalid
from backend.core.plan import Change, Tier
from backend.core.text import counted
from backend.core.usecase import Decision, Write
from backend.projects.model import RegisterResource, VerifyQuotas
from backend.projects.rules import changes, outbound
from backend.projects.rules import limits as rules
from backend.projects.rules.access import require_admin
from backend.projects.service.draft import Draft, Telling, fresh_id
from backend.projects.store import people
from backend.projects.store import projects as store
from backend.quotas import service as quotas
from backend.quotas.model import (
    UNLIMITED,
    DeleteHoldings,
    HoldingKey,
    Limit,
    Mismatch,
    Resource,
    SetLimits,
)

NEW_RESOURCE_FIELDS = ("uplimit", "project_default", "api_visible", "ui_visible")
KEPT = "holdings that no project accounts for stay while they are used or something is pending"
DESCRIBING = ("description", "unit", "service_type")


@dataclass(frozen=True, slots=True)
class GrantEverywhere:
    """A write: a row of this new resource in every initialized project, and its holdings."""

    resource: Resource


def register(tx: Tx, command: RegisterResource) -> Decision:
    """Make a resource known; a known one has its description brought up to date."""
    require_admin(command.actor, "register resources")
    _check_resource(command)
    draft = Draft(tx, command)
    before = quotas.resource(tx, command.name)
    if before is not None and before.service_origin != command.service:
        raise Conflict(f"{command.name} belongs to {before.service_origin}")
    after = _updated(before, command) if before else _registered(tx, command)
    fields = [*DESCRIBING, *(() if before else NEW_RESOURCE_FIELDS)]
    for name in fields:
        old, new = getattr(before, name, None), getattr(after, name)
        if old != new:
            unit = after.unit if name in ("uplimit", "project_default") else ""
            draft.changes.append(Change(after.name, name, old, new, unit))
    draft.writes.append(Write(before, after))
    if before is None:
        draft.writes.append(GrantEverywhere(after))
        draft.changes += _everywhere(after)
    telling = Telling(
        "Register",
        f"Register resource {after.name} of {command.service}",
        after.name,
        outbound.command_line("service-import", command.service, after.name),
    )
    message = f"Resource {after.name} registered"
    return draft.decide(telling, "resource.register", after.target, message)


def _check_resource(command: RegisterResource) -> None:
    for name in ("uplimit", "project_default"):
        value = getattr(command, name)
        if not 0 <= value <= UNLIMITED:
            raise Invalid(f"{name} {value} is not between 0 and inf", hint="give a whole number")
    if command.ui_visible and not command.api_visible:
        raise Invalid("a resource cannot be shown in the UI and hidden in the API")
    if not command.name:
        raise Invalid("a resource needs a name")


def _registered(tx: Tx, command: RegisterResource) -> Resource:
    return Resource(
        fresh_id(tx, "resource"),
        command.name,
        command.description,
        command.service_type,
        command.service,
        command.unit,
        command.uplimit,
        command.project_default,
        command.api_visible,
        command.ui_visible,
    )


def _updated(before: Resource, command: RegisterResource) -> Resource:
    """Defaults and visibility stay as they were set (§1.1)."""
    return replace(
        before,
        description=command.description,
        unit=command.unit,
        service_type=command.service_type,
    )


def _everywhere(resource: Resource) -> Iterator[Change]:
    for who, limit in (
        ("every base project", resource.uplimit),
        ("every other project", resource.project_default),
    ):
        for aspect in (changes.POOL, changes.MEMBER):
            yield Change(who, resource.name, None, limit, resource.unit, aspect)


def expected(tx: Tx, resource: str = "") -> Iterator[Limit]:
    """Every limit that follows from projects and memberships, of one resource or all."""
    for pool in store.each_pool(tx, resource):
        limit = rules.pool_limit(pool.state, pool.capacity)
        yield Limit(rules.pool_key(pool.project, pool.resource), limit)
    for fact in store.each_member(tx, resource):
        limit = rules.member_limit(fact.state, fact.membership, fact.capacity)
        yield Limit(rules.member_key(fact.user, fact.project, fact.resource), limit)


def grant_everywhere(tx: Tx, resource: Resource) -> SetLimits:
    """Store the rows of a new resource; the limits that its holdings need."""
    store.grant_everywhere(tx, resource.name)
    return SetLimits(tuple(expected(tx, resource.name)))


def mismatches(tx: Tx, *, unexpected: bool = False) -> list[Mismatch]:
    """Holdings whose limit is not what projects say: wrong, missing and, when asked for,
    accounted for by nobody."""
    wanted = {limit.key: limit.limit for limit in expected(tx)}
    found: list[Mismatch] = []
    for holding in quotas.holdings(tx):
        limit = wanted.pop(holding.key, None)
        if limit is None and not unexpected:
            continue
        if limit != holding.limit:
            found.append(Mismatch(holding.key, limit, holding.limit))
    return found + [Mismatch(key, limit, None) for key, limit in wanted.items()]


def verify(tx: Tx, command: VerifyQuotas) -> Decision:
    """Set every limit to what projects say: the plan is the dry run, applying it the fix."""
    require_admin(command.actor, "verify quotas")
    draft = Draft(tx, command)
    found = mismatches(tx, unexpected=command.unexpected)
    unexpected = [m.key for m in found if m.expected is None]
    gone = frozenset(holding.key for holding in quotas.unused(tx, unexpected))
    if len(gone) < len(unexpected):
        draft.warnings.append(KEPT)
        found = [m for m in found if m.expected is not None or m.key in gone]
    draft.limits = [Limit(m.key, m.expected) for m in found if m.expected is not None]
    draft.changes += _mismatch_changes(draft, found)
    draft.writes += (
        [DeleteHoldings(tuple(key for key in unexpected if key in gone))] if gone else []
    )
    flags = ["--include-unexpected-holdings"] if command.unexpected else []
    count = counted(len(found), "limit")
    telling = Telling(
        "Fix",
        f"Set {count} to what projects say",
        f"fix {len(found)}",
        outbound.command_line("quota-verify", "--fix", *flags),
        Tier.HARMFUL if gone else Tier.REVERSIBLE,
    )
    return draft.decide(telling, "quotas.verify", "quotas", f"{count} set right")


def _mismatch_changes(draft: Draft, found: Sequence[Mismatch]) -> list[Change]:
    names = labels(draft.tx, [m.key for m in found])
    return [
        Change(
            named(m.key, names),
            m.key.resource,
            m.found,
            m.expected,
            draft.units.get(m.key.resource, ""),
            changes.OWN,
        )
        for m in found
    ]


def labels(tx: Tx, keys: Sequence[HoldingKey]) -> dict[str, str]:
    """Addresses and project names of the holders in these keys."""
    names = {name for key in keys for name in (key.holder, key.source) if name}
    uuids = [name.partition(":")[2] for name in names]
    emails = people.emails(tx, uuids)
    projects = store.projects(tx, uuids)
    told = {f"user:{uuid}": email for uuid, email in emails.items()}
    return told | {f"project:{uuid}": p.realname for uuid, p in projects.items()}


def named(key: HoldingKey, names: Mapping[str, str]) -> str:
    """A holding as people know it."""
    holder = names.get(key.holder, key.holder)
    if not key.source:
        return f"{holder} (pool)"
    return f"{holder} in {names.get(key.source, key.source)}"
