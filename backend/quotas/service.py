"""Use cases of the quotas room, as re-runnable functions of a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.core.database.tx import Tx
from backend.core.errors import NotAllowed, NotFound
from backend.core.identity import Actor, Role
from backend.core.journal import SideEffect, to_json
from backend.core.plan import Change, Command, Plan, Receipt, Tier, Touched, WireRequest
from backend.core.usecase import Decision, Room, Write, perform_writes
from backend.quotas import ledger, queries, store
from backend.quotas.defaults import modify
from backend.quotas.model import (
    AcceptCommission,
    Charge,
    CommissionDetail,
    DeleteHoldings,
    Holding,
    HoldingKey,
    IssueCommission,
    Limit,
    LimitChange,
    ModifyResource,
    Provision,
    ProvisionRow,
    QuotaRow,
    RejectCommission,
    Resource,
    SetLimits,
)
from backend.quotas.rules import Account, check, impacts, merge

SELECT_PENDING_IN = """
SELECT DISTINCT v.serial FROM provision v JOIN holding h ON h.id = v.holding_id
WHERE h.holder_id = ? OR h.source_id = ? ORDER BY v.serial"""
SELECT_PENDING_ON = "SELECT serial FROM provision WHERE holding_id IN ({keys})"
SELECT_PINNED = """
SELECT id FROM holding WHERE id IN ({keys}) AND (usage_max > 0
    OR id IN (SELECT holding_id FROM provision))"""

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Resolution:
    """A write: accept or reject a pending commission."""

    serial: int
    accepted: bool


# ---------------------------------------------------------------- for the projects room


def resources(tx: Tx) -> list[Resource]:
    """Every resource in order of registration."""
    return [store.resource_of(row) for row in tx.all(store.SELECT_RESOURCES)]


def resource(tx: Tx, name: str) -> Resource | None:
    """The resource of this name."""
    row = tx.one(store.SELECT_RESOURCE, (name,))
    return store.resource_of(row) if row else None


def name_holder(tx: Tx, name: str, label: str) -> None:
    """Give `user:<uuid>` or `project:<uuid>` the label that panes show."""
    store.label_holder(tx, name, label)


def project_quotas(tx: Tx, project: str) -> list[QuotaRow]:
    """The pool rows and all member rows of the project with this uuid."""
    return queries.project_rows(tx, project)


def holder_quotas(tx: Tx, name: str) -> list[QuotaRow]:
    """The holdings of `user:<uuid>` in all projects."""
    return queries.holder_rows(tx, name)


def holding(tx: Tx, key: HoldingKey) -> Holding | None:
    """One holding."""
    row = tx.one(store.SELECT_HOLDING, (key.holder, key.source, key.resource))
    return store.holding_of(row) if row else None


def holdings(tx: Tx) -> Iterator[Holding]:
    """Every holding in id order."""
    return store.each_holding(tx)


def holdings_of(tx: Tx, resource: str) -> list[Holding]:
    """Every holding of a resource, in no order."""
    return [store.holding_of(row) for row in tx.all(store.SELECT_OF_RESOURCE, (resource,))]


def unused(tx: Tx, keys: Sequence[HoldingKey]) -> list[Holding]:
    """Those of these holdings with nothing used and nothing pending, not even a 0."""
    found = [h for key in keys if (h := holding(tx, key))]
    kept = {id for (id,) in tx.within(SELECT_PINNED, [h.id for h in found])}
    return [h for h in found if h.id not in kept]


def limit_change(tx: Tx, limits: Sequence[Limit]) -> LimitChange:
    """Which of these limits differ from the stored ones, and whose effective limit moves."""
    found = store.find_limits(tx, limits)
    changed = tuple(
        (key, found[key].limit if key in found else None, limit)
        for key, limit in {limit.key: limit.limit for limit in limits}.items()
        if key not in found or found[key].limit != limit
    )
    rows = _rows_concerned(tx, [key for key, _, _ in changed], found)
    return LimitChange(changed, impacts(rows, [Limit(key, after) for key, _, after in changed]))


def _rows_concerned(
    tx: Tx, keys: Sequence[HoldingKey], found: Mapping[HoldingKey, Holding]
) -> list[QuotaRow]:
    """A pool's limit concerns every member of its project, a member's only the member."""
    pools = dict.fromkeys(key.holder.partition(":")[2] for key in keys if not key.source)
    rows = {row.key: row for project in pools for row in queries.project_rows(tx, project)}
    ids = [found[key].id for key in keys if key in found and found[key].id not in rows]
    return list((rows | queries.quota_rows(tx, ids)).values())


def check_charge(tx: Tx, charge: Charge) -> None:
    """Raise what issuing this charge would raise (OverLimit, NotFound, Invalid)."""
    for provision in merge(charge.provisions):
        found = holding(tx, HoldingKey(provision.holder, provision.source, provision.resource))
        error = check(_account(found), provision, charge.force)
        if error:
            raise error


def _account(found: Holding | None) -> Account | None:
    if found is None:
        return None
    return Account(found.id, found.limit, found.usage_min, found.usage_max)


def pending_in(tx: Tx, project: str) -> tuple[Touched, ...]:
    """The pending commissions that concern a project."""
    holder = tx.scalar(store.SELECT_HOLDER_ID, (f"project:{project}",))
    serials = [serial for (serial,) in tx.all(SELECT_PENDING_IN, (holder, holder))]
    found = queries.commission_details(tx, serials)
    effect = "already counted; it can still be accepted"
    return tuple(_touched(found[serial], effect) for serial in serials)


def pending_on(tx: Tx, holdings: Sequence[int]) -> list[Touched]:
    """The pending commissions on these holdings, oldest first."""
    serials = {serial for (serial,) in tx.within(SELECT_PENDING_ON, holdings)}
    found = queries.commission_details(tx, sorted(serials))
    return [_touched(found[serial], "still pending") for serial in sorted(serials)]


def persist(tx: Tx, write: object, actor: str, reason: str) -> list[SideEffect]:
    """Carry out a SetLimits, DeleteHoldings, Charge, Resolution or resource Write."""
    if isinstance(write, SetLimits):
        return _set_limits(tx, write.limits)
    if isinstance(write, DeleteHoldings):
        return _delete_holdings(tx, write.keys)
    if isinstance(write, Charge):
        _charge(tx, write, actor)
    elif isinstance(write, Write) and isinstance(write.after, Resource):
        store.save_resource(tx, write.after)
    else:
        raise TypeError(f"quotas cannot persist {type(write).__name__}")
    return []


def _set_limits(tx: Tx, limits: Sequence[Limit]) -> list[SideEffect]:
    """Sync: figures of existing holdings stay, missing holdings are made (§3.1)."""
    found = store.find_limits(tx, limits)
    wanted = {limit.key: limit for limit in limits}  # a later duplicate wins
    old = [
        (found[key].id, found[key].limit, limit.limit)
        for key, limit in wanted.items()
        if key in found and found[key].limit != limit.limit
    ]
    tx.many(store.SET_LIMIT, [(after, id) for id, _, after in old])
    fresh = [limit for key, limit in wanted.items() if key not in found]
    made = zip(store.insert_holdings(tx, fresh), fresh, strict=True)
    changes: list[tuple[int, int | None, int]] = [*old]
    changes += [(id, None, limit.limit) for id, limit in made]
    return limit_effects(changes)


def limit_effects(changes: Sequence[tuple[int, int | None, int]]) -> list[SideEffect]:
    """Journal rows of limits as (holding id, before or None when new, after), in chunks."""
    parts = (changes[start : start + CHUNK] for start in range(0, len(changes), CHUNK))
    return [
        SideEffect(
            "limits",
            to_json([[id, before] for id, before, _ in part]),
            to_json([[id, after] for id, _, after in part]),
        )
        for part in parts
    ]


def _delete_holdings(tx: Tx, keys: Sequence[HoldingKey]) -> list[SideEffect]:
    gone = unused(tx, keys)
    tx.many(store.DELETE_HOLDING, [(h.id,) for h in gone])
    ids = to_json([[h.id, h.limit] for h in gone])
    return [SideEffect("limits", ids, to_json([[h.id, None] for h in gone]))] if gone else []


def _charge(tx: Tx, charge: Charge, actor: str) -> None:
    command = IssueCommission(
        actor=Actor(actor, Role.SERVICE, component=charge.clientkey),
        clientkey=charge.clientkey,
        provisions=charge.provisions,
        name=charge.name,
        force=charge.force,
        auto_accept=True,
    )
    (outcome,) = ledger.run(tx, [command])
    if isinstance(outcome, Exception):
        raise outcome


# ---------------------------------------------------------------- commands of this room


def _touched(detail: CommissionDetail, effect: str, *, resolved: bool = False) -> Touched:
    row = detail.row
    return Touched(row.key, f"{row.holder} {row.project}", effect, resolved, row.change)


def _decide_resolve(tx: Tx, command: AcceptCommission | RejectCommission) -> Decision:
    """Resolving by hand: an approver, any component's commission (§6.4)."""
    if not command.actor.is_admin:
        raise NotAllowed("only an approver resolves commissions", hint="ask for the approver role")
    serial, accepted = command.serial, isinstance(command, AcceptCommission)
    detail = queries.commission_details(tx, [serial]).get(serial)
    if detail is None:
        raise NotFound(f"no pending commission {serial}", hint="it may have been resolved already")
    verb = "accept" if accepted else "reject"
    changes = tuple(change for p in detail.provisions for change in _resolved(p, accepted))
    done = _touched(detail, f"becomes {verb}ed", resolved=True)
    plan = Plan(
        command,
        verb.capitalize(),
        f"{verb.capitalize()} commission {serial} of {detail.row.clientkey}",
        str(serial),
        Tier.REVERSIBLE if accepted else Tier.HARMFUL,
        WireRequest("POST", f"commissions/{serial}/action", {verb: ""}),
        changes=changes,
        touched=(done,),
        warnings=(f"{detail.row.clientkey} may still try to resolve it and will be told 404",),
        undo="",
    )
    message = f"Commission {serial} {verb}ed"
    return Decision(
        plan, f"commission.{verb}", f"commission:{serial}", message, (Resolution(serial, accepted),)
    )


def _resolved(p: ProvisionRow, accepted: bool) -> Iterator[Change]:
    """What happens to the reserved quantity; the holding's drifting totals are not part."""
    holder = f"{p.label} in {p.source_label}" if p.source else f"{p.label} (pool)"
    reserved = "reserved" if p.quantity >= 0 else "releasing"
    yield Change(holder, p.resource, p.quantity, 0, p.unit, reserved)
    yield Change(holder, p.resource, 0, p.quantity if accepted else 0, p.unit, "for good")


def _decide_issue(tx: Tx, command: IssueCommission) -> Decision:
    """Issuing in the console's way; a retry under the same key does nothing."""
    if not command.actor.is_admin and command.actor.component != command.clientkey:
        raise NotAllowed(f"only {command.clientkey} itself or an approver issues its commissions")
    ledger.check_timeout(command)
    done = ledger.replayed(tx, command)
    changes = () if done else _reservations(tx, command)
    body: dict[str, object] = {"provisions": [_wire(p) for p in command.provisions]}
    body |= {"name": command.name, "force": command.force, "auto_accept": command.auto_accept}
    plan = Plan(
        command,
        "Issue",
        f"Issue a commission for {command.clientkey}",
        command.clientkey,
        Tier.DANGEROUS if command.force else Tier.REVERSIBLE,
        WireRequest("POST", "commissions", body),
        changes=changes,
        warnings=(f"done already under this key, as commission {done}",) if done else (),
        undo="" if done or command.auto_accept else "reject the commission",
    )
    return Decision(plan, "commission.issue", "", "Commission issued", (command,))


def _reservations(tx: Tx, command: IssueCommission) -> tuple[Change, ...]:
    provisions = tuple(command.provisions)
    check_charge(tx, Charge(command.clientkey, command.name, provisions, command.force))
    return tuple(Change(p.holder, p.resource, None, p.quantity) for p in merge(provisions))


def _wire(p: Provision) -> dict[str, object]:
    return {
        "holder": p.holder,
        "source": p.source or None,
        "resource": p.resource,
        "quantity": p.quantity,
    }


def _perform(tx: Tx, decision: Decision, reason: str) -> Receipt:
    """Commissions journal themselves (the ledger does, for every caller alike)."""
    command: Command = decision.plan.command
    (write,) = decision.writes
    if isinstance(write, Resolution):
        operation = ledger.Resolve(command.actor.name, write.serial, write.accepted, reason=reason)
        return _run(tx, operation, decision)
    if isinstance(write, IssueCommission):
        return _run(tx, write, decision)
    actor = command.actor.name
    return perform_writes(tx, decision, reason, lambda tx, write: persist(tx, write, actor, reason))


def _run(tx: Tx, operation: ledger.Operation, decision: Decision) -> Receipt:
    (outcome,) = ledger.run(tx, [operation])
    if isinstance(outcome, Exception):
        raise outcome
    seq = tx.chain.head()[0] + tx.chain.mark()
    return Receipt(seq, decision.message, {"serial": outcome})


def _subject(command: Command) -> str:
    if isinstance(command, AcceptCommission | RejectCommission):
        return f"commission:{command.serial}"
    return f"resource:{command.name}" if isinstance(command, ModifyResource) else "quotas"


ROOM = Room(
    "quotas",
    {
        AcceptCommission: ("commission.accept", _decide_resolve),
        RejectCommission: ("commission.reject", _decide_resolve),
        IssueCommission: ("commission.{}", _decide_issue),
        ModifyResource: ("resource.modify", modify),
    },
    _perform,
    _subject,
)
