"""Snapshots that no test compares any more: pytest passes over them without a word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.house.pictures import MARK

ROOT = Path(__file__).resolve().parents[2]
SECOND_OF_A_TEST = re.compile(r"\.\d+$|(?<=\])\[[^]]+\]$")
"""Further pictures have a number, or the name of a step."""


def stale_pictures(tests: Path) -> list[Path]:
    """The pictures below `tests` that belong to no test."""
    pictures = sorted(tests.rglob("__snapshots__/*/*.svg"))
    modules = {picture.parents[2] / f"{picture.parent.name}.py" for picture in pictures}
    expected = expected_pictures(sorted(module for module in modules if module.is_file()))
    return [
        picture
        for picture in pictures
        if picture.with_name(SECOND_OF_A_TEST.sub("", picture.stem) + ".svg") not in expected
    ]


def expected_pictures(modules: list[Path]) -> set[Path]:
    """Where the tests of these modules keep their pictures."""
    if not modules:
        return set()
    collect = ["-m", "pytest", "--collect-only", "-q", "-p", "tests.house.pictures"]
    done = subprocess.run(
        [sys.executable, *collect, *modules], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    return {Path(line.removeprefix(MARK)) for line in lines if line.startswith(MARK)}


def test_every_picture_belongs_to_a_test() -> None:
    stale = [path.relative_to(ROOT).as_posix() for path in stale_pictures(ROOT / "tests")]
    assert not stale, "no test compares these, remove them:\n" + "\n".join(stale)


def test_stale_pictures_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "__snapshots__" / "test_some"
    folder.mkdir(parents=True)
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('size', ['80x24'])\n"
        "def test_shown(size): pass\n"
        "class TestClass:\n"
        "    def test_inside(self): pass\n"
    )
    alive = (
        "test_shown[80x24]",
        "test_shown[80x24].1",
        "test_shown[80x24][2-done]",
        "TestClass.test_inside",
    )
    stale = ("Other.test_inside", "test_gone[80x24]", "test_shown[99x9]", "test_shown[99x9][1]")
    for name in (*alive, *stale):
        (folder / f"{name}.svg").touch()
    (vanished := tmp_path / "__snapshots__" / "test_vanished").mkdir()
    (vanished / "test_shown.svg").touch()
    found = [*(folder / f"{name}.svg" for name in stale), vanished / "test_shown.svg"]
    assert sorted(stale_pictures(tmp_path)) == sorted(found)
