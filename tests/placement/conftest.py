"""Providers P and Q for every test, and the check that usage is what is held."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.placement.check import findings
from backend.schema import STEPS
from tests.placement.sites import Site, site
from tests.places import Places


@pytest.fixture
def s(new_place: Places) -> Iterator[Site]:
    """Providers P and Q."""
    found = site(new_place(STEPS))
    yield found
    wrong = found.database.read(lambda tx: list(findings(tx)))
    found.database.close()
    assert wrong == []
