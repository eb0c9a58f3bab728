"""Completion: the scripts load in real shells and complete what the parser takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tui.cli.arguments import COMMANDS, SHELLS
from tui.cli.completion import commands
from tui.cli.fields import LISTS

ROOT = Path(__file__).resolve().parents[2]
ASK = """
source "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_bursar
printf '%s\\n' "${COMPREPLY[@]}"
"""
Complete = Callable[..., list[str]]


@pytest.fixture
def script(bursar: Run, tmp_path: Path) -> Path:
    """The script for bash in a file."""
    file = tmp_path / "bursar.bash"
    file.write_text(bursar("completion", "bash").out, encoding="utf-8")
    return file


@pytest.fixture
def complete(script: Path, tmp_path: Path) -> Complete:
    """What a real bash offers after these words."""
    command = tmp_path / "bursar"
    command.write_text(f'#!/bin/sh\ncd {ROOT} && exec {sys.executable} -m tui "$@"\n')
    command.chmod(0o755)
    (tmp_path / "my world.json").touch()

    def offered(*words: str) -> list[str]:
        done = subprocess.run(
            ["bash", "--norc", "-c", ASK, "bash", str(command), *words],
            cwd=tmp_path, env={**os.environ, "SCRIPT": str(script)}, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return [line for line in done.stdout.splitlines() if line]

    return offered


def test_commands_and_options(complete: Complete) -> None:
    assert complete("") == list(COMMANDS)
    assert complete("ap") == ["applications", "approve"]
    assert complete("--c") == ["--context"]
    assert complete("--read-only", "doc") == ["doctor"]
    assert complete("--glyphs", "ascii", "q") == ["quotas"]
    assert complete("--glyphs", "=", "ascii", "q") == ["quotas"]
    assert complete("approve", "--y") == ["--yes", "--yes-really"]
    assert complete("completion", "") == list(SHELLS)


def test_values(complete: Complete) -> None:
    assert complete("quotas", "--format", "j") == ["json", "jsonl"]
    assert complete("quotas", "--format", "=") == ["table", "csv", "json", "jsonl"]
    assert complete("quotas", "--format", "=", "c") == ["csv"]
    assert complete("quotas", "--sort", "us") == ["usage"]
    assert complete("quotas", "--limit", "") == []
    assert complete("projects", "--view", "e") == ["expired", "everything"]
    assert complete("approve", "--format", "j") == ["json"]


def test_columns_are_completed_one_by_one(complete: Complete) -> None:
    assert complete("quotas", "--columns", "holder,res") == ["holder,resource"]
    assert complete("contexts", "--columns", "na") == ["name"]


def test_files(complete: Complete) -> None:
    assert complete("import", "my") == ["my world.json"]
    assert sorted(complete("projects", "--database", "burs")) == ["bursar", "bursar.bash"]
    assert "bursar.bash" in complete("--database", "burs")


def test_contexts(complete: Complete, configure: Callable[[str], Path]) -> None:
    configure('[contexts.prod-eu]\ndatabase = "a"\n[contexts.stage]\ndatabase = "b"')
    assert complete("--context", "") == ["prod-eu", "stage"]
    assert complete("quotas", "--context", "p") == ["prod-eu"]


def test_every_option_of_every_command_is_offered(complete: Complete) -> None:
    for word in commands():
        flags = [flag for option in word.options for flag in option.flags]
        asked = [word.name, "-"] if word.name else ["-"]
        assert complete(*asked) == flags


def test_the_description_follows_the_parser() -> None:
    found = {word.name: word for word in commands()}
    assert list(found) == ["", *COMMANDS]
    for name in LISTS:
        flags = {flag for option in found[name].options for flag in option.flags}
        assert {"--database", "--context", "--format", "--columns", "--limit"} <= flags
    (glyphs,) = (one for one in found["demo"].options if "--glyphs" in one.flags)
    assert glyphs.words == ("auto", "unicode", "ascii")


CHECKS = {"bash": ["-n"], "zsh": ["-n"], "fish": ["--no-execute"]}
"""How a shell reads a script without running it."""


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_shells_understand_their_script(bursar: Run, shell: str, tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text(bursar("completion", shell).out, encoding="utf-8")
    done = subprocess.run([shell, *CHECKS[shell], str(file)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_names_every_command(bursar: Run, shell: str) -> None:
    said = bursar("completion", shell).out
    assert all(f"{name}" in said for name in COMMANDS)
    assert "contexts --format csv --columns name" in said


def test_other_shells_are_refused(bursar: Run) -> None:
    done = bursar("completion", "tcsh")
    assert (done.code, done.out) == (2, "")
