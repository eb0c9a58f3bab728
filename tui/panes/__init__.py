"""The panes of the console: what exists, under which digit, and what its count means."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaneInfo:
    """One list: its mode and action scope `id`, its digit, its names on wide and narrow
    terminals, where its class is, and the `Badges` field it counts with the sign behind the
    count. A screen has no digit; it opens on top of its `home`, and says what it is `about`.
    `view` is what the list begins with; without its `system`, or one of several with `|` between
    them, it is empty."""

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
    system: str = "astakos"


# The digits are the same in every context, whatever is connected there.
PANES = (
    PaneInfo("projects", "1", "Projects", "Proj", "projects:ProjectsPane", "waiting"),
    PaneInfo("quotas", "2", "Quotas", "Quota", "quotas:QuotasPane", "over", "!"),
    PaneInfo(
        "allocations", "3", "Allocations", "Alloc", "allocations:AllocationsPane",
        "amiss", "!", system="placement|openportal|nico",
    ),
    PaneInfo(
        "constraints", "4", "Constraints", "Constr", "constraints:ConstraintsPane",
        "overgiven", "!", system="nico",
    ),
    PaneInfo(
        "commissions", "5", "Commissions", "Commis", "commissions:CommissionsPane", "pending", "*"
    ),
    PaneInfo("audit", "6", "Audit", "Audit", "audit:AuditPane", view="decisions", system=""),
)  # fmt: skip

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
    PaneInfo(
        "inventories", "", "Inventories", "Inv", "inventories:InventoriesPane",
        "overfull", "!", home="constraints",
        about="What providers of Placement have, and how full it is", system="placement",
    ),
    PaneInfo(
        "providers", "", "Providers", "Providers", "providers:ProvidersPane",
        home="constraints", about="Providers below their parents, and what they have",
        system="placement",
    ),
    PaneInfo(
        "types", "", "Types", "Types", "types:TypesPane",
        home="constraints", about="Instance types of NICo: machines there are, given, used, left",
        system="nico",
    ),
    PaneInfo(
        "blocks", "", "Blocks", "Blocks", "blocks:BlocksPane",
        home="constraints", about="Address blocks of NICo: who holds what of them, what is free",
        system="nico",
    ),
    PaneInfo(
        "codes", "", "Codes", "Codes", "codes:CodesPane",
        home="allocations", about="Project codes, the limit of each once, and their usage",
        system="openportal",
    ),
    PaneInfo(
        "services", "", "Services", "Services", "services:ServicesPane",
        home="allocations", about="Services of OpenPortal and how they stand",
        system="openportal",
    ),
    PaneInfo(
        "awards", "", "Awards", "Awards", "awards:AwardsPane", "awards",
        home="projects", about="Awards of other portals, those that wait for review first",
        system="openportal",
    ),
    PaneInfo(
        "remote-projects", "", "Remote projects", "Remote", "remote_projects:RemoteProjectsPane",
        home="allocations", about="Awards to other portals, and what those say",
        system="openportal",
    ),
)  # fmt: skip
"""Lists that are reached by a command."""
HOMES = {one.id: one.home or one.id for one in (*PANES, *SCREENS)}
"""Every list, and the pane that is lit while it is on screen."""
VIEWS = {one.id: one.view for one in (*PANES, *SCREENS)}
"""What every list begins with."""
COUNTED = {
    pane.id: [one for one in (*PANES, *SCREENS) if one.badge and HOMES[one.id] == pane.id]
    for pane in PANES
}
"""By pane, the lists below it that are counted."""
SYSTEMS = {one.id: one.system for one in (*PANES, *SCREENS)}
"""The system that every list needs, `` for none."""
CONNECTING = {
    "astakos": ("No Astakos is connected in this context.", "[contexts.NAME.astakos]"),
    "placement": ("No Placement is connected in this context.", "[contexts.NAME.placement]"),
    "nico": ("No NICo is connected in this context.", "[contexts.NAME.nico]"),
    "openportal": ("No OpenPortal is connected in this context.", "[contexts.NAME.openportal]"),
    "placement|openportal|nico": (
        "No Placement is connected in this context, no OpenPortal and no NICo.",
        "[contexts.NAME.placement], [contexts.NAME.openportal] or [contexts.NAME.nico]",
    ),
}
"""What is said where a system is not connected, and the setting that connects one."""


def unconnected(list: str, systems: Collection[str]) -> tuple[str, ...]:
    """Why a list is empty where only these systems are connected, and what to do; nothing where
    its own is."""
    system = SYSTEMS.get(list, "")
    if not system or fits(system, systems):
        return ()
    what, setting = CONNECTING[system]
    return what, f"{setting} in the configuration connects one: docs/remote.md", OTHERS


def fits(system: str, systems: Collection[str]) -> bool:
    """Whether one of a list's systems is among these."""
    return not {*system.split("|")}.isdisjoint(systems)


def beside(pane: str, systems: Collection[str]) -> str:
    """The list that a pane's digit shows: its own, or, where that is not connected, the first of
    its home that is."""
    if not unconnected(pane, systems):
        return pane
    others = (one.id for one in SCREENS if one.home == pane and fits(one.system, systems))
    return next(others, pane)


OTHERS = "1 to 6 and : lead to the other lists"


def first(systems: Collection[str]) -> str:
    """The pane to begin with where these systems are connected."""
    return next(one.id for one in PANES if not one.system or fits(one.system, systems))
