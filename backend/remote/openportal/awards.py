"""Awards between portals, in both directions, of a reading into a mirror."""

from __future__ import annotations

import json
from collections.abc import Mapping

from backend.core.database import Tx
from backend.openportal.client import AwardTold, Listed, RemoteProjectTold
from backend.openportal.model import AwardState, RemoteState
from backend.remote.openportal.places import PROJECTS
from backend.remote.rows import Table, Values

Key = tuple[str, str]
"""Identifier and destination."""

COLUMNS = """state, details, project_id, template, notes, created_at, reviewed_at, reviewed_by,
comment, fold"""
SELECT_AWARDS = f"SELECT identifier, destination, {COLUMNS} FROM portal_award"
INSERT_AWARD = f"""
INSERT INTO portal_award (id, identifier, destination, {COLUMNS})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
UPDATE_AWARD = """
UPDATE portal_award SET state = ?, details = ?, project_id = ?, template = ?, notes = ?,
    created_at = ?, reviewed_at = ?, reviewed_by = ?, comment = ?, fold = ?
WHERE identifier = ? AND destination = ?"""
DELETE_AWARD = "DELETE FROM portal_award WHERE identifier = ? AND destination = ?"
DELETE_REMOTE = "DELETE FROM portal_remote_project WHERE uuid = ?"
REMOTE_PROJECTS = Table(
    "portal_remote_project",
    "project_id",
    "destination",
    "identifier",
    "state",
    "current_allocation",
    "pending_allocation",
    "pending_since",
    "error_message",
    "last_contact_at",
    "earliest_approve",
    "membership_control",
    "allowed_domains",
    "links",
    "notes",
    "created_at",
    "modified_at",
)


def put_awards(tx: Tx, listed: Listed[AwardTold]) -> None:
    """All awards of other portals."""
    told: dict[Key, AwardTold | None] = {
        (one.identifier, one.destination): one for one in listed.rows
    }
    if listed.whole:
        gone = ((i, d) for i, d, *_ in tx.all(SELECT_AWARDS) if (i, d) not in told)
        told |= dict.fromkeys(gone)
    put_some(tx, told)


def put_some(tx: Tx, some: Mapping[Key, AwardTold | None]) -> None:
    """Those that were read; None for those that are gone."""
    there = {(i, d): tuple(values) for i, d, *values in tx.all(SELECT_AWARDS)}
    projects = PROJECTS.ids(tx, {one.project for one in some.values() if one})
    for key, told in some.items():
        if told is None:
            tx.execute(DELETE_AWARD, key)
            continue
        values = _award(told, projects.get(told.project, 0))
        if key not in there:
            tx.execute(INSERT_AWARD, (tx.next_id("portal_award"), *key, *values))
        elif there[key] != values:
            tx.execute(UPDATE_AWARD, (*values, *key))


def _award(told: AwardTold, project: int) -> Values:
    name = told.state.strip().lower()
    state = AwardState(name) if name.upper() in AwardState.__members__ else AwardState.DRAFT
    details = told.details if isinstance(told.details, Mapping) else {}
    what = (str(state), json.dumps(details, sort_keys=True), project, told.project_template)
    review = (told.reviewed_at or 0, told.reviewed_by_full_name, told.review_comment)
    found = (told.identifier, told.destination, str(details.get("name") or ""))
    fold = "\n".join(found).casefold()
    return (*what, lines(told.notes), told.created or 0, *review, fold)


def lines(notes: object) -> str:
    """Notes of any shape as lines."""
    if isinstance(notes, str):
        return notes
    if isinstance(notes, Mapping):
        return str(notes.get("text") or "")
    return "\n".join(map(lines, notes)) if isinstance(notes, list) else ""


def put_remote_projects(tx: Tx, listed: Listed[RemoteProjectTold]) -> None:
    """All awards of ours; those whose project is not seen are not, either."""
    there = REMOTE_PROJECTS.there(tx)
    projects = PROJECTS.ids(tx, {_project_of(one) for one in listed.rows})
    wanted: dict[str, Values] = {}
    taken: set[tuple[int, str]] = set()
    for one in listed.rows:
        place = projects.get(_project_of(one), 0), one.destination
        if place[0] and place not in taken:
            taken.add(place)
            wanted[one.uuid] = _remote_project(one, place[0])
    if listed.whole:
        tx.many(DELETE_REMOTE, [(uuid,) for uuid in there if uuid not in wanted])
    REMOTE_PROJECTS.put(tx, there, wanted)


def _project_of(told: RemoteProjectTold) -> str:
    return told.current_project_uuid or told.project_uuid or told.project


def _remote_project(told: RemoteProjectTold, project: int) -> Values:
    name = (told.state or told.state_display).strip().lower()
    state = RemoteState(name) if name.upper() in RemoteState.__members__ else RemoteState.PENDING
    where = (project, told.destination, told.identifier, str(state))
    amounts = (told.current_allocation, told.pending_allocation, told.pending_since or 0)
    contact = (told.error_message, told.last_contact_time or 0)
    rules = (told.earliest_approve, told.membership_control, _domains(told.allowed_domains))
    when = (told.created or 0, told.modified or 0)
    return (*where, *amounts, *contact, *rules, _links(told), lines(told.notes), *when)


def _links(told: RemoteProjectTold) -> str:
    """Links as JSON text, `` for none; servers tell them together or one by one."""
    apart = {
        "award": told.link_award,
        "call": told.link_call,
        "project_link": told.link_project,
        "renewal": told.link_renewal,
    }
    found = told.links or {name: one for name, one in apart.items() if one}
    return json.dumps(found, sort_keys=True) if found else ""


def _domains(told: object) -> str | None:
    if isinstance(told, list):
        return ", ".join(map(str, told))
    return str(told) if told else None
