"""What the tests of the command stand on: it is run as a user runs it, on real databases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend.core.runtime import system_runtime
from backend.demo import generate
from backend.embedded import open_embedded
from backend.world import load
from tests.tui.stage import Stage, set_up
from tui.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Its output line by line."""
        return self.out.splitlines()


Run = Callable[..., Done]
Decide = Callable[..., Done]


@pytest.fixture(autouse=True)
def _own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the configuration, databases or logs of another, nor what a console that is
    refused has told Textual."""
    monkeypatch.setenv("TEXTUAL_FPS", "60")
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "home" / kind.lower()))
    monkeypatch.delenv("BURSAR_CONFIG", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def bursar(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process."""

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Make a configuration the one that is read."""

    def write(text: str) -> Path:
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("BURSAR_CONFIG", str(file))
        return file

    return write


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    backend = open_embedded(path)
    load(backend.database, generate(1, system_runtime().now()))
    backend.database.backup(path.with_name("copy.db"))
    backend.shut()
    open_embedded(path.with_name("copy.db")).shut()
    return path.with_name("copy.db")


@pytest.fixture
def demo(_demo: Path, tmp_path: Path) -> Path:
    """A demo world of one's own."""
    return Path(shutil.copy(_demo, tmp_path / "demo.db"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A small world: a modification that puts three over, a new project, a stuck commission."""
    (tmp_path / "stage").mkdir()
    with set_up(tmp_path / "stage") as made:
        yield made


@pytest.fixture
def world_file(stage: Stage) -> Path:
    """Its database."""
    return stage.world.database.path


@pytest.fixture
def decide(bursar: Run, world_file: Path) -> Decide:
    """Run a decision on the stage."""
    return lambda *arguments: bursar(*arguments, "--database", world_file)
