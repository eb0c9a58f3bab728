"""The panes of the console: what exists, under which digit, and what its count means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaneInfo:
    """One list: its mode and action scope `id`, its digit, its names on wide and narrow
    terminals, where its class is, and the `Badges` field it counts with the sign behind the
    count. A screen has no digit; it opens on top of its `home`, and says what it is `about`.
    `view` is what the list begins with."""

    id: str
    digit: str
    title: str
    short: str
    made: str
    badge: str = ""
    sign: str = ""
    home: str = ""
    about: str = ""
    view: str = ""


# The digits are the same in every context; a pane appears here when its system exists.
PANES = (
    PaneInfo("projects", "1", "Projects", "Proj", "projects:ProjectsPane", "waiting"),
    PaneInfo("quotas", "2", "Quotas", "Quota", "quotas:QuotasPane", "over", "!"),
    PaneInfo(
        "commissions", "5", "Commissions", "Commis", "commissions:CommissionsPane", "pending", "*"
    ),
    PaneInfo("audit", "6", "Audit", "Audit", "audit:AuditPane", view="decisions"),
)

SCREENS = (
    PaneInfo(
        "heat", "", "Heat", "Heat", "heat:HeatPane",
        home="projects", about="The fullest projects as a map",
    ),
    PaneInfo(
        "users", "", "Users", "Users", "users:UsersPane",
        home="projects", about="People, those who wait for moderation first",
    ),
    PaneInfo(
        "resources", "", "Resources", "Resources", "resources:ResourcesPane",
        home="quotas", about="Resources and their defaults",
    ),
    PaneInfo(
        "expired", "", "Expired", "Expired", "expired:ExpiredPane",
        home="projects", about="Projects past their end date",
    ),
    PaneInfo(
        "verify", "", "Verify", "Verify", "verify:VerifyPane",
        home="quotas", about="Limits that are not what projects say",
    ),
)  # fmt: skip
"""Lists that are reached by a command."""
HOMES = {one.id: one.home or one.id for one in (*PANES, *SCREENS)}
"""Every list, and the pane that is lit while it is on screen."""
VIEWS = {one.id: one.view for one in (*PANES, *SCREENS)}
"""What every list begins with."""
