"""The tables of quotas."""

SCHEMA = """
CREATE TABLE resource (
    id {int64} PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
    service_type TEXT NOT NULL, service_origin TEXT NOT NULL, unit TEXT NOT NULL,
    uplimit {int64} NOT NULL, project_default {int64} NOT NULL,
    api_visible {int64} NOT NULL, ui_visible {int64} NOT NULL){strict};
CREATE TABLE holder (
    id {int64} PRIMARY KEY, name TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
    fold TEXT NOT NULL){strict};
INSERT INTO holder (id, name, label, fold) VALUES (0, '', '', '');
CREATE INDEX holder_fold ON holder (fold, id);
CREATE TABLE holding (
    id {int64} PRIMARY KEY, holder_id {int64} NOT NULL REFERENCES holder (id),
    source_id {int64} NOT NULL REFERENCES holder (id),
    resource_id {int64} NOT NULL REFERENCES resource (id), lim {int64} NOT NULL,
    usage_min {int64} NOT NULL, usage_max {int64} NOT NULL,
    UNIQUE (holder_id, source_id, resource_id),
    CHECK (usage_min >= 0 AND usage_min <= usage_max)){strict};
CREATE INDEX holding_source ON holding (source_id, resource_id);
CREATE INDEX holding_over ON holding (id) WHERE usage_max > lim;
CREATE TABLE commission (
    serial {int64} PRIMARY KEY, name TEXT NOT NULL, clientkey TEXT NOT NULL,
    issued_at {int64} NOT NULL, expires_at {int64} NOT NULL, key TEXT NOT NULL){strict};
CREATE INDEX commission_expiry ON commission (expires_at) WHERE expires_at > 0;
CREATE TABLE provision (
    serial {int64} NOT NULL, n {int64} NOT NULL,
    holding_id {int64} NOT NULL, quantity {int64} NOT NULL, PRIMARY KEY (serial, n)){clustered};
CREATE TABLE commission_key (
    clientkey TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL,
    serial {int64} NOT NULL, at {int64} NOT NULL, PRIMARY KEY (clientkey, key)){clustered};
CREATE TABLE provision_log (
    serial {int64} NOT NULL, n {int64} NOT NULL, name TEXT NOT NULL,
    issued_at {int64} NOT NULL, logged_at {int64} NOT NULL, holder_id {int64} NOT NULL,
    source_id {int64} NOT NULL, resource_id {int64} NOT NULL, lim {int64} NOT NULL,
    usage_min {int64} NOT NULL, usage_max {int64} NOT NULL, delta {int64} NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (serial, n)){clustered};
"""

# One entry for each commission, at the end of the index: the ledger hardly notices it.
HISTORY = """
CREATE INDEX provision_log_time ON provision_log (logged_at) WHERE n = 0;
"""

# What a server does not show of a resource or a holding that it names: 1 unless mirrored.
UNKNOWN = """
ALTER TABLE resource ADD COLUMN known {int64} NOT NULL DEFAULT 1;
ALTER TABLE holding ADD COLUMN known {int64} NOT NULL DEFAULT 1;
CREATE INDEX holding_unknown ON holding (resource_id) WHERE known = 0;
"""
