"""A portal for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.schema import STEPS
from tests.openportal.portals import Portal, portal
from tests.places import Places


@pytest.fixture
def p(new_place: Places) -> Iterator[Portal]:
    """The portal of the scenarios."""
    found = portal(new_place(STEPS))
    yield found
    found.database.close()
