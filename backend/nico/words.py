"""This room's journal entries in words: targets and what they refer to by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backend.core import telling
from backend.core.database.tx import Tx
from backend.core.journal import to_json
from backend.core.stored import object_of
from backend.core.telling import Facts, Named
from backend.nico.model import Kind

SELECT_ALLOCATIONS = """
SELECT a.uuid, a.name || ' of ' || t.org FROM nico_allocation a
JOIN nico_tenant t ON t.id = a.tenant_id WHERE a.uuid IN ({keys})"""
SELECT_CONSTRAINTS = """
SELECT c.uuid, a.name || ' of ' || t.org FROM nico_constraint c
JOIN nico_allocation a ON a.id = c.allocation_id JOIN nico_tenant t ON t.id = a.tenant_id
WHERE c.uuid IN ({keys})"""
SELECT_BLOCKS = "SELECT uuid, name FROM nico_block WHERE uuid IN ({keys})"
SELECT_TYPES = "SELECT uuid, name FROM nico_type WHERE uuid IN ({keys})"
SELECT_INSTANCES = """
SELECT i.uuid, i.name || ' of ' || t.org FROM nico_instance i
JOIN nico_tenant t ON t.id = i.tenant_id WHERE i.uuid IN ({keys})"""
SELECT_PREFIXES = """
SELECT x.uuid, x.name || ' of ' || t.org FROM nico_prefix x
JOIN nico_tenant t ON t.id = x.tenant_id WHERE x.uuid IN ({keys})"""
SELECT_PROVIDERS = "SELECT uuid, org FROM nico_provider WHERE uuid IN ({keys})"
SELECT_TENANTS = "SELECT uuid, org FROM nico_tenant WHERE uuid IN ({keys})"
SELECT_SITES = "SELECT uuid, name FROM nico_site WHERE uuid IN ({keys})"
NAMES = {
    "nico_allocation": SELECT_ALLOCATIONS,
    "constraint": SELECT_CONSTRAINTS,
    "nico_provider": SELECT_PROVIDERS,
    "tenant": SELECT_TENANTS,
    "ip_block": SELECT_BLOCKS,
    "instance_type": SELECT_TYPES,
    "instance": SELECT_INSTANCES,
    "subnet": SELECT_PREFIXES,
    "vpc_prefix": SELECT_PREFIXES,
}
BY_NAME = (
    """target IN (SELECT 'nico_allocation:' || uuid FROM nico_allocation
        WHERE fold LIKE ? ESCAPE '!')""",
    """target IN (SELECT 'constraint:' || c.uuid FROM nico_constraint c
        JOIN nico_allocation a ON a.id = c.allocation_id WHERE a.fold LIKE ? ESCAPE '!')""",
    "target IN (SELECT 'ip_block:' || uuid FROM nico_block WHERE fold LIKE ? ESCAPE '!')",
    "target IN (SELECT 'instance_type:' || uuid FROM nico_type WHERE fold LIKE ? ESCAPE '!')",
)
"""The entries about allocations, constraints, blocks and types, by their names."""
# What took one back tells all about it.
ENDED = telling.ended("nico_allocation")
SELECT_ENDED = f'SELECT target, "before" FROM journal WHERE target IN ({{keys}}) AND {ENDED}'
SELECT_ENDED_WITH = f"""
SELECT c.target, j."before" FROM (SELECT seq, "before" FROM journal WHERE {ENDED}) j
JOIN journal_change c ON c.seq = j.seq WHERE c.target IN ({{keys}})"""
BY_NAME_OF_GONE = telling.by_name_of_gone("nico_allocation")
"""Those about allocations that are not there any more."""
KINDS = (*(f"{kind}:" for kind in NAMES), "machine:")
NAMED: Named = {
    "provider": (SELECT_PROVIDERS,),
    "tenant": (SELECT_TENANTS,),
    "site": (SELECT_SITES,),
    "allocation": (SELECT_ALLOCATIONS,),
    "instance_type": (SELECT_TYPES,),
    "resource": (SELECT_TYPES, SELECT_BLOCKS),
    "parent": (SELECT_BLOCKS,),
    "derived": (SELECT_BLOCKS,),
    "block": (SELECT_BLOCKS,),
}


def targets(tx: Tx, ids: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """`kind:id` names in words, of ids by kind."""
    words = {
        f"{kind}:{uuid}": name
        for kind, sql in NAMES.items()
        for uuid, name in tx.within(sql, ids.get(kind, []))
    }
    for kind, sql in (("nico_allocation", SELECT_ENDED), ("constraint", SELECT_ENDED_WITH)):
        gone = [f"{kind}:{id}" for id in ids.get(kind, []) if f"{kind}:{id}" not in words]
        words |= _gone(tx, sql, gone)
    return words | {f"machine:{id}": f"machine {id}" for id in ids.get("machine", [])}


def _gone(tx: Tx, sql: str, targets: Sequence[str]) -> dict[str, str]:
    """Allocations that are not there any more, and constraints of such, as they were in the end;
    without the tenant where nobody is known."""
    facts = {target: object_of(before) for target, before in tx.within(sql, targets)}
    uuids = sorted({str(one.get("tenant")) for one in facts.values()})
    orgs: dict[str, str] = dict(tx.within(SELECT_TENANTS, uuids))
    return {target: _ended(one, orgs) for target, one in facts.items() if one}


def _ended(one: Mapping[str, object], orgs: Mapping[str, str]) -> str:
    org = orgs.get(str(one.get("tenant")))
    return f"{one.get('name')}{f' of {org}' if org else ''} (gone)"


def told(tx: Tx, facts: Iterable[Facts]) -> list[Facts]:
    """The same, where this room's uuids are names and lengths of prefixes no amounts."""
    found = list(facts)
    carved = any(target.startswith("ip_block:") for target, *_ in found)
    return telling.told(tx, [_prefixed(one, carved) for one in found], KINDS, NAMED)


def _prefixed(facts: Facts, carved: bool) -> Facts:
    """With prefix lengths as `/24`; where an entry has `carved` blocks, its constraints that do
    not say of what they are have them."""
    target, *sides = facts
    constraint = target.startswith("constraint:")
    fact = "value" if constraint else "length"
    if not target.startswith(KINDS) or constraint and not carved:
        return facts
    old, new = (_slashed(side, fact) for side in sides)
    return target, old, new


def _slashed(text: str, fact: str) -> str:
    told = object_of(text)
    if type(told.get(fact)) is not int or told.get("kind", Kind.ADDRESSES) != Kind.ADDRESSES:
        return text
    return to_json({**told, fact: f"/{told[fact]}"})
