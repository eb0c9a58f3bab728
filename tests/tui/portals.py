"""An OpenPortal for tests of the console: allocations in every condition, and what waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.openportal.model import (
    Award,
    AwardState,
    PortalProject,
    PullAllocation,
    Service,
    SetNodeLimit,
    State,
)
from backend.openportal.store import awards, places
from tests.openportal.portals import STAFF, C, L, P, Portal, Q, R, furnish, uuid_of
from tests.tui.stage import Stage
from tui.format.ages import HOUR

AI, LAB = uuid_of("AI"), uuid_of("LAB")
"""A second local service, a third project."""
DETAILS: Mapping[str, Any] = {
    "name": "Glaciers",
    "description": "Ice in a warming world.",
    "members": {"a@example.org": "pi", "new@example.org": "member"},
    "start_date": "2026-12-01",
    "end_date": "2027-12-01",
    "allocation": "1000 NHR",
    "call": {"id": "7", "url": "https://calls.example/7"},
    "notes": ["A pilot ran last year."],
}
TRACEBACK = "Traceback (most recent call last):\n  slurm.py, line 7\nTimeoutError: no answer"


class Clocked(Portal):
    """The portal of a stage, whose clock is that of the stage's world."""

    def run(self, seconds: float = 5) -> None:
        """Let time pass and the scheduler work, second by second."""
        for _ in range(int(seconds)):
            self.clock.advance(seconds=1)  # type: ignore[attr-defined]
            assert self.scheduler.step()


def portal_of(stage: Stage) -> Clocked:
    """The portal of a stage."""
    return Clocked(stage.world.database, stage.world.clock)  # type: ignore[arg-type]


def settled(stage: Stage) -> dict[str, str]:
    """Fill a stage; the uuids of its allocations by name."""
    return filled(portal_of(stage))


def filled(p: Portal) -> dict[str, str]:
    """Fill a portal; the uuids of its allocations by name."""
    p.database.write(furnish)
    second = Service(AI, "Isambard AI", False, State.OK, "", True, C, "brics.bristol.ai", "NHR",
                     0, 2000)  # fmt: skip
    lab = PortalProject(LAB, C, "Lab", "", "", "", "lab", None, 0, 0)
    p.database.write(lambda tx: places.add_service(tx, second))
    p.database.write(lambda tx: places.save_project(tx, None, lab))
    found = {
        "ocean": p.made("ocean", node_limit=1000),
        "ocean-ai": p.made("ocean-ai", service=AI, node_limit=1000),
        "ice": p.made("ice", project=Q, actor=STAFF, node_limit=40),
        "ice-dev": p.made("ice-dev", project=Q, actor=STAFF, service=AI, node_limit=40),
        "corpse": p.made("corpse", project=LAB, actor=STAFF),
        "ice-air": p.made("ice-air", remote=True, project=Q, actor=STAFF, node_limit=500),
    }
    p.simulate(R, approval=-1)
    found["ocean-air"] = p.make("ocean-air", remote=True, node_limit=800)
    p.do(SetNodeLimit(actor=STAFF, allocation=found["corpse"], node_limit=-1))
    p.do(PullAllocation(actor=STAFF, allocation=found["ocean"]))
    p.run()
    condition(p, found)
    award(p)
    award(p, "u9zz.brics", earliest_approve="2027-03-01T00:00:00Z", name="Tides")
    return found


def condition(p: Portal, found: Mapping[str, str]) -> None:
    """Have some be full, failed and stuck."""
    p.put(found["ice"], node_usage=4000)
    p.put(found["ice-air"], node_usage=9000)
    p.put(
        found["ice-dev"],
        state=State.ERRED,
        error_message="The cluster did not answer in 30 s",
        error_traceback=TRACEBACK,
    )
    long_ago = p.seen(found["corpse"]).modified_at - 5 * HOUR
    p.put(found["corpse"], state=State.DELETING, modified_at=long_ago)


def award(p: Portal, identifier: str = "u6ac.brics", **details: Any) -> None:
    """An award that waits, with these details."""
    told = json.dumps({**DETAILS, **details})
    at = p.database.read(lambda tx: tx.now) - 30 * HOUR
    one = Award(identifier, "brics.bristol.i3", AwardState.PENDING, told, "", "airr", "", at, 0,
                "", "")  # fmt: skip
    p.database.write(lambda tx: awards.save_award(tx, None, one))


__all__ = ["AI", "C", "L", "P", "Q", "R", "STAFF", "award", "filled", "portal_of", "settled"]
