"""The SQL of awards: those made to us, and those of ours to other portals."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx
from backend.openportal.model import Award, AwardState, RemoteProject, RemoteState
from backend.openportal.rules.awards import title

AWARD = """w.identifier, w.destination, w.state, w.details, coalesce(p.uuid, ''), w.template,
w.notes, w.created_at, w.reviewed_at, w.reviewed_by, w.comment"""
FROM_AWARD = "FROM portal_award w LEFT JOIN portal_project p ON p.id = w.project_id"
SELECT_AWARD = f"SELECT {AWARD} {FROM_AWARD} WHERE w.identifier = ? AND w.destination = ?"
SELECT_MANAGING = f"SELECT {AWARD} {FROM_AWARD} WHERE p.uuid = ? ORDER BY w.id LIMIT 1"
INSERT_AWARD = """
INSERT INTO portal_award (id, identifier, destination, state, details, project_id, template, notes,
    created_at, reviewed_at, reviewed_by, comment, fold)
VALUES (?, ?, ?, ?, ?, coalesce((SELECT id FROM portal_project WHERE uuid = ?), 0),
    ?, ?, ?, ?, ?, ?, ?)"""
UPDATE_AWARD = """
UPDATE portal_award SET state = ?,
    project_id = coalesce((SELECT id FROM portal_project WHERE uuid = ?), 0), notes = ?,
    reviewed_at = ?, reviewed_by = ?, comment = ? WHERE identifier = ? AND destination = ?"""
DELETE_AWARD = "DELETE FROM portal_award WHERE identifier = ? AND destination = ?"
REMOTE_PROJECT = """r.uuid, coalesce(p.uuid, ''), r.destination, r.identifier, r.state,
r.current_allocation, r.pending_allocation, r.pending_since, r.error_message, r.last_contact_at,
r.earliest_approve, r.membership_control, r.allowed_domains, r.links, r.notes, r.created_at,
r.modified_at"""
FROM_REMOTE = "FROM portal_remote_project r LEFT JOIN portal_project p ON p.id = r.project_id"
SELECT_REMOTE = f"SELECT {REMOTE_PROJECT} {FROM_REMOTE} WHERE r.uuid = ?"
SELECT_REMOTE_AT = f"""
SELECT {REMOTE_PROJECT} {FROM_REMOTE} WHERE p.uuid = ? AND r.destination = ?"""
INSERT_REMOTE = """
INSERT INTO portal_remote_project (id, uuid, project_id, destination, created_at, identifier, state,
    current_allocation, pending_allocation, pending_since, error_message, last_contact_at,
    earliest_approve, membership_control, allowed_domains, links, notes, modified_at)
VALUES (?, ?, (SELECT id FROM portal_project WHERE uuid = ?),
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
UPDATE_REMOTE = """
UPDATE portal_remote_project SET identifier = ?, state = ?, current_allocation = ?,
    pending_allocation = ?, pending_since = ?, error_message = ?, last_contact_at = ?,
    earliest_approve = ?, membership_control = ?, allowed_domains = ?, links = ?, notes = ?,
    modified_at = ? WHERE uuid = ?"""


def award_of(row: Row) -> Award:
    """An award from `AWARD`."""
    identifier, destination, state, *rest = row
    return Award(identifier, destination, AwardState(state), *rest)


def remote_project_of(row: Row) -> RemoteProject:
    """An award of ours from `REMOTE_PROJECT`."""
    uuid, project, destination, identifier, state, *rest = row
    return RemoteProject(uuid, project, destination, identifier, RemoteState(state), *rest)


def award(tx: Tx, identifier: str, destination: str) -> Award | None:
    """The award of these names."""
    row = tx.one(SELECT_AWARD, (identifier, destination))
    return award_of(row) if row else None


def managing(tx: Tx, project: str) -> Award | None:
    """The award that a project belongs to."""
    row = tx.one(SELECT_MANAGING, (project,))
    return award_of(row) if row else None


def save_award(tx: Tx, before: Award | None, after: Award) -> None:
    """Insert an award, or what may change of one."""
    reviewed = (after.reviewed_at, after.reviewed_by, after.comment)
    if before is not None:
        stand = (after.state, after.project, after.notes, *reviewed)
        tx.execute(UPDATE_AWARD, (*stand, after.identifier, after.destination))
        return
    fold = f"{after.identifier}\n{after.destination}\n{title(after)}".casefold()
    head = (tx.next_id("portal_award"), after.identifier, after.destination, after.state)
    what = (after.details, after.project, after.template, after.notes)
    tx.execute(INSERT_AWARD, (*head, *what, after.created_at, *reviewed, fold))


def delete_award(tx: Tx, one: Award) -> None:
    """Remove an award."""
    tx.execute(DELETE_AWARD, (one.identifier, one.destination))


def remote_project(tx: Tx, uuid: str) -> RemoteProject | None:
    """The award of ours with this uuid."""
    row = tx.one(SELECT_REMOTE, (uuid,))
    return remote_project_of(row) if row else None


def remote_project_at(tx: Tx, project: str, destination: str) -> RemoteProject | None:
    """What we awarded a project at a destination."""
    row = tx.one(SELECT_REMOTE_AT, (project, destination))
    return remote_project_of(row) if row else None


def save_remote_project(tx: Tx, before: RemoteProject | None, after: RemoteProject) -> None:
    """Insert or update an award of ours."""
    pending = (after.pending_allocation, after.pending_since)
    stand = (after.identifier, after.state, after.current_allocation, *pending)
    contact = (after.error_message, after.last_contact_at)
    policy = (after.earliest_approve, after.membership_control, after.allowed_domains)
    what = (*stand, *contact, *policy, after.links, after.notes, after.modified_at)
    if before is not None:
        tx.execute(UPDATE_REMOTE, (*what, after.uuid))
        return
    head = (tx.next_id("portal_remote_project"), after.uuid, after.project, after.destination)
    tx.execute(INSERT_REMOTE, (*head, after.created_at, *what))
