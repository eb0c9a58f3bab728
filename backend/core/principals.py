"""Who may present a token. Tokens themselves are never stored, only their sha256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.core.database.tx import Tx

# `principal` is `user:<uuid>` or `service:<name>`.
SCHEMA = """
CREATE TABLE principal_token (
    sha256 TEXT PRIMARY KEY, principal TEXT NOT NULL, created_at {int64} NOT NULL){strict};
CREATE INDEX principal_token_of ON principal_token (principal);
"""

SELECT_TOKENS = "SELECT principal, sha256 FROM principal_token ORDER BY principal, sha256"
SELECT_PRINCIPAL = "SELECT principal FROM principal_token WHERE sha256 = ?"
INSERT_TOKEN = "INSERT INTO principal_token VALUES (?, ?, ?)"  # noqa: S105


def digest(token: str) -> str:
    """The form in which tokens are kept and compared."""
    return hashlib.sha256(token.encode()).hexdigest()


def principal_of(tx: Tx, token: str) -> str:
    """Whose token this is, `` when nobody's."""
    return str(tx.scalar(SELECT_PRINCIPAL, (digest(token),)) or "")


def tokens(tx: Tx) -> Mapping[str, str]:
    """The sha256 of one token of every principal."""
    return dict(tx.all(SELECT_TOKENS))


def give(tx: Tx, digests: Iterable[tuple[str, str]]) -> None:
    """Let these principals, as (principal, sha256), present their tokens."""
    tx.many(INSERT_TOKEN, [(sha256, principal, tx.now) for principal, sha256 in digests])
