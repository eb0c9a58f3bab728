"""Databases on a PostgreSQL from the command line, and how their passwords get there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.schema import STEPS
from tests.cli.conftest import Run
from tests.postgres import Server
from tests.world.files import small


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """A database without anything in it."""
    with postgres.database(STEPS) as made:
        yield made


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A world file."""
    file = tmp_path / "world.json"
    file.write_text(json.dumps(small()), encoding="utf-8")
    return file


def secret(url: str) -> str:
    """The URL with a password, which the server does not ask for."""
    return url.replace("bursar@", "bursar:s3cret@")


def test_a_world_goes_in_and_comes_out(bursar: Run, url: str, world: Path, tmp_path: Path) -> None:
    assert bursar("import", world, "--database", url).code == 0
    assert "sound" in bursar("check", "--database", url).err
    assert bursar("projects", "--database", url, "--format", "json").data[0]["name"] == "phys.lab"
    out = tmp_path / "out.json"
    assert bursar("export", out, "--database", url).code == 0
    assert json.loads(out.read_text())["projects"][0]["name"] == "phys.lab"
    assert bursar("backup", tmp_path / "out.dump", "--database", url).code == 0


@pytest.mark.parametrize("written", [secret, lambda url: f"{url}&password=s3cret"])
def test_a_typed_password_is_refused(bursar: Run, url: str, written: Callable[[str], str]) -> None:
    done = bursar("check", "--database", written(url))
    assert done.code == 2
    assert "DATABASE_URL" in done.err
    assert "s3cret" not in done.err


def test_a_url_comes_from_the_environment(
    bursar: Run, url: str, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", secret(url))
    assert bursar("import", world).code == 0
    done = bursar("doctor", "--format", "json")
    assert url in done.out
    assert "s3cret" not in done.out + done.err
    typed = bursar("check", "--database", "elsewhere.db")
    assert "elsewhere.db does not exist" in typed.err


def test_a_url_comes_from_a_file_that_nobody_else_reads(
    bursar: Run, url: str, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "url"
    file.write_text(secret(url) + "\n", encoding="utf-8")
    file.chmod(0o644)
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    done = bursar("import", world)
    assert done.code == 2
    assert f"chmod 600 {file}" in done.err
    file.chmod(0o600)
    assert bursar("import", world).code == 0
    file.unlink()
    assert "unset DATABASE_URL_FILE" in bursar("check").err


def test_a_password_in_the_configuration_is_a_secret(
    bursar: Run, url: str, configure: Callable[[str], Path]
) -> None:
    file = configure(f'[contexts.pg]\ndatabase = "{url}&password=s3cret"\n')
    file.chmod(0o644)
    done = bursar("check")
    assert "it holds a secret (contexts.pg.database)" in done.err
    file.chmod(0o600)
    assert "sound" in bursar("check").err
    told = bursar("contexts", "--format", "json")
    assert told.data[0]["database"] == url
    assert "s3cret" not in told.out + told.err


def test_doctor_looks_at_the_server(bursar: Run, url: str) -> None:
    done = bursar("doctor", "--database", url, "--format", "json")
    found = {one["subject"]: one for one in done.data}
    assert found["durability"]["level"] == "WRONG", "the tests' server does without"
    assert "lost with this machine" in found["standbys"]["found"]
    assert "bursar check looks inside" in found["database"]["found"]


def test_what_is_not_there_is_told_with_the_remedy(bursar: Run, postgres: Server) -> None:
    done = bursar("check", "--database", postgres.dsn("nothing"))
    assert "createdb -T template0 -E UTF8 --locale=C NAME" in done.err
    away = bursar("check", "--database", "postgresql://bursar@127.0.0.1:1/x")
    assert away.code == 3
    assert "cannot be reached" in away.err
