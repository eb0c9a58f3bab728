"""The SQL of people and what they are in customers and projects."""

from __future__ import annotations

from backend.core.database.tx import Row, Tx
from backend.openportal.model import Part, PartOf, PortalUser

USER = """u.uuid, u.username, u.full_name, u.email, u.is_staff, u.is_support, u.is_active,
u.created_at"""
SELECT_USER = f"SELECT {USER} FROM portal_user u WHERE u.uuid = ?"
SELECT_BY_EMAIL = f"""
SELECT {USER} FROM portal_user u WHERE lower(u.email) IN ({{keys}}) ORDER BY u.id"""
SELECT_MEMBERS = f"""
SELECT DISTINCT u.id, {USER} FROM portal_role r JOIN portal_user u ON u.id = r.user_id
WHERE r.project_id = (SELECT id FROM portal_project WHERE uuid = ?) ORDER BY u.id"""
SELECT_PARTS = """
SELECT coalesce(c.uuid, ''), coalesce(p.uuid, ''), r.part FROM portal_role r
LEFT JOIN portal_customer c ON c.id = r.customer_id
LEFT JOIN portal_project p ON p.id = r.project_id
WHERE r.user_id = (SELECT id FROM portal_user WHERE uuid = ?)"""
INSERT_USER = """
INSERT INTO portal_user (id, uuid, username, full_name, email, is_staff, is_support, is_active,
    created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_PART = """
INSERT INTO portal_role (user_id, customer_id, project_id, part)
VALUES ((SELECT id FROM portal_user WHERE uuid = ?),
    coalesce((SELECT id FROM portal_customer WHERE uuid = ?), 0),
    coalesce((SELECT id FROM portal_project WHERE uuid = ?), 0), ?)"""


def user_of(row: Row) -> PortalUser:
    """A user from `USER`."""
    uuid, username, full_name, email, staff, support, active, created_at = row
    flags = (bool(staff), bool(support), bool(active))
    return PortalUser(uuid, username, full_name, email, *flags, created_at)


def user(tx: Tx, uuid: str) -> PortalUser | None:
    """The user of this uuid."""
    row = tx.one(SELECT_USER, (uuid,))
    return user_of(row) if row else None


def with_emails(tx: Tx, emails: list[str]) -> dict[str, PortalUser]:
    """Users by their address in lower case; unknown ones are missing."""
    found = tx.within(SELECT_BY_EMAIL, [email.lower() for email in emails])
    return {user.email.lower(): user for user in map(user_of, found)}


def members(tx: Tx, project: str) -> tuple[PortalUser, ...]:
    """Who has a role in a project."""
    return tuple(user_of(row[1:]) for row in tx.all(SELECT_MEMBERS, (project,)))


def parts(tx: Tx, user: str) -> list[PartOf]:
    """What a user is, and where."""
    rows = tx.all(SELECT_PARTS, (user,))
    return [PartOf(user, customer, project, Part(part)) for customer, project, part in rows]


def add_user(tx: Tx, one: PortalUser) -> None:
    """Insert a user."""
    head = (tx.next_id("portal_user"), one.uuid, one.username, one.full_name, one.email)
    flags = (one.is_staff, one.is_support, one.is_active)
    tx.execute(INSERT_USER, (*head, *flags, one.created_at))


def add_part(tx: Tx, one: PartOf) -> None:
    """Let a user be something somewhere."""
    tx.execute(INSERT_PART, (one.user, one.customer, one.project, one.part))
