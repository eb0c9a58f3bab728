"""The SQL of people."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.database.tx import Row, Tx
from backend.projects.model import User

COLUMNS = (
    "id, uuid, email, first_name, last_name, is_active, email_verified, moderated, "
    "is_rejected, deactivated_reason, deactivated_at, is_project_admin, default_project, known"
)
SELECT_BY_UUID = f"SELECT {COLUMNS} FROM person WHERE uuid IN ({{keys}})"
SELECT_BY_ID = f"SELECT {COLUMNS} FROM person WHERE id IN ({{keys}})"
SELECT_BY_EMAIL = f"SELECT {COLUMNS} FROM person WHERE email IN ({{keys}})"
SELECT_ALL = f"SELECT {COLUMNS} FROM person ORDER BY id"
SELECT_EMAILS = "SELECT uuid, email FROM person WHERE uuid IN ({keys})"
SELECT_DEFAULTING = f"""
SELECT {COLUMNS} FROM person p WHERE p.default_project = ? AND p.uuid <> p.default_project
    AND p.id IN (SELECT m.person_id FROM membership m JOIN project q ON q.id = m.project_id
        WHERE q.uuid = ? AND m.state IN ('accepted', 'leave_requested', 'suspended'))
ORDER BY p.id"""
UPSERT = f"""
INSERT INTO person ({COLUMNS}, fold) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET email = excluded.email, first_name = excluded.first_name,
    last_name = excluded.last_name, is_active = excluded.is_active,
    email_verified = excluded.email_verified, moderated = excluded.moderated,
    is_rejected = excluded.is_rejected, deactivated_reason = excluded.deactivated_reason,
    deactivated_at = excluded.deactivated_at, is_project_admin = excluded.is_project_admin,
    default_project = excluded.default_project, known = excluded.known, fold = excluded.fold"""
REFOLD_PROJECTS = """
UPDATE project SET owner_fold = ? WHERE owner_id = ? AND owner_fold <> ?"""


def user_of(row: Row) -> User:
    """A user from `COLUMNS`."""
    id, uuid, email, first, last, active, verified, moderated, rejected, why, at, *left = row
    admin, home, known = left
    return User(
        id,
        uuid,
        email,
        first,
        last,
        is_active=bool(active),
        email_verified=bool(verified),
        moderated=bool(moderated),
        is_rejected=bool(rejected),
        deactivated_reason=why,
        deactivated_at=at,
        is_project_admin=bool(admin),
        default_project=home,
        known=bool(known),
    )


def users(tx: Tx, uuids: Sequence[str]) -> dict[str, User]:
    """Users by uuid; unknown ones are missing."""
    return {user.uuid: user for user in map(user_of, tx.within(SELECT_BY_UUID, uuids))}


def users_by_id(tx: Tx, ids: Sequence[int]) -> dict[int, User]:
    """Users by their integer key; unknown ones are missing."""
    return {user.id: user for user in map(user_of, tx.within(SELECT_BY_ID, ids))}


def user(tx: Tx, uuid: str) -> User | None:
    """The user of this uuid."""
    return users(tx, [uuid]).get(uuid)


def user_by_email(tx: Tx, email: str) -> User | None:
    """The user with this address, in any case."""
    return users_by_email(tx, [email.lower()]).get(email.lower())


def users_by_email(tx: Tx, emails: Sequence[str]) -> dict[str, User]:
    """Users by these addresses, which are in lower case; unknown ones are missing."""
    return {user.email: user for user in map(user_of, tx.within(SELECT_BY_EMAIL, emails))}


def all_users(tx: Tx) -> list[User]:
    """Everybody, in order of registration."""
    return [user_of(row) for row in tx.all(SELECT_ALL)]


def emails(tx: Tx, uuids: Sequence[str]) -> dict[str, str]:
    """Addresses by user uuid."""
    return dict(tx.within(SELECT_EMAILS, list(dict.fromkeys(uuids))))


def defaulting(tx: Tx, project: str) -> list[User]:
    """Those with a seat in the project, not their own, whose default it is."""
    return [user_of(row) for row in tx.all(SELECT_DEFAULTING, (project, project))]


def save_user(tx: Tx, user: User) -> None:
    """Insert or update a user; addresses are kept in lower case."""
    u, email = user, user.email.lower()
    flags = map(int, (u.is_active, u.email_verified, u.moderated, u.is_rejected))
    gone = (u.deactivated_reason, u.deactivated_at)
    left = (*gone, int(u.is_project_admin), u.default_project, int(u.known))
    names = (u.first_name, u.last_name)
    tx.execute(UPSERT, (u.id, u.uuid, email, *names, *flags, *left, u.name.casefold()))
    tx.execute(REFOLD_PROJECTS, (email, u.id, email))
