"""Pure quota arithmetic: commissions on counters, effects of limits (spec astakos §3, §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.core.errors import BursarError, Invalid, NotFound, OverLimit
from backend.core.plan import Impact
from backend.quotas.model import UNLIMITED, HoldingKey, Limit, Provision, QuotaRow

REASON_CHARS = 121


@dataclass(slots=True)
class Account:
    """The counters of one holding while a batch works on them."""

    id: int
    limit: int
    usage_min: int
    usage_max: int


def merge(provisions: Sequence[Provision]) -> list[Provision]:
    """Sum quantities of equal keys, in order of first appearance (§4.1, Q2)."""
    sums: dict[tuple[str, str, str], int] = {}
    for p in provisions:
        key = (p.holder, p.source, p.resource)
        sums[key] = sums.get(key, 0) + p.quantity
    if len(sums) == len(provisions):
        return list(provisions)
    return [Provision(*key, quantity) for key, quantity in sums.items()]


def check(account: Account | None, provision: Provision, force: bool) -> BursarError | None:
    """Why this provision cannot be reserved, or None (§4.1 step 3, §4.3)."""
    if account is None:
        return NotFound("no such holding", data=_data("NoHoldingError", provision))
    q = provision.quantity
    if q < 0:
        if account.usage_min + q < 0:
            return _over("NoQuantityError", provision, 0, account.usage_min)
        return None
    if q > UNLIMITED - account.usage_max:
        return _beyond(account, provision, force)
    if not force and account.usage_max + q > account.limit:
        return _over("NoCapacityError", provision, account.limit, account.usage_max)
    return None


def _beyond(account: Account, provision: Provision, force: bool) -> BursarError:
    if force:
        return Invalid("the usage would exceed what can be counted", data={"name": "Overflow"})
    return _over("NoCapacityError", provision, account.limit, account.usage_max)


def _over(name: str, provision: Provision, limit: int, usage: int) -> OverLimit:
    if name == "NoCapacityError":
        text = f"{provision.resource}: {usage} used of {limit}, {provision.quantity} more asked"
    else:
        text = f"{provision.resource}: only {usage} held, {-provision.quantity} to be released"
    return OverLimit(text, data=_data(name, provision) | {"limit": limit, "usage": usage})


def _data(name: str, p: Provision) -> dict[str, object]:
    shown = {"holder": p.holder, "source": p.source or None, "resource": p.resource}
    return {"name": name, "provision": {**shown, "quantity": p.quantity}}


def reserve(account: Account, quantity: int) -> None:
    """Issue: imports raise usage_max, releases lower usage_min."""
    if quantity >= 0:
        account.usage_max += quantity
    else:
        account.usage_min += quantity


def accept(account: Account, quantity: int) -> None:
    """Make a reserved quantity final."""
    if quantity >= 0:
        account.usage_min += quantity
    else:
        account.usage_max += quantity


def reject(account: Account, quantity: int) -> None:
    """Take a reserved quantity back."""
    if quantity >= 0:
        account.usage_max -= quantity
    else:
        account.usage_min -= quantity


def log_reason(accepted: bool, reason: str) -> str:
    """The provision log's reason: a verb and the end of what was said (§1.6)."""
    return ("ACCEPT:" if accepted else "REJECT:") + reason[-REASON_CHARS:]


def with_limits(rows: Sequence[QuotaRow], limits: Mapping[HoldingKey, int]) -> list[QuotaRow]:
    """The rows as they would be with these limits; pools reach their members' rows."""
    pools = {(r.project_id, r.resource): _new_limit(r, limits) for r in rows if r.is_pool}
    return [
        replace(
            row,
            limit=_new_limit(row, limits),
            project_limit=pools.get((row.project_id, row.resource), row.project_limit),
        )
        for row in rows
    ]


def _new_limit(row: QuotaRow, limits: Mapping[HoldingKey, int]) -> int:
    return limits.get(row_key(row), row.limit)


def row_key(row: QuotaRow) -> HoldingKey:
    """The holding a row shows."""
    project = f"project:{row.project_id}"
    if row.is_pool:
        return HoldingKey(project, "", row.resource)
    return HoldingKey(f"user:{row.holder_id}", project, row.resource)


def impacts(rows: Sequence[QuotaRow], limits: Sequence[Limit]) -> tuple[Impact, ...]:
    """Whose effective limit these limits move, those going over first."""
    wanted = {limit.key: limit.limit for limit in limits}
    moved = [
        Impact(
            *(old.holder, old.project, old.resource, old.effective, new.effective),
            *(old.usage, old.unit, old.room_known and new.room_known),
        )
        for old, new in zip(rows, with_limits(rows, wanted), strict=True)
        if old.effective != new.effective
    ]
    return tuple(sorted(moved, key=lambda i: (not i.goes_over, i.holder == "", -i.over_by)))
