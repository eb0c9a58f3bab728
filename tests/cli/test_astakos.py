"""The command on somebody else's Astakos, which is a server of our own in another process."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.projects.model import RegisterResource
from tests.cli.conftest import Run
from tests.remote.consoles import admit
from tests.serving import serving
from tests.tui.stage import set_up
from tests.worlds import OPERATOR

DISK = "pithos.diskspace"
PROD = """
[contexts.prod.astakos]
url = "{url}/astakos"
token_env = "TOKEN"
[contexts.prod.astakos.services.cyclades]
token_env = "CYCLADES"
"""


@pytest.fixture
def prod(
    tmp_path: Path, configure: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A context of the stage's world; there is no token for pithos."""
    with set_up(tmp_path) as stage:
        register = RegisterResource(
            actor=OPERATOR, name=DISK, service="pithos", uplimit=5, project_default=1
        )
        stage.world.do(register)
        admit(stage.world.database)
        with serving(tmp_path / "world.db") as server:
            configure(PROD.format(url=server.url))
            monkeypatch.setenv("TOKEN", "A")
            monkeypatch.setenv("CYCLADES", "cyclades")
            yield tmp_path


def test_what_is_not_shown_is_empty_null_or_a_question(bursar: Run, prod: Path) -> None:
    query = ("quotas", "--context", "prod", "climate")
    told = csv.DictReader(io.StringIO(bursar(*query, "--format", "csv").out))
    rows = {(row["holder"], row["resource"]): row for row in told}
    assert rows["m@uni.example", "cyclades.vm"]["usage"] == "4"
    dark = rows["m@uni.example", DISK]
    figures = ("usage", "pending", "effective", "left", "project_usage")
    assert [dark[name] for name in figures] == [""] * 5
    assert (dark["limit"], dark["state"]) == ("1", "UNKNOWN")
    found = bursar(*query, "unknown", "--format", "json").data
    assert {row["usage"] for row in found} == {None}
    assert {row["resource"] for row in found} == {DISK}
    (line, *_) = [one for one in bursar(*query).out.splitlines() if DISK in one]
    assert line.split()[-6:] == ["?", "?", "1", "?", "?", "UNKNOWN"]
    assert bursar(*query, "over", "resource:disk", "--format", "json").data == []


def test_an_application_is_decided_through_the_api(bursar: Run, prod: Path) -> None:
    (newest, *_) = bursar("applications", "--context", "prod", "new", "--format", "json").data
    number = str(newest["application"])
    done = bursar("approve", number, "--context", "prod", "--yes", "--reason", "fits")
    assert done.code == 0, done.err
    (project,) = bursar("projects", "--context", "prod", "urban", "--format", "json").data
    assert project["state"] == "Active"
    (entry,) = bursar("journal", "--context", "prod", "--format", "json").data
    assert (entry["action"], entry["reason"]) == ("application.approve", "fits")
    assert entry["about"] == f"#{number} of urban.air"


def test_what_is_seen_is_exported(bursar: Run, prod: Path) -> None:
    done = bursar("export", prod / "copy.json", "--context", "prod")
    assert done.code == 0
    assert DISK in done.err
    assert f"written to {prod / 'copy.json'}" in done.err
    assert bursar("import", prod / "copy.json", "--database", prod / "copy.db").code == 0
    assert bursar("check", "--database", prod / "copy.db").code == 0
    told = json.loads((prod / "copy.json").read_text())
    assert {one["name"] for one in told["projects"]} >= {"climate.hpc", "urban.air"}
