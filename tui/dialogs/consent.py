"""What an operator has to give before a plan may be carried out (ux-anchors §4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from backend.core.plan import Plan, Tier
from backend.core.text import display

ROOM = 46
"""Cells that the button has for what is lacking, in a dialog of the usual width."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent that one plan asks for."""

    tier: Tier
    verb: str
    target: str

    @classmethod
    def to(cls, plan: Plan, production: bool) -> Consent:
        """A production context asks for one tier more."""
        tier = Tier(min(Tier.DANGEROUS, plan.tier + 1)) if production else plan.tier
        return cls(tier, plan.verb, plan.target)

    @classmethod
    def to_all(cls, plans: Sequence[Plan], production: bool) -> Consent:
        """The same for several of one kind. As nothing takes them back in one step, they are
        dangerous together where there is anything to take back: the phrase to type is the verb
        and how many."""
        consents = [cls.to(plan, production) for plan in plans]
        if len(plans) == 1:
            return consents[0]
        verb = plans[0].verb
        harmless = all(plan.is_harmless for plan in plans)
        if harmless and max(one.tier for one in consents) < Tier.HARMFUL:
            return cls(Tier.REVERSIBLE, verb, "")
        return cls(Tier.DANGEROUS, verb, f"{verb.lower()} {len(plans)}")

    @property
    def needs_reason(self) -> bool:
        """True from tier 2 on."""
        return self.tier >= Tier.HARMFUL

    @property
    def needs_name(self) -> bool:
        """True at tier 3, when there is a name to type."""
        return self.tier >= Tier.DANGEROUS and bool(self.target.strip())

    @property
    def name_label(self) -> str:
        """What has to be typed; short where nothing is asked for."""
        return f"Type {display(self.target)}" if self.needs_name else ""

    def missing(self, reason: str, name: str, room: int = ROOM) -> str:
        """What is still lacking, in words for so many cells; `` when all is there."""
        if self.needs_reason and not reason.strip():
            return "needs a reason"
        if not self.needs_name or self._matches(name):
            return ""
        named = f"needs {display(self.target)}"
        told = (f"{named} typed above", named, "needs the name typed above", "needs the name")
        return next((one for one in told if cell_len(one) <= room), told[-1])

    def _matches(self, name: str) -> bool:
        """Signs that cannot be typed are accepted the way they are displayed."""
        return name.strip() in (self.target.strip(), display(self.target).strip())
