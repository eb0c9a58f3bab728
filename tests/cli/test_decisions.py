"""Decisions at the command line: nothing without preview and consent, all of it journalled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.core.listing import Query
from backend.projects.model import ApplicationState, Capacity, ProjectAction
from tests.cli.conftest import Decide, Run
from tests.terminal.pty_console import Console, console
from tests.tui.hostile import FORBIDDEN, poison
from tests.tui.stage import Stage, stuck
from tests.worlds import CPU, VM
from tui.cli.asking import Demand, Given

ROOT = Path(__file__).resolve().parents[2]
APPROVED, DENIED, PENDING = (
    ApplicationState.APPROVED,
    ApplicationState.DENIED,
    ApplicationState.PENDING,
)


def newest(stage: Stage) -> Any:
    """The last journal entry."""
    import asyncio

    (row,) = asyncio.run(stage.backend.journal.listing.page(Query(), 1))
    return row


def states(stage: Stage) -> tuple[str, str]:
    """The states of the modification and of the new project's application."""
    return tuple(
        stage.world.application(number).state for number in (stage.modification, stage.newcomer)
    )  # type: ignore[return-value]


def test_a_dry_run_shows_everything_and_changes_nothing(stage: Stage, decide: Decide) -> None:
    before = newest(stage)
    done = decide("approve", stage.modification, "--dry-run")
    assert (done.code, done.err) == (0, "")
    shown = " ".join(done.out.split())
    for told in (
        "Approve application 2 for project climate.hpc",
        "cyclades.ram 128G -> 96G -32G 64G -> 48G -16G",
        "WHO GOES OVER QUOTA",
        "! m@uni.example cyclades.ram",
        "PENDING COMMISSIONS",
        "Request POST projects/",
        "Undo not in one step",
        "Needs --reason TEXT --yes-really climate.hpc",
    ):
        assert told in shown
    assert newest(stage) == before
    assert states(stage) == (PENDING, PENDING)


def test_a_dry_run_of_what_would_be_refused_says_so(stage: Stage, decide: Decide) -> None:
    done = decide("approve", stage.newcomer, 999, "--dry-run")
    assert done.code == 1
    assert "Approve application 3" in done.out
    assert "there is no application 999" in done.err


def test_approving_writes_and_journals(stage: Stage, decide: Decide) -> None:
    done = decide("approve", f"#{stage.newcomer}", "--reason", "fits", "--yes")
    entry = newest(stage)
    assert (done.code, done.out) == (0, f"Application 3 approved (journal {entry.key})\n")
    assert "WHAT WILL CHANGE" in done.err
    assert (entry.action, entry.reason, entry.outcome) == ("application.approve", "fits", "done")
    assert stage.world.application(stage.newcomer).state is APPROVED


def test_commissions_are_settled(stage: Stage, decide: Decide) -> None:
    other = stuck(stage.world, stage.project)
    assert decide("accept", stage.serial, "--yes").code == 0
    assert decide("reject", other, "--yes", "--reason", "lost").code == 0
    assert newest(stage).action == "commission.reject"
    done = decide("reject", other, "--yes", "--reason", "again")
    assert done.code == 1
    assert "no pending commission" in done.err
    assert "nothing was changed" in done.err


# What is given, and what is said to be lacking.
LACKING = {
    "nothing": ("approve", 3, (), "nobody can be asked", "it takes --yes"),
    "a reason": ("deny", 3, ("--yes",), "a reason is needed", "--reason TEXT --yes"),
    "blanks": ("deny", 3, ("--yes", "--reason", "  "), "a reason is needed", "--reason TEXT"),
    "a yes": ("deny", 3, ("--reason", "no"), "nobody can be asked", "--reason TEXT --yes"),
    "a name": ("approve", 2, ("--reason", "x", "--yes"), "Refused: 4 go over quota",
               "it takes --yes-really climate.hpc"),
    "the name": ("approve", 2, ("--reason", "x", "--yes-really", "climate"),
                 "--yes-really 'climate' does not match", "--yes-really climate.hpc"),
    "its reason": ("approve", 2, ("--yes-really", "climate.hpc"), "a reason is needed", "--reason"),
    "brevity": ("deny", 3, ("--yes", "--reason", "x" * 501), "longer than 500", "shorter"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "number", "given", "told", "hint"), LACKING.values(), ids=list(LACKING)
)
def test_without_consent_nothing_is_done(
    stage: Stage, decide: Decide, verb: str, number: int, given: tuple[str, ...], told: str,
    hint: str,
) -> None:  # fmt: skip
    before = newest(stage)
    done = decide(verb, number, *given)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert hint in done.err
    assert newest(stage) == before


def test_what_is_dangerous_takes_the_name(stage: Stage, decide: Decide) -> None:
    done = decide("approve", 2, "--reason", "agreed", "--yes-really", "climate.hpc")
    assert done.code == 0
    assert states(stage) == (APPROVED, PENDING)


def test_several_harmful_ones_take_their_number(stage: Stage, decide: Decide) -> None:
    both = ("deny", 2, 3, "--reason", "no room")
    done = decide(*both, "--yes")
    assert done.code == 2
    assert "--yes-really 'deny 2'" in done.err
    assert decide(*both, "--yes-really", "climate.hpc").code == 2
    done = decide(*both, "--yes-really", "deny 2")
    assert (done.code, len(done.lines)) == (0, 2)
    assert states(stage) == (DENIED, DENIED)


def test_several_take_their_number_though_one_takes_a_yes(stage: Stage, decide: Decide) -> None:
    other = stuck(stage.world, stage.project)
    both = ("accept", stage.serial, other, other, "--reason", "they came")
    done = decide(*both, "--yes")
    assert done.code == 2
    assert "2 at once, and nothing takes them back in one step" in done.err
    done = decide(*both, "--yes-really", "accept 2")
    assert (done.code, len(done.lines)) == (0, 2)


def test_the_first_failure_ends_it_and_all_is_told(stage: Stage, decide: Decide) -> None:
    """Two newcomers want one name: each could have it, not both."""
    grants = {VM: Capacity(1, 1)}
    rival = stage.world.submit("L", name="urban.air", grants=grants)[1]
    last = stage.world.submit("M", name="other.air", grants=grants)[1]
    consent = ("--reason", "there is room", "--yes-really", "approve 3")
    done = decide("approve", stage.newcomer, rival, last, *consent)
    assert (done.code, len(done.lines)) == (1, 1)
    assert "urban.air" in done.err
    told = done.err.splitlines()[-3:]
    assert told == [f"done: {stage.newcomer}", f"refused: {rival}", f"not tried: {last}"]
    assert stage.world.application(last).state is PENDING
    assert newest(stage).outcome == "refused"


def test_one_that_cannot_be_leaves_all_undone(stage: Stage, decide: Decide) -> None:
    done = decide("approve", stage.newcomer, 999, "--yes")
    assert (done.code, done.out) == (1, "")
    assert "there is no application 999" in done.err
    assert "nothing was changed" in done.err
    assert states(stage) == (PENDING, PENDING)


def test_what_changed_since_the_preview_is_not_done(
    stage: Stage, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Given.reason_for

    def slowly(self: Given, demand: Demand) -> str:
        stage.world.act(stage.project, ProjectAction.SUSPEND)
        return ask(self, demand)

    monkeypatch.setattr(Given, "reason_for", slowly)
    consent = ("--reason", "agreed", "--yes-really", "climate.hpc")
    done = decide("approve", stage.modification, *consent)
    assert (done.code, done.out) == (1, "")
    assert "Changed since the preview" in done.err
    assert "makes it active again" in done.err
    assert states(stage)[0] is PENDING
    assert newest(stage).outcome == "refused"


def test_a_read_only_context_only_previews(
    stage: Stage, world_file: Path, bursar: Run, configure: Any
) -> None:
    configure(f'[contexts.look]\ndatabase = "{world_file}"\nread_only = true')
    done = bursar("approve", 3, "--yes")
    assert (done.code, done.out) == (1, "")
    assert "the context look is read-only" in done.err
    assert bursar("approve", 3, "--dry-run").code == 0
    typed = bursar("--read-only", "approve", 3, "--yes", "--database", world_file)
    assert typed.code == 1
    assert "--dry-run shows" in typed.err
    assert states(stage)[1] is PENDING


def test_a_file_that_may_not_be_written_is_only_previewed(
    stage: Stage, world_file: Path, bursar: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda name, mode: False)
    done = bursar("approve", 3, "--yes", "--database", world_file)
    assert (done.code, done.out) == (1, "")
    assert f"{world_file.name} cannot be written: see to its owner or mode" in done.err
    assert bursar("approve", 3, "--dry-run", "--database", world_file).code == 0
    assert states(stage)[1] is PENDING


def test_production_asks_for_one_tier_more(
    stage: Stage, world_file: Path, bursar: Run, configure: Any
) -> None:
    configure(f'[contexts.prod]\ndatabase = "{world_file}"\nproduction = true')
    assert bursar("approve", 3, "--yes").code == 2
    assert bursar("deny", 3, "--yes", "--reason", "no").code == 2
    assert bursar("approve", 3, "--yes", "--reason", "fits").code == 0


def test_no_database_is_made(bursar: Run, tmp_path: Path) -> None:
    done = bursar("approve", 1, "--yes", "--database", tmp_path / "none.db")
    assert done.code == 1
    assert list(tmp_path.glob("*.db*")) == []


# ---------------------------------------------------------------- for machines


def test_receipts_for_machines(stage: Stage, decide: Decide) -> None:
    done = decide("approve", 3, "--yes", "--reason", "fits", "--format", "json")
    assert done.code == 0
    (result,) = done.data["results"]
    assert (result["number"], result["outcome"]) == (3, "done")
    assert result["receipt"]["journal"] == newest(stage).key
    assert result["plan"]["tier"] == "reversible"
    assert {"target": "application 3", "field": "state"}.items() <= (
        result["plan"]["changes"][0].items()
    )


def test_plans_for_machines(stage: Stage, decide: Decide) -> None:
    done = decide("approve", 2, "--dry-run", "--format", "json")
    (result,) = done.data["results"]
    assert (done.code, done.err, result["outcome"]) == (0, "", "planned")
    plan = result["plan"]
    over = [one for one in plan["impacts"] if one["goes_over"]]
    assert {one["resource"] for one in over} == {"cyclades.ram"}
    assert all(one["over_by"] == one["usage"] - one["after"] for one in over)
    assert plan["request"]["method"] == "POST"
    assert plan["target"] == "climate.hpc"


def test_failures_for_machines(stage: Stage, decide: Decide) -> None:
    rival = stage.world.submit("L", name="urban.air", grants={VM: Capacity(1, 1)})[1]
    consent = ("--reason", "x", "--yes-really", "approve 2")
    done = decide("approve", 3, rival, *consent, "--format", "json")
    assert done.code == 1
    first, second = done.data["results"]
    assert (first["outcome"], second["outcome"]) == ("done", "refused")
    assert second["error"]["code"] == "conflict"
    lacking = decide("deny", 2, "--yes", "--format", "json")
    assert (lacking.code, lacking.data["results"][0]["outcome"]) == (2, "planned")
    unknown = decide("deny", 999, "--yes", "--format", "json")
    assert unknown.data["results"][0]["error"]["code"] == "not-found"
    assert unknown.data["results"][0]["plan"] is None


@pytest.mark.parametrize("format", ["text", "json"])
def test_nothing_hostile_is_shown(stage: Stage, decide: Decide, format: str) -> None:
    number = poison(stage)
    serial = newest(stage).target.rpartition(":")[2]
    for asked in (("approve", number), ("reject", serial)):
        done = decide(*asked, "--dry-run", "--format", format)
        assert done.code == 0
        assert (set(done.out + done.err) - {"\n"}) & FORBIDDEN == set()


@pytest.mark.parametrize("arguments", [("approve",), ("approve", "x"), ("approve", "0"),
                                       ("approve", "3", "--reason", "\udcff")])  # fmt: skip
def test_wrong_words_are_usage_errors(bursar: Run, arguments: tuple[str, ...]) -> None:
    done = bursar(*arguments)
    assert (done.code, done.out) == (2, "")


def test_receipts_that_nobody_reads_end_it(stage: Stage, world_file: Path) -> None:
    """What cannot be told is not gone on with."""
    serials = [stage.world.charge("M", stage.project, 1, CPU, keep=False) for _ in range(4)]
    numbers = " ".join(map(str, serials))
    consent = "--reason x --yes-really 'accept 4'"
    command = f"{sys.executable} -m tui accept {numbers} {consent} --database {world_file}"
    script = f"set -o pipefail; {command} > /dev/full"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Cannot write: standard output" in done.stderr
    assert f"done: {serials[0]}" in done.stderr
    assert f"not tried: {', '.join(map(str, serials[1:]))}" in done.stderr


# ---------------------------------------------------------------- asked on a terminal


def asked(stage: Stage, *arguments: object) -> Any:
    """The command on a terminal, wide enough for every question."""
    words = [str(one) for one in (*arguments, "--database", stage.world.database.path)]
    home = stage.world.database.path.parent
    return console("-m", "tui", *words, home=home, size=(120, 60))


def answer(child: Console, question: str, text: str) -> None:
    """Wait for a question and answer it."""
    child.until(question)
    child.type(text + "\n")


def test_a_harmless_one_asks_once(stage: Stage) -> None:
    with asked(stage, "approve", 3) as child:
        answer(child, r"Approve\? \[y/N\]", "y")
        child.until("Application 3 approved")
        assert child.wait() == 0
    assert states(stage)[1] is APPROVED


@pytest.mark.parametrize("text", ["", "n", "approve", "yy"])
def test_anything_but_yes_is_no(stage: Stage, text: str) -> None:
    with asked(stage, "approve", 3) as child:
        answer(child, r"\[y/N\]", text)
        assert child.wait() == 1
        assert "Not confirmed" in child.text
    assert states(stage)[1] is PENDING


def test_the_end_of_input_is_no(stage: Stage) -> None:
    with asked(stage, "approve", 3) as child:
        child.until(r"\[y/N\]")
        child.type("\x04")
        assert child.wait() == 1


def test_ctrl_c_at_a_question_changes_nothing(stage: Stage) -> None:
    with asked(stage, "approve", 3) as child:
        child.until(r"\[y/N\]")
        child.type("\x03")
        assert child.wait() == 128 + signal.SIGINT
        assert "Traceback" not in child.text
    assert states(stage)[1] is PENDING


def test_a_dangerous_one_asks_for_reason_and_name(stage: Stage) -> None:
    with asked(stage, "approve", 2) as child:
        answer(child, "Reason: ", "agreed with the owner")
        answer(child, "Type climate.hpc to approve: ", "climate.hpc")
        child.until("Application 2 approved")
        assert child.wait() == 0
    assert newest(stage).reason == "agreed with the owner"


def test_a_wrong_name_is_no(stage: Stage) -> None:
    with asked(stage, "approve", 2, "--reason", "x") as child:
        answer(child, "Type climate.hpc to approve: ", "y")
        assert child.wait() == 1
        assert "'y' is not climate.hpc" in child.text
    assert states(stage)[0] is PENDING


@pytest.mark.parametrize(("again", "state"), [("y", APPROVED), ("no", PENDING)])
def test_what_changed_meanwhile_is_shown_and_asked_again(
    stage: Stage, again: str, state: str
) -> None:
    with asked(stage, "approve", 2, "--reason", "agreed") as child:
        child.until("Type climate.hpc to approve: ")
        stage.world.act(stage.project, ProjectAction.SUSPEND)
        child.type("climate.hpc\n")
        child.until(r"The situation changed after the preview[^$]*Approve\? \[y/N\]")
        assert "makes it active again" in child.text
        assert "* cyclades.vm " in child.text
        child.type(f"{again}\n")
        assert child.wait() == (0 if state is APPROVED else 1)
    assert states(stage)[0] is state
