"""Plans and receipts as JSON for machines."""

from __future__ import annotations

from dataclasses import asdict

from backend.core.errors import BursarError
from backend.core.plan import Plan, Receipt


def result(
    number: int,
    outcome: str,
    plan: Plan | None,
    receipt: Receipt | None,
    error: BursarError | None,
) -> dict[str, object]:
    """One decision: what became of it, what it was, the receipt or what failed."""
    found: dict[str, object] = {"number": number, "outcome": outcome}
    if receipt is not None:
        found["receipt"] = {
            "journal": receipt.seq,
            "message": receipt.message,
            "created": dict(receipt.created),
        }
    if error is not None:
        found["error"] = {"code": error.code, "message": error.message, "hint": error.hint}
    found["plan"] = None if plan is None else plan_facts(plan)
    return found


def plan_facts(plan: Plan) -> dict[str, object]:
    """Everything a preview shows."""
    impacts = [
        {**asdict(impact), "over_by": impact.over_by, "goes_over": impact.goes_over}
        for impact in plan.impacts
    ]
    return {
        "title": plan.title,
        "target": plan.target,
        "tier": plan.tier.name.lower(),
        "changes": [asdict(change) for change in plan.changes],
        "impacts": impacts,
        "commissions": [asdict(touched) for touched in plan.touched],
        "warnings": list(plan.told),
        "undo": plan.undo,
        "request": {
            "method": plan.request.method,
            "path": plan.request.path,
            "body": dict(plan.request.body),
        },
        "fingerprint": plan.fingerprint,
    }
