"""What is followed until it settles is called by what becomes of it."""

from __future__ import annotations

import pytest

from backend.core.identity import operator
from backend.core.plan import Change, Plan, Receipt, Tier, WireRequest
from backend.openportal.model import ApproveAward
from tui.format import ages
from tui.settling import Settling


@pytest.mark.parametrize(("before", "verb"), [(None, "creation"), (10, "limit"), (0, "limit")])
def test_an_award_makes_an_allocation_or_moves_a_limit(before: int | None, verb: str) -> None:
    award = ApproveAward(actor=operator("op"), identifier="u6ac.brics", destination="brics.i3")
    limits = (Change("Glaciers", "node limit", before, 1000, "node-hours"),)
    request = WireRequest("POST", "/", {})
    plan = Plan(award, "Approve", "Approve it", "it", Tier.REVERSIBLE, request, changes=limits)
    settling = Settling()
    settling.expect(plan, Receipt(1, "approved", {"allocation": "a" * 32}), 0)
    ((told, _),) = settling.lingering(ages.SPINS)
    assert told == f"{verb} of it: still running; its end is told"
