"""What is seen of a Waldur, so that it can be a world file: a copy has no server that goes on with
what is under way, and no word for what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database import Tx
from backend.openportal.model import State

SETTLED = f"('{State.OK}', '{State.ERRED}')"
SELECT_UNTOLD = """
SELECT name FROM portal_allocation WHERE node_limit IS NULL OR node_usage IS NULL
ORDER BY name LIMIT 4"""
SELECT_UNSETTLED = f"""
SELECT name FROM portal_allocation WHERE state NOT IN {SETTLED} ORDER BY name LIMIT 4"""
SETTLE = f"""
UPDATE portal_allocation SET error_message = 'was ' || state || ' when it was copied',
    state = '{State.ERRED}' WHERE state NOT IN {SETTLED}"""
FILL = """
UPDATE portal_allocation SET node_limit = coalesce(node_limit, 0),
    node_usage = coalesce(node_usage, 0), is_active = coalesce(is_active, 1), state_told = '',
    local_version = 0, remote_version = 0"""
SETTLE_SERVICES = f"UPDATE portal_service SET state = '{State.OK}' WHERE state NOT IN {SETTLED}"
NAME = (
    "UPDATE portal_customer SET uuid = ?, name = 'not told' WHERE uuid = ''",
    "UPDATE portal_project SET uuid = ?, name = 'not told' WHERE uuid = ''",
    "UPDATE portal_service SET uuid = ?, name = 'not told' WHERE uuid = ''",
)


def explain(tx: Tx) -> list[str]:
    """Have the mirror as a world file may say it; what that changes, in words."""
    told = list(_changed(tx))
    for sql in (SETTLE, FILL, SETTLE_SERVICES):
        tx.execute(sql)
    for sql in NAME:
        tx.execute(sql, (tx.runtime.uuid().replace("-", ""),))
    return told


def _changed(tx: Tx) -> Iterator[str]:
    if names := _names(tx, SELECT_UNSETTLED):
        yield f"what was under way, or in a state nobody knows, is ERRED in the copy: {names}"
    if names := _names(tx, SELECT_UNTOLD):
        yield f"limits and usage that were not told are 0 in the copy: {names}"


def _names(tx: Tx, sql: str) -> str:
    found = [name for (name,) in tx.all(sql)]
    return ", ".join(found[:3]) + (" and others" if len(found) > 3 else "")
