"""The SQL of memberships and their log."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Row, Tx
from backend.projects.model import Membership, MembershipState, Moved

FROM = """
SELECT m.id, u.uuid, p.uuid, m.state, m.initialized FROM membership m
JOIN person u ON u.id = m.person_id JOIN project p ON p.id = m.project_id"""
SELECT_BY_ID = f"{FROM} WHERE m.id IN ({{keys}}) ORDER BY m.id"
SELECT_PAIR = f"{FROM} WHERE u.uuid = ? AND p.uuid = ?"
SELECT_OF_USER = f"{FROM} WHERE u.uuid = ? ORDER BY m.id"
SELECT_OF_PROJECTS = f"{FROM} WHERE p.uuid IN ({{keys}}) ORDER BY m.id"
SELECT_ALL = f"{FROM} ORDER BY m.id"
SELECT_DATES = """
SELECT membership_id, to_state, max(at) FROM membership_log WHERE membership_id IN ({keys})
GROUP BY membership_id, to_state ORDER BY membership_id, max(id)"""
UPSERT = """
INSERT INTO membership VALUES (?, (SELECT id FROM person WHERE uuid = ?),
    (SELECT id FROM project WHERE uuid = ?), ?, ?)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, initialized = excluded.initialized"""
INSERT_LOG = "INSERT INTO membership_log VALUES (?, ?, ?, ?, ?, ?, ?)"
SELECT_LAST_REASONS = """
SELECT membership_id, reason FROM membership_log
WHERE membership_id IN ({keys}) AND to_state = 'suspended' ORDER BY membership_id, id"""
SELECT_LOG = """
SELECT l.at, l.actor, u.email, l.to_state, l.reason FROM membership_log l
JOIN membership m ON m.id = l.membership_id JOIN person u ON u.id = m.person_id
WHERE m.project_id = ? ORDER BY l.id DESC LIMIT ?"""


def membership_of(row: Row) -> Membership:
    """A membership without its dates."""
    id, user, project, state, initialized = row
    return Membership(id, user, project, MembershipState(state), bool(initialized))


def dated(tx: Tx, memberships: Sequence[Membership]) -> list[Membership]:
    """The memberships with the latest time of each state (Q7)."""
    dates: dict[int, dict[str, int]] = {m.id: {} for m in memberships}
    for id, state, at in tx.within(SELECT_DATES, list(dates)):
        dates[id][state] = at
    return [
        Membership(m.id, m.user, m.project, m.state, m.initialized, dates[m.id])
        for m in memberships
    ]


def membership(tx: Tx, id: int) -> Membership | None:
    """The membership of this id."""
    found = dated(tx, [membership_of(row) for row in tx.within(SELECT_BY_ID, [id])])
    return found[0] if found else None


def membership_between(tx: Tx, user: str, project: str) -> Membership | None:
    """A person's membership in a project."""
    found = dated(tx, [membership_of(row) for row in tx.all(SELECT_PAIR, (user, project))])
    return found[0] if found else None


def memberships_of(tx: Tx, user: str) -> list[Membership]:
    """Everything a person is or was in, without dates."""
    return [membership_of(row) for row in tx.all(SELECT_OF_USER, (user,))]


def memberships_in(tx: Tx, projects: Sequence[str]) -> list[Membership]:
    """The memberships of these projects, without dates."""
    return [membership_of(row) for row in tx.within(SELECT_OF_PROJECTS, projects)]


def all_memberships(tx: Tx) -> list[Membership]:
    """Every membership there is, without dates."""
    return [membership_of(row) for row in tx.all(SELECT_ALL)]


def save_membership(tx: Tx, membership: Membership) -> None:
    """Insert or update a membership; dates come from its log."""
    m = membership
    tx.execute(UPSERT, (m.id, m.user, m.project, str(m.state), int(m.initialized)))


def log_membership(tx: Tx, moved: Moved, actor: str) -> None:
    """A line in a membership's log."""
    what = (moved.before, moved.after, moved.reason)
    tx.execute(INSERT_LOG, (tx.next_id("membership_log"), moved.id, tx.now, actor, *what))


def suspension_reasons(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """Why each membership was last suspended."""
    return dict(tx.within(SELECT_LAST_REASONS, ids))


def membership_events(tx: Tx, project_id: int, limit: int) -> list[Row]:
    """(at, actor, e-mail, new state, reason) of a project's members, newest first."""
    return tx.all(SELECT_LOG, (project_id, limit))
