"""What is seen of a server, so that it can be a world file."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database import Tx
from backend.remote.astakos.mirror import AstakosMirror
from backend.remote.astakos.reader import Reader

ATTEMPTS = 5
"""How often figures are read until no commission came or went meanwhile."""
RESERVED = """(SELECT coalesce(sum(abs(v.quantity)), 0) FROM provision v
    WHERE v.holding_id = holding.id)"""
# Whose reservations are another's to see: what they may yet give back is not counted.
UPDATE_UNEXPLAINED = f"""
UPDATE holding SET usage_max = usage_min + {RESERVED} WHERE usage_max - usage_min <> {RESERVED}"""
# Projects do not show their limits of hidden resources, the holdings of active ones do.
INSERT_HIDDEN = """
INSERT INTO project_resource
SELECT p.id, h.resource_id, h.lim, coalesce((SELECT max(m.lim) FROM holding m
    WHERE m.source_id = o.id AND m.resource_id = h.resource_id AND m.lim <= h.lim), h.lim)
FROM holding h JOIN holder o ON o.id = h.holder_id JOIN resource r ON r.id = h.resource_id
JOIN project p ON o.name = 'project:' || p.uuid
WHERE h.source_id = 0 AND h.known = 1 AND r.api_visible = 0 AND p.state = 'active'
ON CONFLICT (project_id, resource_id) DO NOTHING"""
SELECT_DARK = """
SELECT DISTINCT r.name FROM holding h JOIN resource r ON r.id = h.resource_id
WHERE h.known = 0 ORDER BY r.name"""


async def read_all(reader: Reader, mirror: AstakosMirror) -> list[str]:
    """Have the mirror as a world file may say it; what that lacks, in words. Raises BursarError."""
    await mirror.apply(await reader.structure(), admin=reader.admin)
    for _ in range(ATTEMPTS):
        await mirror.apply(await reader.usage())
        if not await mirror.apply(await reader.commissions()):
            break
    await mirror.database.awrite(_explain)
    return await mirror.database.peek(lambda tx: list(_lacking(tx)))


def _explain(tx: Tx) -> None:
    tx.execute(UPDATE_UNEXPLAINED)
    tx.execute(INSERT_HIDDEN)


def _lacking(tx: Tx) -> Iterator[str]:
    dark = ", ".join(name for (name,) in tx.all(SELECT_DARK))
    if dark:
        yield f"not all usage is shown, what is not will be imported as unused: {dark}"
    yield "defaults of resources, logs and earlier applications are not shown"
    yield "people are taken for active: their standing is not shown"
