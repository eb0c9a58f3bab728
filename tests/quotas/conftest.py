"""Fixtures of the quotas tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.quotas.check import findings
from tests.places import Places
from tests.quotas.ledgers import STEPS, World, world


@pytest.fixture
def ledger(new_place: Places) -> Iterator[World]:
    """A fresh ledger of this test alone, sound at its end."""
    with world(new_place(STEPS)) as fresh:
        yield fresh
        assert fresh.database.read(lambda tx: list(findings(tx))) == []
