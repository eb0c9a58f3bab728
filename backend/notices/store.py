"""The SQL of notices: how far each sink is, what was sent, and the facts of an entry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from backend.core.database.tx import Row, Tx
from backend.core.errors import StorageCorrupt
from backend.core.journal import to_json
from backend.core.stored import object_of
from backend.notices.model import Happening, State, Subject, Terms

PAGE = 200
INT64_DIGITS = 19

COLUMNS = "name, terms, started, done, attempts, failed_at, next_at, error, holder, lease"
SELECT_SINKS = f"SELECT {COLUMNS} FROM notice_sink ORDER BY name"
SELECT_SINK = f"SELECT {COLUMNS} FROM notice_sink WHERE name = ?"
INSERT_SINK = f"""
INSERT INTO notice_sink ({COLUMNS}) VALUES (?, ?, ?, ?, 0, 0, 0, '', '', 0)
ON CONFLICT (name) DO NOTHING"""
SET_TERMS = "UPDATE notice_sink SET terms = ? WHERE name = ?"
# Whoever holds the lease delivers; one that was not given back ends by itself.
TAKE = """
UPDATE notice_sink SET holder = ?, lease = ?
WHERE name = ? AND (holder = '' OR holder = ? OR lease <= ?)"""
GIVE = "UPDATE notice_sink SET holder = '', lease = 0 WHERE name = ? AND holder = ?"
INSERT_SENT = """
INSERT INTO notice_sent (seq, sink, part, at) VALUES (?, ?, ?, ?)
ON CONFLICT (seq, sink, part) DO NOTHING"""
SET_WELL = """
UPDATE notice_sink SET attempts = 0, failed_at = 0, next_at = 0, error = '', lease = ?
WHERE name = ? AND holder = ?"""
SET_FAILED = """
UPDATE notice_sink SET attempts = ?, failed_at = ?, next_at = ?, error = ?
WHERE name = ? AND holder = ?"""
SET_DONE = "UPDATE notice_sink SET done = ? WHERE name = ? AND done < ?"
# Whoever is sending meanwhile loses the lease, and with it the say about failures.
SKIP = """
UPDATE notice_sink SET done = ?, attempts = 0, failed_at = 0, next_at = 0, error = '',
    holder = '', lease = 0 WHERE name = ? AND done < ?"""
SELECT_SENT = "SELECT part, at FROM notice_sent WHERE seq = ? AND sink = ?"

ENTRY = 'seq, at, actor, action, target, reason, "after", hash'
SELECT_ENTRIES = f"""
SELECT {ENTRY} FROM journal
WHERE seq > ? AND outcome = 'done' AND action NOT LIKE 'commission.%'
    AND action NOT LIKE 'allocations.%' ORDER BY seq LIMIT ?"""
SELECT_ENTRY = f"SELECT {ENTRY} FROM journal WHERE seq = ? AND outcome = 'done'"
SELECT_LAST = "SELECT coalesce(max(seq), 0) FROM journal"
SELECT_ENDED = """
SELECT target FROM journal_change WHERE seq = ? AND target LIKE 'project:%' ORDER BY n"""
SELECT_APPLICATIONS = """
SELECT a.id, p.uuid, p.realname, w.email, o.email FROM application a
JOIN project p ON p.id = a.project_id JOIN person w ON w.id = a.applicant_id
LEFT JOIN person o ON o.id = p.owner_id WHERE a.id IN ({keys})"""
SELECT_PROJECTS = """
SELECT p.uuid, p.realname, o.email FROM project p LEFT JOIN person o ON o.id = p.owner_id
WHERE p.uuid IN ({keys}) ORDER BY p.id"""
SELECT_MEMBERSHIPS = """
SELECT m.id, p.uuid, p.realname, u.email, o.email FROM membership m
JOIN person u ON u.id = m.person_id JOIN project p ON p.id = m.project_id
LEFT JOIN person o ON o.id = p.owner_id WHERE m.id IN ({keys})"""
SELECT_PEOPLE = "SELECT uuid, email FROM person WHERE uuid IN ({keys})"


def _state(row: Row) -> State:
    name, terms, *rest = row
    return State(name, _terms(name, terms), *rest)


def _terms(name: str, text: str) -> Terms:
    try:
        found: Mapping[str, Sequence[str]] = json.loads(text)
        return Terms(tuple(found["only"]), tuple(found["reviewers"]))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise StorageCorrupt(
            f"the settings kept for the notices called {name!r} cannot be read",
            hint="restore a backup made with bursar backup",
        ) from error


def _kept(terms: Terms) -> str:
    return to_json({"only": terms.only, "reviewers": terms.reviewers})


def state(tx: Tx, name: str) -> State | None:
    """How far a sink is, None when it never began. Raises StorageCorrupt."""
    row = tx.one(SELECT_SINK, (name,))
    return _state(row) if row else None


def states(tx: Tx) -> list[State]:
    """Every sink that ever began. Raises StorageCorrupt."""
    return [_state(row) for row in tx.all(SELECT_SINKS)]


def begin(tx: Tx, name: str, terms: Terms) -> None:
    """Begin a sink at the head of the journal, or change what it tells."""
    head = last(tx)
    tx.execute(INSERT_SINK, (name, _kept(terms), head, head))
    tx.execute(SET_TERMS, (_kept(terms), name))


def take(tx: Tx, name: str, holder: str, until: int) -> bool:
    """Become the only one who delivers, until then; False while somebody else is."""
    return tx.execute(TAKE, (holder, until, name, holder, tx.now)) > 0


def give(tx: Tx, name: str, holder: str) -> None:
    """Let others deliver."""
    tx.execute(GIVE, (name, holder))


def record_sent(tx: Tx, name: str, seq: int, part: str) -> None:
    """A notice went out; also when the lease was lost meanwhile."""
    tx.execute(INSERT_SENT, (seq, name, part, tx.now))


def record_well(tx: Tx, name: str, holder: str, until: int) -> None:
    """The last delivery worked; go on until then."""
    tx.execute(SET_WELL, (until, name, holder))


def record_failure(tx: Tx, state: State, holder: str, next_at: int, error: str) -> None:
    """The first notice that waits was tried in vain once more."""
    since = state.failed_at or tx.now
    tx.execute(SET_FAILED, (state.attempts + 1, since, next_at, error, state.name, holder))


def set_done(tx: Tx, name: str, seq: int) -> None:
    """Everything up to this entry is sent."""
    tx.execute(SET_DONE, (seq, name, seq))


def skip(tx: Tx, name: str, seq: int) -> None:
    """Leave out what waits up to this entry, and forget that it failed."""
    tx.execute(SKIP, (seq, name, seq))


def sent(tx: Tx, name: str, seq: int) -> dict[str, int]:
    """When each part of an entry was sent."""
    return dict(tx.all(SELECT_SENT, (seq, name)))


def last(tx: Tx) -> int:
    """The head of the journal."""
    return int(tx.scalar(SELECT_LAST))


def _happening(row: Row) -> Happening:
    seq, at, actor, action, target, reason, after, hash = row
    return Happening(seq, at, actor, action, target, reason, object_of(after), bytes(hash).hex())


def happenings(tx: Tx, after: int) -> list[Happening]:
    """The next page of entries done after this one, commissions left out, in order."""
    return [_happening(row) for row in tx.all(SELECT_ENTRIES, (after, PAGE))]


def happening(tx: Tx, seq: int) -> Happening | None:
    """One entry, None when it was refused or is not there."""
    row = tx.one(SELECT_ENTRY, (seq,))
    return _happening(row) if row else None


def subjects(tx: Tx, happening: Happening) -> list[Subject]:
    """What an entry is about, as it is known now; nothing when it is gone."""
    kind, _, id = happening.target.partition(":")
    if kind == "projects":
        ended = tx.all(SELECT_ENDED, (happening.seq,))
        return _projects(tx, [target.partition(":")[2] for (target,) in ended])
    if kind == "project":
        return _projects(tx, [id])
    if kind == "user":
        rows = tx.within(SELECT_PEOPLE, [id])
        return [Subject(f"user:{uuid}", person=email) for uuid, email in rows]
    number = int(id) if id.isdecimal() and len(id) < INT64_DIGITS else 0
    if kind == "application":
        return [
            Subject(f"application:{n}", uuid, name, n, applicant, owner or "")
            for n, uuid, name, applicant, owner in tx.within(SELECT_APPLICATIONS, [number])
        ]
    return [
        Subject(f"membership:{n}", uuid, name, owner=owner or "", person=person)
        for n, uuid, name, person, owner in tx.within(SELECT_MEMBERSHIPS, [number])
    ]


def _projects(tx: Tx, uuids: Sequence[str]) -> list[Subject]:
    rows = tx.within(SELECT_PROJECTS, uuids)
    return [Subject(f"project:{uuid}", uuid, name, owner=owner or "") for uuid, name, owner in rows]
