"""Records of OpenPortal into a database, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.core.database.tx import Tx
from backend.openportal.model import Award, Customer, PortalProject, RemoteProject
from backend.openportal.rules.awards import title
from backend.openportal.rules.identifiers import code_of
from backend.world.portal_model import (
    AccountEntry,
    AllocationEntry,
    AssociationEntry,
    ServiceEntry,
    UsageEntry,
)

INSERT_CUSTOMER = """
INSERT INTO portal_customer (id, uuid, name, native_name, abbreviation, fold, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
INSERT_PROJECT = """
INSERT INTO portal_project (id, uuid, customer_id, name, description, start_date, end_date,
    shortname, allowed_destinations, credits, fold, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_USER = """
INSERT INTO portal_user (id, uuid, username, full_name, email, is_staff, is_support, is_active,
    created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_PART = """
INSERT INTO portal_role (user_id, customer_id, project_id, part) VALUES (?, ?, ?, ?)"""
INSERT_SERVICE = """
INSERT INTO portal_service (id, uuid, name, remote, state, error_message, shared, customer_id,
    instance, allocation_unit, default_allocation, max_allocation, simulator, fold)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_ALLOCATION = """
INSERT INTO portal_allocation (id, uuid, remote, name, description, service_id, project_id, state,
    backend_id, counterpart, node_limit, node_usage, is_active, is_added, error_message,
    error_traceback, local_version, remote_version, code, fold, created_at, modified_at,
    figures_at, given_limit)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_JOB = """
INSERT INTO portal_job (id, allocation_id, operation, forced, key, scheduled_at, begun_at, due_at,
    attempts, told)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_USAGE = """
INSERT INTO portal_usage (id, allocation_id, user_id, username, full_name, year, month, node_usage)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_ASSOCIATION = """
INSERT INTO portal_association (id, uuid, allocation_id, username, groupname, useridentifier)
VALUES (?, ?, ?, ?, ?, ?)"""
INSERT_AWARD = """
INSERT INTO portal_award (id, identifier, destination, state, details, project_id, template, notes,
    created_at, reviewed_at, reviewed_by, comment, fold)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_REMOTE_PROJECT = """
INSERT INTO portal_remote_project (id, uuid, project_id, destination, identifier, state,
    current_allocation, pending_allocation, pending_since, error_message, last_contact_at,
    earliest_approve, membership_control, allowed_domains, links, notes, created_at, modified_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
IDS = {
    "portal_customer": "SELECT uuid, id FROM portal_customer",
    "portal_project": "SELECT uuid, id FROM portal_project",
    "portal_user": "SELECT uuid, id FROM portal_user",
    "portal_service": "SELECT uuid, id FROM portal_service",
    "portal_allocation": "SELECT uuid, id FROM portal_allocation",
}


def _fold(*names: str) -> str:
    return "\n".join(names).casefold()


class PortalImporter:
    """Writes the records of one world in order, each after those that it refers to."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._ids: dict[str, dict[str, int]] = {
            table: {"": 0, **dict(tx.all(sql))} for table, sql in IDS.items()
        }

    def _number(self, table: str, uuids: Sequence[str]) -> Iterable[int]:
        """Fresh ids for these."""
        ids = self._tx.next_ids(table, len(uuids))
        self._ids[table].update(zip(uuids, ids, strict=True))
        return ids

    def add_customers(self, part: Sequence[Customer]) -> None:
        """Organisations."""
        ids = self._number("portal_customer", [one.uuid for one in part])
        self._tx.many(INSERT_CUSTOMER, [
            (id, one.uuid, one.name, one.native_name, one.abbreviation,
             _fold(one.name, one.native_name, one.abbreviation), one.created_at)
            for id, one in zip(ids, part, strict=True)
        ])  # fmt: skip

    def add_projects(self, part: Sequence[PortalProject]) -> None:
        """Projects."""
        ids = self._number("portal_project", [one.uuid for one in part])
        self._tx.many(INSERT_PROJECT, [
            (id, one.uuid, self._ids["portal_customer"][one.customer], one.name, one.description,
             one.start_date, one.end_date, one.shortname, one.allowed_destinations, one.credits,
             _fold(one.name, one.shortname or ""), one.created_at)
            for id, one in zip(ids, part, strict=True)
        ])  # fmt: skip

    def add_accounts(self, part: Sequence[AccountEntry]) -> None:
        """People with what they are."""
        users = [entry.user for entry in part]
        ids = self._number("portal_user", [one.uuid for one in users])
        self._tx.many(INSERT_USER, [
            (id, one.uuid, one.username, one.full_name, one.email, int(one.is_staff),
             int(one.is_support), int(one.is_active), one.created_at)
            for id, one in zip(ids, users, strict=True)
        ])  # fmt: skip
        known = self._ids
        self._tx.many(INSERT_PART, [
            (known["portal_user"][one.user], known["portal_customer"][one.customer],
             known["portal_project"][one.project], one.part)
            for entry in part for one in entry.parts
        ])  # fmt: skip

    def add_services(self, part: Sequence[ServiceEntry]) -> None:
        """Services."""
        told = [(entry.service, entry.simulator) for entry in part]
        ids = self._number("portal_service", [one.uuid for one, _ in told])
        self._tx.many(INSERT_SERVICE, [
            (id, one.uuid, one.name, int(one.remote), one.state, one.error_message,
             int(one.shared), self._ids["portal_customer"][one.customer], one.instance,
             one.allocation_unit, one.default_allocation, one.max_allocation, simulator,
             _fold(one.name))
            for id, (one, simulator) in zip(ids, told, strict=True)
        ])  # fmt: skip

    def add_allocations(self, part: Sequence[AllocationEntry]) -> None:
        """Allocations with what is under way."""
        ids = self._number("portal_allocation", [entry.allocation.uuid for entry in part])
        rows = [self._allocation(id, entry) for id, entry in zip(ids, part, strict=True)]
        self._tx.many(INSERT_ALLOCATION, rows)
        found = [(entry.allocation.uuid, entry.job) for entry in part if entry.job]
        jobs = self._tx.next_ids("portal_job", len(found))
        self._tx.many(INSERT_JOB, [
            (id, self._ids["portal_allocation"][uuid], one.job.operation, int(one.forced), one.key,
             one.job.scheduled_at, one.job.begun_at, one.job.due_at, one.job.attempts, one.job.told)
            for id, (uuid, one) in zip(jobs, found, strict=True)
        ])  # fmt: skip

    def _allocation(self, id: int, entry: AllocationEntry) -> tuple[object, ...]:
        one = entry.allocation
        where = (self._ids["portal_service"][one.service], self._ids["portal_project"][one.project])
        head = (id, one.uuid, int(one.remote), one.name, one.description, *where, one.state)
        figures = (one.node_limit, one.node_usage, int(one.is_active), int(one.is_added))
        errors = (one.error_message, one.error_traceback, one.local_version, one.remote_version)
        code = code_of(one.backend_id, one.counterpart, remote=one.remote)
        fold = _fold(one.name, one.backend_id, one.counterpart or "")
        rest = (code, fold, one.created_at, one.modified_at, one.figures_at, one.given_limit)
        return (*head, one.backend_id, one.counterpart, *figures, *errors, *rest)

    def add_usages(self, part: Sequence[UsageEntry]) -> None:
        """What people used."""
        ids, known = self._tx.next_ids("portal_usage", len(part)), self._ids
        self._tx.many(INSERT_USAGE, [
            (id, known["portal_allocation"][of], known["portal_user"][user], one.username,
             one.full_name, one.year, one.month, one.usage)
            for id, (of, user, one) in zip(ids, part, strict=True)
        ])  # fmt: skip

    def add_associations(self, part: Sequence[AssociationEntry]) -> None:
        """Accounts."""
        ids, known = self._tx.next_ids("portal_association", len(part)), self._ids
        self._tx.many(INSERT_ASSOCIATION, [
            (id, uuid, known["portal_allocation"][of], one.username, one.groupname,
             one.useridentifier)
            for id, (uuid, of, one) in zip(ids, part, strict=True)
        ])  # fmt: skip

    def add_awards(self, part: Sequence[Award]) -> None:
        """Awards of other portals."""
        ids, projects = self._tx.next_ids("portal_award", len(part)), self._ids["portal_project"]
        self._tx.many(INSERT_AWARD, [
            (id, one.identifier, one.destination, one.state, one.details, projects[one.project],
             one.template, one.notes, one.created_at, one.reviewed_at, one.reviewed_by,
             one.comment, _fold(one.identifier, one.destination, title(one)))
            for id, one in zip(ids, part, strict=True)
        ])  # fmt: skip

    def add_remote_projects(self, part: Sequence[RemoteProject]) -> None:
        """Awards to other portals."""
        ids = self._tx.next_ids("portal_remote_project", len(part))
        projects = self._ids["portal_project"]
        self._tx.many(INSERT_REMOTE_PROJECT, [
            (id, one.uuid, projects[one.project], one.destination, one.identifier, one.state,
             one.current_allocation, one.pending_allocation, one.pending_since, one.error_message,
             one.last_contact_at, one.earliest_approve, one.membership_control,
             one.allowed_domains, one.links, one.notes, one.created_at, one.modified_at)
            for id, one in zip(ids, part, strict=True)
        ])  # fmt: skip
