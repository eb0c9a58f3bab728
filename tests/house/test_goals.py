"""The goals of the benchmark: each is there, and a table tells truly what became of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.console.goals import GOALS, MISSED, NOT_RUN, OK, Goal, judged, table

ROOT = Path(__file__).resolve().parents[2]
FIGURES = {"big": {"by_key": {"hold:up": {"ms": 8.0}}, "left": []}, "control": {"ms": 10.0}}


def test_every_goal_is_measured_and_the_documented_ones_gate() -> None:
    assert {goal.id for goal in GOALS} == {f"G{n}" for n in range(1, 15)}
    text = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (G\d+) \|", text, flags=re.MULTILINE))
    assert {goal.id for goal in GOALS if goal.hard} == told


@pytest.mark.parametrize(
    ("left", "test", "right", "outcome"),
    [
        ('big.by_key["hold:up"].ms', "<=", "0.8 * control.ms", OK),
        ('big.by_key["hold:up"].ms', "<=", "0.7 * control.ms", MISSED),
        ("big.left", "==", "[]", OK),
        ("big.left", "!=", "[]", MISSED),
        ("control.ms", "<=", "2 * posting.ms", NOT_RUN),
        ("other.ms", "<=", "2", NOT_RUN),
        ("control.by_key.down.ms", "<=", "2", NOT_RUN),
    ],
)
def test_a_goal_is_judged_by_its_figures(left: str, test: str, right: str, outcome: str) -> None:
    goal = Goal("G0", "a figure", left, test, right)
    (verdict,) = judged((goal,), FIGURES, {"posting": "only with --peers"})
    assert verdict.outcome == outcome
    assert outcome in list(table([verdict]))[1]


def test_what_was_not_measured_says_why() -> None:
    goal = Goal("G0", "a figure", "big.left", "==", "posting.left")
    (verdict,) = judged((goal,), FIGURES, {"posting": "only with --peers"})
    assert verdict.why == "only with --peers"
