"""Whether there is anything in a database."""

from __future__ import annotations

from backend.core.database.tx import Tx

THINGS = (
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
"""What else there may be belongs to one of these."""
SELECT_ANYTHING = f"""
SELECT CASE WHEN {" OR ".join(f"EXISTS (SELECT 1 FROM {one})" for one in THINGS)} THEN 1
    ELSE 0 END"""


def is_empty(tx: Tx) -> bool:
    """True when a database knows nothing that a world file may have."""
    return not tx.scalar(SELECT_ANYTHING)
