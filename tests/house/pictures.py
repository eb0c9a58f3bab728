"""A pytest plugin that says where each collected test would keep its picture."""

from __future__ import annotations

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.location import PyTestLocation

MARK = "picture: "


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print one path a line; the test of stale pictures reads them."""
    for item in session.items:
        where = SVGImageExtension.get_location(test_location=PyTestLocation(item), index=0)
        print(f"{MARK}{where}")
