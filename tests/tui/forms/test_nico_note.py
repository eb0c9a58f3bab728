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
        (3, 6, "3 used, 6 of g100 left for anybody."),
        (3, 0, "3 used, none left."),
        (3, -2, "3 used, none left."),
        (None, None, "use unknown, what is left is unknown."),
    ],
)
def test_what_is_not_known_is_not_none(
    stage: Stage, used: int | None, room: int | None, told: str
) -> None:
    whose = ("a", "train", "t", "t1", "s", "S1")
    of = (Kind.MACHINES, "y", "g100", "", Mode.RESERVED, "Reserved")
    row = ConstraintRow(1, "c", *whose, *of, 4, used, None, room, "", None, 0, 0)
    assert said(value(stage.backend, row).note) == f"g100 at S1: {told}"
