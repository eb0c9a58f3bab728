"""Every behavioural scenario has a test that carries its number, and no test invents one."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
LIST = TESTS / "scenarios.txt"
NAME = re.compile(r"^(?:async )?def test_s(\d\d)_", re.MULTILINE)


def listed() -> set[int]:
    """The numbers of the checked-in list."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {int(line.split()[0]) for line in lines if line[:1].isdigit()}


def carried() -> set[int]:
    """The numbers that tests carry."""
    files = TESTS.rglob("test_*.py")
    return {int(n) for file in files for n in NAME.findall(file.read_text(encoding="utf-8"))}


def test_scenarios_and_tests_are_the_same_set() -> None:
    assert carried() - listed() == set(), "tests name scenarios that the list does not have"
    assert listed() - carried() == set(), "scenarios without a test"
