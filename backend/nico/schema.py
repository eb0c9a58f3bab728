"""The tables of NICo (spec nico §1)."""

# Networks are kept as 32 hex digits, which sort as addresses do. Uuids refer to uuids: none of them
# ever changes. `machines`, `allocated`, `nico_pool` and `nico_free` repeat what could be counted,
# so that a write counts nothing; `bursar check` counts. `nico_free` are the largest free pieces of
# a block (§2.5). 0 and `` stand for none; only what a mirror may not know can be NULL,
# `known` is 0 where it is not told what others were given of something, or how much of a carved
# block is in use, and `counted` where it is not told who uses a type.
SCHEMA = """
CREATE TABLE nico_provider (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, org TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL, created_at {int64} NOT NULL){strict};
CREATE TABLE nico_tenant (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, org TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL, created_at {int64} NOT NULL){strict};
CREATE TABLE nico_account (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    provider_id {int64} NOT NULL REFERENCES nico_provider (id), tenant_id {int64} NOT NULL,
    tenant_org TEXT NOT NULL, status TEXT NOT NULL, created_at {int64} NOT NULL,
    UNIQUE (provider_id, tenant_org)){strict};
CREATE INDEX nico_account_for ON nico_account (tenant_org);
CREATE TABLE nico_site (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    provider_id {int64} NOT NULL REFERENCES nico_provider (id), name TEXT NOT NULL,
    status TEXT NOT NULL, is_online {int64} NOT NULL, fold TEXT NOT NULL,
    created_at {int64} NOT NULL){strict};
CREATE TABLE nico_tenant_site (
    tenant_id {int64} NOT NULL REFERENCES nico_tenant (id),
    site_id {int64} NOT NULL REFERENCES nico_site (id), allocations {int64} NOT NULL,
    PRIMARY KEY (tenant_id, site_id)){clustered};
CREATE TABLE nico_type (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    provider_id {int64} NOT NULL REFERENCES nico_provider (id),
    site_id {int64} NOT NULL REFERENCES nico_site (id), name TEXT NOT NULL, description TEXT,
    status TEXT NOT NULL, labels TEXT NOT NULL DEFAULT '', fold TEXT NOT NULL,
    machines {int64} NOT NULL, allocated {int64} NOT NULL, created_at {int64} NOT NULL,
    updated_at {int64} NOT NULL, known {int64} NOT NULL DEFAULT 1,
    counted {int64} NOT NULL DEFAULT 1){strict};
CREATE INDEX nico_type_by_name ON nico_type (fold, id);
CREATE INDEX nico_type_at ON nico_type (site_id, name);
CREATE TABLE nico_machine (
    id {int64} PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    site_id {int64} NOT NULL REFERENCES nico_site (id), type_id {int64} NOT NULL,
    status TEXT NOT NULL, facts TEXT NOT NULL DEFAULT ''){strict};
CREATE INDEX nico_machine_of ON nico_machine (type_id, status);
CREATE INDEX nico_machine_at ON nico_machine (site_id, status);
CREATE TABLE nico_instance (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    tenant_id {int64} NOT NULL REFERENCES nico_tenant (id),
    site_id {int64} NOT NULL REFERENCES nico_site (id), type_id {int64} NOT NULL,
    machine_id {int64} NOT NULL){strict};
CREATE INDEX nico_instance_of ON nico_instance (type_id, tenant_id);
CREATE INDEX nico_instance_by ON nico_instance (tenant_id);
CREATE INDEX nico_instance_on ON nico_instance (machine_id);
CREATE TABLE nico_block (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    provider_id {int64} NOT NULL REFERENCES nico_provider (id),
    site_id {int64} NOT NULL REFERENCES nico_site (id), tenant_id {int64} NOT NULL,
    parent_id {int64} NOT NULL, name TEXT NOT NULL, description TEXT, routing TEXT NOT NULL,
    bits {int64} NOT NULL, network TEXT NOT NULL, length {int64} NOT NULL,
    full_grant {int64} NOT NULL, status TEXT NOT NULL, fold TEXT NOT NULL,
    created_at {int64} NOT NULL, updated_at {int64} NOT NULL,
    known {int64} NOT NULL DEFAULT 1){strict};
CREATE INDEX nico_block_in ON nico_block (parent_id, network);
CREATE INDEX nico_block_at ON nico_block (site_id, routing, network);
CREATE INDEX nico_block_of ON nico_block (tenant_id);
CREATE INDEX nico_block_by_name ON nico_block (fold, id);
CREATE TABLE nico_free (
    block_id {int64} NOT NULL REFERENCES nico_block (id), length {int64} NOT NULL,
    network TEXT NOT NULL, PRIMARY KEY (block_id, length, network)){clustered};
CREATE TABLE nico_prefix (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    tenant_id {int64} NOT NULL REFERENCES nico_tenant (id),
    block_id {int64} NOT NULL REFERENCES nico_block (id), network TEXT NOT NULL,
    length {int64} NOT NULL, is_subnet {int64}){strict};
CREATE INDEX nico_prefix_in ON nico_prefix (block_id, is_subnet);
CREATE TABLE nico_allocation (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    provider_id {int64} NOT NULL REFERENCES nico_provider (id),
    tenant_id {int64} NOT NULL REFERENCES nico_tenant (id),
    site_id {int64} NOT NULL REFERENCES nico_site (id), name TEXT NOT NULL, description TEXT,
    status TEXT NOT NULL, fold TEXT NOT NULL, created_at {int64} NOT NULL,
    updated_at {int64} NOT NULL, UNIQUE (tenant_id, site_id, name)){strict};
CREATE INDEX nico_allocation_by_name ON nico_allocation (fold, id);
CREATE INDEX nico_allocation_by_age ON nico_allocation (created_at, id);
CREATE INDEX nico_allocation_of ON nico_allocation (provider_id, created_at, id);
CREATE TABLE nico_constraint (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    allocation_id {int64} NOT NULL REFERENCES nico_allocation (id), kind TEXT NOT NULL,
    type_id {int64} NOT NULL, block_id {int64} NOT NULL, derived_id {int64} NOT NULL,
    mode TEXT NOT NULL, value {int64} NOT NULL, created_at {int64} NOT NULL,
    updated_at {int64} NOT NULL){strict};
CREATE INDEX nico_constraint_of ON nico_constraint (allocation_id);
CREATE INDEX nico_constraint_type ON nico_constraint (type_id, id) WHERE type_id > 0;
CREATE INDEX nico_constraint_block ON nico_constraint (block_id, id) WHERE block_id > 0;
CREATE INDEX nico_constraint_derived ON nico_constraint (derived_id) WHERE derived_id > 0;
CREATE TABLE nico_pool (
    tenant_id {int64} NOT NULL REFERENCES nico_tenant (id),
    type_id {int64} NOT NULL REFERENCES nico_type (id), allocated {int64} NOT NULL,
    instances {int64} NOT NULL, PRIMARY KEY (type_id, tenant_id),
    CHECK (allocated >= 0 AND instances >= 0)){clustered};
CREATE TABLE nico_status (
    id {int64} PRIMARY KEY, target TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
    at {int64} NOT NULL){strict};
CREATE INDEX nico_status_of ON nico_status (target, id);
"""
