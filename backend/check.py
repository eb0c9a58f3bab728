"""`bursar check`: everything that must hold in a database."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.database import Tx
from backend.nico import check as nico
from backend.openportal import check as openportal
from backend.placement import check as placement
from backend.projects import service as projects
from backend.quotas import check as ledger


def findings(tx: Tx) -> Iterator[str]:
    """What is wrong with a database, one line each; nothing when all is well."""
    yield from ledger.findings(tx)
    for mismatch in projects.mismatches(tx, unexpected=False):
        key, expected, found = mismatch.key, mismatch.expected, mismatch.found
        where = f"{key.holder} {key.source} {key.resource}"
        yield f"limit of {where}: projects say {expected}, the holding has {found}"
    yield from placement.findings(tx)
    yield from openportal.findings(tx)
    yield from nico.findings(tx)
