"""The journal in words: targets and figures named for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from backend.backend import JournalDetail, JournalEffect, JournalRow
from backend.core import audit
from backend.core.database import Tx
from backend.core.database.tx import Row
from backend.core.errors import NotFound
from backend.core.filter.sql import Fields, Like, age, flag, number, state, text, time
from backend.core.journal import DONE, REFUSED, taken_back
from backend.core.listing import Query
from backend.nico import words as nico
from backend.notices import service as notices
from backend.openportal import words as openportal
from backend.placement import words as placement
from backend.quotas.feed import SELECT_HOLDING_NAMES
from backend.quotas.model import UNLIMITED

ROOMS = (placement, openportal, nico)
EFFECTS_SHOWN = 400
INT64_DIGITS = 19

SELECT_PROJECTS = "SELECT uuid, realname FROM project WHERE uuid IN ({keys})"
SELECT_PEOPLE = "SELECT uuid, email FROM person WHERE uuid IN ({keys})"
SELECT_APPLICATIONS = """
SELECT a.id, p.realname FROM application a JOIN project p ON p.id = a.project_id
WHERE a.id IN ({keys})"""
SELECT_MEMBERSHIPS = """
SELECT m.id, u.email, p.realname FROM membership m JOIN person u ON u.id = m.person_id
JOIN project p ON p.id = m.project_id WHERE m.id IN ({keys})"""
ACTOR = "lower(actor) LIKE ? ESCAPE '!'"
TARGET = "lower(target) LIKE ? ESCAPE '!'"
ACTION = "lower(action) LIKE ? ESCAPE '!'"
REASON = "lower(reason) LIKE ? ESCAPE '!'"
EFFECTS = """(SELECT count(*) FROM journal_change c
    WHERE c.seq = j.seq AND c.target NOT LIKE 'journal:%')"""
BY_EMAIL = "(SELECT uuid FROM person WHERE lower(email) LIKE ? ESCAPE '!')"
# Somebody's own token is named after his uuid.
BY_TOKEN = f"""actor IN (SELECT done.actor FROM
(SELECT DISTINCT actor FROM journal WHERE actor LIKE '% (token:%') done JOIN {BY_EMAIL} found
ON substr(done.actor, 1, length(found.uuid) + 2) = found.uuid || ' (')"""
# Who is named by a uuid, and what by an id, is found by the name that is shown.
NAMED = (
    Like(f"actor IN {BY_EMAIL}"),
    Like(BY_TOKEN),
    Like(f"target IN (SELECT 'user:' || found.uuid FROM {BY_EMAIL} found)"),
    Like(
        "target IN (SELECT 'project:' || uuid FROM project WHERE fold LIKE ? ESCAPE '!')",
        folded=True,
    ),
    Like(
        """target IN (SELECT 'application:' || a.id FROM application a
        JOIN project p ON p.id = a.project_id WHERE p.fold LIKE ? ESCAPE '!')""",
        folded=True,
    ),
    Like("(target LIKE 'application:%' AND '#' || substr(target, 13) LIKE ? ESCAPE '!')"),
    Like(
        """target IN (SELECT 'membership:' || m.id FROM membership m
        JOIN project p ON p.id = m.project_id WHERE p.fold LIKE ? ESCAPE '!')""",
        folded=True,
    ),
    Like(
        """target IN (SELECT 'membership:' || m.id FROM membership m
        JOIN person u ON u.id = m.person_id WHERE lower(u.email) LIKE ? ESCAPE '!')"""
    ),
    *(Like(sql, folded=True) for room in ROOMS for sql in room.BY_NAME),
    openportal.BY_NAME_OF_GONE,
    nico.BY_NAME_OF_GONE,
)
FIELDS = Fields(
    (Like(ACTOR), Like(ACTION), Like(TARGET), Like(REASON), *NAMED),
    (
        number("seq", "seq", "its number", "seq:1204", "id"),
        time("at", "at", "when it happened", "at:2026-11-20", "time", "when"),
        age("age", "at", "how long ago it happened", "age<2h"),
        text("who", (Like(ACTOR), Like(ACTOR, head="%:"), *NAMED[:2]), "who did it", "who:ada",
             "actor", "user"),
        text("action", (Like(ACTION), Like(ACTION, head="%.")), "what was done",
             "action:approve"),
        text("about", (Like(TARGET), Like(TARGET, head="%:"), *NAMED[2:]), "to what",
             "about:hpc", "target"),
        text("reason", (Like(REASON, loose="%"),), "a part of the reason given",
             "reason:budget"),
        text("request", (Like("lower(request_id) LIKE ? ESCAPE '!'"),), "the request's id",
             "request:6a0d", "request_id"),
        state("outcome", {word: f"outcome = '{word}'" for word in (DONE, REFUSED)},
              "what became of it", "outcome:refused"),
        number("effects", EFFECTS, "how many more things it changed", "effects>100"),
        flag("refused", f"outcome = '{REFUSED}'", "it was refused"),
        flag("decisions", audit.DECISIONS, "decided by people"),
    ),
    "seq",
)  # fmt: skip


def keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The journal's seqs for a query, and its parameters. Raises Invalid on a bad filter."""
    return audit.keys_sql(query, FIELDS.where(query, now))


def rows(tx: Tx, keys: Sequence[int]) -> dict[int, JournalRow]:
    """Journal rows by seq, actors and targets in words."""
    found = tx.within(audit.SELECT_ROWS, keys)
    words = _words(tx, [name for row in found for name in (_person(row[2]), row[4])])
    return {row[0]: _row(row, words) for row in found}


def named(
    tx: Tx, found: Mapping[int, JournalRow], people: Mapping[str, str]
) -> dict[int, JournalRow]:
    """Rows of another database's journal, actors and targets in the words of this one; `people`
    are actors with addresses."""
    names = [name for row in found.values() for name in (_person(row.actor), row.target)]
    words = {**people, **_words(tx, names)}
    return {
        key: replace(
            row, who=_who(row.actor, words) or row.who, about=words.get(row.target, row.about)
        )
        for key, row in found.items()
    }


def _row(row: Row, words: Mapping[str, str]) -> JournalRow:
    seq, at, actor, action, target, before, after, reason, request, outcome, effects, last = row
    undone = taken_back(last)
    told = (before, after, reason, request, outcome, effects - bool(undone))
    named = (_who(actor, words) or actor, words.get(target, target))
    return JournalRow(seq, at, actor, action, target, *told, *named, undone)


def _person(actor: str) -> str:
    """An actor without the token in brackets."""
    return actor.partition(" (")[0]


def _who(actor: str, words: Mapping[str, str]) -> str:
    """An actor in words, the token that was used behind them; `` where there are none."""
    person = _person(actor)
    return words[person] + actor.removeprefix(person) if person in words else ""


def _words(tx: Tx, names: Sequence[str]) -> dict[str, str]:
    """`kind:id` names in words; users' bare uuids too."""
    ids: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        kind, found, id = name.partition(":")
        ids.setdefault(kind if found else "user", []).append(id if found else name)
    people: dict[str, str] = dict(tx.within(SELECT_PEOPLE, ids.get("user", [])))
    words = people | {f"user:{uuid}": email for uuid, email in people.items()}
    for uuid, realname in tx.within(SELECT_PROJECTS, ids.get("project", [])):
        words[f"project:{uuid}"] = realname
    for id, realname in tx.within(SELECT_APPLICATIONS, _numbers(ids, "application")):
        words[f"application:{id}"] = f"#{id} of {realname}"
    for id, email, realname in tx.within(SELECT_MEMBERSHIPS, _numbers(ids, "membership")):
        words[f"membership:{id}"] = f"{email} in {realname}"
    for serial in ids.get("commission", []):
        words[f"commission:{serial}"] = f"commission {serial}"
    for room in ROOMS:
        words |= room.targets(tx, ids)
    return words


def _numbers(ids: Mapping[str, Sequence[str]], kind: str) -> list[int]:
    return [int(id) for id in ids.get(kind, []) if id.isdecimal() and len(id) < INT64_DIGITS]


def describe(tx: Tx, seq: int) -> JournalDetail:
    """An entry with its side effects, holdings by holder and resource.

    At most `EFFECTS_SHOWN` effects. Raises NotFound.
    """
    entry = rows(tx, [seq]).get(seq)
    if entry is None:
        raise NotFound(f"there is no journal entry {seq}")
    effects = tx.all(audit.SELECT_EFFECTS, (seq, EFFECTS_SHOWN))
    facts = [(entry.target, entry.before, entry.after), *((t, old, new) for t, old, new in effects)]
    (_, before, after), *told = _told(tx, facts)
    entry = replace(entry, before=before, after=after)
    found = tuple(islice(_effects(tx, entry, told), EFFECTS_SHOWN))
    return JournalDetail(entry, found, notices.deliveries(tx, seq))


def _told(tx: Tx, facts: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Facts of targets as each room tells them."""
    found = list(facts)
    for room in ROOMS:
        found = room.told(tx, found)
    return found


def _effects(
    tx: Tx, entry: JournalRow, told: Sequence[tuple[str, str, str]]
) -> Iterator[JournalEffect]:
    words = _words(tx, [target for target, _, _ in told])
    for target, old, new in told:
        if target == "limits":
            yield from _limits(tx, old, new)
        elif target == "holdings":
            yield from _holdings(tx, new)
        else:
            yield JournalEffect(words.get(target) or target, old, new)
    if entry.action.startswith("commission."):
        yield from _postings(tx, json.loads(entry.after).get("p", []))


def _limits(tx: Tx, before: str, after: str) -> Iterator[JournalEffect]:
    """A chunk of limit changes, one effect per holding."""
    old: dict[int, int | None] = dict(json.loads(before))
    new: dict[int, int | None] = dict(json.loads(after))
    names = _holding_names(tx, [*{**old, **new}])
    for id in {**old, **new}:
        yield JournalEffect(
            names.get(id, f"holding:{id}"), _limit(old.get(id)), _limit(new.get(id))
        )


def _holdings(tx: Tx, after: str) -> Iterator[JournalEffect]:
    """A chunk of imported holdings, one effect each."""
    told = json.loads(after)
    names = _holding_names(tx, [id for id, *_ in told])
    for id, limit, low, high in told:
        figures = {"limit": _figure(limit), "usage": high, "pending": high - low}
        yield JournalEffect(names.get(id, f"holding:{id}"), "{}", json.dumps(figures))


def _limit(value: int | None) -> str:
    return "{}" if value is None else json.dumps({"limit": _figure(value)})


def _figure(value: int) -> int | str:
    return "inf" if value == UNLIMITED else value


def _postings(tx: Tx, postings: Sequence[Sequence[int]]) -> Iterator[JournalEffect]:
    names = _holding_names(tx, [id for id, _ in postings])
    for id, quantity in postings:
        yield JournalEffect(
            names.get(id, f"holding:{id}"), "{}", json.dumps({"quantity": quantity})
        )


def _holding_names(tx: Tx, ids: Sequence[int]) -> Mapping[int, str]:
    return {
        id: f"{holder} in {source}: {resource}" if source else f"{holder} (pool): {resource}"
        for id, holder, source, resource, _ in tx.within(SELECT_HOLDING_NAMES, ids)
    }
