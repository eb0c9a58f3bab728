"""Every form of the port, on worlds that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from backend.check import findings
from backend.schema import STEPS
from tests.contract.forms import FORMS, Can, Stand, standing
from tests.places import MARKS, SQLITE, in_files, on_server
from tests.worlds import world_w


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on the forms that can do what it needs."""
    if "stand" in metafunc.fixturenames:
        markers = metafunc.definition.iter_markers("needs")
        needed = frozenset[Can](need for marker in markers for need in marker.args)
        able = [
            pytest.param((name, engine), id=f"{name}-{engine}", marks=(*form.marks, *marks))
            for name, form in FORMS.items()
            for engine, marks in MARKS.items()
            if (engine == SQLITE or form.on_database) and needed <= form.can
        ]
        metafunc.parametrize("stand", able, indirect=True, scope="module")


@pytest.fixture(scope="module")
def stand(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    """World W and a form on it; the database is sound at the end."""
    form, engine = request.param
    with ExitStack() as until:
        if engine == SQLITE:
            new_place = in_files(tmp_path_factory.mktemp("contract"))
        else:
            new_place = on_server(request.getfixturevalue("postgres"), until)
        place = new_place(STEPS)
        world = world_w(place)
        with standing(FORMS[form], world, place) as found:
            yield found
        assert world.database.read(lambda tx: list(findings(tx))) == []
        world.database.close()
