"""Allocations of a reading into a mirror."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from backend.core.database import Tx
from backend.openportal.client import AllocationTold, AssociationTold, UsageTold
from backend.openportal.model import Association, Usage
from backend.openportal.rules.identifiers import code_of
from backend.openportal.store import allocations as store
from backend.openportal.store import usages as usage_store
from backend.openportal.wire.told import state
from backend.remote.openportal import places
from backend.remote.openportal.reading import Month, Some
from backend.remote.rows import Table, Values

ALLOCATIONS = Table(
    "portal_allocation",
    "remote",
    "name",
    "description",
    "service_id",
    "project_id",
    "state",
    "state_told",
    "backend_id",
    "counterpart",
    "node_limit",
    "node_usage",
    "is_active",
    "is_added",
    "error_message",
    "error_traceback",
    "local_version",
    "remote_version",
    "marketplace",
    "code",
    "fold",
    "created_at",
    "modified_at",
)
LinkedT = TypeVar("LinkedT", AssociationTold, UsageTold)

DESCRIPTION, TRACEBACK, MARKETPLACE, CREATED = 2, 14, 17, 20
"""Where a row has what lists do not tell."""
UNKNOWN_VERSIONS = (-1, -1)
SELECT_OF_KIND = "SELECT uuid FROM portal_allocation WHERE remote = ?"


def drop_others(tx: Tx, there: Collection[str], *, remote: bool) -> None:
    """Those of a kind that are not among all that there are: they are gone."""
    for (uuid,) in tx.all(SELECT_OF_KIND, (int(remote),)):
        if uuid not in there:
            store.delete(tx, uuid)


def put_some(tx: Tx, some: Mapping[str, Some]) -> None:
    """Those that were read one by one."""
    for uuid, one in some.items():
        if one.told is None:
            store.delete(tx, uuid)
        else:
            put(tx, [one.told], remote=one.remote)


def put(tx: Tx, told: Sequence[AllocationTold], *, remote: bool) -> None:
    """These, with what they name."""
    places.put_customers(tx, told)
    places.ensure_projects(tx, told)
    places.ensure_services(tx, told, remote=remote)
    projects = places.PROJECTS.ids(tx, {one.project_uuid for one in told})
    services = places.SERVICES.ids(tx, {one.service_settings_uuid for one in told})
    there = ALLOCATIONS.there(tx, [one.uuid for one in told])
    wanted = {
        one.uuid: _row(
            one,
            (services[one.service_settings_uuid], projects[one.project_uuid]),
            there.get(one.uuid),
            remote=remote,
        )
        for one in told
    }
    ALLOCATIONS.put(tx, there, wanted)


def _row(
    told: AllocationTold, where: tuple[int, int], old: Values | None, *, remote: bool
) -> Values:
    """The row of an allocation; what was not told stays as it is."""
    other = told.remote_project_identifier if remote else told.groupname
    description, traceback = told.description, told.error_traceback
    if description is None:
        description = old[DESCRIPTION] if old else ""
    if traceback is None:
        traceback = old[TRACEBACK] if old and told.error_message else ""
    standing = (str(state(told.state)), told.state, told.backend_id, other)
    active = None if told.is_active is None else int(told.is_active)
    figures = (told.node_limit, told.node_usage, active, 1)
    errors = (told.error_message, traceback, *UNKNOWN_VERSIONS)
    code = code_of(told.backend_id, other, remote=remote)
    fold = "\n".join((told.name, told.backend_id, other or "")).casefold()
    market = _marketplace(told, old[MARKETPLACE] if old else "")
    created = told.created or (old[CREATED] if old else 0)
    head = (int(remote), told.name, description, *where, *standing, *figures, *errors)
    return (*head, market, code, fold, created, told.modified or 0)


def _marketplace(told: AllocationTold, old: str) -> str:
    """What a marketplace says of it; lists tell a part of that."""
    found: dict[str, object] = json.loads(old or "{}")
    for name in sorted(told.model_fields_set):
        if name.startswith("marketplace_") or name in ("is_usage_based", "is_limit_based"):
            found[name] = getattr(told, name)
    return json.dumps(found, sort_keys=True) if found else ""


# ---------------------------------------------------------------- people


def put_associations(tx: Tx, told: Mapping[str, Sequence[AssociationTold]]) -> None:
    """Accounts by allocation; under `` those of all."""
    for uuid, found in told.items():
        for allocation, some in _by_allocation(uuid, found).items():
            if store.allocation(tx, allocation) is not None:
                accounts = [Association(a.username, a.groupname, a.useridentifier) for a in some]
                usage_store.set_associations(tx, allocation, accounts)


def put_usages(tx: Tx, told: Mapping[Month, Sequence[UsageTold]]) -> None:
    """What people used in a month, by allocation; under `` of all."""
    for (uuid, year, month), found in told.items():
        for allocation, some in _by_allocation(uuid, found).items():
            used = sorted(map(_usage, some), key=lambda one: one.username)
            if store.allocation(tx, allocation) is not None:
                known = usage_store.usages(tx, allocation)
                if used != [one for one in known if (one.year, one.month) == (year, month)]:
                    usage_store.set_month(tx, allocation, year, month, used)


def _by_allocation(uuid: str, found: Sequence[LinkedT]) -> dict[str, list[LinkedT]]:
    """What was told of one allocation, or of each that it names."""
    parted: dict[str, list[LinkedT]] = {uuid: []} if uuid else {}
    for one in found:
        parted.setdefault(uuid or one.allocation, []).append(one)
    return parted


def _usage(told: UsageTold) -> Usage:
    return Usage(told.year, told.month, told.username, told.full_name, told.node_usage or 0)
