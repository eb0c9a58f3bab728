"""The SQL behind the list of people: keys in order, what rows count, and the filter's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.core.database.tx import Row, Tx
from backend.core.filter.sql import Fields, Like, flag, number, state, text, time
from backend.core.listing import Query

KNOWN = "u.known = 1"
WAITING = f"({KNOWN} AND u.email_verified = 1 AND u.moderated = 0)"
SETTLED = f"{KNOWN} AND u.email_verified = 1 AND u.moderated = 1"
STATES: Mapping[str, str] = {
    "unmoderated": WAITING,
    "unverified": f"({KNOWN} AND u.email_verified = 0)",
    "active": f"({SETTLED} AND u.is_rejected = 0 AND u.is_active = 1)",
    "inactive": f"({SETTLED} AND u.is_rejected = 0 AND u.is_active = 0)",
    "rejected": f"({SETTLED} AND u.is_rejected = 1)",
    "unknown": f"NOT {KNOWN}",
}
"""The words of `UserState`; those who wait for a decision come first."""
SEATED = "m.state IN ('accepted', 'leave_requested', 'suspended')"
OWNED = """(SELECT count(*) FROM project p WHERE p.owner_id = u.id AND p.is_base = 0
    AND p.state IN ('active', 'suspended'))"""
SEATS = f"""(SELECT count(*) FROM membership m JOIN project p ON p.id = m.project_id
    WHERE m.person_id = u.id AND p.is_base = 0 AND {SEATED})"""
APPLIED = """(SELECT count(*) FROM application a
    WHERE a.applicant_id = u.id AND a.state = 'pending')"""

_EMAIL = Like("lower(u.email) LIKE ? ESCAPE '!'")
_NAME = "u.fold LIKE ? ESCAPE '!'"
_UUID = Like("lower(u.uuid) LIKE ? ESCAPE '!'")
_PLACE = f"""u.id IN (SELECT m.person_id FROM membership m JOIN project p ON p.id = m.project_id
    WHERE {SEATED} AND p.fold LIKE ? ESCAPE '!')"""
_DEFAULT = "u.default_project IN (SELECT uuid FROM project WHERE fold LIKE ? ESCAPE '!')"

PEOPLE = Fields(
    (_EMAIL, Like(_NAME, folded=True), _UUID),
    (
        text("email", (_EMAIL,), "the address", "email:ada@", "mail", "user"),
        text("name", (Like(_NAME, folded=True), Like(_NAME, head="% ", folded=True)),
             "one of the names", "name:lovelace"),
        text("id", (_UUID,), "the uuid", "id:6a0d", "uuid"),
        text("project", (Like(_PLACE, folded=True),), "a project the person is in",
             "project:hpc", "in", "member"),
        text("default", (Like(_DEFAULT, folded=True),), "the default project", "default:hpc"),
        state("state", STATES, "where the person stands", "state:unmoderated|unverified"),
        number("projects", OWNED, "how many projects are owned", "projects>0", "owned"),
        number("memberships", SEATS, "how many projects the person is in", "memberships>=3",
               "memb"),
        number("apps", APPLIED, "how many applications wait", "apps>0", "applications"),
        time("deactivated", "u.deactivated_at", "when the person was deactivated",
             "deactivated<1w"),
        flag("waiting", WAITING, "waits for moderation", "unmoderated"),
        flag("active", f"({KNOWN} AND u.is_active = 1)", "may sign in"),
        flag("verified", f"({KNOWN} AND u.email_verified = 1)", "the address is verified"),
        flag("moderated", f"({KNOWN} AND u.moderated = 1)", "was accepted or rejected"),
        flag("rejected", "u.is_rejected = 1", "was rejected"),
        flag("admin", "u.is_project_admin = 1", "is a project admin"),
    ),
    "u.id",
)  # fmt: skip

RANK = f"CASE {' '.join(f'WHEN {sql} THEN {n}' for n, sql in enumerate(STATES.values()))} END"
SORTS: Mapping[str, str] = {
    "state": f"{RANK} {{d}}, u.email",
    "email": "u.email {d}",
    "name": "u.fold {d}, u.email {d}",
    "projects": f"{OWNED} {{d}}, u.email",
    "memberships": f"{SEATS} {{d}}, u.email",
}
COUNT_OWNED = """
SELECT owner_id, count(*) FROM project WHERE owner_id IN ({keys}) AND is_base = 0
    AND state IN ('active', 'suspended') GROUP BY owner_id"""
COUNT_SEATS = f"""
SELECT m.person_id, count(*) FROM membership m JOIN project p ON p.id = m.project_id
WHERE m.person_id IN ({{keys}}) AND p.is_base = 0 AND {SEATED} GROUP BY m.person_id"""
SELECT_NAMES = "SELECT uuid, realname FROM project WHERE uuid IN ({keys})"
SELECT_PLACES = """
SELECT p.id, p.realname, p.state, p.is_base, m.state,
    coalesce((SELECT max(l.at) FROM membership_log l
        WHERE l.membership_id = m.id AND l.to_state = m.state), 0)
FROM membership m JOIN project p ON p.id = m.project_id WHERE m.person_id = ?
ORDER BY p.is_base DESC, p.fold, p.id"""
SELECT_APPLICATIONS = """
SELECT a.id, p.realname FROM application a JOIN project p ON p.id = a.project_id
WHERE a.applicant_id = ? ORDER BY a.id DESC LIMIT ?"""
SELECT_OWNED = "SELECT id FROM project WHERE owner_id = ? ORDER BY fold, id"


def keys_sql(query: Query, now: int) -> tuple[str, list[object]]:
    """The statement that gives the keys of the list in order, and its parameters.

    Raises Invalid on a bad filter.
    """
    found = PEOPLE.where(query, now)
    order = SORTS.get(query.sort, SORTS["state"]).format(d="DESC" if query.descending else "ASC")
    where = found.sql or "u.id > 0"
    return f"SELECT u.id FROM person u WHERE {where} ORDER BY {order}", list(found.params)


def counts(tx: Tx, keys: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """How many projects people own and how many they are in, by key; without 0."""
    return dict(tx.within(COUNT_OWNED, keys)), dict(tx.within(COUNT_SEATS, keys))


def project_names(tx: Tx, uuids: Sequence[str]) -> dict[str, str]:
    """Names of projects by uuid."""
    return dict(tx.within(SELECT_NAMES, list(dict.fromkeys(uuids))))


def places(tx: Tx, key: int) -> list[Row]:
    """(project key, name, state, is base, membership state, since) of a person, own one first."""
    return tx.all(SELECT_PLACES, (key,))


def applied(tx: Tx, key: int, limit: int) -> dict[int, str]:
    """Project names by the number of a person's applications, newest first."""
    return dict(tx.all(SELECT_APPLICATIONS, (key, limit)))


def owned(tx: Tx, key: int) -> list[int]:
    """The projects of an owner by name."""
    return [id for (id,) in tx.all(SELECT_OWNED, (key,))]
