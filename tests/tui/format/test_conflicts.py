"""What refuses a change: the rule with its figures, and the sides of a conflict."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tui.format.conflicts import conflict, refusing
from tui.format.lines import Line, Look
from tui.wishes import Side

LOOK = Look(72)
FIGURES = {
    "provider_name": "compute-01",
    "class": "VCPU",
    "amount": 6,
    "asked": 6,
    "used": 12,
    "capacity": 16,
    "min_unit": 1,
    "max_unit": 8,
    "step_size": 2,
}


def texts(lines: Sequence[Line]) -> list[str]:
    """What they say."""
    return [one.text.rstrip() for one in lines]


def test_a_refusing_rule_is_told_with_all_figures() -> None:
    assert texts(refusing({"rule": "capacity", **FIGURES}, LOOK)) == [
        "capacity refuses   VCPU of compute-01",
        "  ! capacity    16   12 used by others + 6 asked   2 too many",
        "    min_unit     1   6 asked",
        "    max_unit     8",
        "    step_size    2",
    ]


@pytest.mark.parametrize("rule", ["min_unit", "max_unit", "step_size"])
def test_the_rule_that_refuses_has_the_sign(rule: str) -> None:
    told = texts(refusing({"rule": rule, **FIGURES}, LOOK))
    assert [line.split()[1] for line in told if "!" in line] == [rule]


def test_what_is_asked_together_is_told() -> None:
    told = texts(refusing({"rule": "capacity", **FIGURES, "asked": 10}, LOOK))
    assert "12 used by others + 10 asked" in told[1]
    assert "6 asked (10 with what else is asked)" in told[2]


def test_a_class_that_is_not_there_has_no_figures() -> None:
    data = {"rule": "no_inventory", "provider_name": "c", "class": "VGPU", "amount": 1}
    assert texts(refusing(data, LOOK)) == ["no inventory refuses   VGPU of c"]


@pytest.mark.parametrize("data", [{}, {"rule": "duplicate_name"}, {"rule": ["capacity"]}])
def test_other_refusals_have_no_figures(data: dict[str, object]) -> None:
    assert refusing(data, LOOK) == []


def test_what_others_changed_stands_out() -> None:
    found = Side(4, {"a VCPU": 8, "a DISK_GB": 10, "user": "ada", "type": "X"})
    theirs = Side(5, {"a VCPU": 4, "a DISK_GB": 10, "user": "ada", "b VCPU": 1, "type": "Y"})
    mine = Side(4, {"a VCPU": 16, "a DISK_GB": 10, "user": "ada", "type": "X"})
    assert texts(conflict(found, theirs, mine, LOOK))[2:] == [
        "               FOUND   THEIRS NOW   MINE",
        "* a VCPU           8            4     16",
        "  a DISK_GB       10           10      =",
        "* type             X            Y      =",
        "* b VCPU           -            1      -",
        "* generation       4            5",
    ]


def test_what_is_gone_is_told() -> None:
    told = texts(conflict(Side(4, {"a VCPU": 8}), Side(None), Side(4, {"a VCPU": 9}), LOOK))
    assert told[-2:] == [
        "* a VCPU           8            -      9",
        "* generation       4         gone",
    ]
