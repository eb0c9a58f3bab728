"""The SQL of who has accounts with an allocation, and what they used of it."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Tx
from backend.openportal.model import Association, Usage
from backend.openportal.store.allocations import OF

SELECT_ASSOCIATIONS = f"""
SELECT username, groupname, useridentifier, uuid FROM portal_association {OF} ORDER BY id"""
INSERT_ASSOCIATION = """
INSERT INTO portal_association (id, uuid, allocation_id, username, groupname, useridentifier)
VALUES (?, ?, (SELECT id FROM portal_allocation WHERE uuid = ?), ?, ?, ?)"""
DELETE_ASSOCIATION = "DELETE FROM portal_association WHERE uuid = ?"
SELECT_USAGES = f"""
SELECT year, month, username, full_name, node_usage FROM portal_usage {OF}
ORDER BY year DESC, month DESC, username"""
SELECT_SPENT = """
SELECT coalesce(sum(CASE WHEN a.uuid = ? THEN u.node_usage ELSE 0 END), 0),
    coalesce(sum(u.node_usage), 0)
FROM portal_usage u JOIN portal_allocation a ON a.id = u.allocation_id
WHERE a.project_id = (SELECT id FROM portal_project WHERE uuid = ?)"""
DELETE_MONTH = f"DELETE FROM portal_usage {OF} AND year = ? AND month = ?"
INSERT_USAGE = """
INSERT INTO portal_usage (id, allocation_id, user_id, username, full_name, year, month, node_usage)
VALUES (?, (SELECT id FROM portal_allocation WHERE uuid = ?),
    coalesce((SELECT id FROM portal_user WHERE username = ?), 0), ?, ?, ?, ?, ?)"""


def associations(tx: Tx, allocation: str) -> list[Association]:
    """Accounts at the resource backend."""
    return [Association(*row[:3]) for row in tx.all(SELECT_ASSOCIATIONS, (allocation,))]


def set_associations(tx: Tx, allocation: str, wanted: Sequence[Association]) -> None:
    """Add accounts that are missing, each once, and remove those that are gone."""
    rows = tx.all(SELECT_ASSOCIATIONS, (allocation,))
    known = {Association(*row[:3]): row[3] for row in rows}
    told = dict.fromkeys(wanted)
    for one, uuid in known.items():
        if one not in told:
            tx.execute(DELETE_ASSOCIATION, (uuid,))
    for one in told:
        if one not in known:
            id, uuid = tx.next_id("portal_association"), tx.runtime.uuid().replace("-", "")
            what = (one.username, one.groupname, one.useridentifier)
            tx.execute(INSERT_ASSOCIATION, (id, uuid, allocation, *what))


def usages(tx: Tx, allocation: str) -> list[Usage]:
    """What people used, newest month first."""
    return [Usage(*row) for row in tx.all(SELECT_USAGES, (allocation,))]


def spent(tx: Tx, project: str, allocation: str) -> tuple[int, int]:
    """Hundredths of a node-hour that an allocation of a project used, and that all of it did."""
    own, every = tx.all(SELECT_SPENT, (allocation, project))[0]
    return int(own), int(every)


def set_month(tx: Tx, allocation: str, year: int, month: int, told: Sequence[Usage]) -> None:
    """What people used in a month, in place of what was known of it."""
    tx.execute(DELETE_MONTH, (allocation, year, month))
    for one in told:
        name = one.username.rsplit(".", 2)[0]
        head = (tx.next_id("portal_usage"), allocation, name, one.username, one.full_name)
        tx.execute(INSERT_USAGE, (*head, year, month, one.usage))
