"""The tables of OpenPortal (spec openportal §1, §5)."""

# What only a mirror of another server may not know can be NULL, and a limit that no resource
# backend has told. 0 is no customer, project or person, and no time. Usage and credits are in
# hundredths of a node-hour. `code` repeats the project code (§1.5), `fold` is what is searched;
# indexes that lists are read in order of have what is searched, too. What the simulator was sent
# stands in `sim_order`.
SCHEMA = """
CREATE TABLE portal_customer (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    native_name TEXT NOT NULL, abbreviation TEXT NOT NULL, fold TEXT NOT NULL,
    created_at {int64} NOT NULL){strict};
CREATE INDEX portal_customer_by_name ON portal_customer (fold, id);
CREATE TABLE portal_project (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    customer_id {int64} NOT NULL REFERENCES portal_customer (id), name TEXT NOT NULL,
    description TEXT NOT NULL, start_date TEXT NOT NULL, end_date TEXT NOT NULL, shortname TEXT,
    allowed_destinations TEXT, credits {int64} NOT NULL, fold TEXT NOT NULL,
    created_at {int64} NOT NULL){strict};
CREATE INDEX portal_project_by_name ON portal_project (fold, id);
CREATE INDEX portal_project_short ON portal_project (lower(shortname));
CREATE INDEX portal_project_of ON portal_project (customer_id);
CREATE TABLE portal_user (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, username TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL, email TEXT NOT NULL, is_staff {int64} NOT NULL,
    is_support {int64} NOT NULL, is_active {int64} NOT NULL, created_at {int64} NOT NULL){strict};
CREATE TABLE portal_role (
    user_id {int64} NOT NULL REFERENCES portal_user (id), customer_id {int64} NOT NULL,
    project_id {int64} NOT NULL, part TEXT NOT NULL,
    PRIMARY KEY (user_id, customer_id, project_id, part)){clustered};
CREATE INDEX portal_role_in_project ON portal_role (project_id, user_id);
CREATE INDEX portal_role_in_customer ON portal_role (customer_id, user_id);
CREATE TABLE portal_service (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    remote {int64} NOT NULL, state TEXT NOT NULL, error_message TEXT NOT NULL,
    shared {int64} NOT NULL, customer_id {int64} NOT NULL, instance TEXT NOT NULL,
    allocation_unit TEXT NOT NULL, default_allocation {int64} NOT NULL,
    max_allocation {int64} NOT NULL, simulator TEXT NOT NULL, fold TEXT NOT NULL){strict};
CREATE INDEX portal_service_by_name ON portal_service (fold, id);
CREATE TABLE portal_allocation (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, remote {int64} NOT NULL,
    name TEXT NOT NULL, description TEXT NOT NULL,
    service_id {int64} NOT NULL REFERENCES portal_service (id),
    project_id {int64} NOT NULL REFERENCES portal_project (id), state TEXT NOT NULL,
    state_told TEXT NOT NULL DEFAULT '', backend_id TEXT NOT NULL, counterpart TEXT,
    node_limit {int64}, node_usage {int64}, is_active {int64}, is_added {int64} NOT NULL,
    error_message TEXT NOT NULL, error_traceback TEXT NOT NULL, local_version {int64} NOT NULL,
    remote_version {int64} NOT NULL, marketplace TEXT NOT NULL DEFAULT '', code TEXT NOT NULL,
    fold TEXT NOT NULL, created_at {int64} NOT NULL, modified_at {int64} NOT NULL,
    figures_at {int64} NOT NULL DEFAULT 0, given_limit {int64}){strict};
CREATE INDEX portal_allocation_in_order ON portal_allocation (remote, name, uuid);
CREATE INDEX portal_allocation_by_name
    ON portal_allocation (fold, id, project_id, service_id, state);
CREATE INDEX portal_allocation_by_age
    ON portal_allocation (created_at, id, fold, project_id, service_id, state);
CREATE INDEX portal_allocation_project ON portal_allocation (project_id, service_id);
CREATE INDEX portal_allocation_service ON portal_allocation (service_id, remote);
CREATE INDEX portal_allocation_state ON portal_allocation (state, remote, name, uuid);
CREATE INDEX portal_allocation_active ON portal_allocation (is_active, remote, name, uuid);
CREATE INDEX portal_allocation_backend ON portal_allocation (backend_id);
CREATE INDEX portal_allocation_backend_fold ON portal_allocation (lower(backend_id));
CREATE INDEX portal_allocation_other ON portal_allocation (lower(coalesce(counterpart, '')));
CREATE INDEX portal_allocation_code ON portal_allocation (code, id);
CREATE INDEX portal_allocation_code_fold ON portal_allocation (lower(code));
CREATE TABLE portal_job (
    id {int64} PRIMARY KEY,
    allocation_id {int64} NOT NULL UNIQUE REFERENCES portal_allocation (id),
    operation TEXT NOT NULL, forced {int64} NOT NULL, key TEXT NOT NULL UNIQUE,
    scheduled_at {int64} NOT NULL, begun_at {int64} NOT NULL, due_at {int64} NOT NULL,
    attempts {int64} NOT NULL, told TEXT NOT NULL){strict};
CREATE INDEX portal_job_due ON portal_job (due_at, id);
CREATE TABLE portal_association (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    allocation_id {int64} NOT NULL REFERENCES portal_allocation (id), username TEXT NOT NULL,
    groupname TEXT NOT NULL, useridentifier TEXT NOT NULL){strict};
CREATE INDEX portal_association_of ON portal_association (allocation_id, id);
CREATE TABLE portal_usage (
    id {int64} PRIMARY KEY, allocation_id {int64} NOT NULL REFERENCES portal_allocation (id),
    user_id {int64} NOT NULL, username TEXT NOT NULL, full_name TEXT NOT NULL,
    year {int64} NOT NULL, month {int64} NOT NULL, node_usage {int64} NOT NULL,
    UNIQUE (allocation_id, year, month, username)){strict};
CREATE INDEX portal_usage_by_month ON portal_usage (year, month, id);
CREATE TABLE portal_award (
    id {int64} PRIMARY KEY, identifier TEXT NOT NULL, destination TEXT NOT NULL,
    state TEXT NOT NULL, details TEXT NOT NULL, project_id {int64} NOT NULL,
    template TEXT NOT NULL, notes TEXT NOT NULL, created_at {int64} NOT NULL,
    reviewed_at {int64} NOT NULL, reviewed_by TEXT NOT NULL, comment TEXT NOT NULL,
    fold TEXT NOT NULL, UNIQUE (identifier, destination)){strict};
CREATE INDEX portal_award_waiting ON portal_award (created_at, id) WHERE state = 'pending';
CREATE TABLE portal_remote_project (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, project_id {int64} NOT NULL,
    destination TEXT NOT NULL, identifier TEXT NOT NULL, state TEXT NOT NULL,
    current_allocation TEXT NOT NULL, pending_allocation TEXT NOT NULL,
    pending_since {int64} NOT NULL, error_message TEXT NOT NULL,
    last_contact_at {int64} NOT NULL, earliest_approve TEXT NOT NULL,
    membership_control TEXT NOT NULL, allowed_domains TEXT, links TEXT NOT NULL,
    notes TEXT NOT NULL, created_at {int64} NOT NULL, modified_at {int64} NOT NULL,
    UNIQUE (project_id, destination)){strict};
CREATE TABLE sim_order (
    key TEXT PRIMARY KEY, allocation TEXT NOT NULL, operation TEXT NOT NULL,
    sent {int64} NOT NULL, at {int64} NOT NULL, ready_at {int64} NOT NULL){strict};
CREATE INDEX sim_order_at ON sim_order (at);
"""
