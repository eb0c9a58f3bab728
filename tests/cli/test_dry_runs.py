"""A dry run shows what would be sent, and what is missing for that."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Decide
from tests.tui.stage import Stage


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ((), "--reason TEXT --yes-really climate.hpc"),
        (("--reason", "as agreed"), "--yes-really climate.hpc"),
        (("--reason", "as agreed", "--yes"), "--yes-really climate.hpc"),
        (("--reason", "as agreed", "--yes-really", "climate"), "--yes-really climate.hpc"),
        (("--reason", " ", "--yes-really", "climate.hpc"), "--reason TEXT"),
        (("--reason", "as agreed", "--yes-really", "climate.hpc"), None),
    ],
)
def test_a_dry_run_names_what_is_missing_alone(
    stage: Stage, decide: Decide, given: tuple[str, ...], needs: str | None
) -> None:
    shown = decide("approve", stage.modification, "--dry-run", *given).out
    told = [line.split(None, 1)[1] for line in shown.splitlines() if line.startswith("Needs")]
    assert told == ([needs] if needs else [])


def test_a_dry_run_shows_the_request_with_the_reason(stage: Stage, decide: Decide) -> None:
    asked = ("deny", stage.newcomer, "--dry-run", "--reason", "no")
    assert '{"deny": {"reason": "no", ' in decide(*asked).out
    (result,) = decide(*asked, "--yes", "--format", "json").data["results"]
    assert result["plan"]["request"]["body"]["deny"]["reason"] == "no"
    assert "Needs" not in decide(*asked, "--yes").out
