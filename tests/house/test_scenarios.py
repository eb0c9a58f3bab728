"""Every behavioural scenario has a test that carries its number, and no test invents one."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
LIST = TESTS / "scenarios.txt"
NAME = re.compile(r"^(?:async )?def test_([spon])(\d\d)_", re.MULTILINE)
LISTED = re.compile(r"^([pon]?)(\d+) ", re.MULTILINE)

Number = tuple[str, int]


def listed() -> set[Number]:
    """The numbers of the checked-in list by their system: s for Astakos, p for Placement, o for
    OpenPortal, n for NICo."""
    found = LISTED.findall(LIST.read_text(encoding="utf-8"))
    return {(system or "s", int(number)) for system, number in found}


def carried() -> set[Number]:
    """The numbers that tests carry."""
    texts = (file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py"))
    return {(system, int(number)) for text in texts for system, number in NAME.findall(text)}


def test_scenarios_and_tests_are_the_same_set() -> None:
    assert carried() - listed() == set(), "tests name scenarios that the list does not have"
    assert listed() - carried() == set(), "scenarios without a test"
