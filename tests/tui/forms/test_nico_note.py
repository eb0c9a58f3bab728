"""What the form of a constraint says about the rest of its type."""

from __future__ import annotations

import pytest

from backend.nico.model import ConstraintRow, Kind, Mode
from tests.tui.stage import Stage
from tui.forms.form import said
from tui.forms.nico import value


@pytest.mark.parametrize(
    ("used", "room", "told"),
    [
        (3, 6, "t1 uses 3; 6 of g100 left for anybody."),
        (3, 0, "t1 uses 3; none of g100 left for anybody."),
        (3, -2, "t1 uses 3; none of g100 left for anybody."),
        (None, None, "use unknown; what is left is unknown."),
    ],
)
def test_what_is_not_known_is_not_none(
    stage: Stage, used: int | None, room: int | None, told: str
) -> None:
    whose = ("a", "train", "t", "t1", "s", "S1")
    of = (Kind.MACHINES, "y", "g100", "", Mode.RESERVED, "Reserved")
    row = ConstraintRow(1, "c", *whose, *of, 4, used, None, room, "", None, 0, 0)
    assert said(value(stage.backend, row).note) == f"g100 at S1: {told}"


def test_use_is_told_of_all_that_the_tenant_has(stage: Stage) -> None:
    whose = ("a", "train", "t", "t1", "s", "S1")
    of = (Kind.MACHINES, "y", "g100", "", Mode.RESERVED, "Reserved")
    row = ConstraintRow(1, "c", *whose, *of, 4, 10, 4, 6, "", None, 0, 0)
    told = "g100 at S1: t1 uses 10 of its 14; 6 of g100 left for anybody."
    assert said(value(stage.backend, row).note) == told
