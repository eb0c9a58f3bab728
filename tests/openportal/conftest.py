"""A portal for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.openportal.check import findings
from backend.schema import STEPS
from tests.openportal.portals import Portal, portal
from tests.places import Places


@pytest.fixture
def p(new_place: Places) -> Iterator[Portal]:
    """The portal of the scenarios."""
    found = portal(new_place(STEPS))
    yield found
    wrong = found.see(lambda tx: list(findings(tx)))
    assert found.tampered or wrong == []
    found.database.close()
