"""Every form of the port, on worlds that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.check import findings
from tests.contract.forms import FORMS, Can, Stand, standing
from tests.worlds import world_w


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on the forms that can do what it needs."""
    if "stand" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("needs")
        needed = frozenset[Can](marker.args if marker else ())
        able = [name for name, form in FORMS.items() if needed <= form.can]
        metafunc.parametrize("stand", able, indirect=True, scope="module")


@pytest.fixture(scope="module")
def stand(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    """World W and a form on it; the database is sound at the end."""
    place = tmp_path_factory.mktemp("contract") / "world.db"
    world = world_w(place)
    with standing(FORMS[request.param], world, place) as found:
        yield found
    assert world.database.read(lambda tx: list(findings(tx))) == []
    world.database.close()
