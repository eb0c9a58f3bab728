"""The counter of waiting applications, `astakos.pending_app` (spec astakos §2.1.2, Q20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.core.database.tx import Tx
from backend.core.errors import Conflict, NotFound, OverLimit
from backend.core.plan import Change
from backend.core.text import counted
from backend.core.usecase import Decision
from backend.projects.model import ReconcilePendingApps
from backend.projects.rules import outbound
from backend.projects.rules.access import require_admin
from backend.projects.rules.limits import member_key, pool_key
from backend.projects.service.draft import Draft, Telling
from backend.projects.service.limits import labels, named
from backend.projects.store import applications as store
from backend.projects.store import projects as project_store
from backend.quotas import service as quotas
from backend.quotas.model import Charge, Holding, HoldingKey, Provision

PENDING_APP = "astakos.pending_app"
CLIENT = "astakos"
USAGE = "usage"
DRIFTED = (
    "the applicant's counter of waiting applications is too low already: nothing is taken off it"
)


def keys_of(user: str) -> tuple[HoldingKey, HoldingKey]:
    """Where a user's waiting applications are counted: the own holding and the base project's."""
    return member_key(user, user, PENDING_APP), pool_key(user, PENDING_APP)


def charge(draft: Draft, gains: str, releases: Sequence[str]) -> None:
    """Count a waiting application more and others less, in one commission.

    Admins are charged beyond the limit. Raises Conflict when the limit is reached.
    """
    if all(resource.name != PENDING_APP for resource in draft.resources):
        return
    net: dict[str, int] = {gains: 1} if gains else {}
    for user in releases:
        net[user] = net.get(user, 0) - 1
    provisions = [p for user, quantity in net.items() for p in _provisions(draft, user, quantity)]
    if not provisions:
        return
    wanted = Charge(CLIENT, "application", tuple(provisions), force=draft.command.actor.is_admin)
    try:
        quotas.check_charge(draft.tx, wanted)
    except (OverLimit, NotFound) as error:
        raise Conflict(
            f"no more applications can wait: {error.message}",
            hint="withdraw one, or have the limit of astakos.pending_app raised",
            data=error.data,
        ) from error
    draft.charges.append(wanted)


def _provisions(draft: Draft, user: str, quantity: int) -> list[Provision]:
    """The user's and the base project's share; a drifted counter is not taken below 0 (Q20)."""
    provisions = []
    for key in keys_of(user):
        amount = quantity
        if quantity < 0:
            holding = quotas.holding(draft.tx, key)
            amount = -min(-quantity, holding.usage_min if holding else 0)
            if amount != quantity and DRIFTED not in draft.warnings:
                draft.warnings.append(DRIFTED)
        if amount or not quantity:
            provisions.append(Provision(key.holder, key.source, key.resource, amount))
    return provisions


@dataclass(frozen=True, slots=True)
class Drift:
    """Counters against the applications that wait: those to be set, those with something
    pending, and those that do not exist."""

    wrong: tuple[tuple[Holding, int], ...]
    moving: tuple[tuple[Holding, int], ...]
    absent: tuple[tuple[HoldingKey, int], ...]


def reconcile(tx: Tx, command: ReconcilePendingApps) -> Decision:
    """Make the counters right: the plan is the dry run, applying it the fix (§3.5).

    A counter with something pending on it is reported and left alone.
    """
    require_admin(command.actor, "reconcile counters")
    draft, drift = Draft(tx, command), _drift(tx)
    names = labels(tx, _concerned(drift))
    for holding, n in drift.wrong:
        target = named(holding.key, names)
        draft.changes.append(Change(target, PENDING_APP, holding.usage_max, n, "", USAGE))
    draft.warnings += _left_alone(drift, names)
    draft.touched += quotas.pending_on(tx, [holding.id for holding, _ in drift.moving])
    draft.charges += _differences(drift)
    count = f"{counted(len(drift.wrong), 'counter')} of waiting applications"
    telling = Telling(
        "Fix",
        f"Set {count} right",
        f"fix {len(drift.wrong)}",
        outbound.command_line("reconcile-resources-astakos", "--fix", "--force"),
    )
    return draft.decide(telling, "quotas.reconcile", "quotas", f"{count} set right")


def _drift(tx: Tx) -> Drift:
    counters = {holding.key: holding for holding in quotas.holdings_of(tx, PENDING_APP)}
    wanted = dict(_wanted(tx))
    known = [(counters[key], n) for key, n in wanted.items() if key in counters]
    still = [(h, n) for h, n in known if h.usage_min == h.usage_max]
    return Drift(
        tuple((h, n) for h, n in still if h.usage_max != n),
        tuple((h, n) for h, n in known if h.usage_min != h.usage_max),
        tuple((key, n) for key, n in wanted.items() if n and key not in counters),
    )


def _wanted(tx: Tx) -> Iterator[tuple[HoldingKey, int]]:
    """What every counter should say; a base project has the uuid of its user."""
    waiting = store.waiting_by_applicant(tx)
    bases = [project.uuid for project in project_store.base_projects(tx)]
    for user in dict.fromkeys([*bases, *waiting]):
        for key in keys_of(user):
            yield key, waiting.get(user, 0)


def _concerned(drift: Drift) -> list[HoldingKey]:
    return [h.key for h, _ in (*drift.wrong, *drift.moving)] + [key for key, _ in drift.absent]


def _left_alone(drift: Drift, names: Mapping[str, str]) -> Iterator[str]:
    for h, n in drift.moving:
        counted = f"{named(h.key, names)}: {h.usage_max} counted, {n} waiting"
        yield f"{counted}; left alone while a commission on it is pending"
    for key, n in drift.absent:
        yield f"{named(key, names)}: {n} waiting, but there is no holding; verify quotas first"


def _differences(drift: Drift) -> list[Charge]:
    """One commission, forced: what waits is counted beyond the limit too."""
    provisions = tuple(
        Provision(h.key.holder, h.key.source, h.key.resource, n - h.usage_max)
        for h, n in drift.wrong
    )
    return [Charge(CLIENT, "reconcile", provisions, force=True)] if provisions else []
