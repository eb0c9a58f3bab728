"""The tables of placement (spec placement §1)."""

# Standard classes and traits have a row once something mentions them. `used` repeats the sum of
# the allocations, so that a full provider is not counted anew for each write. 0 is the parent of
# a root, and the type of a consumer without one.
SCHEMA = """
CREATE TABLE provider (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
    fold TEXT NOT NULL, generation {int64} NOT NULL, parent_id {int64} NOT NULL,
    root_id {int64} NOT NULL, created_at {int64} NOT NULL, updated_at {int64} NOT NULL){strict};
CREATE INDEX provider_by_name ON provider (fold, id);
CREATE INDEX provider_parent ON provider (parent_id);
CREATE INDEX provider_root ON provider (root_id);
CREATE TABLE resource_class (
    id {int64} PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at {int64} NOT NULL,
    updated_at {int64} NOT NULL){strict};
CREATE TABLE inventory (
    id {int64} PRIMARY KEY, provider_id {int64} NOT NULL REFERENCES provider (id),
    class_id {int64} NOT NULL REFERENCES resource_class (id), total {int64} NOT NULL,
    reserved {int64} NOT NULL, min_unit {int64} NOT NULL, max_unit {int64} NOT NULL,
    step_size {int64} NOT NULL, allocation_ratio {float64} NOT NULL, used {int64} NOT NULL,
    created_at {int64} NOT NULL, updated_at {int64} NOT NULL,
    UNIQUE (provider_id, class_id), CHECK (used >= 0)){strict};
CREATE INDEX inventory_class ON inventory (class_id, provider_id);
CREATE TABLE consumer_project (
    id {int64} PRIMARY KEY, external_id TEXT NOT NULL UNIQUE){strict};
CREATE TABLE consumer_user (
    id {int64} PRIMARY KEY, external_id TEXT NOT NULL UNIQUE){strict};
CREATE TABLE consumer_type (id {int64} PRIMARY KEY, name TEXT NOT NULL UNIQUE){strict};
INSERT INTO consumer_type (id, name) VALUES (0, '');
CREATE TABLE consumer (
    id {int64} PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
    project_id {int64} NOT NULL REFERENCES consumer_project (id),
    user_id {int64} NOT NULL REFERENCES consumer_user (id),
    type_id {int64} NOT NULL REFERENCES consumer_type (id), generation {int64} NOT NULL,
    created_at {int64} NOT NULL, updated_at {int64} NOT NULL,
    known {int64} NOT NULL DEFAULT 1){strict};
CREATE INDEX consumer_project_of ON consumer (project_id, user_id, type_id);
CREATE INDEX consumer_by_type ON consumer (type_id, id);
CREATE INDEX consumer_by_age ON consumer (created_at, id);
CREATE TABLE allocation (
    consumer_id {int64} NOT NULL REFERENCES consumer (id),
    provider_id {int64} NOT NULL REFERENCES provider (id),
    class_id {int64} NOT NULL REFERENCES resource_class (id), used {int64} NOT NULL,
    created_at {int64} NOT NULL, PRIMARY KEY (consumer_id, provider_id, class_id),
    CHECK (used > 0)){clustered};
CREATE INDEX allocation_of_provider ON allocation (provider_id, class_id, consumer_id);
CREATE TABLE trait (
    id {int64} PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at {int64} NOT NULL,
    updated_at {int64} NOT NULL){strict};
CREATE TABLE provider_trait (
    provider_id {int64} NOT NULL REFERENCES provider (id),
    trait_id {int64} NOT NULL REFERENCES trait (id),
    PRIMARY KEY (provider_id, trait_id)){clustered};
CREATE INDEX provider_trait_of ON provider_trait (trait_id, provider_id);
CREATE TABLE provider_aggregate (
    provider_id {int64} NOT NULL REFERENCES provider (id), uuid TEXT NOT NULL,
    PRIMARY KEY (provider_id, uuid)){clustered};
CREATE INDEX provider_aggregate_of ON provider_aggregate (uuid, provider_id);
"""
