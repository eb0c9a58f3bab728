"""Lists and decisions over the servers of a configuration."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from backend.core.errors import NotFound, StorageError
from backend.core.identity import Role
from backend.core.principals import Grant, add, digest
from backend.embedded import EmbeddedBackend
from backend.projects.model import ApplicationState
from backend.server.app import create_app
from tests.cli.conftest import Run
from tests.hosting import hosted
from tests.remote.consoles import admit
from tests.serving import QUIET
from tests.tui.stage import Stage
from tests.worlds import OPERATOR

TOKEN = "ada-s3cret"
CONFIG = """
[contexts.team]
{more}
[contexts.team.bursar]
url = "{url}"
token_env = "TEAM_TOKEN"
[contexts.prod.astakos]
url = "{url}/astakos"
token_env = "ASTAKOS_TOKEN"
[contexts.prod.astakos.services.cyclades]
token_env = "CYCLADES_TOKEN"
[contexts.gone.bursar]
url = "http://127.0.0.1:9"
token_env = "TEAM_TOKEN"
"""
Configure = Callable[[str], Path]


@pytest.fixture
def url(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of the stage, and tokens for it in the environment."""
    grants, sha256 = [Grant("bursar", Role.ADMIN)], digest(TOKEN)
    made = partial(add, actor=OPERATOR, name="ada", grants=grants, sha256=sha256, expires_at=0)
    stage.world.database.write(made)
    admit(stage.world.database)
    for name, token in (("TEAM", TOKEN), ("ASTAKOS", "A"), ("CYCLADES", "cyclades")):
        monkeypatch.setenv(f"{name}_TOKEN", token)
    with hosted(create_app(stage.backend, QUIET)) as found:
        yield found


@pytest.fixture
def team(configure: Configure, url: str) -> Path:
    """The configuration of all of them."""
    return configure(CONFIG.format(url=url, more=""))


def test_each_says_whether_it_answers_and_as_whom(team: Path, bursar: Run) -> None:
    done = bursar("contexts", "--format", "json")
    rows = {row["name"]: row for row in done.data}
    assert {name: row["state"] for name, row in rows.items()} == {
        "team": "answers", "prod": "answers", "gone": "fails",
    }  # fmt: skip
    assert (rows["team"]["actor"], rows["prod"]["system"]) == ("token:ada", "astakos")
    assert "127.0.0.1:9" in rows["gone"]["problem"]
    assert done.code == 1
    assert TOKEN not in done.out + done.err


@pytest.mark.parametrize("context", ["team", "prod"])
@pytest.mark.parametrize("what", ["projects", "applications", "quotas", "commissions"])
def test_lists_are_those_of_the_database(
    team: Path, stage: Stage, bursar: Run, context: str, what: str
) -> None:
    seen = ("cyclades",) if what == "quotas" else ()  # whose token there is
    given = (*seen, "--format", "csv", "--columns", COLUMNS[what])
    here = bursar(what, *given, "--database", stage.world.database.path)
    there = bursar(what, *given, "--context", context)
    assert there.code == 0, there.err
    assert sorted(there.lines) == sorted(here.lines)


COLUMNS = {
    "projects": "name,owner,state,members",
    "applications": "application,kind,project,applicant",
    "quotas": "holder,project,resource,usage,pending,limit",
    "commissions": "serial,service,provisions",
}


@pytest.mark.parametrize("context", ["team", "prod"])
def test_decisions_are_previewed_and_carried_out(
    team: Path, stage: Stage, bursar: Run, context: str
) -> None:
    deny = ("deny", stage.newcomer, "--context", context, "--reason", "not now")
    dry = bursar(*deny, "--dry-run")
    assert (dry.code, stage.world.application(stage.newcomer).state) == (
        0, ApplicationState.PENDING,
    )  # fmt: skip
    assert "urban.air" in dry.out
    done = bursar(*deny, "--yes")
    assert done.code == 0, done.err
    assert stage.world.application(stage.newcomer).state is ApplicationState.DENIED
    again = bursar(*deny, "--yes")
    assert (again.code, again.out) == (1, "")


def test_a_context_for_looking_only_decides_nothing(
    configure: Configure, url: str, stage: Stage, bursar: Run
) -> None:
    configure(CONFIG.format(url=url, more="read_only = true"))
    done = bursar("deny", stage.newcomer, "--context", "team", "--reason", "x", "--yes")
    assert done.code == 1
    assert "the context team is read-only" in done.err


@pytest.mark.parametrize("command", ["projects", "deny 1 --reason x --yes", "doctor"])
def test_one_that_does_not_answer_is_told_by_the_exit_code(
    team: Path, bursar: Run, command: str
) -> None:
    done = bursar(*command.split(), "--context", "gone")
    assert done.code == (1 if command == "doctor" else 3)
    assert "http://127.0.0.1:9" in done.err + done.out


def test_a_token_that_is_refused_is_told_and_not_shown(
    team: Path, bursar: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM_TOKEN", "n0body")
    done = bursar("projects", "--context", "team")
    assert done.code == 1
    assert "token_env" in done.err
    assert "n0body" not in done.err


def test_doctor_says_who_one_is_there(team: Path, bursar: Run) -> None:
    done = bursar("doctor", "--context", "team")
    assert "answers: " in done.out
    assert "as token:ada" in done.out


def test_its_world_file_is_that_of_the_database(
    team: Path, stage: Stage, bursar: Run, tmp_path: Path
) -> None:
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    assert bursar("export", here, "--database", stage.world.database.path).code == 0
    done = bursar("export", there, "--context", "team")
    assert (done.code, done.err) == (0, f"written to {there}\n")
    assert there.read_bytes() == here.read_bytes()
    assert bursar("export", "-", "--context", "team").out == here.read_text()


@pytest.mark.parametrize("why", ["a viewer", "broken off", "an old server"])
def test_what_is_not_exported_whole_leaves_no_file(
    team: Path, stage: Stage, bursar: Run, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "a viewer":
        grants = [Grant("bursar", Role.VIEWER)]
        sha256 = digest("eve")
        made = partial(add, actor=OPERATOR, name="eve", grants=grants, sha256=sha256, expires_at=0)
        stage.world.database.write(made)
        monkeypatch.setenv("TEAM_TOKEN", "eve")
    elif why == "broken off":
        monkeypatch.setattr(EmbeddedBackend, "world", half)
    else:
        monkeypatch.setattr(EmbeddedBackend, "world", unknown)
    done = bursar("export", team.parent / "copy.json", "--context", "team")
    code, words = NOT_WHOLE[why]
    assert done.code == code
    assert words in done.err
    assert not list(team.parent.glob("copy.json*"))


NOT_WHOLE = {
    "a viewer": (1, "only admins export all there is; your role is viewer"),
    "broken off": (3, "Unreachable"),
    "an old server": (1, "gives no world files over HTTP"),
}


async def half(backend: EmbeddedBackend) -> AsyncGenerator[bytes, None]:
    """A world that ends in the middle, as when the database fails."""
    yield b'{"bursar_world": 1,\n"services": [],\n'
    raise StorageError("the disk is gone")


def unknown(backend: EmbeddedBackend) -> AsyncGenerator[bytes, None]:
    """What an earlier server answers at the path."""
    raise NotFound("there is nothing at this path")
