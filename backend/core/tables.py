"""The tables of the core but the journal's."""

# `principal` is `user:<uuid>`, `service:<name>` or, for tokens with grants, `token:<name>`.
PRINCIPALS = """
CREATE TABLE principal_token (
    sha256 TEXT PRIMARY KEY, principal TEXT NOT NULL, created_at {int64} NOT NULL){strict};
CREATE INDEX principal_token_of ON principal_token (principal);
"""

# 0 never expires.
GRANTS = """
ALTER TABLE principal_token ADD COLUMN expires_at {int64} NOT NULL DEFAULT 0;
CREATE TABLE principal_grant (
    principal TEXT NOT NULL, system TEXT NOT NULL, role TEXT NOT NULL, scope TEXT NOT NULL,
    PRIMARY KEY (principal, system, role, scope)){clustered};
"""

ONCE = """
CREATE TABLE applied (
    actor TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, at {int64} NOT NULL,
    seq {int64} NOT NULL, message TEXT NOT NULL, created TEXT NOT NULL,
    PRIMARY KEY (actor, key)){clustered};
CREATE INDEX applied_at ON applied (at);
"""
