"""Fixtures of the quotas tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.quotas.check import findings
from tests.quotas.ledgers import World, world


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[World]:
    """A fresh ledger of this test alone, sound at its end."""
    with world(tmp_path) as fresh:
        yield fresh
        assert fresh.database.read(lambda tx: list(findings(tx))) == []
