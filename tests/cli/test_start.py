"""How the command starts: fast, with true help, and without a traceback whatever happens."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from backend.core.errors import BursarError, Invalid, OutcomeUnknown, Unreachable
from backend.embedded import open_embedded
from backend.schema import STEPS
from tests.cli.conftest import Run
from tests.terminal.pty_console import console
from tests.tui.hostile import BIDI, ESCAPES, FORBIDDEN, NASTY
from tui.cli import main, parser
from tui.cli.arguments import COMMANDS
from tui.cli.fields import LISTS
from tui.cli.output import code_of

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("textual", "rich", "asyncio", "sqlite3", "httpx", "pydantic", "starlette", "curses")
START = """
import sys
from tui.cli import parser
options = parser().parse_args(sys.argv[1:])
from backend import contexts
assert contexts.load().context().name == "local"
print(*sys.modules)
"""


FRAMES = """
from tui.cli.console import mind_the_line
mind_the_line()
from textual.constants import MAX_FPS
print(MAX_FPS)
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True
    )


@pytest.mark.parametrize("arguments", [(), ("--read-only",), ("doctor",)])
def test_understanding_the_command_and_the_configuration_imports_nothing_heavy(
    arguments: tuple[str, ...], configure: object
) -> None:
    assert callable(configure)
    configure('units = "raw"\n[contexts.local]\ndatabase = "x.db"')
    done = python("-c", START, *arguments)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert loaded & set(HEAVY) == set()
    assert not any(name.startswith("tui.cli.") for name in loaded - {
        "tui.cli.arguments", "tui.cli.output"})  # fmt: skip


@pytest.mark.parametrize(("said", "frames"), [(None, 240), ("30", 30)])
def test_letters_do_not_wait_for_frames_unless_one_says_so(
    monkeypatch: pytest.MonkeyPatch, said: str | None, frames: int
) -> None:
    monkeypatch.delenv("TEXTUAL_FPS", raising=False)
    if said:
        monkeypatch.setenv("TEXTUAL_FPS", said)
    assert python("-c", FRAMES).stdout == f"{frames}\n"


def test_a_start_without_a_command_pays_for_none() -> None:
    whole = parser()
    whole.parse_args([])
    (found,) = (one for one in whole._actions if isinstance(one, argparse._SubParsersAction))
    assert {name: len(one._actions) for name, one in found.choices.items()} == dict.fromkeys(
        COMMANDS, 1
    )


MINIMAL = {
    "import": ["x"], "export": ["x"], "backup": ["x"], "completion": ["bash"],
    "token": ["list"],
    **dict.fromkeys(("approve", "deny", "accept", "reject"), ["1"]),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_takes(bursar: Run, name: str) -> None:
    done = bursar(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: bursar {name} ")
    options = parser().parse_args([name, *MINIMAL.get(name, [])])
    told = options.command.__closure__
    assert told is not None
    (target,) = (cell.cell_contents for cell in told)
    module, _, function = target.partition(":")
    assert callable(getattr(import_module(f"tui.cli.{module}"), function))


def test_help_names_every_command_and_the_exit_codes(bursar: Run) -> None:
    said = bursar("--help").out
    assert all(f"\n    {name} " in said for name in COMMANDS)
    assert "0 done, 1 refused or found\nsomething, 2 usage, 3 unreachable, 70 crash" in said


def test_lists_name_their_columns(bursar: Run) -> None:
    assert "columns: uuid, name, owner, state" in " ".join(bursar("projects", "--help").out.split())


def test_what_is_not_understood_is_safe_to_show(bursar: Run) -> None:
    for arguments in (("quotas", f"--{ESCAPES}{BIDI}"), (NASTY,), ("approve", NASTY)):
        done = bursar(*arguments)
        assert (done.code, done.out) == (2, "")
        assert (set(done.err) - {"\n"}) & FORBIDDEN == set()


def test_options_are_not_guessed(bursar: Run) -> None:
    assert bursar("approve", "1", "--yes-r", "x").code == 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["projects", "--formt=csv"], "no option --formt, did you mean --format?"),
        (["serve", "--port", "99999"], "no option --port"),
        (["--read-onyl"], "no option --read-onyl, did you mean --read-only?"),
        (["backup", "a.db", "b.db"], "unrecognized arguments: b.db"),
    ],
)
def test_an_unknown_option_is_told_by_the_command_that_lacks_it(
    bursar: Run, typed: list[str], told: str
) -> None:
    done = bursar(*typed)
    command = "" if typed[0].startswith("-") else f" {typed[0]}"
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"usage: bursar{command} [-h]")
    assert done.err.endswith(f"bursar{command}: error: {told}\n")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["approve", "bio.lab"], "'bio.lab' is no number; bursar applications lists them"),
        (["reject", "x"], "'x' is no number; bursar commissions lists them"),
        (["deny", "0"], "0 is not at least 1"),
        (["projects", "--limit", "x"], "'x' is no whole number"),
    ],
)
def test_what_is_no_number_is_called_that(bursar: Run, typed: list[str], told: str) -> None:
    done = bursar(*typed)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f": {told}\n")


def test_a_copy_that_exists_is_no_failure_of_the_database(bursar: Run, demo: Path) -> None:
    there = demo.with_name("there.db")
    there.write_text("mine")
    done = bursar("backup", there, "--database", demo)
    assert done.code == 1
    assert done.err == f"bursar: Not valid: {there} exists\n  choose another name\n"
    assert there.read_text() == "mine"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["qoutas"], "invalid choice: 'qoutas', did you mean quotas?"),
        (["audit"], "invalid choice: 'audit', did you mean journal?"),
        (["verify"], "invalid choice: 'verify', did you mean mismatches?"),
        (["--theme", "high-contrst"], "did you mean high-contrast?"),
        (["completion", "bsh"], "did you mean bash?"),
        (["xyzzy"], "(choose from "),
    ],
)
def test_what_is_nearly_a_word_is_guessed(bursar: Run, typed: list[str], told: str) -> None:
    done = bursar(*typed)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert ("choose from" in done.err) == ("choose from" in told)


@pytest.mark.parametrize("command", [("projects",), ("check",), ("approve", "1", "--yes")])
def test_what_a_newer_bursar_made_is_called_that(
    bursar: Run, demo: Path, command: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(demo)) as newer:
        newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    done = bursar(*command, "--database", demo)
    told, remedy = done.err.splitlines()
    assert done.code == 1
    schema = f"the database has schema {len(STEPS) + 1}, "
    assert told.startswith(f"bursar: Made by a newer bursar: {schema}")
    assert remedy == "  upgrade bursar; nothing was changed"


def test_a_demo_has_no_other_database(bursar: Run) -> None:
    done = bursar("--database", "x.db", "demo")
    assert done.code == 2
    assert "brings its own world" in done.err


def test_an_import_names_its_database(bursar: Run, tmp_path: Path) -> None:
    assert "--database" in bursar("import", tmp_path / "world.json").err


def test_an_import_of_no_file_leaves_no_database(bursar: Run, tmp_path: Path) -> None:
    done = bursar("import", tmp_path / "no.json", "--database", tmp_path / "new.db")
    assert done.code == 1
    assert "no.json: No such file" in done.err
    assert list(tmp_path.glob("new.db*")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("root:x:0:0", "the world file is not JSON"),
        ('{"bursar_world": 1, "users": 7}', "is not a list"),
        ('{"bursar_world": 1, "memberships": [{"id": 1}]}', "memberships[0]"),
    ],
)
def test_an_import_that_is_refused_leaves_no_database(
    bursar: Run, tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "world.json"
    file.write_text(text)
    done = bursar("import", file, "--database", tmp_path / "new.db")
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert list(tmp_path.glob("new.db*")) == []


def test_an_import_that_fails_at_what_is_in_the_file_takes_its_new_database_back(
    bursar: Run, tmp_path: Path
) -> None:
    world = json.loads((ROOT / "docs" / "example.json").read_text())
    world["users"] += world["users"][:1]
    file, empty = tmp_path / "world.json", tmp_path / "empty.db"
    file.write_text(json.dumps(world))
    assert bursar("import", file, "--database", tmp_path / "new.db").code == 1
    assert list(tmp_path.glob("new.db*")) == []
    open_embedded(empty).shut()
    assert bursar("import", file, "--database", empty).code == 1
    assert bursar("quotas", "--database", empty).code == 0, "it was there before"


def test_whole_databases_go_through_contexts(
    bursar: Run, demo: Path, configure: object, tmp_path: Path
) -> None:
    assert callable(configure)
    configure(f'[contexts.demo]\ndatabase = "{demo}"')
    assert bursar("check").code == 0
    assert bursar("backup", tmp_path / "copy.db", "--context", "demo").code == 0
    done = bursar("export", tmp_path / "world.json")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith(f"written to {tmp_path / 'world.json'}: 3 services, ")
    done = bursar("import", tmp_path / "world.json", "--database", tmp_path / "again.db")
    assert (done.code, "projects" in done.out) == (0, True)
    assert bursar("check", "--database", tmp_path / "again.db").code == 0
    assert "does not exist yet" in bursar("check", "--database", tmp_path / "no.db").err


def test_the_example_of_the_manual_is_a_sound_world_with_something_to_decide(
    bursar: Run, tmp_path: Path
) -> None:
    place = ("--database", tmp_path / "example.db")
    assert bursar("import", ROOT / "docs" / "example.json", *place).code == 0
    assert bursar("check", *place).code == 0
    for decision in (("approve", "1", "2"), ("deny", "1"), ("accept", "7"), ("reject", "7")):
        assert bursar(*decision, "--dry-run", *place).code == 0
    given = bursar("constraints", "--format", "json", *place).data
    assert {row["type"]: row["most"] > row["value"] for row in given} == {
        "IPBlock": True, "InstanceType": True,
    }  # fmt: skip


def test_a_demo_needs_no_configuration_not_even_one_that_is_named(tmp_path: Path) -> None:
    named = str(tmp_path / "none.toml")
    with console("-m", "tui", "demo", home=tmp_path, size=(140, 40), BURSAR_CONFIG=named) as child:
        child.until("aero-acoustics")
        child.type("\x11")
        assert child.wait() == 0


def test_a_crash_is_told_in_a_line_and_kept_in_the_log(
    bursar: Run, demo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tui.cli import lists

    monkeypatch.setattr(lists, "query", lambda options: 1 / 0)
    done = bursar("projects", "--database", demo)
    assert (done.code, done.out) == (70, "")
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1
    (log,) = tmp_path.rglob("bursar.log")
    assert str(log) in done.err
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_a_crash_without_a_log_is_told_by_name(
    bursar: Run, demo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tui.cli import lists

    monkeypatch.setattr(lists, "query", lambda options: 1 / 0)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    done = bursar("projects", "--database", demo)
    assert done.code == 70
    assert "ZeroDivisionError('division by zero')" in done.err
    assert "details" not in done.err


def test_help_into_a_closed_pipe_is_quiet() -> None:
    script = f"{sys.executable} -m tui --help | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_long_commands_collect_their_garbage(bursar: Run, demo: Path) -> None:
    gc.disable()
    bursar("projects", "--database", demo, "--limit", 1)
    assert gc.isenabled()


def test_a_context_and_its_settings_reach_the_console(demo: Path, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text(
        f'default = "work"\nglyphs = "ascii"\nunits = "raw"\ntheme = "bursar-dark"\n'
        f'[contexts.work]\ndatabase = "{demo}"\nread_only = true\nproduction = true\n'
    )
    with console("-m", "tui", home=tmp_path, size=(140, 40), BURSAR_CONFIG=str(config)) as child:
        child.until("aero-acoustics")
        first = child.text.splitlines()[0]
        assert "work" in first
        assert "PROD" in first
        assert "RO" in first
        child.type("2")
        child.until("units raw")
        child.type("\x11")
        assert child.wait() == 0


def test_the_command_can_be_called_again(demo: Path) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            main(["check", "--database", str(demo)])
        assert left.value.code == 0


def test_the_documentation_names_every_column_and_command() -> None:
    text = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
    for name, found in LISTS.items():
        assert f"| `{name}` | `{' '.join(field.name for field in found.fields)}` |" in text
    text += (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    aside = {"demo", "import", "export"}
    assert [name for name in COMMANDS if f"bursar {name}" not in text and name not in aside] == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unreachable("no answer"), 3),
        (Invalid("--x", data={"usage": True}), 2),
        (Invalid("bad value"), 1),
        (OutcomeUnknown("sent"), 1),
    ],
)
def test_failures_have_their_exit_codes(error: BursarError, code: int) -> None:
    assert code_of(error) == code
