"""How to see, on what was read again, whether a command was carried out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.core.database import Tx
from backend.core.plan import Command
from backend.openportal.model import (
    KEEP,
    Allocation,
    AllocationCommand,
    ApproveAward,
    AttachAward,
    AwardCommand,
    CreateAllocation,
    DeleteAllocation,
    DeleteAward,
    DetachAward,
    MarkErred,
    MarkOk,
    ModifyAllocation,
    ModifyRemoteProject,
    NameProject,
    NoteAward,
    RejectAward,
    ResendRequest,
    SetNodeLimit,
    State,
    UnlinkAllocation,
)
from backend.openportal.rules import awards as rules
from backend.openportal.rules.identifiers import plain
from backend.openportal.store import allocations as store
from backend.openportal.store import places

Sight = Mapping[str, Any]
"""What is to be seen, as JSON."""
Key = tuple[str, str]

SELECT_ALIKE = """
SELECT a.uuid FROM portal_allocation a JOIN portal_project p ON p.id = a.project_id
JOIN portal_service s ON s.id = a.service_id
WHERE a.name = ? AND p.uuid = ? AND s.uuid = ? AND a.remote = ? ORDER BY a.uuid"""
SELECT_AWARD = """
SELECT w.state, coalesce(p.uuid, ''), w.notes FROM portal_award w
LEFT JOIN portal_project p ON p.id = w.project_id WHERE w.identifier = ? AND w.destination = ?"""
SELECT_REMOTE_PROJECT = """
SELECT earliest_approve, membership_control, allowed_domains, links, notes
FROM portal_remote_project WHERE uuid = ?"""
UPDATES = (State.UPDATE_SCHEDULED, State.UPDATING)
DELETIONS = (State.DELETION_SCHEDULED, State.DELETING)
DECIDED: Mapping[type[Command], str] = {ApproveAward: "approved", RejectAward: "rejected"}


def expected(tx: Tx, command: Command) -> Sight:
    """What is to be seen once the command is carried out."""
    if isinstance(command, CreateAllocation):
        told = (command.name.strip(), plain(command.project), plain(command.service))
        where = [*told, int(command.remote)]
        there = [uuid for (uuid,) in tx.all(SELECT_ALIKE, where)]
        return {"kind": "created", "where": where, "there": there}
    if isinstance(command, AllocationCommand):
        return _of_allocation(tx, command)
    if isinstance(command, AwardCommand):
        return _of_award(command)
    if isinstance(command, NameProject):
        names = {"shortname": command.shortname, "allowed": command.allowed_destinations}
        wanted = {name: one for name, one in names.items() if one != KEEP}
        return {"kind": "named", "project": plain(command.project), "want": wanted}
    if isinstance(command, ModifyRemoteProject | ResendRequest):
        return _of_remote(command)
    raise KeyError(type(command).__name__)


def _of_allocation(tx: Tx, command: AllocationCommand) -> Sight:
    uuid = plain(command.allocation)
    now = store.allocation(tx, uuid)
    before = [str(now.state), now.modified_at, now.node_limit] if now else None
    told = {"allocation": uuid, "remote": bool(now and now.remote), "before": before}
    if isinstance(command, SetNodeLimit):
        return {**told, "kind": "limit", "want": command.node_limit}
    if isinstance(command, ModifyAllocation):
        given: dict[str, str | int | None] = {
            "name": command.name.strip() if command.name is not None else None,
            "description": command.description,
            "node_limit": command.node_limit,
        }
        want: dict[str, object] = {n: one for n, one in given.items() if one is not None}
        if command.counterpart != KEEP:
            want["counterpart"] = command.counterpart
        return {**told, "kind": "modified", "want": want}
    if isinstance(command, DeleteAllocation | UnlinkAllocation):
        return {**told, "kind": "gone", "soon": isinstance(command, DeleteAllocation)}
    if isinstance(command, MarkOk | MarkErred):
        state = State.OK if isinstance(command, MarkOk) else State.ERRED
        return {**told, "kind": "marked", "want": str(state)}
    return {**told, "kind": "pulled"}


def _of_award(command: AwardCommand) -> Sight:
    told = {"award": [command.identifier, command.destination]}
    if type(command) in DECIDED:
        return {**told, "kind": "decided", "want": DECIDED[type(command)]}
    if isinstance(command, AttachAward):
        return {**told, "kind": "attached", "want": plain(command.project)}
    if isinstance(command, DetachAward):
        return {**told, "kind": "attached", "want": ""}
    if isinstance(command, NoteAward):
        return {**told, "kind": "noted", "want": command.text}
    if isinstance(command, DeleteAward):
        return {**told, "kind": "dropped"}
    raise KeyError(type(command).__name__)


def _of_remote(command: ModifyRemoteProject | ResendRequest) -> Sight:
    told = {"kind": "agreed", "remote_project": plain(command.remote_project)}
    if isinstance(command, ResendRequest):
        return {**told, "kind": "hidden"}
    given = {
        "earliest_approve": command.earliest_approve,
        "membership_control": command.membership_control,
        "links": command.links,
        "note": command.note or None,
    }
    want: dict[str, object] = {n: one for n, one in given.items() if one is not None}
    if command.allowed_domains != KEEP:
        want["allowed_domains"] = command.allowed_domains
    return {**told, "want": want}


# ---------------------------------------------------------------- what is seen


def seen(tx: Tx, sight: Sight) -> bool | None:
    """Whether it is to be seen; None where it can never be told, or somebody else's change hides
    it for good."""
    kind = sight["kind"]
    if kind == "created":
        found = [uuid for (uuid,) in tx.all(SELECT_ALIKE, sight["where"])]
        return bool(set(found) - set(sight["there"]))
    if "allocation" in sight:
        return _shows(sight, store.allocation(tx, sight["allocation"]))
    if "award" in sight:
        return _decided(tx, sight)
    if kind == "named":
        return _named(tx, sight)
    return _agreed(tx, sight) if kind == "agreed" else None


def _shows(sight: Sight, now: Allocation | None) -> bool | None:
    kind = sight["kind"]
    if now is None:
        return True if kind == "gone" else None
    moved = sight["before"] is None or now.modified_at != sight["before"][1]
    if kind == "gone":
        begun = bool(sight["soon"]) and now.state in DELETIONS
    elif kind == "pulled":
        begun = now.state in UPDATES
    elif kind == "modified":
        begun = all(getattr(now, name) == one for name, one in sight["want"].items())
    elif kind == "limit":
        begun = now.node_limit == sight["want"] and (moved or sight["before"][2] != sight["want"])
    else:
        begun = str(now.state) == sight["want"] and (moved or sight["before"][0] != sight["want"])
    if begun:
        return True
    return None if moved and not (kind == "gone" and not sight["soon"]) else False


def _decided(tx: Tx, sight: Sight) -> bool | None:
    row = tx.one(SELECT_AWARD, sight["award"])
    kind = sight["kind"]
    if row is None:
        return True if kind == "dropped" else None
    state, project, notes = row
    if kind == "decided":
        return True if state == sight["want"] else None if state != "pending" else False
    if kind == "attached":
        return bool(project == sight["want"])
    return kind == "noted" and _line(sight["want"]) in notes


def _named(tx: Tx, sight: Sight) -> bool:
    found = places.project(tx, sight["project"])
    if found is None:
        return False
    names = {"shortname": found.shortname, "allowed": found.allowed_destinations}
    return all((names[name] or None) == (one or None) for name, one in sight["want"].items())


def _agreed(tx: Tx, sight: Sight) -> bool:
    row = tx.one(SELECT_REMOTE_PROJECT, (sight["remote_project"],))
    if row is None:
        return False
    earliest, control, domains, links, notes = row
    found = {"earliest_approve": earliest, "membership_control": control}
    found |= {"allowed_domains": domains, "links": links}
    want = dict(sight["want"])
    note = want.pop("note", "")
    return _line(note) in notes and all(
        ALIKE.get(name, str)(found[name]) == ALIKE.get(name, str)(one) for name, one in want.items()
    )


def _line(note: str) -> str:
    """A note as it is kept."""
    return " ".join(note.split())


def _json(text: str) -> object:
    return json.loads(text or "{}")


ALIKE: Mapping[str, Callable[[Any], object]] = {
    "earliest_approve": rules.instant,
    "allowed_domains": rules.domains,
    "links": _json,
}
"""What two writings of the same come to."""


def allocation_of(sight: Sight) -> dict[str, bool]:
    """The allocation that it is about, and whether that is remote."""
    return {sight["allocation"]: bool(sight["remote"])} if "allocation" in sight else {}


def award_of(sight: Sight) -> Sequence[Key]:
    """The award that it is about."""
    return [(sight["award"][0], sight["award"][1])] if "award" in sight else []
