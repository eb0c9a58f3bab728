"""The panes of the console: what exists, under which digit, and what its count means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaneInfo:
    """One pane: its mode and action scope `id`, its digit, its names on wide and narrow
    terminals, and the `Badges` field it counts with the sign behind the count."""

    id: str
    digit: str
    title: str
    short: str
    badge: str = ""
    sign: str = ""


# The digits are the same in every context; a pane appears here when its system exists.
PANES = (
    PaneInfo("projects", "1", "Projects", "Proj", "waiting"),
    PaneInfo("quotas", "2", "Quotas", "Quota", "over", "!"),
    PaneInfo("commissions", "5", "Commissions", "Commis", "pending", "*"),
    PaneInfo("audit", "6", "Audit", "Audit"),
)
