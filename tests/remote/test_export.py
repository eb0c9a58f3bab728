"""What is seen of an Astakos becomes a world file that can be imported."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

from backend.backend import Backend
from backend.check import findings
from backend.core.listing import Query
from backend.embedded import open_embedded
from backend.projects.model import ProjectAction
from backend.quotas.model import QuotaRow
from backend.remote import RemoteBackend
from backend.world import load
from tests.remote.conftest import Stand
from tests.worlds import VM, person


def exported(stand: Stand, **how: Any) -> tuple[str, list[str]]:
    async def scene(backend: RemoteBackend) -> tuple[str, list[str]]:
        target = io.StringIO()
        lacking = await backend.export(target)
        return target.getvalue(), lacking

    return stand.play(scene, **how)


def imported(tmp_path: Path, text: str) -> list[QuotaRow]:
    """The holdings of a database with this world, which is sound."""
    backend = open_embedded(tmp_path / "copy.db")
    try:
        load(backend.database, json.loads(text))
        assert backend.database.read(lambda tx: list(findings(tx))) == []
        return shown(backend)
    finally:
        backend.shut()


def shown(backend: Backend) -> list[QuotaRow]:
    """All holdings of people."""
    return list(asyncio.run(backend.quotas.listing.page(Query(), 1000)))


def busy(stand: Stand) -> None:
    uuid = stand.world.project("busy.lab", (10, 4))
    for letter in "MN":
        stand.world.enroll(letter, uuid)
    stand.world.charge("M", uuid, 3)
    stand.world.charge("N", uuid, 1, keep=False)
    stand.world.submit("O", name="new.lab")
    stand.world.submit("O", uuid, description="more")
    gone = stand.world.project("gone.lab")
    stand.world.act(gone, ProjectAction.TERMINATE)


def test_a_copy_has_the_figures_of_the_original(stand: Stand, tmp_path: Path) -> None:
    busy(stand)
    text, _ = exported(stand)
    found = {(row.holder, row.project, row.resource): row for row in imported(tmp_path, text)}
    theirs = {(row.holder, row.project, row.resource): row for row in shown(stand.oracle)}
    assert found.keys() == theirs.keys()
    for key, row in theirs.items():
        mine = found[key]
        assert (mine.limit, mine.usage, mine.pending) == (row.limit, row.usage, row.pending), key


def test_what_is_not_shown_is_left_out_and_told(stand: Stand, tmp_path: Path) -> None:
    busy(stand)
    text, lacking = exported(stand, services=())
    assert VM in lacking[0]
    told = json.loads(text)
    assert told["service_quotas"].keys() == {person("A")}  # one's own
    (vm,) = [one for one in told["resources"] if one["name"] == VM]
    assert vm.keys().isdisjoint({"system_default", "project_default"})
    found = {(row.holder, row.project, row.resource): row for row in imported(tmp_path, text)}
    assert found["m@uni.example", "busy.lab", VM].limit == 4
