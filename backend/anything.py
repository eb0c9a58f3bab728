"""Whether there is anything in a database."""

from __future__ import annotations

from backend.core.database.tx import Tx

SELECT_ANYTHING = tuple(
    f"SELECT 1 FROM {what} LIMIT 1"
    for what in (
        "resource",
        "person",
        "project",
        "principal_token WHERE principal >= 'service:' AND principal < 'service;'",
        "provider",
        "resource_class",
        "trait",
        "portal_customer",
        "portal_user",
        "portal_service",
        "portal_award",
        "nico_provider",
        "nico_tenant",
    )
)
"""What else there may be belongs to one of these."""


def is_empty(tx: Tx) -> bool:
    """True when a database knows nothing that a world file may have."""
    return not any(tx.scalar(sql) for sql in SELECT_ANYTHING)
