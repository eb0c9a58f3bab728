"""What must hold of placement: usage is what is held, nobody holds nothing, trees are trees, and
all is as the journal tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.core.database.tx import Tx
from backend.placement import replay

SELECT_USAGES = """
SELECT p.name, c.name, i.used, coalesce(s.total, 0) FROM inventory i
JOIN provider p ON p.id = i.provider_id JOIN resource_class c ON c.id = i.class_id
LEFT JOIN (SELECT provider_id, class_id, sum(used) AS total FROM allocation
    GROUP BY provider_id, class_id) s
ON s.provider_id = i.provider_id AND s.class_id = i.class_id
WHERE i.used <> coalesce(s.total, 0) ORDER BY i.id"""
SELECT_UNSTOCKED = """
SELECT k.uuid, p.name, c.name, a.used FROM allocation a JOIN consumer k ON k.id = a.consumer_id
JOIN provider p ON p.id = a.provider_id JOIN resource_class c ON c.id = a.class_id
WHERE NOT EXISTS (SELECT 1 FROM inventory i
    WHERE i.provider_id = a.provider_id AND i.class_id = a.class_id)
ORDER BY a.consumer_id, a.provider_id, a.class_id"""
SELECT_GHOSTS = """
SELECT uuid FROM consumer k
WHERE NOT EXISTS (SELECT 1 FROM allocation a WHERE a.consumer_id = k.id) ORDER BY k.id"""
SELECT_UNBORN = "SELECT uuid, generation FROM consumer WHERE generation < 1 ORDER BY id"
SELECT_TREE = "SELECT id, name, parent_id, root_id, generation FROM provider ORDER BY id"


def findings(tx: Tx) -> Iterator[str]:
    """What is wrong with providers, inventories and consumers, one line each."""
    for name, resource_class, used, held in tx.all(SELECT_USAGES):
        yield f"inventory {resource_class} of {name}: {used} used, but {int(held)} are held"
    for uuid, name, resource_class, used in tx.all(SELECT_UNSTOCKED):
        yield f"consumer {uuid}: holds {used} {resource_class} of {name}, which has none"
    for (uuid,) in tx.all(SELECT_GHOSTS):
        yield f"consumer {uuid}: holds nothing"
    for uuid, generation in tx.all(SELECT_UNBORN):
        yield f"consumer {uuid}: generation {generation}"
    yield from _trees(tx)
    yield from replay.findings(tx)


def _trees(tx: Tx) -> Iterator[str]:
    """Every provider leads to its root, which is one."""
    rows = tx.all(SELECT_TREE)
    parents: dict[int, int] = {row[0]: row[2] for row in rows}
    roots: dict[int, int] = {}
    for id, name, _, root, generation in rows:
        if generation < 0:
            yield f"provider {name}: generation {generation}"
        found = _root(id, parents, roots)
        if not found:
            yield f"provider {name}: its parents lead to no root"
        elif found != root:
            yield f"provider {name}: its root is {root}, its parents lead to {found}"


def _root(id: int, parents: Mapping[int, int], roots: dict[int, int]) -> int:
    """Where parents lead to, 0 for nowhere. `roots` are those that are known."""
    passed: dict[int, None] = {}
    while id not in roots and id in parents and id not in passed:
        passed[id] = None
        if parents[id]:
            id = parents[id]
        else:
            roots[id] = id
    found = roots.get(id, 0)
    roots.update(dict.fromkeys(passed, found))
    return found
