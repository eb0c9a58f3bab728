"""A cloud for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.check import findings
from backend.schema import STEPS
from tests.nico.cloud import Cloud, cloud
from tests.places import Places


@pytest.fixture
def c(new_place: Places) -> Iterator[Cloud]:
    """The cloud of the scenarios."""
    found = cloud(new_place(STEPS))
    yield found
    wrong = found.see(lambda tx: list(findings(tx)))
    assert found.tampered or wrong == []
    found.database.close()
