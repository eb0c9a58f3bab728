"""The holdings that a file lists, and whether its pending commissions explain them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from backend.core.database.tx import Tx
from backend.decode import Path, refuse
from backend.quotas import service as quotas
from backend.quotas.model import HoldingKey
from backend.world.format import CommissionFile, HoldingFile, WorldFile
from backend.world.model import HoldingEntry
from backend.world.present import conflict

Key = tuple[str, str, str]
Listed = tuple[Path, HoldingEntry]


def listed(file: WorldFile) -> Iterator[Listed]:
    """Every holding that the file lists, projects' own first, with its path."""
    for project, pools in file.service_project_quotas.items():
        for resource, pool in pools.items():
            at: Path = ("service_project_quotas", project, resource)
            name = (f"project:{project}", "", resource)
            told = (pool.project_limit, pool.project_usage, pool.project_pending)
            yield at, _entry(name, told, (*at, "project_pending"))
    for user, projects in file.service_quotas.items():
        for project, rows in projects.items():
            for resource, row in rows.items():
                at = ("service_quotas", user, project, resource)
                name = (f"user:{user}", f"project:{project}", resource)
                told = (row.limit, row.usage, row.pending)
                yield at, _entry(name, told, (*at, "pending"))


def _entry(name: Key, told: tuple[int, int, int], at: Path) -> HoldingEntry:
    limit, usage, pending = told
    if pending > usage:
        refuse(at, pending, f"is more than the usage {usage}", "usage contains what is pending")
    return HoldingEntry(*name, limit, usage - pending, usage)


def check_pools(file: WorldFile, holdings: Mapping[Key, HoldingEntry]) -> None:
    """The project's figures beside a member's are those of the project. Raises Invalid."""
    for user, projects in file.service_quotas.items():
        for project, rows in projects.items():
            for resource, row in rows.items():
                pool = holdings.get((f"project:{project}", "", resource))
                _check_pool(row, pool, ("service_quotas", user, project, resource))


def _check_pool(row: HoldingFile, pool: HoldingEntry | None, at: Path) -> None:
    if pool is None:
        return
    pending = pool.usage_max - pool.usage_min
    theirs = {
        "project_limit": pool.limit,
        "project_usage": pool.usage_max,
        "project_pending": pending,
    }
    for name, own in theirs.items():
        told = getattr(row, name)
        if told not in (None, own):
            hint = "leave it out here, or make them equal"
            refuse((*at, name), told, f"is {own} in service_project_quotas", hint)


def check_pending(found: Iterable[Listed], pending: Mapping[Key, int]) -> None:
    """What is pending on a listed holding is what commissions reserve. Raises Invalid (I2)."""
    for at, entry in found:
        explained = pending.get(entry[:3], 0)
        told = entry.usage_max - entry.usage_min
        if told != explained:
            hint = "list the commission, or correct the figure"
            name = "pending" if entry.source else "project_pending"
            refuse((*at, name), told, f"but pending commissions reserve {explained}", hint)


def check_provisions(
    commissions: Iterable[tuple[int, CommissionFile]], holdings: Collection[Key], tx: Tx
) -> None:
    """Commissions are about holdings of this world. Raises Invalid, or Conflict when one
    would change a holding that the database has already."""
    for n, commission in commissions:
        for k, p in enumerate(commission.provisions):
            at: Path = ("commissions", n, "provisions", k)
            key = (p.holder, p.source or "", p.resource)
            if key in holdings:
                continue
            if quotas.holding(tx, HoldingKey(*key)):
                hint = "leave the commission out; what it reserves is not counted there"
                conflict((*at, "holder"), p.holder, "has this holding in the database", hint)
            refuse((*at, "holder"), p.holder, "has no such holding", "name one of this world")


def fresh(tx: Tx, found: Iterable[Listed], *, empty: bool) -> Iterator[Listed]:
    """The listed holdings that the database lacks. Raises Conflict when one differs there."""
    for at, entry in found:
        mine = None if empty else quotas.holding(tx, HoldingKey(*entry[:3]))
        if mine is None:
            yield at, entry
        elif (mine.limit, mine.usage_min, mine.usage_max) != entry[3:]:
            there = f"{mine.limit}/{mine.usage_min}/{mine.usage_max}"
            told = "/".join(map(str, entry[3:]))
            conflict(at, told, f"is {there} in the database", "limit/least/most usage must agree")
