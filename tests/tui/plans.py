"""Plans as a planner would make them, for what only draws them."""

from __future__ import annotations

from dataclasses import replace

from backend.core.identity import operator
from backend.core.plan import Change, Impact, Plan, Tier, Touched, WireRequest, fingerprint
from backend.projects.model import ApproveApplication

GIB = 1024**3
PROJECT = "hpc-climate"


def approval(**changed: object) -> Plan:
    """Approving an application that lowers memory: two holders go over."""
    plan = Plan(
        command=ApproveApplication(actor=operator("op1"), application=417),
        verb="Approve",
        title=f"Approve application #417 for project {PROJECT}",
        target=PROJECT,
        tier=Tier.DANGEROUS,
        request=WireRequest("POST", "/projects/6a0d/action", {"approve": {"app_id": 417}}),
        changes=(
            Change(PROJECT, "cyclades.vm", 20, 28, "", "project limit"),
            Change(PROJECT, "cyclades.vm", 8, 10, "", "member limit"),
            Change(PROJECT, "cyclades.ram", 128 * GIB, 96 * GIB, "bytes", "project limit"),
            Change(PROJECT, "cyclades.ram", 64 * GIB, 48 * GIB, "bytes", "member limit"),
            Change(PROJECT, "max_members", 3, 12),
        ),
        impacts=(
            Impact("", PROJECT, "cyclades.ram", 128 * GIB, 96 * GIB, 120 * GIB, "bytes"),
            Impact("ada@uni.example", PROJECT, "cyclades.ram", 32 * GIB, 0, 24 * GIB, "bytes"),
            Impact("ada@uni.example", PROJECT, "cyclades.vm", 7, 10, 4),
        ),
        touched=(Touched(90211, "ada", "already counted", change=(("cyclades.vm", "", 1),)),),
        warnings=("the project's usage exceeds its new limit",),
    )
    plan = replace(plan, **changed)  # type: ignore[arg-type]
    return replace(plan, fingerprint=fingerprint(plan))
