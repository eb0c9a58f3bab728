"""Allocations of OpenPortal as tables."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Run


def test_tables_have_the_code_and_what_failed(bursar: Run, demo: Path) -> None:
    def heading(*words: str) -> list[str]:
        return bursar("allocations", *words, "--database", demo).lines[0].split()

    failed = heading("kind:opl|opr", "erred")
    assert failed[:4] == ["PROJECT", "AGE", "KIND", "NAME"]
    assert failed[-3:] == ["SERVICE", "CODE", "ERROR_MESSAGE"]
    assert not {"TYPE", "PROVIDER", "TENANT", "CIDR"} & {*failed}
    assert "ERROR_MESSAGE" not in heading("kind:opl", "code=a0k")


def test_a_traceback_is_told_in_a_line_what_failed_first(bursar: Run, demo: Path) -> None:
    def told(form: str) -> str:
        words = ("kind:opl", "erred", "--columns", "traceback", "--format", form)
        return bursar("allocations", *words, "--database", demo).out

    first = told("csv").splitlines()[1]
    assert re.match(r'"?\w+(Error|Exception|Expired)?: .* < .* < Traceback \(most recent', first)
    assert "\\n" not in told("json")
