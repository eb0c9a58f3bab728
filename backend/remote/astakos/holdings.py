"""Limits, usage and pending commissions into a mirror. A limit that no figures tell follows from
its project; usage that none tell is unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backend.core.database import Tx
from backend.core.database.tx import Row
from backend.projects.rules import limits as limit_rules
from backend.projects.store import memberships as membership_store
from backend.projects.store import projects as project_store
from backend.quotas import book
from backend.quotas import service as quotas
from backend.quotas import store as quota_store
from backend.quotas.client import CommissionTold, Key, Ledger
from backend.quotas.model import Limit
from backend.remote.astakos.entities import ensure_people, ensure_resources
from backend.remote.astakos.reading import project_of

SELECT_ALL = f"SELECT {quota_store.HOLDING_COLUMNS}, h.known {quota_store.HOLDING_JOIN}"
SELECT_POOLS = f"{SELECT_ALL} WHERE o.name IN ({{keys}}) AND h.source_id = 0"
SELECT_MEMBERS = f"{SELECT_ALL} WHERE s.name IN ({{keys}})"
SELECT_RESERVED = f"""
SELECT DISTINCT o.name, s.name, r.name {quota_store.HOLDING_JOIN}
JOIN provision v ON v.holding_id = h.id"""
INSERT = "INSERT INTO holding VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
UPDATE = "UPDATE holding SET lim = ?, usage_min = ?, usage_max = ?, known = ? WHERE id = ?"
SELECT_SERIALS = "SELECT serial FROM commission WHERE clientkey = ?"
DELETE_COMMISSION = (
    "DELETE FROM provision WHERE serial = ?",
    "DELETE FROM commission WHERE serial = ?",
)


class Figure(NamedTuple):
    """What a holding is to be; `known` 0 where its usage is not."""

    limit: int
    low: int
    high: int
    known: int


def put_holdings(tx: Tx, ledgers: Iterable[Ledger], scope: Collection[str] | None) -> None:
    """The holdings of the scope as projects and figures tell; later ledgers win."""
    wanted: dict[Key, Figure] = {}
    for limit in _expected(tx, scope):
        key = (limit.key.holder, limit.key.source, limit.key.resource)
        wanted[key] = Figure(limit.limit, 0, 0, 0)
    for key in _reserved(tx):
        if scope is None or project_of(key) in scope:
            wanted.setdefault(key, Figure(0, 0, 0, 0))
    for ledger in ledgers:
        for key, told in ledger.items():
            if scope is None or project_of(key) in scope:
                wanted[key] = Figure(*told, 1)
    _write(tx, wanted, scope)


def _expected(tx: Tx, scope: Collection[str] | None) -> Iterator[Limit]:
    """The limits that follow from projects (§3.1)."""
    if scope is None:
        projects = project_store.all_projects(tx)
        members = membership_store.all_memberships(tx)
    else:
        projects = list(project_store.projects(tx, list(scope)).values())
        members = membership_store.memberships_in(tx, list(scope))
    by_uuid = {project.uuid: project for project in projects}
    for project in projects:
        yield from limit_rules.pool_limits(project)
    for member in members:
        yield from limit_rules.member_limits(by_uuid[member.project], member)


def _reserved(tx: Tx) -> Iterator[Key]:
    yield from ((holder, source, resource) for holder, source, resource in tx.all(SELECT_RESERVED))


def _write(tx: Tx, wanted: Mapping[Key, Figure], scope: Collection[str] | None) -> None:
    fresh, changed, gone = dict(wanted), [], []
    for id, holder, source, resource, *told in _there(tx, scope):
        new = fresh.pop((holder, source, resource), None)
        if new is None:
            gone.append((id,))
        elif new != tuple(told):
            changed.append((*new, id))
    tx.many(quota_store.DELETE_HOLDING, gone)
    tx.many(UPDATE, changed)
    _insert(tx, fresh)


def _there(tx: Tx, scope: Collection[str] | None) -> list[Row]:
    if scope is None:
        return tx.all(SELECT_ALL)
    names = [f"project:{uuid}" for uuid in scope]
    return tx.within(SELECT_POOLS, names) + tx.within(SELECT_MEMBERS, names)


def _insert(tx: Tx, fresh: Mapping[Key, Figure]) -> None:
    if not fresh:
        return
    users = {holder[5:] for holder, _, _ in fresh if holder.startswith("user:")}
    ensure_people(tx, users)
    ensure_resources(tx, (resource for _, _, resource in fresh))
    names = [name for holder, source, _ in fresh for name in (holder, source) if name]
    holders = quota_store.ensure_holders(tx, names) | {"": 0}
    resources = {resource.name: resource.id for resource in quotas.resources(tx)}
    ids = tx.next_ids("holding", len(fresh))
    rows = [
        (id, holders[key[0]], holders[key[1]], resources[key[2]], *figure)
        for id, (key, figure) in zip(ids, fresh.items(), strict=True)
    ]
    tx.many(INSERT, rows)


def put_commissions(tx: Tx, service: str, found: Sequence[CommissionTold]) -> None:
    """The pending commissions of a component; those that are not told are resolved."""
    there = {serial for (serial,) in tx.all(SELECT_SERIALS, (service,))}
    for told in found:
        if told.serial not in there:
            _put_commission(tx, service, told)
    for serial in there - {told.serial for told in found}:
        drop_commission(tx, serial)


def drop_commission(tx: Tx, serial: int) -> None:
    """It is pending no more."""
    for sql in DELETE_COMMISSION:
        tx.execute(sql, (serial,))


def _put_commission(tx: Tx, service: str, told: CommissionTold) -> None:
    keys = [(p.holder, p.source, p.resource) for p in told.provisions]
    ids = _ids(tx, keys)
    _insert(tx, {key: Figure(0, 0, 0, 0) for key in keys if key not in ids})
    ids = _ids(tx, keys)
    row = (told.serial, told.name, service, told.issued_at, 0, "")
    tx.many(book.INSERT_COMMISSION, [row])
    rows = [
        (told.serial, n, ids[key], p.quantity)
        for n, (key, p) in enumerate(zip(keys, told.provisions, strict=True))
    ]
    tx.many(book.INSERT_PROVISION, rows)


def _ids(tx: Tx, keys: Sequence[Key]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for key in keys:
        row = tx.one(quota_store.SELECT_HOLDING, key)
        if row is not None:
            found[key] = row[0]
    return found
