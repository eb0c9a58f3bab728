"""The tables of people, projects, applications and memberships (spec astakos §1)."""

from __future__ import annotations

# `fold`, `owner_fold`, `display` and `pending_app` repeat what other columns and tables say, so
# that every list order has an index. They are written by the `save_` functions only.
SCHEMA = """
CREATE TABLE person (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE,
    first_name TEXT NOT NULL, last_name TEXT NOT NULL, is_active {int64} NOT NULL,
    email_verified {int64} NOT NULL, moderated {int64} NOT NULL, is_rejected {int64} NOT NULL,
    deactivated_reason TEXT NOT NULL, deactivated_at {int64} NOT NULL,
    is_project_admin {int64} NOT NULL, default_project TEXT NOT NULL){strict};
CREATE INDEX person_default ON person (default_project);
CREATE TABLE project (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, realname TEXT NOT NULL,
    name TEXT NOT NULL, state TEXT NOT NULL, owner_id {int64} REFERENCES person (id),
    end_date {int64} NOT NULL, created_at {int64} NOT NULL, homepage TEXT NOT NULL,
    description TEXT NOT NULL, join_policy TEXT NOT NULL, leave_policy TEXT NOT NULL,
    max_members {int64} NOT NULL, private {int64} NOT NULL, is_base {int64} NOT NULL,
    last_application {int64} NOT NULL, deactivated_at {int64} NOT NULL,
    fold TEXT NOT NULL, owner_fold TEXT NOT NULL, display TEXT NOT NULL,
    pending_app {int64} NOT NULL){strict};
CREATE UNIQUE INDEX project_name ON project (name) WHERE name <> '';
CREATE INDEX project_owner ON project (owner_id);
CREATE INDEX project_waiting ON project (pending_app) WHERE pending_app > 0;
CREATE INDEX project_by_name ON project (fold, id) WHERE is_base = 0;
CREATE INDEX project_by_owner ON project (owner_fold, id) WHERE is_base = 0;
CREATE INDEX project_by_state ON project (display, id) WHERE is_base = 0;
CREATE INDEX project_by_end ON project (end_date, id) WHERE is_base = 0;
CREATE INDEX project_by_age ON project (created_at, id) WHERE is_base = 0;
CREATE INDEX project_by_app ON project (pending_app, id) WHERE is_base = 0;
CREATE INDEX project_base ON project (fold, id) WHERE is_base = 1;
CREATE TABLE project_resource (
    project_id {int64} NOT NULL REFERENCES project (id),
    resource_id {int64} NOT NULL REFERENCES resource (id),
    project_capacity {int64} NOT NULL, member_capacity {int64} NOT NULL,
    PRIMARY KEY (project_id, resource_id),
    CHECK (member_capacity >= 0 AND member_capacity <= project_capacity)){strict};
CREATE TABLE project_log (
    id {int64} PRIMARY KEY, project_id {int64} NOT NULL REFERENCES project (id),
    at {int64} NOT NULL, actor TEXT NOT NULL, from_state TEXT NOT NULL,
    to_state TEXT NOT NULL, reason TEXT NOT NULL){strict};
CREATE INDEX project_log_of ON project_log (project_id, id);
CREATE TABLE application (
    id {int64} PRIMARY KEY, project_id {int64} NOT NULL REFERENCES project (id),
    applicant_id {int64} NOT NULL REFERENCES person (id), state TEXT NOT NULL,
    issued_at {int64} NOT NULL, owner_id {int64} REFERENCES person (id), name TEXT,
    homepage TEXT, description TEXT, start_date {int64}, end_date {int64}, join_policy TEXT,
    leave_policy TEXT, max_members {int64}, private {int64}, comments TEXT NOT NULL,
    response_at {int64} NOT NULL, response TEXT NOT NULL, response_actor TEXT NOT NULL,
    waive_at {int64} NOT NULL, waive_reason TEXT NOT NULL, waive_actor TEXT NOT NULL){strict};
CREATE INDEX application_of ON application (project_id, id);
CREATE INDEX application_waiting ON application (issued_at, id) WHERE state = 'pending';
CREATE TABLE application_resource (
    application_id {int64} NOT NULL REFERENCES application (id),
    resource_id {int64} NOT NULL REFERENCES resource (id),
    project_capacity {int64} NOT NULL, member_capacity {int64} NOT NULL,
    PRIMARY KEY (application_id, resource_id)){strict};
CREATE TABLE membership (
    id {int64} PRIMARY KEY, person_id {int64} NOT NULL REFERENCES person (id),
    project_id {int64} NOT NULL REFERENCES project (id), state TEXT NOT NULL,
    initialized {int64} NOT NULL, UNIQUE (person_id, project_id)){strict};
CREATE INDEX membership_in ON membership (project_id, state);
CREATE TABLE membership_log (
    id {int64} PRIMARY KEY, membership_id {int64} NOT NULL REFERENCES membership (id),
    at {int64} NOT NULL, actor TEXT NOT NULL, from_state TEXT NOT NULL,
    to_state TEXT NOT NULL, reason TEXT NOT NULL){strict};
CREATE INDEX membership_log_of ON membership_log (membership_id, id);
"""

NAMES = """
ALTER TABLE person ADD COLUMN fold TEXT NOT NULL DEFAULT '';
UPDATE person SET fold = trim(lower(first_name || ' ' || last_name));
"""

# People whose standing a server does not show: 1 unless mirrored.
UNKNOWN = """
ALTER TABLE person ADD COLUMN known {int64} NOT NULL DEFAULT 1;
"""
